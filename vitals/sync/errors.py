"""What can go wrong between this house and another system, and what to do about it.

Every error carries a ``disposition``: what the outbox does with the resource that met it.
"""

from enum import Enum


class Disposition(Enum):
    """What happens to a resource whose sending failed."""

    LATER = "later"  # nobody need act; sent again after a pause
    PARKED = "parked"  # a person corrects the record or the target, then retries
    CONFLICT = "conflict"  # a person compares the two versions
    PAUSED = "paused"  # the whole target stops until an administrator acts


class SyncError(Exception):
    """The other system did not take, or not surely take, what was sent.

    Attributes:
        disposition: What the outbox does next.
        words: What to show a person; the other system's own words where it gave any.
        status: HTTP status of its answer, 0 where there was none.
        retry_after_s: Seconds it asked us to wait, None where it did not say.
        surely_not_taken: True where the other system certainly did nothing with the request.
    """

    disposition = Disposition.LATER
    surely_not_taken = False

    def __init__(self, words: str, *, status: int = 0, retry_after_s: float | None = None) -> None:
        self.words = words
        self.status = status
        self.retry_after_s = retry_after_s
        super().__init__(words)


class UnreachableError(SyncError):
    """No connection could be made: nothing was sent."""

    surely_not_taken = True


class NoAnswerError(SyncError):
    """The connection was cut or fell silent after sending: it may have been taken."""


class GarbledAnswerError(SyncError):
    """The answer is no FHIR JSON (half a body, an HTML page): it may have been taken."""


class ServerFailedError(SyncError):
    """5xx: the other system failed; it may have been taken all the same."""


class BusyError(SyncError):
    """429: asked to slow down; nothing was taken."""

    surely_not_taken = True


class RefusedError(SyncError):
    """4xx such as 400 or 422: the other system does not accept this resource."""

    disposition = Disposition.PARKED
    surely_not_taken = True


class SeveralMatchesError(SyncError):
    """More than one resource there carries our identifier; a person must say which is ours."""

    disposition = Disposition.PARKED
    surely_not_taken = True


class StaleError(SyncError):
    """409 or 412: somebody changed the resource there since we last wrote it."""

    disposition = Disposition.CONFLICT
    surely_not_taken = True


class TargetError(SyncError):
    """The whole target cannot be used until an administrator acts."""

    disposition = Disposition.PAUSED
    surely_not_taken = True


class NotAuthorisedError(TargetError):
    """401 or 403: the credentials are not, or no longer, accepted."""


class RedirectedError(TargetError):
    """The server points elsewhere. Redirects are refused: they would carry data to a stranger."""


class ForeignHostError(TargetError):
    """A link of the server leads to another host; no request and no token goes there."""


class ForbiddenAddressError(TargetError):
    """The address is one that this house must not be made to call."""


class SecretUnreadableError(TargetError):
    """The stored credentials cannot be decrypted: SECRET_KEY changed. Enter them again."""
