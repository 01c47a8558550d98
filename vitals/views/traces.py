"""What the trace of a recording asks for: samples, beats, and the whole at a glance."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from accounts.lock import quiet
from vitals.beats import beats_between
from vitals.errors import BadView
from vitals.overview import overview
from vitals.storage.pyramid import MAX_WIDTH_PX
from vitals.storage.reading import end_sample, samples, viewport, viewports
from vitals.views.recordings import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from vitals.models import Recording

LARGEST_MS: Final = 10**13
MOST_CHANNELS: Final = 16
MOST_BYTES: Final = 100_000
SAMPLE_BYTES: Final = 2
PAIR_BYTES: Final = 4
LONGEST_BEATS_S: Final = 1200
"""Letters of beats are drawn where they can be told apart; more is refused."""


@require_safe
def recording_viewport(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Minima and maxima for a range of time and a width in pixels, little-endian int16 pairs.

    With ``channels=0,1,2`` those of several channels, one after the other; where every sample is
    sent, ``X-Values-Per-Bucket: 1`` says that lowest and highest are one value.
    """
    shown = visible(request, recording_id)
    start_ms, end_ms = (
        _whole(request, "start_ms", LARGEST_MS),
        _whole(request, "end_ms", LARGEST_MS),
    )
    width = _whole(request, "width", MAX_WIDTH_PX)
    channels = _channels(request, len(shown.channels))
    if end_ms <= start_ms or width < 1:
        raise BadView
    rate = shown.sampling_rate_hz
    first = int(start_ms * rate / 1000)
    end = min(max(int(end_ms * rate / 1000), first + 1), end_sample(shown))
    if "channels" in request.GET:
        return _several(shown, channels, first, end, width)
    if end <= first:
        return _binary(b"", first, 1)
    view = viewport(shown, channels[0], first, end, width)
    return _binary(view.to_bytes(), view.first_sample, view.samples_per_bucket)


@gzip_page
@require_safe
def recording_beats(request: HttpRequest, recording_id: UUID) -> JsonResponse:
    """Beats from sample ``first`` up to ``end``, each with the letter of its class."""
    shown = visible(request, recording_id)
    first, end = _whole(request, "first", LARGEST_MS), _whole(request, "end", LARGEST_MS)
    if not first < end <= first + LONGEST_BEATS_S * shown.sampling_rate_hz + 1:
        raise BadView
    return JsonResponse(beats_between(shown, first, end))


@quiet
@gzip_page
@require_safe
def recording_overview(request: HttpRequest, recording_id: UUID) -> JsonResponse:
    """Rate, quality, episodes, motion and presses of the button on one time axis."""
    return JsonResponse(overview(visible(request, recording_id)))


def _several(
    shown: Recording, channels: Sequence[int], first: int, end: int, width: int
) -> HttpResponse:
    """Several channels of one range, at most 100 kB together."""
    told = {"X-Channels": ",".join(map(str, channels)), "X-Values-Per-Bucket": "1"}
    n = end - first
    if n <= 0:
        return _binary(b"", first, 1, **told)
    if n <= 2 * width and n * len(channels) * SAMPLE_BYTES <= MOST_BYTES:
        columns = samples(shown, first, n)[:, list(channels)]
        return _binary(columns.T.astype("<i2").tobytes(), first, 1, **told)
    width = max(1, min(width, MOST_BYTES // (2 * PAIR_BYTES * len(channels))))
    views = viewports(shown, channels, first, end, width)
    body = b"".join(view.to_bytes() for view in views)
    told["X-Values-Per-Bucket"] = "2"
    return _binary(body, views[0].first_sample, views[0].samples_per_bucket, **told)


def _binary(body: bytes, first_sample: int, per_bucket: int, **more: str) -> HttpResponse:
    headers = {"X-First-Sample": str(first_sample), "X-Samples-Per-Bucket": str(per_bucket)}
    return HttpResponse(body, content_type="application/octet-stream", headers=headers | more)


def _channels(request: HttpRequest, n: int) -> list[int]:
    """The channels asked for, each once and in the order asked."""
    text = request.GET.get("channels", request.GET.get("channel", "0"))
    if not re.fullmatch(r"[0-9]{1,2}(,[0-9]{1,2})*", text, re.ASCII):
        raise BadView
    found = list(dict.fromkeys(map(int, text.split(","))))
    if max(found) >= min(n, MOST_CHANNELS) or ("channels" not in request.GET and "," in text):
        raise BadView
    return found


def _whole(request: HttpRequest, name: str, most: int, default: str = "") -> int:
    text = request.GET.get(name, default)
    if not (text.isascii() and text.isdecimal() and len(text) <= 14 and int(text) <= most):
        raise BadView(f"{name} is a whole number from 0 to {most}.")
    return int(text)
