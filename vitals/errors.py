"""What devices, and people who handle them, are refused; codes as in docs/device-api.md."""

from typing import Any

from fhir.errors import NotAllowed, Refusal

__all__ = ["NotAllowed", "Refusal"]


class DeviceRefusal(Refusal):
    """The upload was understood and is not taken.

    Attributes:
        field: Member or header at fault.
        more: Further members of the answer.
    """

    def __init__(self, message: str = "", *, field: str = "", **more: Any) -> None:
        super().__init__(message, expression=field)
        self.field = field
        self.more = more


class BadUpload(DeviceRefusal):
    """Something is missing or cannot be read; "field" names it."""

    code = "malformed"


class DigestMissing(BadUpload):
    """Send Content-Digest: sha-256=:…: (RFC 9530), so that a damaged chunk is noticed."""

    code = "digest-missing"


class DigestMalformed(BadUpload):
    """Content-Digest must be sha-256=:base64 of 32 bytes:."""

    code = "digest-malformed"


class DigestMismatch(BadUpload):
    """The bytes that arrived are not the ones you hashed. Send the chunk again."""

    code = "digest-mismatch"


class HeaderMissing(BadUpload):
    """A header is missing."""

    code = "header-missing"


class HeaderMalformed(BadUpload):
    """A header cannot be read."""

    code = "header-malformed"


class EmptyChunk(BadUpload):
    """The chunk holds no samples. There is no need to send it."""

    code = "empty-chunk"


class OddByteCount(BadUpload):
    """Samples are 16 bits each; this is not a whole number of them."""

    code = "odd-byte-count"


class ChannelCount(BadUpload):
    """The samples do not divide by the number of channels of this recording."""

    code = "channel-count"


class CborMalformed(BadUpload):
    """A batch is a CBOR array of at most 100 maps: seq, first_sample, device_time, sha256, data."""

    code = "cbor-malformed"


class TooLarge(DeviceRefusal):
    """The body is too large."""

    status = 413
    issue = "too-long"


class ChunkTooLarge(TooLarge):
    """A chunk holds at most 1 MiB. Send shorter chunks."""

    code = "chunk-too-large"


class BatchTooLarge(TooLarge):
    """A batch holds at most 4 MiB. Send fewer chunks at once."""

    code = "batch-too-large"


class BodyTooLarge(TooLarge):
    """This body is larger than any reading."""

    code = "body-too-large"


class MediaType(DeviceRefusal):
    """The Content-Type is not the one that this address takes."""

    status = 415
    code = "media-type"


class KeyRefused(DeviceRefusal):
    """The key does not open this door."""

    status = 401
    issue = "login"


class KeyMissing(KeyRefused):
    """Send the device key: Authorization: Bearer cw_… in full."""

    code = "key-missing"


class KeyInvalid(KeyRefused):
    """This is not a key of this house. Check it, or have it rotated by an administrator."""

    code = "key-invalid"


class KeyExpired(KeyRefused):
    """The key's time is over. An administrator can rotate it."""

    code = "key-expired"


class KeyRevoked(KeyRefused):
    """The key was withdrawn. Ask the administrator."""

    code = "key-revoked"


class UnknownRecording(DeviceRefusal):
    """This device has no such recording. Open one, and send its samples there."""

    status = 404
    code = "unknown-recording"
    issue = "not-found"


class Conflict(DeviceRefusal):
    """It does not fit what is here already."""

    status = 409
    issue = "conflict"


class RecordingClosed(Conflict):
    """The recording is closed. Open a new one and send the samples there."""

    code = "recording-closed"


class PairingChanged(Conflict):
    """Since this recording began, the device went to another wearer. Open a new recording."""

    code = "pairing-changed"


class ChunkConflictFound(Conflict):
    """This seq was received with other content. Both are kept; a seq never means two things."""

    code = "chunk-conflict"


class SampleOverlap(Conflict):
    """Samples with these indices are here already."""

    code = "sample-overlap"


