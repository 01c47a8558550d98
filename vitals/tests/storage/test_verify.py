"""``manage.py recordings verify``: one altered byte anywhere is named."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import StringIO

import pytest
import zstandard
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from vitals.models import ChunkConflict, FileImport, Recording, WaveformChunk
from vitals.models.original import OriginalFile, OriginalPart
from vitals.storage import drawing
from vitals.storage.drawing import draw, pack
from vitals.tests.conftest import RATE, wave

SIZE = 10 * RATE


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def six(device, recording):
    """A minute in six chunks."""
    for seq in range(6):
        assert device.put(recording, seq, wave(SIZE, seq), SIZE * seq).status_code == 201
    return recording


@pytest.fixture
def merged(six, monkeypatch):
    """The same, joined into one block."""
    monkeypatch.setattr(drawing, "SETTLED", timedelta(seconds=-5))
    Recording.objects.filter(pk=six).update(closed_at=timezone.now())
    draw(six)
    pack(six)
    assert WaveformChunk.objects.filter(recording=six).count() == 1
    return six


def verified(*options):
    """What it prints and its exit code."""
    out = StringIO()
    try:
        call_command("recordings", "verify", *options, stdout=out)
    except CommandError as no:
        return out.getvalue(), no.returncode
    return out.getvalue(), 0


def alter(where, byte=7):
    """One byte of a stored block becomes another, behind the back of the product."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE vitals_waveformchunk SET payload = set_byte(payload, %s, "
            f"get_byte(payload, %s) # 1) WHERE {where}",
            [byte, byte],
        )
        assert cursor.rowcount == 1


def test_what_is_stored_as_received_passes(six):
    text, code = verified()
    assert code == 0
    assert "Looked at 1 recordings, 6 chunks (15000 samples)" in text


def test_merged_blocks_pass(merged):
    assert verified()[1] == 0


def test_one_altered_byte_is_named_by_recording_and_chunk(six):
    alter(f"first_sample = {3 * SIZE}")
    text, code = verified()
    named = f"recording {six}, chunk 3 (samples 7500 to 9999): the stored samples are not the ones"
    assert code == 1
    assert [line for line in text.splitlines() if "chunk" in line and "Looked" not in line] == [
        line for line in text.splitlines() if line.startswith(named)
    ]


def test_one_altered_sample_of_a_merged_block_names_its_chunk_only(merged):
    from vitals.storage.codec import encode
    from vitals.storage.reading import samples

    data = samples(Recording.objects.get(pk=merged), 0, 6 * SIZE)
    data[4 * SIZE + 1, 0] ^= 1
    codec, payload = encode(data)
    WaveformChunk.objects.filter(recording=merged).update(codec=codec, payload=payload)
    text, code = verified()
    assert code == 1
    assert "chunk 4 (samples 10000 to 12499)" in text
    assert text.count("are not the ones that were received") == 1


def test_an_altered_byte_of_a_merged_block_is_found(merged):
    alter("true", byte=5000)
    text, code = verified()
    assert code == 1
    assert str(merged) in text


def test_lost_samples_are_named(six):
    WaveformChunk.objects.filter(first_sample=2 * SIZE).delete()
    text, code = verified()
    assert code == 1
    assert f"recording {six}, chunk 2 (samples 5000 to 7499): the samples that were" in text


def test_a_shortened_block_is_named(merged):
    WaveformChunk.objects.filter(recording=merged).update(n_samples=6 * SIZE - 1)
    assert verified()[1] == 1


def test_samples_that_no_receipt_knows_are_named(six):
    row = WaveformChunk.objects.filter(first_sample=0).get()
    row.pk, row.first_sample = None, 50 * SIZE
    row.save()
    text, code = verified()
    assert code == 1
    assert "block at sample 125000: samples are stored that no receipt knows" in text


def test_nothing_that_is_printed_tells_whose_it_is(six, rosa):
    alter("first_sample = 0")
    text, _ = verified()
    assert rosa.name.family not in text
    assert str(rosa.pk) not in text


def test_what_was_sent_in_conflict_is_looked_at_too(six, device):
    device.put(six, 0, wave(SIZE, 99), 0)
    assert verified()[1] == 0
    known = ChunkConflict.objects.get()
    known.pk, known.seq, known.payload = None, 1, b"other"
    known.save(force_insert=True)
    text, code = verified()
    assert code == 1
    assert "chunk 1: what was sent in conflict with it" in text


def test_a_run_that_was_stopped_goes_on_where_it_was(six, device, worn, folder):
    other = device.open(client_id="second").json()["id"]
    device.put(other, 0, wave(), 0)
    first = min(six, other)
    (folder / "recordings-verified-to").write_text(f"{first} 0")
    text, code = verified("--resume")
    assert code == 0
    assert "Looked at 1 recordings" in text
    assert not (folder / "recordings-verified-to").exists()


def test_what_was_found_before_it_was_stopped_still_counts(six, folder):
    (folder / "recordings-verified-to").write_text(f"{six} 2")
    assert verified("--resume")[1] == 1


def test_a_place_that_cannot_be_read_is_said(six, folder):
    (folder / "recordings-verified-to").write_text("x")
    assert verified("--resume")[1] == 2


def test_one_recording_can_be_asked_for(six):
    assert "6 chunks" in verified("--recording", six)[0]
    assert verified("--recording", "01900000-0000-7000-8000-000000000000")[1] == 2


@pytest.mark.parametrize(
    ("stored", "code", "words"),
    [
        (zstandard.compress(b"an EDF file"), 0, "1 original files"),
        (zstandard.compress(b"another one"), 1, "original file 1.edf: the stored file is not"),
        (b"no zstd", 1, "original file 1.edf: the stored file cannot be read"),
    ],
)
def test_original_files_are_hashed(six, stored, code, words):
    imported = FileImport.objects.create(sha256=bytes(32), format="edf", imported_by="test")
    digest = hashlib.sha256(b"an EDF file").digest()
    file = OriginalFile.objects.create(
        imported=imported, number=1, ending=".edf", size_bytes=11, sha256=digest
    )
    OriginalPart.objects.create(file=file, number=0, payload=stored)
    Recording.objects.filter(pk=six).update(imported=imported)
    text, found = verified()
    assert found == code
    assert words in text
