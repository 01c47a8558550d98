"""The computer's reading as its page tells it: values with units, and what was withheld and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vitals.live import newest_reading
from vitals.overview import episode_name, episodes_of, first_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from vitals.models import Recording

Kept = dict[str, Any]

DASH: Final = "–"
MINUS: Final = "−"
MOST_LISTED: Final = 100
# What is listed first where there is too much to list.
GRAVE_FIRST: Final = ("pause", "ventricular-run", "possible-af", "tachycardia", "bradycardia")
LEAD_IN_MS: Final = 3000

# Key in the result, name, unit, key of the reason why it may be withheld.
INTERVALS: Final = (
    ("pr_ms", gettext_lazy("PR"), "ms", "pr"),
    ("qrs_ms", gettext_lazy("QRS duration"), "ms", "qrs"),
    ("qt_ms", gettext_lazy("QT"), "ms", "qt"),
    ("qtc_fridericia_ms", gettext_lazy("QTc (Fridericia)"), "ms", "qtc"),
    ("qtc_bazett_ms", gettext_lazy("QTc (Bazett)"), "ms", "qtc"),
    ("rr_ms", gettext_lazy("RR"), "ms", "rr"),
)
AXES: Final = (
    ("p", gettext_lazy("P axis"), "°"),
    ("qrs", gettext_lazy("QRS axis"), "°"),
    ("t", gettext_lazy("T axis"), "°"),
)
VENTRICULAR: Final = (
    ("beats", gettext_lazy("Ventricular beats"), ""),
    ("isolated", gettext_lazy("Isolated"), ""),
    ("couplets", gettext_lazy("Couplets"), ""),
    ("runs", gettext_lazy("Runs"), ""),
    ("longest_run", gettext_lazy("Longest run"), gettext_lazy("beats")),
)
HRV: Final = (
    ("sdnn_ms", "SDNN", "ms"),
    ("sdann_ms", "SDANN", "ms"),
    ("rmssd_ms", "RMSSD", "ms"),
    ("pnn50", "pNN50", "%"),
)
HRV_MORE: Final = (
    ("lf_hf", "LF/HF", ""),
    ("triangular_index", gettext_lazy("Triangular index"), ""),
)


@dataclass(frozen=True)
class Line:
    """One value: its name, what is printed, its unit, and a reason or detail beside it."""

    name: str
    value: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Section:
    """Values that belong together; ``note`` says what holds for all of them."""

    title: str
    lines: list[Line] = field(default_factory=list)
    note: str = ""


def panel(recording: Recording) -> dict[str, Any] | None:
    """What the newest reading holds, for the page; None while nothing was read."""
    reading = newest_reading(recording)
    if reading is None:
        return None
    result, zero = reading.result, first_moment(recording)
    episodes = _placed(episodes_of(result, recording.sampling_rate_hz), zero)
    return {
        "algorithm": reading.algorithm,
        "version": reading.algorithm_version,
        "at": reading.at,
        "final": reading.final,
        "read_s": reading.to_sample / recording.sampling_rate_hz,
        "not_analysable": result.get("not_analysable") or "",
        "sentences": result.get("text") or [],
        "sections": list(_sections(result)),
        "leads": _leads(result),
        "st": _st(result, recording.channels),
        "st_withheld": _reason((result.get("st") or {}).get("withheld"), "st"),
        "hours": _hours(result, zero),
        "episodes": _listed(episodes),
        "episodes_left_out": max(0, len(episodes) - MOST_LISTED),
        "episode_counts": _counts(episodes),
        "events": _events(recording, zero),
    }


def _sections(result: Kept) -> Iterator[Section]:
    """The parts of a reading that this one has."""
    makers = {
        "intervals": _intervals,
        "axis": _axis,
        "ventricular": _ventricular,
        "af": _af,
        "hrv": _hrv,
    }
    for key, make in makers.items():
        if isinstance(result.get(key), dict):
            yield make(result[key])
    if isinstance(result.get("supraventricular"), str):
        title = _("Supraventricular ectopy")
        yield Section(title, [Line(title, DASH, note=result["supraventricular"])])


def _intervals(kept: Kept) -> Section:
    lines = [
        _line(str(name), kept.get(key), unit, _reason(kept.get("withheld"), why))
        for key, name, unit, why in INTERVALS
    ]
    present = kept.get("p_present")
    if isinstance(present, bool):
        lines.append(Line(_("P waves"), _("found") if present else _("not found")))
    leads = kept.get("leads_used")
    note = _("Leads used: %s") % ", ".join(map(str, leads)) if isinstance(leads, list) else ""
    return Section(_("Intervals, of averaged beats"), lines, note)


def _axis(kept: Kept) -> Section:
    why = kept.get("withheld")
    lines = [_line(str(name), kept.get(key), unit, _reason(why, key)) for key, name, unit in AXES]
    return Section(_("Frontal axes"), lines)


def _ventricular(kept: Kept) -> Section:
    why = _reason(kept.get("withheld"), "ventricular")
    lines = [_line(str(name), kept.get(key), str(unit), why) for key, name, unit in VENTRICULAR]
    if not why and _is_number(kept.get("share")):
        lines[0] = Line(lines[0].name, lines[0].value, note=_percent(kept["share"]))
    spans = (("bigeminy_s", _("In bigeminy")), ("trigeminy_s", _("In trigeminy")))
    lines += [Line(name, span_words(kept[key])) for key, name in spans if _is_number(kept.get(key))]
    return Section(_("Ventricular ectopy"), lines)


def _af(kept: Kept) -> Section:
    why = _reason(kept.get("withheld"), "af")
    lines = [
        Line(_("Share of the readable time"), _percent(kept.get("burden")), note=why),
        _line(_("Episodes"), kept.get("episodes"), "", why),
        Line(_("Longest"), _seconds(kept.get("longest_s")), note=why),
    ]
    note = _("Irregular without P waves for 30 s or more; to be confirmed on the strip.")
    return Section(_("Possible atrial fibrillation"), lines, note)


def _hrv(kept: Kept) -> Section:
    why = _reason(kept.get("withheld"), "hrv")
    lines = [_line(name, kept.get(key), unit, why) for key, name, unit in HRV]
    lines += [
        _line(str(name), kept[key], unit, why, digits=2)
        for key, name, unit in HRV_MORE
        if _is_number(kept.get(key))
    ]
    share = kept.get("nn_share")
    note = _("Over %s of the intervals, normal beat to normal beat.") % _percent(share)
    return Section(_("Heart rate variability"), lines, note if _is_number(share) else "")


def _leads(result: Kept) -> list[dict[str, Any]]:
    """What could be read of each lead, and what is wrong with it."""
    return [
        {
            "name": each.get("name", DASH),
            "share": _percent(each.get("analysable_share")),
            "problem": each.get("problem") or "",
        }
        for each in result.get("leads") or []
        if isinstance(each, dict)
    ]


def _st(result: Kept, channels: Sequence[str]) -> list[dict[str, str]]:
    """ST level of each lead in millivolt, at the J point and 60 ms after it."""
    kept = result.get("st")
    if not isinstance(kept, dict):
        return []
    return [
        {"lead": lead, "j": _millivolt(at.get("j_uv")), "j60": _millivolt(at.get("j60_uv"))}
        for lead, at in sorted(kept.items(), key=lambda each: _place(each[0], channels))
        if isinstance(at, dict) and "j_uv" in at
    ]


def _place(lead: str, channels: Sequence[str]) -> int:
    """As the leads were recorded; what is kept as JSON has lost their order."""
    return channels.index(lead) if lead in channels else len(channels)


def _hours(result: Kept, zero: datetime) -> list[dict[str, Any]]:
    """The hourly table: one row for each hour since the first sample."""
    rows = []
    for each in result.get("hourly") or []:
        rate = each.get("rate") or {}
        from_s = each.get("from_s", 0)
        rows.append(
            {
                "at": zero + timedelta(seconds=from_s),
                "start_ms": round(1000 * from_s),
                "share": _percent(each.get("analysable_share")),
                "beats": _number(each.get("beats")),
                "low": _number(rate.get("low")),
                "mean": _number(rate.get("mean")),
                "high": _number(rate.get("high")),
                "ventricular": _number(each.get("ventricular")),
                "pauses": _number(each.get("pauses")),
                "af": _seconds(each.get("possible_af_s")),
            }
        )
    return rows


def _placed(found: Sequence[Kept], zero: datetime) -> list[dict[str, Any]]:
    """Episodes with their clock time, and where the trace opens to show them."""
    return [
        each
        | {
            "at": zero + timedelta(milliseconds=each["start_ms"]),
            "length": span_words((each["end_ms"] - each["start_ms"]) / 1000),
            "view_ms": max(0, each["start_ms"] - LEAD_IN_MS),
        }
        for each in found
    ]


def _listed(episodes: Sequence[Kept]) -> list[Kept]:
    """In order of time; of too many the gravest kinds, and of one kind the longest."""

    def rank(episode: Kept) -> tuple[int, int]:
        kind = episode["kind"]
        grave = GRAVE_FIRST.index(kind) if kind in GRAVE_FIRST else len(GRAVE_FIRST)
        return grave, episode["start_ms"] - episode["end_ms"]

    return sorted(sorted(episodes, key=rank)[:MOST_LISTED], key=lambda each: each["start_ms"])


def _counts(episodes: Sequence[Kept]) -> list[tuple[str, int]]:
    kinds = [each["kind"] for each in episodes]
    return [(episode_name(kind), kinds.count(kind)) for kind in dict.fromkeys(kinds)]


def _events(recording: Recording, zero: datetime) -> list[dict[str, Any]]:
    pressed = recording.events.order_by("device_time").values_list("device_time", flat=True)
    return [
        {"at": at, "view_ms": max(0, round((at - zero).total_seconds() * 1000) - LEAD_IN_MS)}
        for at in pressed[:MOST_LISTED]
    ]


def _line(name: str, value: Any, unit: str, why: str, digits: int = 0) -> Line:
    """A value, or a dash and why it was withheld."""
    if why or not _is_number(value):
        return Line(name, DASH, note=why)
    return Line(name, _number(value, digits), unit)


def _reason(withheld: Any, key: str) -> str:
    """Why a value was withheld; empty when it was not."""
    if isinstance(withheld, dict):
        withheld = withheld.get(key)
    return _("withheld: %s") % withheld if withheld else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: Any, digits: int = 0) -> str:
    return f"{value:,.{digits}f}".replace("-", MINUS) if _is_number(value) else DASH


def _percent(share: Any) -> str:
    """Rounded down: "100 %" is all of it.

    >>> _percent(0.9996), _percent(None)
    ('99.9 %', '–')
    """
    if not _is_number(share):
        return DASH
    tenths = int(share * 1000)
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10:.1f} %"


def _millivolt(microvolt: Any) -> str:
    if not _is_number(microvolt):
        return DASH
    sign = MINUS if microvolt < 0 else "+"
    return f"{sign}{abs(microvolt) / 1000:.2f}"


def _seconds(seconds: Any) -> str:
    return span_words(seconds) if _is_number(seconds) else DASH


def span_words(seconds: float) -> str:
    """A length of time in its two largest units.

    >>> span_words(2.34), span_words(75), span_words(7380)
    ('2.3 s', '1 min 15 s', '2 h 3 min')
    """
    if seconds < 10 and seconds % 1:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    big, small, units = (
        (whole // 60, whole % 60, ("min", "s"))
        if whole < 3600
        else (whole // 3600, whole % 3600 // 60, ("h", "min"))
    )
    return f"{big} {units[0]} {small} {units[1]}" if small else f"{big} {units[0]}"
