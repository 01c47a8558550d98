"""What the trace asks for besides one channel: several, beats, and the whole at a glance."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from django.utils import timezone

from vitals.models import Analysis, Recording
from vitals.storage.drawing import draw
from vitals.tests.conftest import RATE, rfc3339, wave

CHUNK = 10 * RATE


@pytest.fixture
def seen(client, dr_ames):
    client.force_login(dr_ames)
    return client


@pytest.fixture
def leads(device, worn):
    """A minute of three leads."""
    found = device.open(client_id="three", channels=["I", "II", "V5"]).json()["id"]
    for seq in range(6):
        device.put(found, seq, wave(CHUNK, seq, 3), CHUNK * seq)
    return found


def read(recording, result, *, algorithm="chartwave-ecg", from_sample=0, to_sample=60 * RATE):
    """A reading as the worker keeps it."""
    return Analysis.objects.create(
        recording_id=recording, algorithm=algorithm, algorithm_version="2", result=result,
        from_sample=from_sample, to_sample=to_sample, final=True,
    )  # fmt: skip


def view(client, recording, **query):
    wanted = {"start_ms": 0, "end_ms": 60_000, "width": 500, "channels": "0,1,2"} | query
    return client.get(f"/recordings/{recording}/viewport", wanted)


def single(answer, n):
    return np.frombuffer(answer.content, "<i2").reshape(n, -1)


def test_a_close_view_gives_the_samples_of_each_channel_once(seen, leads):
    answer = view(seen, leads, start_ms=1000, end_ms=3000, width=2000)
    whole = np.frombuffer(wave(CHUNK, 0, 3), "<i2").reshape(-1, 3)
    first = int(answer["X-First-Sample"])
    assert answer["X-Values-Per-Bucket"] == "1"
    assert np.array_equal(single(answer, 3), whole[first : first + 500].T)


def test_channels_come_in_the_order_asked(seen, leads):
    both = view(seen, leads, start_ms=0, end_ms=1000, width=2000, channels="2,0")
    alone = view(seen, leads, start_ms=0, end_ms=1000, width=2000, channels="2")
    assert both["X-Channels"] == "2,0"
    assert np.array_equal(single(both, 2)[0], single(alone, 1)[0])


def test_a_far_view_gives_pairs_of_each_channel(seen, leads):
    draw(leads)
    several = view(seen, leads, width=40)
    alone = seen.get(
        f"/recordings/{leads}/viewport",
        {"start_ms": 0, "end_ms": 60_000, "width": 40, "channel": 1},
    )
    assert several["X-Values-Per-Bucket"] == "2"
    assert several["X-Samples-Per-Bucket"] == alone["X-Samples-Per-Bucket"]
    assert single(several, 3)[1].tobytes() == alone.content


def test_several_channels_are_never_more_than_a_hundred_kilobytes(seen, device, worn):
    names = [f"L{i}" for i in range(16)]
    found = device.open(client_id="many", channels=names).json()["id"]
    for seq in range(6):
        device.put(found, seq, wave(CHUNK, seq, 16), CHUNK * seq)
    every = ",".join(map(str, range(16)))
    for width in (1, 100, 8192):
        assert 0 < len(view(seen, found, width=width, channels=every).content) <= 100_000


def test_a_view_after_the_end_is_empty(seen, leads):
    answer = view(seen, leads, start_ms=100_000, end_ms=110_000)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("channels", ["", "3", "0,3", "a", "0,", ",0", "0;1", "-1", "٠", "100"])
def test_channels_that_are_not_there_are_refused(seen, leads, channels):
    assert view(seen, leads, channels=channels).status_code == 400


PIECE = {
    "core": [0, 60 * RATE], "beats": [100, 200, 250], "classes": "NVN",
    "rejected": [[5 * RATE, 9 * RATE]],
}  # fmt: skip


def beats(client, recording, first=0, end=60 * RATE):
    return client.get(f"/recordings/{recording}/beats", {"first": first, "end": end})


@pytest.fixture
def pieces(leads):
    """A finished reading with one piece."""
    read(leads, {}, algorithm="chartwave-ecg")
    read(leads, PIECE, algorithm="chartwave-ecg/piece")
    return leads


def test_beats_carry_their_class(seen, pieces):
    assert beats(seen, pieces).json()["beats"] == [[100, "N"], [300, "V"], [550, "N"]]


def test_classes_that_are_kept_as_codes_come_as_letters(seen, leads):
    read(leads, {})
    read(leads, PIECE | {"classes": "000103"}, algorithm="chartwave-ecg/piece")
    assert [letter for _, letter in beats(seen, leads).json()["beats"]] == ["N", "V", "Q"]


def test_only_beats_of_the_span_come(seen, pieces):
    assert beats(seen, pieces, 300, 550).json()["beats"] == [[300, "V"]]


def test_time_that_was_not_read_is_told_as_far_as_it_lies_in_the_span(seen, pieces):
    assert beats(seen, pieces, 6 * RATE, 60 * RATE).json()["rejected"] == [[6 * RATE, 9 * RATE]]


def test_beats_of_an_older_algorithm_have_no_class(seen, leads):
    read(leads, {})
    read(leads, {"core": [0, 9], "beats": [100, 200]}, algorithm="chartwave-ecg/piece")
    assert beats(seen, leads).json()["beats"] == [[100, None], [300, None]]


def test_pieces_of_another_version_are_not_mixed_in(seen, pieces):
    read(pieces, {"beats": [7]}, algorithm="chartwave-first-analysis/piece")
    assert len(beats(seen, pieces).json()["beats"]) == 3


def test_nothing_read_is_no_beat(seen, leads):
    assert beats(seen, leads).json() == {"beats": [], "rejected": [], "read_to": 0}


@pytest.mark.parametrize(
    ("first", "end"), [(5, 5), (9, 3), ("x", 5), (0, 1_200 * RATE + 5), (-1, 5), (0, "")]
)
def test_a_span_of_beats_that_cannot_be_is_refused(seen, leads, first, end):
    assert beats(seen, leads, first, end).status_code == 400


def whole(client, recording):
    return client.get(f"/recordings/{recording}/overview.json").json()


def test_an_unread_recording_has_an_empty_overview(seen, leads):
    found = whole(seen, leads)
    assert found["length_ms"] == 60_000
    assert (found["episodes"], found["quality"]["grades"], found["motion"]) == ([], "", None)


def test_quality_is_a_letter_for_ten_seconds(seen, leads):
    runs = [
        {"grade": "good", "from_s": 0, "to_s": 20},
        {"grade": "noise", "from_s": 20, "to_s": 30},
        {"grade": "no signal", "from_s": 40, "to_s": 50},
    ]
    read(leads, {"quality": runs})
    assert whole(seen, leads)["quality"] == {"step_ms": 10_000, "grades": "ggn-s"}


def test_a_reading_of_the_first_kind_keeps_its_grades_elsewhere(seen, leads):
    read(leads, {"quality": "good", "grades": [{"grade": "poor", "from_s": 0, "to_s": 10}]})
    assert whole(seen, leads)["quality"]["grades"] == "p"


def test_quality_of_a_fortnight_is_thinned_to_the_worst(seen, leads):
    long = [
        {"grade": "good", "from_s": 0, "to_s": 1_209_590},
        {"grade": "noise", "from_s": 1_209_590, "to_s": 1_209_600},
    ]
    read(leads, {"quality": long, "rate_by_minute": [60.0] * 20_160})
    answer = seen.get(f"/recordings/{leads}/overview.json")
    assert answer.json()["quality"]["grades"][-1] == "n"
    assert len(answer.content) <= 100_000


def test_episodes_have_names_times_and_details(seen, leads):
    episode = {
        "kind": "ventricular-run", "start_sample": RATE, "end_sample": 3 * RATE,
        "beats": 5, "rate_per_min": 151.4,
    }  # fmt: skip
    read(leads, {"episodes": [episode]})
    assert whole(seen, leads)["episodes"] == [
        {
            "kind": "ventricular-run", "name": "run of ventricular beats",
            "start_ms": 1000, "end_ms": 3000, "words": "5 beats, 151 /min",
        }
    ]  # fmt: skip


def test_an_episode_of_an_unknown_kind_is_shown_as_it_came(seen, leads):
    read(leads, {"episodes": [{"kind": "new-thing", "start_sample": 0, "end_sample": 9}]})
    assert whole(seen, leads)["episodes"][0]["name"] == "new thing"


def test_pauses_of_an_older_reading_are_episodes(seen, leads):
    read(leads, {"pauses": [{"start_sample": 2 * RATE, "seconds": 2.5}]})
    (found,) = whole(seen, leads)["episodes"]
    assert (found["kind"], found["start_ms"], found["end_ms"]) == ("pause", 2000, 4500)


def test_the_patients_button_stands_on_the_same_axis(seen, device, leads):
    at = timezone.now()
    device.post(
        "/api/v1/events/",
        {"recording": leads, "device_time": rfc3339(at), "client_id": "b"},
        Device_Clock=rfc3339(at),
    )
    (pressed,) = whole(seen, leads)["events"]
    assert abs(pressed) < 70_000
    assert lanes_kept(seen, leads) == ["marks"]


def test_motion_comes_from_the_sibling_of_the_same_session(seen, device, worn):
    ecg = device.open(client_id="e", session_id="s").json()["id"]
    imu = device.open(
        client_id="m", session_id="s", kind="imu", unit="m/s2", channels=["x"],
        sampling_rate_hz=100,
    ).json()["id"]  # fmt: skip
    assert Recording.objects.filter(pk=imu).exists()
    read(imu, {"activity_by_minute": [0.1, None, 0.3]}, algorithm="chartwave-imu", to_sample=9)
    motion = whole(seen, ecg)["motion"]
    assert (motion["step_ms"], motion["values"]) == (60_000, [0.1, None, 0.3])
    assert lanes_kept(seen, ecg) == ["motion"]


def lanes_kept(client, recording):
    page = client.get(f"/recordings/{recording}/").content.decode()
    return re.search(r'data-lanes="([^"]*)"', page)[1].replace("|", " ").split()


@pytest.mark.parametrize(
    ("result", "lanes"),
    [
        ({}, []),
        ({"rate_by_minute": [None, 61.0]}, ["rate"]),
        ({"rate_by_minute": [None]}, []),
        ({"pauses": [{"start_sample": 10, "seconds": 2.4}]}, ["marks"]),
        ({"grades": [{"grade": "poor", "from_s": 0, "to_s": 10}]}, ["quality"]),
    ],
)
def test_the_page_keeps_the_place_of_the_lanes_that_come(seen, leads, result, lanes):
    read(leads, result)
    assert lanes_kept(seen, leads) == lanes


ADDRESSES = ["beats?first=0&end=9", "overview.json", "reading/"]


@pytest.mark.parametrize("page", ADDRESSES)
def test_a_stranger_finds_nothing(client, dr_baum, pieces, page):
    client.force_login(dr_baum)
    assert client.get(f"/recordings/{pieces}/{page}").status_code == 404


@pytest.mark.parametrize("page", ADDRESSES)
def test_whoever_treats_the_patient_is_answered(seen, pieces, page):
    answer = seen.get(f"/recordings/{pieces}/{page}")
    assert answer.status_code == 200
    assert len(answer.content) < 100_000


def test_a_view_of_three_leads_costs_no_more_queries_than_one(
    seen, leads, django_assert_max_num_queries
):
    view(seen, leads)
    with django_assert_max_num_queries(12):
        json.dumps(view(seen, leads, end_ms=20_000, width=8000)["X-Channels"])


def many(kind, n, first=0):
    """Episodes of one kind, a second each, two seconds apart."""
    places = range(first, first + 2 * n * RATE, 2 * RATE)
    return [{"kind": kind, "start_sample": at, "end_sample": at + RATE} for at in places]


def page(client, recording):
    return client.get(f"/recordings/{recording}/").content.decode()


def test_of_too_many_episodes_the_grave_ones_are_listed(seen, leads):
    read(leads, {"episodes": many("ventricular-couplet", 300) + many("pause", 3, 600 * 2 * RATE)})
    text = page(seen, leads)
    assert text.count('<th scope="row">pause</th>') == 3
    assert text.count('<th scope="row">couplet of ventricular beats</th>') == 97
    assert "203 more are not listed" in text


def test_a_withheld_value_is_a_dash_with_its_reason(seen, leads):
    kept = {"pr_ms": 160, "qtc_fridericia_ms": 431, "withheld": {"qtc": "the rate is above 110"}}
    read(leads, {"intervals": kept})
    text = " ".join(page(seen, leads).split())
    assert "withheld: the rate is above 110" in text
    assert "<b>431" not in text
    assert '<b>160</b> <span class="unit">ms</span>' in text


def test_every_part_of_a_reading_is_on_the_page(seen, leads):
    result = {
        "text": ["Rate 60 to 90 per minute"],
        "leads": [{"name": "V5", "analysable_share": 0.5, "problem": "looks inverted"}],
        "axis": {"qrs": -30, "withheld": {"p": "no P wave"}},
        "st": {"II": {"j_uv": -120, "j60_uv": 40}, "I": {"j_uv": 0, "j60_uv": 0}},
        "ventricular": {"beats": 1234, "share": 0.021, "longest_run": 5, "bigeminy_s": 75},
        "af": {"burden": 0.25, "longest_s": 7380, "episodes": 2},
        "hrv": {"sdnn_ms": 112.4, "pnn50": 8, "nn_share": 0.9},
        "supraventricular": "not assessed",
        "hourly": [{"hour": 0, "from_s": 0, "rate": {"low": 51, "mean": 64, "high": 99}}],
    }
    read(leads, result)
    text = page(seen, leads)
    for words in (
        "Rate 60 to 90 per minute", "looks inverted", "−30", "withheld: no P wave", "−0.12",
        "+0.04", "1,234", "2.1 %", "1 min 15 s", "25 %", "2 h 3 min", "SDNN", "112",
        "not assessed", "<td data-label=\"Lowest rate\">51</td>",
    ):  # fmt: skip
        assert words in text, words
    assert text.index('<th scope="row">I</th>') < text.index('<th scope="row">II</th>')


@pytest.mark.parametrize(
    "result",
    [
        {}, {"not_analysable": "flat"}, {"intervals": None}, {"intervals": {}}, {"st": {}},
        {"st": {"withheld": "no bandwidth"}}, {"axis": {"withheld": "one lead"}},
        {"hourly": [{}]}, {"hrv": {"withheld": "too short"}}, {"leads": [{}]},
        {"ventricular": {"withheld": "paced"}}, {"af": {}}, {"quality": []},
        {"episodes": [{"kind": "pause", "start_sample": 1, "end_sample": 2, "detail": {}}]},
    ],
)  # fmt: skip
def test_a_reading_that_lacks_parts_still_opens(seen, leads, result):
    read(leads, result)
    assert seen.get(f"/recordings/{leads}/").status_code == 200
    assert seen.get(f"/recordings/{leads}/overview.json").status_code == 200


def test_no_reading_yet_is_said(seen, leads):
    assert "No computer reading yet." in page(seen, leads)


def test_an_empty_list_of_episodes_is_no_all_clear(seen, leads):
    read(leads, {"episodes": []})
    assert "what is not listed may still be there" in page(seen, leads)


def test_an_episode_leads_to_its_moment_without_script(seen, leads):
    read(leads, {"episodes": many("pause", 1, 20 * RATE)})
    assert 'href="?start_ms=17000"' in page(seen, leads)


def test_the_page_loads_every_part_of_the_viewer_at_once(seen, leads, settings):
    text = page(seen, leads)
    for part in (settings.BASE_DIR / "static/js/ecg").glob("*.js"):
        assert f'rel="modulepreload" href="/static/js/ecg/{part.name}"' in text
