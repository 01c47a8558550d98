"""What the engine refuses; the class is the HTTP status, the code is stable for programs."""


class Refusal(Exception):
    """A request that was understood and not carried out. The message says what to do.

    Attributes:
        status: HTTP status of the answer.
        code: Stable kebab-case name of the reason, for programs.
        issue: FHIR issue-type code for an OperationOutcome.
        expression: FHIRPath of the element at fault, or the name of the parameter, if there is one.
        part: Part of the request that is at fault where no element is.
        retry_after_s: After how long it may be tried again; 0 where it would be refused again.
        way_on: Address of the page that helps whoever was refused; empty where there is none.
        quiet: The audit trail has noted the like of it a moment ago.
    """

    status = 400
    code = "refused"
    issue = "processing"
    part = "request"
    retry_after_s = 0
    way_on = ""
    quiet = False

    def __init__(self, message: str = "", *, expression: str = "", code: str = "") -> None:
        self.message = message or (self.__doc__ or "").strip()
        self.expression = expression
        self.code = code or self.code
        super().__init__(self.message)


class Malformed(Refusal):
    """The body is neither JSON nor XML that can be kept."""

    code = "malformed"
    issue = "structure"
    part = "body"


class Invalid(Refusal):
    """The resource breaks a rule of FHIR R4."""

    status = 422
    code = "invalid"
    issue = "invalid"


class UnknownType(Refusal):
    """FHIR R4 has no such resource type."""

    status = 404
    code = "unknown-type"
    issue = "not-supported"
    part = "url"


class UnknownParameter(Refusal):
    """The search parameter is not supported here."""

    code = "unknown-parameter"
    issue = "not-supported"
    part = "parameter"


class BadParameter(Refusal):
    """The value of a search parameter cannot be read."""

    code = "bad-parameter"
    issue = "value"
    part = "parameter"


class NotFound(Refusal):
    """Nothing here has that id, or you may not see it."""

    status = 404
    code = "not-found"
    issue = "not-found"
    part = "url"


class NotSignedIn(Refusal):
    """Sign in first."""

    status = 401
    code = "not-signed-in"
    issue = "login"
    part = "Authorization"
    # What the WWW-Authenticate header of the answer says.
    challenge = 'Bearer realm="Chartwave FHIR"'


class BadToken(NotSignedIn):
    """The token does not open this: it has expired, was switched off, or was never given out."""

    code = "bad-token"
    challenge = 'Bearer realm="Chartwave FHIR", error="invalid_token"'


class NotAllowed(Refusal):
    """Your role does not permit this. Ask an administrator for the role it needs."""

    status = 403
    code = "not-allowed"
    issue = "forbidden"
    part = "Authorization"


class VersionConflict(Refusal):
    """Somebody changed this meanwhile. Load it again, look at the difference, then repeat."""

    status = 409
    code = "version-conflict"
    issue = "conflict"


class MethodNotAllowed(Refusal):
    """This address does not take that method."""

    status = 405
    code = "method-not-allowed"
    issue = "not-supported"
    part = "method"


class PreconditionFailed(VersionConflict):
    """The version that If-Match names is not the newest. Read it again, then repeat."""

    status = 412
    code = "precondition-failed"
    part = "If-Match"


class SeveralMatch(Refusal):
    """Several resources match the condition; nothing was done. Make the condition narrower."""

    status = 412
    code = "several-match"
    issue = "multiple-matches"
    part = "condition"


class StillReferredTo(Refusal):
    """Other records refer to this one. Delete or change them first."""

    status = 409
    code = "still-referred-to"
    issue = "conflict"
    part = "url"


class Gone(Refusal):
    """This was deleted; its history is still there."""

    status = 410
    code = "gone"
    issue = "deleted"
    part = "url"


class TooLarge(Refusal):
    """The body is larger than this server takes. Send it in parts."""

    status = 413
    code = "too-large"
    issue = "too-long"
    part = "body"


class WrongMediaType(Refusal):
    """This is not a format that is understood here: send FHIR JSON or FHIR XML."""

    status = 415
    code = "wrong-media-type"
    issue = "not-supported"
    part = "Content-Type"


class NotAcceptable(Refusal):
    """None of the formats you accept is given here: ask for FHIR JSON or FHIR XML."""

    status = 406
    code = "not-acceptable"
    issue = "not-supported"
    part = "Accept"


class LengthRequired(Refusal):
    """The request does not say how long its body is. Send Content-Length."""

    status = 411
    code = "length-required"
    part = "Content-Length"


class InTheClear(Refusal):
    """This came over plain http, where anybody can read along. Use https://, and change the key."""

    status = 403
    code = "https-only"
    issue = "security"


class TooOften(Refusal):
    """Too many requests within a minute. Wait a minute, then go on more slowly."""

    status = 429
    code = "too-often"
    issue = "throttled"
    retry_after_s = 60
