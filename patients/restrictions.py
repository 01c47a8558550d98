"""What a consent says about who may not open the chart, or to whom it may not be sent."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.apps import apps

from fhir.times import moment_range
from patients.models.consent import PRIVACY

Provision: TypeAlias = dict[str, Any]

ROLE_CODES = "urn:chartwave:roles"
# Text of the category under which this house wrote "sharing" before it wrote what is refused.
SHARING = "Sharing of the record with others"
PERMIT, DENY = "permit", "deny"
# HL7 consentaction: what a reader of a chart does. Sending it elsewhere is another thing.
READING = {"access", "use"}
SENDING = {"disclose"}
# HL7 v3 PurposeOfUse: what a chart is opened for here. A refusal for research closes no chart.
TREATING = {"TREAT", "ETREAT", "ERTREAT", "BTG", "CAREMGT", "COC"}
# Elements that narrow a refusal to a part of the chart. This house keeps back all of it then.
NARROWING = ("class", "code", "data", "dataPeriod", "securityLabel", "purpose", "provision")
RESOLVED = ("Practitioner", "PractitionerRole", "Organization", "CareTeam")

Models: TypeAlias = Callable[[str, str], Any]


@dataclass(frozen=True)
class Refusal:
    """One refusal to one actor, or to everybody outside the treating team.

    Attributes:
        type: FHIR type of the actor; empty: everybody outside the treating team.
        fhir_id: Its id.
        role: Only people in this role of the house, at that organization.
        start: From when on.
        end: Until when.
        sending: It refuses only that the record is sent elsewhere.
    """

    type: str = ""
    fhir_id: str = ""
    role: str = ""
    start: datetime | None = None
    end: datetime | None = None
    sending: bool = False


def refusals(consent: Any) -> list[Refusal]:
    """What ``consent`` (a Consent, or one of history) refuses while it is in force."""
    if consent.status != "active" or consent.scope_code != PRIVACY:
        return []
    found = _of(consent.provision or {}, None, None)
    said_as_sharing = any(each.get("text") == SHARING for each in consent.categories or [])
    unlimited = not (consent.provision or {}).get("action")
    if said_as_sharing and unlimited:
        return [Refusal(sending=True) for _ in list(found)[:1]]
    return list(dict.fromkeys(found))


def is_wider(consent: Any) -> bool:
    """The refusal is about a part of the chart, or has exceptions: all of it is kept back here."""
    provision = consent.provision or {}
    parts = [provision, *(provision.get("provision") or [])]
    return bool(refusals(consent)) and any(
        each.get(name) for each in parts if each.get("type") == DENY for name in NARROWING
    )


def _of(provision: Provision, start: datetime | None, end: datetime | None) -> Iterator[Refusal]:
    period = provision.get("period") or {}
    start = moment_range(str(period.get("start", "")))[0] or start
    end = moment_range(str(period.get("end", "")))[1] or end
    if provision.get("type") == DENY and _for_treating(provision):
        actions = _codes(provision.get("action"))
        if not actions or actions & (READING | SENDING):
            sending = bool(actions) and not actions & READING
            for type_, fhir_id, role in _actors(provision):
                yield Refusal(type_, fhir_id, role, start, end, sending)
    for each in provision.get("provision") or []:
        yield from _of(each, start, end)


def _for_treating(provision: Provision) -> bool:
    purposes = {str(each.get("code", "")) for each in provision.get("purpose") or []}
    return not purposes or bool(purposes & TREATING)


def _codes(concepts: Iterable[dict[str, Any]] | None) -> set[str]:
    codings = [coding for each in concepts or [] for coding in each.get("coding") or []]
    return {str(coding.get("code", "")) for coding in codings}


def _actors(provision: Provision) -> Iterator[tuple[str, str, str]]:
    """Type, id and role of whoever is refused."""
    if not provision.get("actor"):
        yield "", "", ""
    for actor in provision.get("actor") or []:
        reference = str((actor.get("reference") or {}).get("reference", ""))
        type_, _, fhir_id = reference.rpartition("/")
        codings = (actor.get("role") or {}).get("coding") or []
        role = next((str(c.get("code")) for c in codings if c.get("system") == ROLE_CODES), "")
        if type_.rpartition("/")[2] in RESOLVED:
            yield type_.rpartition("/")[2], fhir_id, role


def restriction_rows(consents: Iterable[Any], models: Models = apps.get_model) -> list[Any]:
    """What ``consents`` refuse, each to the people and facilities of this house that it names.

    Args:
        consents: Consents as they stand.
        models: Gives a model by app and name; a migration has its own.
    """
    return [
        models("patients", "Restriction")(
            patient_id=consent.patient_id,
            consent_id=consent.pk,
            role=each.role,
            start=each.start,
            end=each.end,
            sending=each.sending,
            **named,
        )
        for consent in consents
        if consent.patient_id
        for each in refusals(consent)
        for named in _named(each, models)
    ]


def _named(refusal: Refusal, models: Models) -> list[dict[str, Any]]:
    """The columns that name whom a refusal means; none where nobody here is meant."""
    if not refusal.type:
        return [{}]
    app, name, find = FOUND[refusal.type]
    return find(models(app, name), refusal.fhir_id)


def _of_person(model: Any, fhir_id: str) -> list[dict[str, Any]]:
    return [{"practitioner_id": key} for key in _keys(model, fhir_id)]


def _of_place(model: Any, fhir_id: str) -> list[dict[str, Any]]:
    return [{"organization_id": key} for key in _keys(model, fhir_id)]


def _keys(model: Any, fhir_id: str) -> Iterable[Any]:
    found: Iterable[Any] = model.objects.filter(fhir_id=fhir_id).values_list("pk", flat=True)
    return found


def _of_role(model: Any, fhir_id: str) -> list[dict[str, Any]]:
    rows = model.objects.filter(fhir_id=fhir_id, practitioner__isnull=False)
    return list(rows.values("practitioner_id", "organization_id"))


def _of_team(model: Any, fhir_id: str) -> list[dict[str, Any]]:
    return list(model.objects.filter(team__fhir_id=fhir_id).values("practitioner_id"))


FOUND: dict[str, tuple[str, str, Callable[[Any, str], list[dict[str, Any]]]]] = {
    "Practitioner": ("accounts", "Practitioner", _of_person),
    "Organization": ("accounts", "Organization", _of_place),
    "PractitionerRole": ("accounts", "PractitionerRole", _of_role),
    "CareTeam": ("patients", "CareTeamMember", _of_team),
}
