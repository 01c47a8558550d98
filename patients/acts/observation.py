"""What clinicians do with observations."""

from accounts.access import require
from accounts.roles import OBSERVATION_ACCEPT
from fhir.errors import Refusal
from fhir.principal import Principal
from patients.acts.charting import author, update
from patients.models import Observation


class NotWaiting(Refusal):
    """Only a device reading that nobody has confirmed can be accepted; this one is not waiting."""

    status = 409
    code = "not-waiting"
    issue = "conflict"


def accept(*, by: Principal, observation: Observation, expected: int) -> Observation:
    """Confirm a device reading: it becomes final, with the clinician as a performer.

    Raises:
        NotAllowed: ``by`` may not accept readings.
        NotFound: ``by`` may not see the patient.
        NotWaiting: it is not an unconfirmed device reading.
        VersionConflict: it changed since it was shown.
    """
    require(by, OBSERVATION_ACCEPT)
    if not observation.is_unconfirmed:
        raise NotWaiting
    observation.status = "final"
    observation.performers = [*(observation.performers or []), author(by)]
    return update(observation, by=by, expected=expected, scope=OBSERVATION_ACCEPT, action="accept")
