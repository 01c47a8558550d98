"""What a bad day at the other end looks like: one small answer each."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """How the stand-in answers one request instead of honestly.

    Attributes:
        name: For test ids.
        status: HTTP status; 0 sends none.
        headers: Sent with it.
        body: Sent with it, whatever it is.
        declared: Content-Length to announce; None is the true one.
        silence_s: Wait this long before answering.
        takes: Carry the request out all the same.
        cut: Close the connection after what was sent.
    """

    name: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    declared: int | None = None
    silence_s: float = 0.0
    takes: bool = False
    cut: bool = False


FHIR = {"Content-Type": "application/fhir+json"}
HTML = {"Content-Type": "text/html"}


def failing(status: int = 500) -> Fault:
    """A plain server error."""
    return Fault(f"answers {status}", status, FHIR, b'{"resourceType": "OperationOutcome"}')


def unavailable(retry_after: str = "1") -> Fault:
    """503 that says when to come back."""
    return Fault("503 with Retry-After", 503, {"Retry-After": retry_after})


def too_many(retry_after: str = "1") -> Fault:
    """429 that says when to come back."""
    return Fault("429 with Retry-After", 429, {"Retry-After": retry_after})


def silent(seconds: float, *, takes: bool = False) -> Fault:
    """No answer before the caller's patience ends."""
    return Fault("silent", silence_s=seconds, takes=takes, cut=True)


def cut(*, takes: bool = False) -> Fault:
    """The connection closes without an answer."""
    return Fault("cut after taking" if takes else "cut", takes=takes, cut=True)


def half_a_body(*, takes: bool = False) -> Fault:
    """The answer breaks off in the middle."""
    return Fault(
        "half a body", 200, FHIR, b'{"resourceType": "Pat', declared=400, takes=takes, cut=True
    )


def broken_json(*, takes: bool = False) -> Fault:
    """A whole answer that is half a JSON document."""
    return Fault("broken JSON", 200, FHIR, b'{"resourceType": "Pat', takes=takes)


def html(status: int = 200) -> Fault:
    """A proxy's sign-in or error page instead of FHIR."""
    return Fault(f"HTML {status}", status, HTML, b"<html><body>Please sign in</body></html>")


def empty_created() -> Fault:
    """Takes the resource and answers 201 without a body and without a Location."""
    return Fault("201 without body", 201, takes=True)


def redirect(to: str) -> Fault:
    """Points to another host."""
    return Fault("redirect", 307, {"Location": to})


def swallowed(status: int = 500) -> Fault:
    """Takes the resource and answers as if it had failed."""
    return Fault(f"takes it, answers {status}", status, FHIR, takes=True)


# What a sender must survive without losing or doubling anything, one after the other.
BAD_DAY: tuple[Callable[[], Fault], ...] = (
    failing,
    lambda: unavailable("0"),
    lambda: too_many("0"),
    cut,
    lambda: cut(takes=True),
    lambda: half_a_body(takes=True),
    half_a_body,
    lambda: broken_json(takes=True),
    html,
    lambda: html(502),
    swallowed,
    empty_created,
)
