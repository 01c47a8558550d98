"""Imported files, byte for byte as they came, and what was read from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zstandard
from django.db import models
from django.db.models import Q
from django.utils import timezone

from fhir.models.record import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

PART = 2**20  # bytes


class FileImport(models.Model):
    """One upload: its files, and the recordings that were read from them (``recordings``).

    ``sha256`` is that of the files and of what was said about them, so the same upload is known
    again. ``said`` holds what the file states (identity, recorder, filters' remarks) and what was
    left out. File names are not kept: they often are the name of a patient.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.BinaryField(max_length=32, unique=True)
    format = models.CharField(max_length=10)
    imported_at = models.DateTimeField(default=timezone.now)
    imported_by = models.TextField()
    said = models.JSONField(default=dict)

    append_only = True

    def __str__(self) -> str:
        return f"{self.format} {self.id}"


class OriginalFile(models.Model):
    """One file as it was; its bytes lie in ``parts`` of 1 MiB, so that none is held whole."""

    imported = models.ForeignKey(FileImport, models.PROTECT, related_name="files")
    number = models.SmallIntegerField()
    # Of its name: ".hea", ".dat", ".edf".
    ending = models.CharField(max_length=12, blank=True)
    size_bytes = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)

    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["imported", "number"], name="original_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, size_bytes__gt=0), name="original_possible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.imported_id} {self.number}{self.ending}"

    @property
    def sha256_hex(self) -> str:
        """The digest as people compare it."""
        return bytes(self.sha256).hex()

    def stream(self) -> Iterator[bytes]:
        """Its bytes, part by part."""
        parts = self.parts.order_by("number").values_list("payload", flat=True)
        for payload in parts.iterator(chunk_size=4):
            yield zstandard.decompress(bytes(payload), PART)


class OriginalPart(models.Model):
    """Up to 1 MiB of a file, packed (zstd)."""

    file = models.ForeignKey(OriginalFile, models.PROTECT, related_name="parts", db_index=False)
    number = models.IntegerField()
    payload = models.BinaryField()

    append_only = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="part_once")]

    def __str__(self) -> str:
        return f"{self.file_id} part {self.number}"
