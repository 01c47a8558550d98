"""The pyramid of an upgraded house is the one that a new house draws."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from vitals.models import PyramidPiece, WaveformChunk
from vitals.storage import pyramid
from vitals.storage.drawing import draw
from vitals.tests.conftest import wave

FIRSTS = (0, 60_000, 70_000, 2_000_000)


@pytest.fixture
def sent(device, recording):
    for seq, first in enumerate(FIRSTS):
        assert device.put(recording, seq, wave(9000, seq), first).status_code == 201
    return recording


def stored():
    rows = PyramidPiece.objects.values_list("channel", "level", "index", "n_filled", "payload")
    return {tuple(where): (n, bytes(payload)) for *where, n, payload in rows}


def test_large_pieces_become_the_small_ones(sent, monkeypatch):
    draw(sent)
    expected = stored()
    PyramidPiece.objects.all().delete()
    WaveformChunk.objects.update(in_pyramid=False)
    with monkeypatch.context() as before:
        before.setattr(pyramid, "POINTS_PER_PIECE", 4096)
        draw(sent)
    assert len(stored()) < len(expected)
    import_module("vitals.migrations.0013_smaller_pieces").shrink(apps, None)
    assert stored() == expected
