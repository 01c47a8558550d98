"""What was received, kept for ever; and the samples, in the form that reads fastest."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from vitals.models.pairing import Pairing
from vitals.models.recording import Recording

RAW = "raw"  # little-endian int16 as received, until the worker packs it


class ChunkReceipt(models.Model):
    """Proof that a chunk arrived. Stays when the samples are packed into larger blocks.

    Three clocks apart: the device's at the first sample, the device's while sending, ours at
    arrival; the offset is ours minus the device's.
    """

    recording = models.ForeignKey(
        Recording, models.PROTECT, related_name="receipts", db_index=False
    )
    seq = models.IntegerField()
    sha256 = models.BinaryField(max_length=32)
    first_sample = models.BigIntegerField()
    n_samples = models.IntegerField()
    device_time = models.DateTimeField()
    device_clock = models.DateTimeField()
    arrived_at = models.DateTimeField(default=timezone.now)
    clock_offset_ms = models.BigIntegerField()

    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recording", "seq"], name="chunk_once"),
            models.UniqueConstraint(fields=["recording", "first_sample"], name="sample_once"),
            models.CheckConstraint(
                condition=Q(seq__gte=0, first_sample__gte=0, n_samples__gt=0),
                name="receipt_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recording_id} #{self.seq}"


class ChunkConflict(models.Model):
    """Other bytes under a number that was taken: both are kept, neither is believed more."""

    recording = models.ForeignKey(Recording, models.PROTECT, related_name="conflicts")
    seq = models.IntegerField()
    sha256 = models.BinaryField(max_length=32)
    first_sample = models.BigIntegerField()
    device_time = models.DateTimeField()
    arrived_at = models.DateTimeField(default=timezone.now)
    payload = models.BinaryField()

    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recording", "seq", "sha256"], name="conflict_once")
        ]

    def __str__(self) -> str:
        return f"{self.recording_id} #{self.seq} again"


class WaveformChunk(models.Model):
    """Consecutive samples without a gap.

    ``pairing`` says whose they are (None: nobody's yet). ``start_time`` is the corrected time of
    the first sample. ``key_id`` 0: not encrypted.
    """

    # Written only while the recording's row is held, in the thousands: what can be left out is.
    recording = models.ForeignKey(
        Recording, models.PROTECT, related_name="chunks", db_index=False, db_constraint=False
    )
    first_sample = models.BigIntegerField()
    n_samples = models.IntegerField()
    start_time = models.DateTimeField()
    # The recording's own, or None: found through the recording, so without an index.
    pairing = models.ForeignKey(
        Pairing,
        models.PROTECT,
        null=True,
        related_name="chunks",
        db_index=False,
        db_constraint=False,
    )
    in_pyramid = models.BooleanField(default=False)
    codec = models.CharField(max_length=16)
    key_id = models.SmallIntegerField(default=0)
    payload = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recording", "first_sample"], name="block_once")
        ]
        indexes = [
            models.Index(
                fields=["recording", "first_sample"],
                condition=Q(in_pyramid=False),
                name="chunk_not_in_pyramid",
            ),
            models.Index(
                fields=["recording"], condition=Q(pairing__isnull=True), name="chunk_unassigned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recording_id} @{self.first_sample}"

    @property
    def end_sample(self) -> int:
        """Index after the last sample."""
        return self.first_sample + self.n_samples


class PyramidPiece(models.Model):
    """512 minima and maxima of one channel at one zoom level."""

    recording = models.ForeignKey(Recording, models.PROTECT, related_name="+", db_index=False)
    channel = models.SmallIntegerField()
    level = models.IntegerField()
    index = models.IntegerField()
    n_filled = models.IntegerField()
    payload = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "channel", "level", "index"], name="piece_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.recording_id} ×{self.level}"
