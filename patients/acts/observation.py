"""What clinicians do with observations."""

from django.db import transaction

from accounts import audit
from accounts.access import require
from accounts.models import Practitioner
from accounts.roles import OBSERVATION_ACCEPT
from fhir import changes
from fhir.errors import NotFound, Refusal
from fhir.principal import Principal
from patients.models import Observation


class NotWaiting(Refusal):
    """Only a device reading that nobody has confirmed can be accepted; this one is not waiting."""

    status = 409
    code = "not-waiting"
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


def performer(by: Principal) -> dict[str, str]:
    """Who did it, as a FHIR reference; an account without a practitioner stands by name."""
    practitioner = Practitioner.objects.filter(user_id=by.id).first()
    if practitioner is None:
        return {"display": by.name}
    return {"reference": practitioner.reference, "display": str(practitioner)}
