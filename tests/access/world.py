"""The house of the matrix: two clinics, who may ask, and a full chart of every patient."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, cached_property
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.audit import record_access
from accounts.clients import tokens
from accounts.clients.registering import Registration, register
from accounts.lock import LOCKED
from accounts.models import Client, Location, Organization, Practitioner, PractitionerRole, User
from accounts.principals import principal_of
from accounts.roles import Role
from accounts.sign_in.session_store import TOUCHED
from fhir import changes
from fhir.models import Record, StoredResource
from fhir.principal import SYSTEM
from fhir.writing import Intent, write
from patients.acts.break_glass import break_glass
from patients.acts.notes import discard_draft, park_text, start_draft
from patients.acts.restrictions import Whom, restrict
from patients.models import (
    Concept,
    Cover,
    FormularyItem,
    InboxItem,
    NoteTemplate,
    Patient,
    ReferenceRange,
)
from tests.access.bodies import PASSWORD
from tests.access.chart import KEPT, SUBJECTS, Subject, kinds, labelled, resources
from tests.access.worn import of_nobody, wear
from tests.cast import facility, person, staff, visit
from vitals.acts.registering import register_device
from vitals.models import SyncPending, SyncTarget

DAY = timedelta(days=1)
PLACES = ("harbour", "hill")
FOREIGN = "SN-hill"
NARROW = "system/Patient.r system/Observation.rus"
MAY_BE = "may_be_kept_back"


@dataclass
class Chart:
    """A patient and the records of the chart, by name."""

    subject: Subject
    patient: Patient
    rows: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def keys(self) -> SimpleNamespace:
        """What names the records in an address or a page, by the name of the record."""
        return SimpleNamespace(**{name: getattr(row, "pk", "") for name, row in self.rows.items()})


@dataclass
class Asker:
    """Somebody who asks, with a session, a token or a key."""

    letter: str
    browser: Browser
    token: str = ""


@dataclass
class World:
    """All of it.

    Attributes:
        askers: Who asks, by letter.
        keeper: Somebody who may see every page.
        charts: By key of the patient.
        things: What is about no patient, and else fills addresses and words.
        foreign: Keys and words of the other clinic: nobody here chooses them, or writes them down.
    """

    askers: dict[str, Asker]
    keeper: Asker
    charts: dict[str, Chart]
    things: dict[str, Any]
    foreign: dict[str, str]

    def filled(self, text: str) -> str:
        """Words with the keys of records and with other things: ``{own.visit}``, ``{mark}``."""
        return text.format(**self.things, **{key: each.keys for key, each in self.charts.items()})


def made() -> World:
    """The house, filled. It takes seconds: once for all tests of the matrix."""
    places = {name: facility(name.title()) for name in PLACES}
    for place in places.values():
        _rooms(place)
    people = _people(places)
    charts = {key: _chart(subject, places, people) for key, subject in SUBJECTS.items()}
    charts[KEPT.key] = _labelled(charts["own"])
    askers = {letter: Asker(letter, _browser(user)) for letter, user in people.items()}
    askers["M"] = Asker("M", _browser(people["D"]))
    askers["L"] = Asker("L", _locked(people["D"]))
    askers["X"] = Asker("X", _browser(None))
    program, secret = _registered(places["harbour"])
    askers["C"] = Asker("C", _browser(None), _token(program))
    narrow, _secret = _registered(places["harbour"], "narrow")
    askers["B"] = Asker("B", _browser(None), _token(narrow, NARROW))
    anywhere = Registration("anywhere", "system/*.cruds", all_facilities=True)
    askers["E"] = Asker("E", _browser(None), _token(register(by=SYSTEM, as_said=anywhere)[0]))
    askers["W"] = Asker("W", _browser(None), charts["own"].rows["key"])
    keeper = askers.pop("K")
    things = _things(places, people, charts) | _opened_and_closed(charts, people)
    things["client"] = program
    things["credentials"] = {"client_id": program.client_id, "client_secret": secret}
    # What a page about nobody, and so one about a closed chart, hears of the doctor's rights.
    things["mark"] = askers["D"].browser.get(reverse("still-here")).json()["rights"]
    return World(askers, keeper, charts, things, _foreign(places["hill"], charts["own"]))


def _foreign(place: Organization, own: Chart) -> dict[str, str]:
    """The other clinic, its places, who works there alone, and what it does with one of ours."""
    hal = staff("hal", Role.DOCTOR, place)
    here = Location.objects.filter(organization=place)
    rows = [place, *here, hal, Practitioner.objects.get(user=hal)]
    visit, booked = own.rows["away"], own.rows["far"]
    paths = [
        reverse("visit-discharge", args=[visit.pk]),
        reverse("appointment-cancel", args=[booked.pk]),
    ]
    words = [FOREIGN, place.reference, *paths]
    return {str(row.pk): f"{row}" for row in rows} | {each: each for each in words}


def _opened_and_closed(charts: dict[str, Chart], people: dict[str, User]) -> dict[str, Any]:
    """One patient keeps the chart from all outside the team; for one the doctor broke the glass."""
    keeper, doctor = principal_of(people["K"]), principal_of(people["D"])
    restrict(by=keeper, patient=charts["restricted"].patient, whom=Whom(), at=timezone.now())
    words = "found lying in the hall"
    shut = charts["broken"].patient
    return {"glass": break_glass(by=doctor, patient=shut, reason="emergency", words=words)}


def _browser(user: User | None) -> Browser:
    found = Browser(raise_request_exception=False)
    if user is not None:
        found.force_login(user)
        # Nobody falls asleep, and no question has to write down that somebody is awake.
        session = found.session
        session[TOUCHED] = (timezone.now() + DAY).isoformat()
        session.save()
    return found


def _locked(user: User) -> Browser:
    found = _browser(user)
    session = found.session
    session[LOCKED] = True
    session.save()
    return found


def _rooms(place: Organization) -> None:
    for name, form in (("ward", "wa"), ("bed", "bd"), ("room", "ro")):
        physical = {"physicalType": {"coding": [{"code": form}]}}
        ward = Location.objects.filter(fhir_id=f"{place.fhir_id}-ward").first()
        changes.create(
            Location(
                fhir_id=f"{place.fhir_id}-{name}",
                name=f"{name} of {place.name}",
                status="active",
                organization=place,
                part_of=ward if name == "bed" else None,
                extra=physical,
            ),
            by=SYSTEM,
        )


def _people(places: dict[str, Organization]) -> dict[str, User]:
    """The user of each letter; K is the keeper, who treats everybody and may do everything."""
    here = places["harbour"]
    found = {
        "D": staff("dee", Role.DOCTOR, here),
        "N": staff("nat", Role.NURSE, here),
        "R": staff("ria", Role.REGISTRAR, here),
        "A": staff("abe", Role.ADMINISTRATOR, here, is_staff=True),
        "P": staff("pat", Role.PRIVACY_OFFICER, here),
        "S": staff("sue", Role.NURSE, is_staff=True),
        "K": staff("kay", Role.DOCTOR, *places.values(), is_staff=True),
    }
    changes.create(Practitioner(user=found["R"], fhir_id="ria"), by=SYSTEM)
    # The doctor was to work at the other clinic, too, but does not.
    names = {
        "practitioner": Practitioner.objects.get(fhir_id="dee"),
        "organization": places["hill"],
    }
    changes.create(PractitionerRole(fhir_id="dee-at-hill", **names), by=SYSTEM)
    User.objects.filter(pk=found["S"].pk).update(is_superuser=True)
    for user in found.values():
        user.set_password(PASSWORD)
        user.save()
    for place in places.values():
        found["K"].memberships.create(
            facility=place, role=Role.ADMINISTRATOR, start=timezone.now() - DAY
        )
    return found


def _registered(place: Organization, name: str = "matrix") -> tuple[Client, str]:
    """A program of one facility that may do everything there, and its secret."""
    return register(by=SYSTEM, as_said=Registration(name, "system/*.cruds", [place]))


def _token(program: Client, scope: str = "system/*.cruds") -> str:
    return tokens.issue(by=SYSTEM, client=program, scope=scope, life=tokens.LONGEST)


def _chart(subject: Subject, places: dict[str, Organization], people: dict[str, User]) -> Chart:
    given = [*resources(subject), _team(subject)]
    write([Intent("update", r["resourceType"], r["id"], r) for r in given], by=SYSTEM)
    gone = f"{subject.key}-gone"
    patient = Patient.objects.get(fhir_id=subject.key)
    chart = Chart(subject, patient, {"": patient, "patient": patient})
    for each in given:
        name = each["id"].removeprefix(f"{subject.key}-")
        chart.rows[name] = _model(each)._default_manager.filter(fhir_id=each["id"]).first()
    write([Intent("delete", "Observation", gone)], by=SYSTEM)
    _papers(chart, people)
    wear(chart, places[subject.facility], people["K"])
    return chart


def may_be_labelled() -> set[str]:
    """The records of a chart, by name, that a label keeps back."""
    never = {name for name, model in _models().items() if not getattr(model, MAY_BE, False)}
    return {name for name, type_ in kinds().items() if type_ not in never}


def _labelled(chart: Chart) -> Chart:
    """The same chart, its labelled records in the place of the others."""
    given = labelled(may_be_labelled())
    write([Intent("update", r["resourceType"], r["id"], r) for r in given], by=SYSTEM)
    rows = dict(chart.rows)
    for each in given:
        name = each["id"].removeprefix(f"{KEPT.key}-")
        rows[name] = _model(each)._default_manager.get(fhir_id=each["id"])
    return Chart(KEPT, chart.patient, rows)


def _model(resource: dict[str, Any]) -> type[Record]:
    """The table of a resource; that of all others where its type has none."""
    return _models().get(resource["resourceType"], StoredResource)


@cache
def _models() -> dict[str, type[Record]]:
    found = [m for m in apps.get_models() if issubclass(m, Record) and m.__dict__.get("fhir_type")]
    return {model.fhir_type: model for model in found}


def _team(subject: Subject) -> dict[str, Any]:
    """The keeper is in every team, so that somebody may see each chart; the nurse in one.

    The registrar is in one, too, and reads no chart for that.
    """
    members = ["kay", *{"own": ["ria"], "restricted": ["nat"]}.get(subject.key, [])]
    return {
        "resourceType": "CareTeam",
        "id": f"{subject.key}-team",
        "status": "active",
        "subject": {"reference": f"Patient/{subject.key}"},
        "participant": [{"member": {"reference": f"Practitioner/{each}"}} for each in members],
    }


def _papers(chart: Chart, people: dict[str, User]) -> None:
    """Drafts, as the doctor of the matrix wrote them; results that wait for that doctor."""
    word = [{"name": "", "text": chart.subject.word}]
    keeper, author = principal_of(people["K"]), people["D"]
    for name in ("draft", "discarded"):
        draft = start_draft(by=keeper, patient=chart.patient, sections=word)
        if name == "draft":
            park_text(by=keeper, draft=draft, editor="tab", texts=[chart.subject.word])
        else:
            discard_draft(by=keeper, draft=draft)
        # It was begun when there was no visit.
        type(draft).objects.filter(pk=draft.pk).update(author=author, encounter=None)
        draft.refresh_from_db()
        chart.rows[name] = draft
    if chart.subject.key in ("own", "elsewhere"):
        theirs = start_draft(by=keeper, patient=chart.patient, sections=word)
        type(theirs).objects.filter(pk=theirs.pk).update(author=people["N"])
        chart.rows["theirs"] = theirs
    # What came for the others waits for anybody of the facility.
    if chart.subject.key in ("own", "other"):
        InboxItem.objects.filter(patient=chart.patient).update(owner=author)
    waiting = InboxItem.objects.filter(patient=chart.patient, part_of=None)
    chart.rows["item"] = item = waiting.first()
    chart.rows["spare"] = waiting.exclude(pk=item.pk).first()
    spare = waiting.filter(pk=chart.rows["spare"].pk)
    spare.update(critical=True)
    if chart.subject.key == "broken":
        spare.update(critical=False, owner=people["K"])
    elif chart.subject.key in ("other", "elsewhere"):
        spare.update(due_at=timezone.now())
    record_access(
        by=principal_of(author),
        action="read",
        entities=[chart.patient.reference],
        patient_id=chart.patient.pk,
    )


def _things(
    places: dict[str, Organization], people: dict[str, User], charts: dict[str, Chart]
) -> dict[str, Any]:
    """What is about no patient and stands in an address."""
    here = places["harbour"]
    register_device(by=SYSTEM, serial="SN-free", facility=here)
    roommate = person("Rob", "Roommate", "R-1", here)
    visit(roommate, here)
    target = SyncTarget.objects.create(
        name="Elsewhere",
        base_url="https://fhir.example.org/r4",
        cohort="facility",
        facility=here,
        types=["Patient"],
    )
    pending = SyncPending.objects.create(
        target=target,
        type="Observation",
        fhir_id="own-result",
        record_id=charts["own"].rows["result"].pk,
        version=1,
        rank=1,
        state="conflict",
    )
    away = {"team": here, "end": timezone.now() + DAY}
    Cover.objects.create(user=people["K"], **away)
    of_nobody(places["hill"], FOREIGN)
    range_ = {"code": "2823-3", "unit": "mmol/L", "low": 3, "high": 5, "source": "test"}
    return {
        "organization": here,
        "location": Location.objects.get(fhir_id="harbour-room"),
        "practitioner": Practitioner.objects.get(user=people["N"]),
        "keeper": Practitioner.objects.get(user=people["K"]),
        "user": people["N"],
        "target": target,
        "pending": pending,
        "cover": Cover.objects.create(user=people["D"], **away),
        "unworn": of_nobody(here, "SN-unworn"),
        "range": ReferenceRange.objects.create(**range_, facility=here),
        "concept": Concept.objects.create(name="Walk", kinds=["problem"], local=True),
        "formulary": FormularyItem.objects.order_by("pk").first(),
        "template": NoteTemplate.objects.order_by("pk").first(),
        "device": charts["own"].rows["device"],
        "job": apps.get_model("procrastinate.ProcrastinateJob")._default_manager.first(),
        "roommate": roommate,
    }
