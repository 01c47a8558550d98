"""Who belongs to a patient, and what the patient permits and refuses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import ACCESS_RESTRICT, CHART_WRITE, IDENTITY_WRITE
from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts import charting, identity
from patients.models import Consent, Patient, RelatedPerson
from patients.models.base import ENTERED_IN_ERROR
from patients.models.consent import ADVANCE_DIRECTIVE, PRIVACY

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
PERMIT, DENY = "permit", "deny"
# Consent.policyRule: FHIR wants a policy; this is the one that decides where nothing else does.
RULES = {PERMIT: "OPTIN", DENY: "OPTOUT"}
# Sharing with others, as the form words it, is about sending; who works here goes on reading.
SENDING = {"action": [{"coding": [{"system": TERMINOLOGY + "consentaction", "code": "disclose"}]}]}


class NotInForce(Refusal):
    """It is not in force any more: there is nothing to end."""

    status = 409
    code = "not-in-force"
    issue = "conflict"


@dataclass(frozen=True)
class Relation:
    """A related person as typed."""

    family: str
    given: str
    relationship: dict[str, Any]
    phone: str = ""


def add_related_person(*, by: Principal, patient: Patient, relation: Relation) -> RelatedPerson:
    """Note somebody who belongs to ``patient``.

    Raises:
        NotAllowed, NotFound: ``by`` may not write identities, or not know the person.
        Invalid: no name.
    """
    if not (relation.family or relation.given):
        raise Invalid(_("Name: write the family or the given name."))
    parts = {"family": relation.family, "given": relation.given.split()}
    name = {key: value for key, value in parts.items() if value}
    row = RelatedPerson(
        patient=patient,
        active=True,
        names=[name],
        relationships=[relation.relationship],
        telecom=[{"system": "phone", "value": relation.phone}] if relation.phone else [],
        start=timezone.now(),
    )
    return identity.create(row, by=by, scope=IDENTITY_WRITE)


def end_relation(*, by: Principal, related: RelatedPerson, expected: int) -> RelatedPerson:
    """They are no contact any more; the record stays, as one not in use.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for every edit.
        NotInForce: it was ended before.
    """
    if related.active is False:
        raise NotInForce
    related.active = False
    related.end = timezone.now()
    return identity.update(related, by=by, expected=expected, scope=IDENTITY_WRITE, action="end")


def record_consent(
    *,
    by: Principal,
    patient: Patient,
    scope: dict[str, str],
    category: dict[str, Any],
    decision: str,
    at: datetime,
) -> Consent:
    """Note what ``patient`` permits or refuses.

    An advance directive is part of the chart and needs its permission and its visibility.

    Args:
        by: Who records it.
        patient: Whose statement it is.
        scope: ``code`` and ``display`` of FHIR's consent scopes.
        category: CodeableConcept of what it is about.
        decision: "permit" or "deny".
        at: When it was said.
    """
    if decision not in RULES:
        raise Invalid(_("Decision: choose whether the patient permits or refuses."))
    row = Consent(
        patient=patient,
        status="active",
        scope_system=TERMINOLOGY + "consentscope",
        scope_code=scope["code"],
        scope_display=scope["display"],
        categories=[category],
        consented_at=at,
        policy_rule_system=TERMINOLOGY + "v3-ActCode",
        policy_rule_code=RULES[decision],
        provision={"type": decision} | (SENDING if scope["code"] == PRIVACY else {}),
        performers=[{"reference": patient.reference}],
    )
    if scope["code"] == ADVANCE_DIRECTIVE:
        return charting.create(row, by=by, scope=CHART_WRITE)
    return identity.create(row, by=by, scope=IDENTITY_WRITE)


def withdraw_consent(
    *, by: Principal, consent: Consent, expected: int, in_error: bool = False
) -> Consent:
    """It holds no more, or was never said (``in_error``); the record stays.

    Raises:
        NotInForce: it was withdrawn before.
    """
    if consent.status in ("inactive", ENTERED_IN_ERROR):
        raise NotInForce
    consent.status = ENTERED_IN_ERROR if in_error else "inactive"
    if consent.scope_code == ADVANCE_DIRECTIVE:
        return charting.update(consent, by=by, expected=expected, action="withdraw")
    return identity.update(
        consent, by=by, expected=expected, scope=scope_of(consent), action="withdraw"
    )


def scope_of(consent: Consent) -> str:
    """What it takes to end ``consent``: a restriction is ended by who may write one."""
    return ACCESS_RESTRICT if consent.scope_code == PRIVACY else IDENTITY_WRITE
