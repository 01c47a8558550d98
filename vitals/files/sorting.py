"""Which channels of a file become which recordings: one kind, one rate and one unit each.

Plain numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from vitals.files import leads
from vitals.files.found import Band, Channel, FileContent, Note, Signals
from vitals.files.layout import FASTEST_HZ, LEFT_OUT, SLOWEST_HZ, TIME, Layout
from vitals.files.refusals import Unreadable, gettext_noop
from vitals.files.scaling import MISSING, to_steps

MOST_CHANNELS = 16  # of one recording
MOST_VALUES = 120_000_000  # of one upload: a week of one lead at 196 Hz, a day of five at 250 Hz


@dataclass(frozen=True)
class Placed:
    """A channel with what it is."""

    channel: Channel
    kind: str
    unit: str
    factor: Fraction


def recordings_of(content: FileContent, layout: Layout) -> tuple[list[Signals], list[Note]]:
    """The recordings in a file, largest first, and what is to be said about them.

    Raises:
        Unreadable: a channel cannot be, or no channel is one that recordings hold.
    """
    notes = list(content.notes)
    named = _renamed(content, layout)
    silent = [channel for channel in named if _silent(channel)]
    if silent and len(silent) < len(named):
        notes.append(_never_measured(silent))
        named = [channel for channel in named if not _silent(channel)]
    placed, left = _placed(named, layout)
    for each in placed:
        check(each.channel)
    if left:
        notes.append(_left_out(left))
    if not placed:
        raise _nothing(content, left)
    _not_too_much(content.file, [each.channel for each in placed])
    made: list[Signals] = []
    for group in _groups(placed):
        signals, said = _signals(group)
        made.append(signals)
        notes += said
    return sorted(made, key=lambda each: -each.steps.size), notes


def check(channel: Channel) -> None:
    """Refuse what no recorder can have meant. Raises Unreadable."""
    rate = channel.sampling_rate_hz
    if not SLOWEST_HZ <= rate <= FASTEST_HZ:
        raise Unreadable(
            "sampling-rate", channel.file, gettext_noop("sampling rate of %(label)s"),
            gettext_noop("%(rate)s Hz cannot be: it must lie in 1 to 20,000 Hz"),
            gettext_noop("Correct the rate in the header, or export the recording again."),
            label=channel.label, rate=f"{rate:g}",
        )  # fmt: skip
    if _silent(channel):
        raise Unreadable(
            "empty", channel.file, gettext_noop("samples of %(label)s"),
            gettext_noop("there are none that were measured"),
            gettext_noop("Choose the file that holds the signal."), label=channel.label,
        )  # fmt: skip
    if channel.scale == 0:
        raise Unreadable(
            "scale", channel.file, gettext_noop("scale of %(label)s"),
            gettext_noop("it is 0: how large the signal is cannot be told"),
            gettext_noop("Export the recording again with its calibration."), label=channel.label,
        )  # fmt: skip


def _silent(channel: Channel) -> bool:
    missing = channel.missing
    return len(channel.digital) == 0 or (missing is not None and bool(missing.all()))


def _never_measured(channels: Sequence[Channel]) -> Note:
    text = gettext_noop("Left out, because nothing was measured: %(labels)s.")
    return Note(text, {"labels": _listed(channels)})


def _renamed(content: FileContent, layout: Layout) -> list[Channel]:
    """Channels under the names that somebody gave them; a table has applied them already."""
    names = [name for name in layout.columns if name != TIME]
    if not names or content.format == "csv":
        return list(content.channels)
    if len(names) != len(content.channels):
        raise Unreadable(
            "layout", content.file, gettext_noop("names of the channels"),
            gettext_noop("%(given)s are given and the file has %(found)s channels: %(labels)s"),
            gettext_noop("Give one name for each, “-” for those to leave out."),
            given=len(names), found=len(content.channels), labels=_listed(content.channels),
        )  # fmt: skip
    both = zip(content.channels, names, strict=True)
    return [
        replace(channel, label=name or channel.label) for channel, name in both if name != LEFT_OUT
    ]


def _placed(channels: Sequence[Channel], layout: Layout) -> tuple[list[Placed], list[Channel]]:
    placed, left = [], []
    for channel in channels:
        kind = leads.kind_of(channel.label, channel.unit) or _as_said(channel, layout)
        if kind is None:
            left.append(channel)
        else:
            placed.append(Placed(channel, *kind))
    return placed, left


def _as_said(channel: Channel, layout: Layout) -> tuple[str, str, Fraction] | None:
    """Kind and unit of a channel whose name tells nothing, but which somebody described."""
    plain = leads.unit_of(channel.unit)
    if not (layout.columns or layout.kind):
        return None
    if plain in leads.VOLTS and layout.kind in ("", "ecg"):
        return ("ecg", "uV", leads.VOLTS[plain])
    if plain in leads.MOTION and layout.kind in ("", "imu"):
        return ("imu", *leads.MOTION[plain])
    if plain in leads.PLAIN and layout.kind == "ppg":
        return ("ppg", "1", Fraction(1))
    return None


def _groups(placed: Sequence[Placed]) -> list[list[Placed]]:
    groups: dict[tuple[str, str, float, int, float], list[Placed]] = {}
    for each in placed:
        channel = each.channel
        key = (
            each.kind, each.unit, channel.sampling_rate_hz, len(channel.digital), channel.delay_s,
        )  # fmt: skip
        groups.setdefault(key, []).append(each)
    return list(groups.values())


def _signals(group: Sequence[Placed]) -> tuple[Signals, list[Note]]:
    channels = [each.channel for each in group]
    if len(channels) > MOST_CHANNELS:
        raise Unreadable(
            "channels", channels[0].file, gettext_noop("number of channels"),
            gettext_noop("%(count)s belong together and a recording holds %(most)s"),
            gettext_noop("Name the channels and leave some out with “-”: %(labels)s."),
            count=len(channels), most=MOST_CHANNELS, labels=_listed(channels),
        )  # fmt: skip
    # Channels may differ in unit within one kind (mV and uV): scale each before they meet.
    scaled = [
        replace(each.channel, scale=each.channel.scale * each.factor,
                offset=each.channel.offset * each.factor)
        for each in group
    ]  # fmt: skip
    steps, step, notes = to_steps(scaled, Fraction(1))
    first = group[0]
    signals = Signals(
        kind=first.kind,
        sampling_rate_hz=first.channel.sampling_rate_hz,
        unit=first.unit,
        names=leads.distinct([leads.channel_name(first.kind, each.label) for each in channels]),
        steps=steps,
        units_per_step=float(step),
        band_hz=_band([each.band_hz for each in channels]),
        delay_s=first.channel.delay_s,
    )
    return signals, notes + _gaps(signals)


def _gaps(signals: Signals) -> list[Note]:
    missing = int((signals.steps == MISSING).any(axis=1).sum())
    if not missing:
        return []
    text = gettext_noop("%(seconds)s s in which not every channel was measured are kept as gaps.")
    return [Note(text, {"seconds": f"{missing / signals.sampling_rate_hz:.2f}"})]


def _band(bands: Sequence[Band]) -> Band:
    """The narrowest of all; unknown where one of them does not say, or says what cannot be."""
    lows = [low for low, _ in bands if low is not None and 0 <= low <= FASTEST_HZ]
    highs = [high for _, high in bands if high is not None and 0 < high <= FASTEST_HZ]
    low = max(lows) if len(lows) == len(bands) else None
    high = min(highs) if len(highs) == len(bands) else None
    return low, high if high is not None and high > (low or 0.0) else None


def _not_too_much(file: str, channels: Sequence[Channel]) -> None:
    values = sum(len(channel.digital) for channel in channels)
    if values > MOST_VALUES:
        raise Unreadable(
            "too-long", file, gettext_noop("length"),
            gettext_noop("%(values)s readings are more than one import takes (%(most)s)"),
            gettext_noop("Export it in parts, of a day each for example."),
            values=values, most=MOST_VALUES,
        )  # fmt: skip


def _left_out(channels: Sequence[Channel]) -> Note:
    text = gettext_noop("Left out, because they are no ECG, movement or pulse wave: %(labels)s.")
    return Note(text, {"labels": _listed(channels)})


def _nothing(content: FileContent, channels: Sequence[Channel]) -> Unreadable:
    return Unreadable(
        "no-signal", content.file, gettext_noop("channels"),
        gettext_noop("none is known as an ECG lead, a movement or a pulse wave: %(labels)s"),
        gettext_noop("Name the channels in their order (for example II, V5), “-” for others."),
        labels=_listed(channels) or "0",
    )  # fmt: skip


def _listed(channels: Sequence[Channel]) -> str:
    return ", ".join(f"{each.label} ({each.unit or '–'})"[:40] for each in channels[:20])
