"""One round through the house: every act that writes a record is done once."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Location, Organization, Practitioner
from fhir.principal import Principal
from fhir.times import moment_range
from patients.acts.allergies import Allergy, Reaction, no_known_allergies, record_allergy
from patients.acts.belonging import Relation, add_related_person, record_consent
from patients.acts.care_teams import Joining, add_to_team, take_out
from patients.acts.documents import File, file_document
from patients.acts.family import Illness, Relative, record_relative
from patients.acts.flags import raise_flag
from patients.acts.immunizations import Vaccination, record_vaccine
from patients.acts.medication_doses import Giving, administer
from patients.acts.medications import Prescription, prescribe, stop
from patients.acts.notes import save_draft, sign, start_draft
from patients.acts.observation import accept
from patients.acts.orders import Wanted, order
from patients.acts.people import register
from patients.acts.plans import Aim, Outline, plan, set_goal
from patients.acts.problems import Diagnosis, diagnose, resolve
from patients.acts.procedures import Operation, record_procedure
from patients.acts.results import Found, Value, Written, enter, report
from patients.acts.social import SocialFact, record_social
from patients.acts.tasks import Ask, follow_up
from patients.acts.visits import Arrival, admit, discharge, start_visit
from patients.acts.vital_signs import SIGNS, Amount, Vitals
from patients.acts.vitals import record_vitals
from patients.models import NoteTemplate, Observation, Patient
from patients.note_text import compose, sha256
from patients.person_details import Details
from patients.prescribing import dose
from patients.prescribing.sig import Sig
from patients.terminology.coded import Coded
from vitals.acts.charting import Reading, post_reading
from vitals.acts.registering import register_device
from vitals.acts.wearing import attach
from vitals.clocks import Clock
from vitals.reading_kinds import KINDS

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
POTASSIUM = Coded(LOINC, "2823-3", "Potassium [Moles/volume] in Serum or Plasma", "Potassium")
SWAB = Coded(LOINC, "94500-6", "SARS-CoV-2 RNA", "Swab")
PENICILLIN = Coded(SNOMED, "91936005", "Allergy to penicillin", "Penicillin")
HYPERTENSION = Coded("http://hl7.org/fhir/sid/icd-10-cm", "I10", "Essential hypertension")
TETANUS = Coded("http://hl7.org/fhir/sid/cvx", "115", "Tdap")
BISOPROLOL = Coded(
    "http://www.nlm.nih.gov/research/umls/rxnorm", "854908", "bisoprolol 5 MG Oral Tablet"
)
APPENDECTOMY = Coded(SNOMED, "80146002", "Appendectomy", "Appendectomy")
ROUTINE = {
    "systolic": "128",
    "diastolic": "82",
    "pulse": "71",
    "respiration": "14",
    "spo2": "97",
    "oxygen_flow": "2",
    "temperature": "36.9",
    "pain": "2",
    "weight": "71.5",
    "height": "168",
}
READINGS = {
    "blood-pressure": {"systolic": "121", "diastolic": "79"},
    "spo2": {"value": "97"},
    "heart-rate": {"value": "66"},
    "temperature": {"value": "36.8"},
    "weight": {"value": "70.1"},
    "glucose": {"value": "5.4"},
}


@dataclass
class Round:
    """Who does it, and where."""

    doctor: Principal
    nurse: Principal
    registrar: Principal
    administrator: Principal
    facility: Organization
    bed: Location

    def done(self) -> Patient:
        """The patient, after everything."""
        patient = self.registered()
        self.background(patient)
        self.measured(patient)
        self.medicines(patient)
        self.tests(patient)
        self.words(patient)
        self.cared_for(patient)
        self.worn(patient)
        self.left(patient)
        return patient

    def registered(self) -> Patient:
        """A new person, who belongs to them, and their first visit."""
        born = date(1957, 4, 2)
        patient = register(
            by=self.registrar,
            facility=self.facility,
            details=Details(
                family="Moon",
                given="Ida Rae",
                gender="female",
                birth_low=born,
                birth_high=born,
                phone="+49 30 1",
                street="Quay 1",
                town="Harbour",
                postal_code="10115",
                country="DE",
                language="de",
            ),
        )
        mother = {"coding": [{"system": ROLE, "code": "MTH", "display": "mother"}]}
        relation = Relation("Moon", "Ada", mother, "+49 30 2")
        add_related_person(by=self.registrar, patient=patient, relation=relation)
        arrival = Arrival(timezone.now() - timedelta(hours=5), "Cough")
        start_visit(by=self.registrar, patient=patient, facility=self.facility, arrival=arrival)
        return patient

    def background(self, patient: Patient) -> None:
        """What was before."""
        doctor, day = self.doctor, moment_range(_ago(days=400).date().isoformat())
        no_known_allergies(by=doctor, patient=patient)
        rash = Reaction(Coded(SNOMED, "271807003", "Rash"), "moderate")
        said = Allergy(PENICILLIN, "allergy", "medication", "high", reactions=(rash,), note="Twice")
        record_allergy(by=doctor, patient=patient, said=said)
        record_allergy(by=doctor, patient=patient, said=Allergy(Coded(text="Strawberries")))
        diagnose(by=doctor, patient=patient, said=Diagnosis(HYPERTENSION, day))
        recorded = Diagnosis(Coded(text="Cough"), on_problem_list=False, note="Dry")
        diagnose(by=doctor, patient=patient, said=recorded)
        over = diagnose(by=doctor, patient=patient, said=Diagnosis(Coded(text="Influenza")))
        resolve(by=doctor, condition=over, expected=1, on=day)
        done = Operation(APPENDECTOMY, day, performer="Dr Lee", note="Uneventful")
        record_procedure(by=doctor, patient=patient, said=done)
        record_procedure(by=doctor, patient=patient, said=Operation(Coded(text="Cast")))
        given = Vaccination(TETANUS, day, lot_number="L1", site="Left arm", dose_number=2)
        record_vaccine(by=doctor, patient=patient, said=given)
        refused = Vaccination(TETANUS, day, status="not-done", status_reason="Declined")
        record_vaccine(by=doctor, patient=patient, said=refused)
        ill = Illness(Coded(SNOMED, "22298006", "Myocardial infarction"), Decimal(61))
        mother = Coded(ROLE, "MTH", "mother")
        relative = Relative(mother, "Ada", (ill,), deceased_age=Decimal(80))
        record_relative(by=doctor, patient=patient, said=relative)
        record_social(by=doctor, patient=patient, said=SocialFact("smoking", "8517006"))
        for question in ("alcohol", "occupation", "housing"):
            fact = SocialFact(question, text="Said at the visit")
            record_social(by=doctor, patient=patient, said=fact)
        pregnancy = Coded(SNOMED, "60001007", "Not pregnant")
        raise_flag(by=doctor, patient=patient, kind="pregnancy", code=pregnancy, reason="Asked")

    def measured(self, patient: Patient) -> None:
        """Two rounds of vital signs: everything, and a lone pulse."""
        signs = {n: Amount(Decimal(v), SIGNS[n].units[0]) for n, v in ROUTINE.items()}
        more = {"position": "sitting", "arm": "left", "temperature_site": "ear", "acvpu": "A"}
        more |= {"breathing": "oxygen", "oxygen_device": "nasal cannula", "note": "After lunch"}
        full = Vitals(_ago(hours=2), signs, **more)
        record_vitals(by=self.nurse, patient=patient, vitals=full, checked=True)
        for name, asked in SIGNS.items():
            for unit in asked.units[1:]:
                other = {name: Amount(_in(unit, Decimal(ROUTINE[name])), unit)}
                vitals = Vitals(_ago(hours=1), other)
                record_vitals(by=self.nurse, patient=patient, vitals=vitals, checked=True)

    def medicines(self, patient: Patient) -> None:
        """Ordered, given, refused and stopped."""
        five = dose.Amount(Decimal(5), "mg")
        for setting in ("inpatient", "community"):
            sig = Sig("Bisoprolol", five, "oral", "once-daily", duration_days=30)
            wanted = Prescription(BISOPROLOL, sig, _ago(hours=1), refills=2, setting=setting)
            row = prescribe(by=self.doctor, patient=patient, wanted=wanted)
            if setting == "community":
                stop(by=self.doctor, order=row, reason="Slow pulse", expected=row.version)
                continue
            gave = Giving("given", _ago(minutes=40), five)
            administer(by=self.nurse, order=row, giving=gave)
            not_given = Giving("refused", _ago(minutes=4), reason="Nausea", again=True)
            administer(by=self.nurse, order=row, giving=not_given)

    def tests(self, patient: Patient) -> None:
        """Results in numbers and words, and reports."""
        values = [(POTASSIUM, Value.typed("5.9", "mmol/L")), (SWAB, Value.typed("Negative", ""))]
        for code, value in values:
            wanted = Wanted(code, "laboratory", "On an ACE inhibitor")
            asked = order(by=self.doctor, patient=patient, wanted=wanted)
            ends = (Decimal("3.5"), Decimal("5.1")) if value.number else (None, None)
            found = Found(value, _ago(hours=3), low=ends[0], high=ends[1], note="Fresh")
            enter(by=self.nurse, order=asked, found=found, expected=asked.version)
        for category, code in (("laboratory", POTASSIUM), ("imaging", CHEST)):
            wanted = Wanted(code, category, "Cough")
            asked = order(by=self.doctor, patient=patient, wanted=wanted)
            written = Written(code, category, "Nothing new.", _ago(hours=1))
            report(
                by=self.doctor,
                patient=patient,
                written=written,
                order=asked,
                expected=asked.version,
            )

    def words(self, patient: Patient) -> None:
        """Notes, files, plans, goals and what is to be done."""
        template = NoteTemplate.objects.create(name="Visit", kind="soap", outline="Findings\nPlan")
        draft = start_draft(by=self.doctor, patient=patient, template=template)
        draft = save_draft(
            by=self.doctor, draft=draft, title="Visit", texts=["Coughs.", "Rest."], expected=1
        )
        shown = sha256(compose(draft.sections))
        sign(by=self.doctor, draft=draft, expected=draft.revision, shown_sha256=shown)
        letter = Coded(LOINC, "34133-9", "Summarization of episode note", "Letter")
        file = File("letter.pdf", b"%PDF-1.4\n%%EOF\n")
        file_document(by=self.doctor, patient=patient, file=file, kind=letter, title="Letter")
        outline = Outline("Cough", "Wait and see", ["Rest", "Tea"], start=timezone.now())
        walks = Aim(Coded(text="Walks 50 m"))
        plan(by=self.nurse, patient=patient, outline=outline, aims=[walks])
        due = Aim(Coded(text="Sleeps through"), timezone.localdate() + timedelta(days=30))
        set_goal(by=self.nurse, patient=patient, aim=due)
        week = timezone.localdate() + timedelta(days=7)
        follow_up(by=self.doctor, patient=patient, ask=Ask("Call again", week))
        privacy = {"code": "patient-privacy", "display": "Privacy Consent"}
        category = {"coding": [{"system": LOINC, "code": "59284-0", "display": "Consent"}]}
        record_consent(
            by=self.registrar,
            patient=patient,
            scope=privacy,
            category=category,
            decision="permit",
            at=timezone.now(),
        )

    def cared_for(self, patient: Patient) -> None:
        """A care team, and somebody who left it."""
        rows = Practitioner.objects.filter(user__in=[self.doctor.id, self.nurse.id])
        roles = (Coded(SNOMED, "224535009", "Registered nurse"), Coded(text="Wound care"))
        for who, role in zip(rows, roles, strict=True):
            joining = Joining(who, role, "Asked in")
            team = add_to_team(by=self.doctor, patient=patient, joining=joining)
        take_out(by=self.doctor, team=team, who=who, reason="Healed", expected=team.version)

    def worn(self, patient: Patient) -> None:
        """What a device measures, and a clinician accepts."""
        device, _ = register_device(
            by=self.administrator, serial="W-1", facility=self.facility, kind="patch"
        )
        attach(by=self.nurse, patient=patient, serial="W-1", start=_ago(hours=1), wear_site="chest")
        now = timezone.now()
        worn = Principal("device", str(device.pk), "W-1", frozenset({self.facility.pk}))
        for kind, values in READINGS.items():
            numbers = {name: Decimal(value) for name, value in values.items()}
            reading = Reading(kind, kind, KINDS[kind].units[0].ucum, now, numbers)
            receipt, _ = post_reading(
                by=worn, device=device, reading=reading, clock=Clock(now, now)
            )
            seen = Observation.objects.get(pk=receipt.observation_id)
            accept(by=self.doctor, observation=seen, expected=seen.version)

    def left(self, patient: Patient) -> None:
        """A stay in a bed, and home again."""
        other = register(
            by=self.registrar,
            facility=self.facility,
            details=Details(family="Stone", given="Lee", gender="male"),
        )
        arrival = Arrival(_ago(hours=3), "Fall")
        stay = admit(by=self.registrar, patient=other, place=self.bed, arrival=arrival)
        home = {"text": "Home"}
        discharge(
            by=self.registrar,
            encounter=stay,
            at=timezone.now(),
            disposition=home,
            expected=stay.version,
        )


ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
CHEST = Coded(LOINC, "36643-5", "XR Chest 2 Views", "Chest X-ray")


def _ago(**span):
    return timezone.now() - timedelta(**span)


def _in(unit, value):
    """A first-unit value in another unit, near enough to be likely."""
    return value if unit.canonical(value) == value else _near(unit, value)


def _near(unit, value):
    whole = range(1, 400)
    return Decimal(min(whole, key=lambda n: abs(unit.canonical(Decimal(n)) - value)))
