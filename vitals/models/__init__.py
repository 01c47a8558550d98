"""Devices, who wears them, and what they sent."""

from vitals.models.analysis import Analysis
from vitals.models.chunks import ChunkConflict, ChunkReceipt, PyramidPiece, WaveformChunk
from vitals.models.device import Device, DeviceKey, DeviceStatus
from vitals.models.original import FileImport, OriginalFile, OriginalPart
from vitals.models.pairing import Pairing
from vitals.models.reading import ReadingReceipt
from vitals.models.recording import Recording, RecordingEvent
from vitals.models.refusal import UploadRefusal
from vitals.models.sync import SyncCursor, SyncPending, SyncReceipt, SyncTarget

__all__ = [
    "Analysis",
    "ChunkConflict",
    "ChunkReceipt",
    "Device",
    "DeviceKey",
    "DeviceStatus",
    "FileImport",
    "OriginalFile",
    "OriginalPart",
    "Pairing",
    "PyramidPiece",
    "ReadingReceipt",
    "Recording",
    "RecordingEvent",
    "SyncCursor",
    "SyncPending",
    "SyncReceipt",
    "SyncTarget",
    "UploadRefusal",
    "WaveformChunk",
]
