"""What clinicians do with observations."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import require
from accounts.models import Practitioner
from accounts.roles import CHART_WRITE, OBSERVATION_ACCEPT
from fhir import changes
from fhir.errors import NotFound, Refusal
from fhir.principal import Principal
from fhir.times import moment_text
from patients.models import Observation
from patients.models.base import ENTERED_IN_ERROR


class NotWaiting(Refusal):
    """Only a device reading that nobody has confirmed can be accepted; this one is not waiting."""

    status = 409
    code = "not-waiting"
    issue = "conflict"


class InErrorAlready(Refusal):
    """It stands as entered in error already."""

    status = 409
    code = "in-error-already"
    issue = "conflict"


@transaction.atomic
def accept(*, by: Principal, observation: Observation, expected: int) -> Observation:
    """Confirm a device reading: it becomes final, with the clinician as a performer.

    Raises:
        NotAllowed: ``by`` may not accept readings.
        NotFound: ``by`` may not see the patient.
        NotWaiting: it is not an unconfirmed device reading.
        VersionConflict: it changed since it was shown.
    """
    require(by, OBSERVATION_ACCEPT)
    if not Observation.objects.visible_to(by).filter(pk=observation.pk).exists():
        raise NotFound
    if not observation.is_unconfirmed:
        raise NotWaiting
    observation.status = "final"
    observation.performers = [*(observation.performers or []), performer(by)]
    changes.update(observation, by=by, expected=expected)
    audit.record(by, "accept", observation)
    return observation


@transaction.atomic
def enter_in_error(
    *, by: Principal, observation: Observation, reason: str, expected: int
) -> Observation:
    """Say that it should never have been recorded; it stays, struck through, with the reason.

    Every system that received it is told by sync, because this is a new version like any other.

    Raises:
        NotAllowed: ``by`` may not write in charts.
        NotFound: ``by`` may not see the patient.
        InErrorAlready: somebody said so before.
        VersionConflict: it changed since it was shown.
    """
    require(by, CHART_WRITE)
    if not Observation.objects.visible_to(by).filter(pk=observation.pk).exists():
        raise NotFound
    if observation.status == ENTERED_IN_ERROR:
        raise InErrorAlready
    observation.status = ENTERED_IN_ERROR
    said = {
        "authorString": by.name,
        "time": moment_text(timezone.now()),
        "text": f"Entered in error: {reason}",
    }
    observation.notes = [*(observation.notes or []), said]
    changes.update(observation, by=by, expected=expected)
    audit.record(by, "enter-in-error", observation)
    return observation


def performer(by: Principal) -> dict[str, str]:
    """Who did it, as a FHIR reference; an account without a practitioner stands by name."""
    practitioner = Practitioner.objects.filter(user_id=by.id).first()
    if practitioner is None:
        return {"display": by.name}
    return {"reference": practitioner.reference, "display": str(practitioner)}
