"""Whom a patient keeps from the chart, and labels that make a person or a record sensitive."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from accounts.models import Organization, Practitioner
from accounts.roles import ACCESS_RESTRICT, CHART_WRITE, Role
from fhir import changes
from fhir.errors import Invalid
from fhir.principal import Principal
from fhir.times import moment_text
from patients.acts import charting, identity
from patients.acts.belonging import RULES, TERMINOLOGY
from patients.acts.identity import known_person
from patients.models import Consent, Patient, PatientRecord
from patients.models.consent import PRIVACY
from patients.models.labels import OURS
from patients.restrictions import DENY, ROLE_CODES

CONSENT_CATEGORY = {"system": "http://loinc.org", "code": "59284-0", "display": "Consent"}
# HL7 v3 ParticipationType: who receives information about the patient.
RECIPIENT = {"system": TERMINOLOGY + "v3-ParticipationType", "code": "IRCP"}


@dataclass(frozen=True)
class Whom:
    """Who is kept away: a person, a facility, a role there; nobody named: see below.

    Without a name it is everybody outside the treating team.
    """

    practitioner: Practitioner | None = None
    facility: Organization | None = None
    role: str = ""


def restrict(
    *, by: Principal, patient: Patient, whom: Whom, at: datetime, until: datetime | None = None
) -> Consent:
    """Write down that ``patient`` keeps the chart from ``whom``; it holds from now on.

    Raises:
        NotAllowed, NotFound: ``by`` may not write restrictions, or not know the person.
        Invalid: an unknown role, or an end before the beginning.
    """
    if whom.role and (whom.role not in Role.values or whom.facility is None):
        raise Invalid(_("Role: choose one of this house, and the facility."))
    if until is not None and until <= at:
        raise Invalid(_("Until: the end lies before the day on which it was said."))
    row = Consent(
        patient=patient,
        status="active",
        scope_system=TERMINOLOGY + "consentscope",
        scope_code=PRIVACY,
        scope_display="Privacy Consent",
        categories=[{"coding": [CONSENT_CATEGORY], "text": str(words_of(whom))}],
        consented_at=at,
        policy_rule_system=TERMINOLOGY + "v3-ActCode",
        policy_rule_code=RULES[DENY],
        provision=_provision(whom, until),
        performers=[{"reference": patient.reference}],
    )
    return identity.create(row, by=by, scope=ACCESS_RESTRICT, action="restrict")


def words_of(whom: Whom) -> str:
    """What stands in the list of consents."""
    if whom.practitioner is not None:
        return _("Reading of the chart by %(who)s") % {"who": whom.practitioner}
    if whom.facility is None:
        return _("Reading of the chart by anybody outside the treating team")
    if whom.role:
        told = {"role": Role(whom.role).label, "place": whom.facility}
        return _("Reading of the chart in the role %(role)s at %(place)s") % told
    return _("Reading of the chart by anybody at %(place)s") % {"place": whom.facility}


def _provision(whom: Whom, until: datetime | None) -> dict[str, Any]:
    action = {"coding": [{"system": TERMINOLOGY + "consentaction", "code": "access"}]}
    said: dict[str, Any] = {"type": DENY, "action": [action]}
    named = whom.practitioner or whom.facility
    if named is not None:
        codings = [RECIPIENT]
        if whom.role:
            codings.append({"system": ROLE_CODES, "code": whom.role})
        reference = {"reference": named.reference, "display": str(named)}
        said["actor"] = [{"role": {"coding": codings}, "reference": reference}]
    if until is not None:
        said["period"] = {"end": moment_text(until)}
    return said


@transaction.atomic
def label_person(*, by: Principal, patient: Patient, codes: list[str], expected: int) -> Patient:
    """Say whether ``patient`` is sensitive: staff of the house, known to the public, restricted.

    Raises:
        NotAllowed, NotFound, VersionConflict: nothing is changed.
    """
    require(by, ACCESS_RESTRICT)
    known_person(by, patient)
    _label(patient, codes)
    changes.update(patient, by=by, expected=expected)
    audit.record(by, "label", patient, detail={"labels": sorted(codes)})
    return patient


def label_record(
    *, by: Principal, row: PatientRecord, sensitive: bool, expected: int
) -> PatientRecord:
    """Keep one record for those who treat the patient closely, or show it to all again.

    Raises:
        NotAllowed, NotFound, VersionConflict: nothing is changed.
        Invalid: nobody who opens the chart may miss a record of this type.
    """
    if not row.may_be_kept_back:
        raise Invalid(
            _("Allergies, warnings and visits are shown to all who open the chart, for safety.")
        )
    _label(row, ["R"] if sensitive else [])
    return charting.update(row, by=by, expected=expected, scope=CHART_WRITE, action="label")


def _label(row: Patient | PatientRecord, codes: list[str]) -> None:
    """Put exactly ``codes`` of our labels on ``row``; labels of other systems stay."""
    meta = dict((row.extra or {}).get("meta") or {})
    ours = {f"{system}|{code}" for code, (system, _words) in OURS.items()}
    kept = [each for each in meta.get("security") or [] if _key(each) not in ours]
    for code in codes:
        system, display = OURS[code]
        kept.append({"system": system, "code": code, "display": display})
    row.security = [_key(each) for each in kept]
    meta = {key: value for key, value in meta.items() if key != "security"}
    meta |= {"security": kept} if kept else {}
    extra = {key: value for key, value in (row.extra or {}).items() if key != "meta"}
    row.extra = extra | ({"meta": meta} if meta else {})


def _key(label: dict[str, Any]) -> str:
    return f"{label.get('system', '')}|{label.get('code', '')}"
