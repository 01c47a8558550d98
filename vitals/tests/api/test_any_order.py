"""However chunks come – shuffled, twice, late – the samples are the device's."""

from __future__ import annotations

from itertools import count

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vitals.models import ChunkReceipt, Recording
from vitals.storage.drawing import draw, pack
from vitals.storage.reading import samples, viewport

CHANNELS = 2


@st.composite
def deliveries(pick):
    """Chunks with gaps between them, and the order in which they arrive, some repeatedly."""
    lengths = pick(st.lists(st.integers(1, 40), min_size=1, max_size=8))
    gaps = pick(st.lists(st.integers(0, 30), min_size=len(lengths), max_size=len(lengths)))
    chunks, first = [], 0
    for seq, (length, gap) in enumerate(zip(lengths, gaps, strict=True)):
        values = np.random.default_rng(seq).integers(-32767, 32767, (length, CHANNELS))
        chunks.append((seq, first + gap, values.astype("<i2")))
        first += gap + length
    again = pick(st.lists(st.sampled_from(chunks), max_size=6))
    return chunks, pick(st.permutations(chunks + again)), first


def whole(chunks, end):
    expected = np.full((end, CHANNELS), -32768, np.int16)
    for _, first, values in chunks:
        expected[first : first + len(values)] = values
    return expected


NUMBERS = count()


def fresh(device):
    answer = device.open(client_id=f"any-{next(NUMBERS)}", channels=["I", "II"])
    return answer.json()["id"]


RELAXED = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@RELAXED
@given(delivery=deliveries())
def test_shuffled_doubled_and_late_chunks_are_stored_sample_by_sample(device, worn, delivery):
    chunks, arrivals, end = delivery
    recording = fresh(device)
    answers = [
        device.put(recording, seq, values.tobytes(), first).status_code
        for seq, first, values in arrivals
    ]
    assert answers.count(201) == len(chunks)
    assert set(answers) <= {200, 201}
    stored = samples(Recording.objects.get(pk=recording), 0, end)
    assert np.array_equal(stored, whole(chunks, end))


@RELAXED
@given(delivery=deliveries(), cut=st.integers(0, 8))
def test_drawing_and_packing_in_between_changes_no_sample(device, worn, delivery, cut, monkeypatch):
    from datetime import timedelta

    from vitals.storage import drawing

    monkeypatch.setattr(drawing, "SETTLED", timedelta(seconds=-5))
    chunks, arrivals, end = delivery
    recording = fresh(device)
    for number, (seq, first, values) in enumerate(arrivals):
        device.put(recording, seq, values.tobytes(), first)
        if number == cut:
            draw(recording)
            pack(recording)
    Recording.objects.filter(pk=recording).update(closed_at="2026-01-01T00:00Z")
    draw(recording)
    pack(recording)
    stored = samples(Recording.objects.get(pk=recording), 0, end)
    assert np.array_equal(stored, whole(chunks, end))
    assert ChunkReceipt.objects.filter(recording=recording).count() == len(chunks)


@RELAXED
@given(delivery=deliveries(), data=st.data())
def test_a_view_is_the_same_before_and_after_the_worker_has_drawn_it(device, worn, delivery, data):
    _chunks, arrivals, end = delivery
    recording = fresh(device)
    for seq, first, values in arrivals:
        device.put(recording, seq, values.tobytes(), first)
    row = Recording.objects.get(pk=recording)
    start = data.draw(st.integers(0, end - 1))
    stop = data.draw(st.integers(start + 1, end))
    width = data.draw(st.integers(1, 20))
    before = viewport(row, 1, start, stop, width)
    draw(recording)
    after = viewport(row, 1, start, stop, width)
    assert np.array_equal(before.pairs, after.pairs)


@RELAXED
@given(delivery=deliveries(), start=st.integers(0, 300), n=st.integers(1, 200))
def test_any_stretch_reads_like_the_whole(device, worn, delivery, start, n):
    chunks, arrivals, end = delivery
    recording = fresh(device)
    for seq, first, values in arrivals:
        device.put(recording, seq, values.tobytes(), first)
    everything = np.concatenate([whole(chunks, end), np.full((600, CHANNELS), -32768, np.int16)])
    stored = samples(Recording.objects.get(pk=recording), start, n)
    assert np.array_equal(stored, everything[start : start + n])
