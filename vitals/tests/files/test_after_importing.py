"""What happens to an imported recording later: it is read, moved, and seen by those who may."""

from __future__ import annotations

import pytest

from accounts.principals import principal_of
from fhir.registry import render
from fhir.validation import problems
from patients.acts.moving import move
from patients.models import ImagingStudy
from tests.cast import person, visit
from vitals.models import Recording
from vitals.storage.drawing import draw, pack
from vitals.storage.reading import samples
from vitals.tests.files import made


@pytest.fixture
def ida(harbour):
    other = person("Ida", "Olsen", "100-9", harbour)
    visit(other, harbour)
    return other


@pytest.fixture
def imported(into):
    """A 12-lead DICOM in Rosa's chart."""
    (recording,) = into({"a.dcm": made.dicom()}).recordings
    return recording


def moved(recording, ida, as_ames):
    move(
        by=as_ames, kind="Recording", row=recording, right=ida, reason="wrong file chosen",
        expected=0,
    )  # fmt: skip
    return Recording.objects.get(pk=recording.pk)


def test_it_moves_to_the_correct_patient_whole(imported, rosa, ida, as_ames):
    after = moved(imported, ida, as_ames)
    assert after.patient == ida
    assert not Recording.objects.of(rosa).exists()
    assert (samples(after, 0, 2500)[:, 0] == made.wave(2500, 0)).all()


def test_its_study_moves_with_it(imported, rosa, ida, as_ames):
    moved(imported, ida, as_ames)
    assert not ImagingStudy.objects.of(rosa).standing().exists()
    assert ImagingStudy.objects.of(ida).standing().count() == 1


def test_only_those_who_treat_the_patient_see_it(imported, dr_ames, dr_baum):
    assert Recording.objects.visible_to(principal_of(dr_ames)).filter(pk=imported.pk).exists()
    assert not Recording.objects.visible_to(principal_of(dr_baum)).filter(pk=imported.pk).exists()


def test_its_recorder_can_neither_be_attached_nor_have_a_key(imported):
    device = imported.device
    assert (device.kind, device.registered) == ("file", False)
    assert not type(device).objects.registered().filter(pk=device.pk).exists()


def test_what_it_writes_is_valid_fhir(imported, rosa):
    for row in (imported.device, ImagingStudy.objects.of(rosa).get()):
        wrong = [each for each in problems(render(row)) if each.severity == "error"]
        assert wrong == []


def test_drawing_and_packing_change_no_sample(imported):
    before = samples(imported, 0, 2500)
    draw(imported.pk)
    pack(imported.pk)
    assert (samples(imported, 0, 2500) == before).all()


def test_every_chunk_has_its_receipt(imported):
    import hashlib

    (receipt,) = imported.receipts.all()
    (chunk,) = imported.chunks.all()
    assert hashlib.sha256(bytes(chunk.payload)).digest() == bytes(receipt.sha256)
