"""What each element that changes the meaning of a resource does to the page that shows it."""

from dataclasses import dataclass, field

from patients.tests.modifiers.shown import NAME, Resource, coded


@dataclass(frozen=True)
class Effect:
    """One value, and what it does.

    Attributes:
        changed: Elements that change the meaning; None takes one away.
        words: What the page then says, and else does not.
        query: Which filter of the page shows it.
        absent: The other way round: the words are on the page, and vanish from it.
        without: Elements that both have.
    """

    changed: Resource
    words: str = NAME
    query: str = ""
    absent: bool = False
    without: Resource = field(default_factory=dict)


def says(words: str, query: str = "", **changed: object) -> Effect:
    return Effect(changed, words, query)


def gone(**changed: object) -> Effect:
    return Effect(changed, absent=True)


def activity(**detail: object) -> Resource:
    return {"activity": [{"detail": {"status": "in-progress"} | detail}]}


WRONG = "entered-in-error"
STRUCK = f"<s>{NAME}</s>"
CLINICAL, SURE = "condition-clinical", "condition-ver-status"
ALLERGIC, ALLERGY_SURE = "allergyintolerance-clinical", "allergyintolerance-verification"

EFFECTS: dict[tuple[str, str], list[Effect]] = {
    ("AllergyIntolerance", "clinicalStatus"): [
        gone(clinicalStatus=coded(ALLERGIC, "resolved")),
        says("inactive", "?show=resolved", clinicalStatus=coded(ALLERGIC, "inactive")),
    ],
    ("AllergyIntolerance", "verificationStatus"): [
        says("unconfirmed", verificationStatus=coded(ALLERGY_SURE, "unconfirmed")),
        gone(verificationStatus=coded(ALLERGY_SURE, "refuted")),
        gone(verificationStatus=coded(ALLERGY_SURE, WRONG), clinicalStatus=None),  # rule ait-2
    ],
    ("Appointment", "status"): [
        says("cancelled", status="cancelled"),
        says("did not come", status="noshow"),
        says("proposed: not fixed", status="proposed"),
        says("entered in error", status=WRONG),
    ],
    ("CarePlan", "status"): [
        says("revoked", "?show=all", status="revoked"),
        says("entered in error", "?show=all", status=WRONG),
        says("unknown", status="unknown"),
        says("on hold", status="on-hold"),
    ],
    ("CarePlan", "intent"): [says("proposal", intent="proposal"), says("option", intent="option")],
    ("CarePlan", "activity.detail.status"): [
        Effect(activity(status="cancelled"), "cancelled", without=activity()),
        Effect(activity(status="stopped"), "stopped", without=activity()),
    ],
    ("CarePlan", "activity.detail.doNotPerform"): [
        Effect(activity(doNotPerform=True), "do not", without=activity()),
    ],
    ("CareTeam", "status"): [
        says("proposed: not at work yet", status="proposed"),
        says("no longer at work", status="inactive"),
        says(STRUCK, status=WRONG),
    ],
    ("Condition", "clinicalStatus"): [
        says("recurrence", clinicalStatus=coded(CLINICAL, "recurrence")),
        gone(clinicalStatus=coded(CLINICAL, "resolved")),
        says("remission", "?show=resolved", clinicalStatus=coded(CLINICAL, "remission")),
    ],
    ("Condition", "verificationStatus"): [
        says("differential", verificationStatus=coded(SURE, "differential")),
        gone(verificationStatus=coded(SURE, "refuted")),
        gone(verificationStatus=coded(SURE, WRONG), clinicalStatus=None),  # rule con-5
        says(STRUCK, "?show=ruled-out", verificationStatus=coded(SURE, WRONG), clinicalStatus=None),
    ],
    ("Consent", "status"): [
        says("withdrawn", status="inactive"),
        says("rejected: not in force", status="rejected"),
        says(f"<s>{NAME}", status=WRONG),
    ],
    ("Consent", "scope"): [says("adr", scope={"coding": [{"code": "adr-x", "display": "adr"}]})],
    ("Device", "status"): [
        says("device no longer in use", status="inactive"),
        says("device entered in error", status=WRONG),
        says("state unknown", status="unknown"),
    ],
    ("DiagnosticReport", "status"): [
        says("preliminary", status="preliminary"),
        says("corrected", status="corrected"),
        says("cancelled", status="cancelled"),
        says("<s>", status=WRONG),
    ],
    ("DocumentReference", "status"): [
        says("replaced", status="superseded"),
        says("<s>", status=WRONG),
    ],
    ("Encounter", "status"): [
        says("planned", status="planned"),
        says("cancelled", status="cancelled"),
        says("entered in error", status=WRONG),
        says("status unknown", status="unknown"),
    ],
    ("FamilyMemberHistory", "status"): [
        says("incomplete", status="partial"),
        says("health unknown", status="health-unknown"),
        gone(status=WRONG),
    ],
    ("Flag", "status"): [says("inactive", status="inactive"), says("<s>", status=WRONG)],
    ("Goal", "lifecycleStatus"): [
        says("proposed", lifecycleStatus="proposed"),
        says("on hold", lifecycleStatus="on-hold"),
        says("cancelled", lifecycleStatus="cancelled"),
        says("<s>", lifecycleStatus=WRONG),
    ],
    ("ImagingStudy", "status"): [
        says("cancelled", status="cancelled"),
        says("registered", status="registered"),
        says("<s>", status=WRONG),
    ],
    ("Immunization", "status"): [says("not given", status="not-done"), gone(status=WRONG)],
    ("Immunization", "isSubpotent"): [says("subpotent: not a full dose", isSubpotent=True)],
    ("Location", "status"): [
        says("out of use for now", status="suspended"),
        says("no longer used", status="inactive"),
    ],
    ("Medication", "status"): [
        says("medicine no longer in use", status="inactive"),
        says("medicine entered in error", status=WRONG),
    ],
    ("MedicationAdministration", "status"): [
        says("not given", status="not-done"),
        says("entered in error", status=WRONG),
        says("unknown", status="unknown"),
    ],
    ("MedicationRequest", "status"): [
        says("on hold", status="on-hold"),
        says("stopped", status="stopped"),
        says("<s>", status=WRONG),
        says("draft", status="draft"),
    ],
    ("MedicationRequest", "intent"): [
        says("proposed, not ordered", intent="proposal"),
        says("planned", intent="plan"),
    ],
    ("MedicationRequest", "doNotPerform"): [says("do not", doNotPerform=True)],
    ("MedicationStatement", "status"): [
        says("not taken", status="not-taken"),
        says("on hold", status="on-hold"),
        says("<s>", status=WRONG),
        says("stopped", status="stopped"),
    ],
    ("Observation", "status"): [
        says("preliminary", status="preliminary"),
        says("corrected", status="corrected"),
        gone(status="cancelled"),
        gone(status=WRONG),
    ],
    ("Organization", "active"): [says("facility no longer used", active=False)],
    ("Patient", "active"): [says("Record not in use", active=False)],
    ("Patient", "deceased[x]"): [
        says("Died", deceasedBoolean=True),
        says("29-Feb-2024", deceasedDateTime="2024-02-29"),
    ],
    ("Patient", "link"): [
        says(words, link=[{"type": kind, "other": {"reference": "Patient/x"}}])
        for kind, words in (
            ("replaced-by", "Replaced by another record"),
            ("replaces", "Replaces another record"),
            ("refer", "More about this person"),
            ("seealso", "Another record is about the same person"),
        )
    ],
    ("Procedure", "status"): [
        says("not done", status="not-done"),
        says("in progress", status="in-progress"),
        says("status unknown", status="unknown"),
        gone(status=WRONG),
    ],
    ("RelatedPerson", "active"): [says(STRUCK, active=False)],
    ("ServiceRequest", "status"): [
        says("on hold", status="on-hold"),
        says("draft", status="draft"),
        says("revoked", status="revoked"),
        says("<s>", status=WRONG),
    ],
    ("ServiceRequest", "intent"): [
        says("proposal", intent="proposal"),
        says("plan", intent="plan"),
    ],
    ("ServiceRequest", "doNotPerform"): [says("do not perform", doNotPerform=True)],
    ("Task", "status"): [
        says("on hold", status="on-hold"),
        says("draft", status="draft"),
        says("cancelled", status="cancelled"),
        says("<s>", status=WRONG),
    ],
}
