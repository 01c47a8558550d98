"""What is refused about programs and their tokens."""

from fhir.errors import Refusal


class NameTaken(Refusal):
    """Another client has that name. Choose one that tells the two apart."""

    code = "client-name-taken"


class SwitchedOff(Refusal):
    """That client is switched off. An administrator can switch it on again."""

    status = 403
    code = "client-switched-off"


class ExceedsRegistration(Refusal):
    """The scope holds more than this client is registered for."""

    status = 403
    code = "scope-exceeds-registration"


class TokenInAddress(Refusal):
    """A token stood in the address, where logs keep it. Send it as "Authorization: Bearer …"."""

    code = "token-in-address"
    issue = "security"