class ChunksMissing(Conflict):
    """Chunks have not arrived. Send them, or name them in "given_up" if they never will."""

    code = "chunks-missing"


class SampleCount(Conflict):
    """The sample_count lies before the last sample received."""

    code = "sample-count"


class ClientIdReused(Conflict):
    """This client_id was used with other content. Use a new one."""

    code = "client-id-reused"


class BadValue(DeviceRefusal):
    """The value cannot be."""

    code = "value-impossible"
    issue = "value"


class DeviceTimeFuture(BadValue):
    """By the clock that the device sent, this has not been measured yet. Set its clock."""

    code = "device-time-future"


class DeviceTimePast(BadValue):
    """More than a year ago: such a time is a clock that was not set. Set it."""

    code = "device-time-past"


class SamplingRate(BadValue):
    """The sampling rate must be a number from 1 to 20,000 Hz."""

    code = "sampling-rate"


class Channels(BadValue):
    """Name 1 to 16 different channels of at most 16 characters."""

    code = "channels"


class KindUnknown(BadValue):
    """This kind is not known here."""

    code = "kind-unknown"


class UnitUnknown(BadValue):
    """This unit is not one of the units for this kind."""

    code = "unit-unknown"


class FileRefused(DeviceRefusal):
    """The file cannot be read, or not be kept.

    Attributes:
        file: Name of the file at fault, as it was sent.
    """

    status = 422
    code = "file"
    issue = "value"

    def __init__(
        self, message: str = "", *, field: str = "", code: str = "", file: str = "", **more: Any
    ) -> None:
        super().__init__(message, field=field, **more)
        self.code = code or self.code
        self.file = file


class FileTooLarge(FileRefused):
    """The files are larger than one import takes."""

    status = 413
    code = "file-too-large"
    issue = "too-long"


class StartUnknown(FileRefused):
    """The file does not say when the recording began. State it."""

    code = "start-unknown"


class StartImpossible(FileRefused):
    """The recording cannot have begun then. State when it began."""

    code = "start-impossible"


class IdentityDiffers(FileRefused):
    """The file names somebody else than this patient. Nothing was kept.

    Attributes:
        details: What differs, for those who may read the chart; not part of any answer.
        confirm: What an order carries that imports the file all the same.
    """

    status = 409
    code = "identity-differs"
    issue = "conflict"

    def __init__(self, message: str, *, details: Any, confirm: str, **more: Any) -> None:
        super().__init__(message, field="identity", **more)
        self.details = details
        self.confirm = confirm


class FileElsewhere(FileRefused):
    """This file is in another chart already. If that is wrong, move the recording from there."""

    status = 409
    code = "file-elsewhere"
    issue = "conflict"


class FilesBusy(FileRefused):
    """Other files are being read at the moment. Send it again in a minute."""

    status = 503
    code = "files-busy"
    issue = "throttled"


class DeviceUnknown(Refusal):
    """No device with this serial is registered at your facility. Check the label on the device."""

    status = 422
    code = "device-unknown"
    issue = "not-found"


class SerialTaken(Refusal):
    """A device with this serial is registered already."""

    status = 422
    code = "serial-taken"
    issue = "duplicate"


class PairingOverlap(Refusal):
    """The device is, or was, on another patient at that time. Detach it there first."""

    status = 409
    code = "pairing-overlap"
    issue = "conflict"


class PairingTime(Refusal):
    """A device cannot be attached or detached at that time."""

    status = 422
    code = "pairing-time"
    issue = "value"


class PairingEnded(Refusal):
    """The device was detached already."""

    status = 409
    code = "pairing-ended"
    issue = "conflict"


class BadView(Refusal):
    """A view of a trace needs start_ms, end_ms, width and channel as whole numbers."""

    code = "bad-view"
    issue = "value"


class NoSuchRecording(Refusal):
    """No recording here that you may open."""

    status = 404
    code = "not-found"
    issue = "not-found"
