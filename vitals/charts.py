"""Figures for plotly; the only module that draws with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

import plotly.graph_objects as go
from django.utils import timezone
from django.utils.translation import gettext as _

GAP = timedelta(minutes=2)


def rate_trend(points: list[tuple[datetime, float]]) -> dict[str, Any]:
    """Heart rate over time, as the JSON of a plotly figure.

    Args:
        points: Moment and beats per minute, ascending; a hole of two minutes breaks the line.
    """
    times: list[datetime] = []
    rates: list[float | None] = []
    for moment, rate in points:
        # plotly knows no zones: it is given what the clock on the facility's wall showed.
        wall = timezone.localtime(moment).replace(tzinfo=None)
        if times and wall - times[-1] > GAP:
            times.append(times[-1] + GAP / 2)
            rates.append(None)
        times.append(wall)
        rates.append(round(rate, 1))
    figure = go.Figure(
        go.Scatter(
            x=times,
            y=rates,
            mode="lines",
            name=_("Rate"),
            hovertemplate="%{y:.0f} /min<extra></extra>",
        )
    )
    figure.update_layout(
        template="none",
        showlegend=False,
        yaxis={"title": {"text": _("beats per minute")}, "rangemode": "tozero"},
        xaxis={"type": "date"},
    )
    shape: dict[str, Any] = figure.to_plotly_json()
    return shape


def result_trend(
    points: list[tuple[datetime, float, str]], unit: str, low: float | None, high: float | None
) -> dict[str, Any]:
    """One laboratory test over time, as the JSON of a plotly figure.

    Args:
        points: Moment, number and the words of the value (``<3``), ascending.
        unit: Unit of all of them.
        low: Low end of the reference range, None without one.
        high: High end of it.
    """
    walls = [timezone.localtime(moment).replace(tzinfo=None) for moment, *_rest in points]
    figure = go.Figure(
        go.Scatter(
            x=walls,
            y=[number for _at, number, _words in points],
            text=[words for _at, _number, words in points],
            mode="lines+markers",
            name=_("Value"),
            hovertemplate="%{text} " + unit.replace("%", "%%") + "<extra></extra>",
        )
    )
    figure.update_layout(
        template="none",
        showlegend=False,
        yaxis={"title": {"text": unit}},
        xaxis={"type": "date"},
        shapes=_band([number for _at, number, _words in points], low, high),
    )
    shape: dict[str, Any] = figure.to_plotly_json()
    return shape


def _band(numbers: list[float], low: float | None, high: float | None) -> list[dict[str, Any]]:
    """The reference range as a band; an open side ends where the values do."""
    if low is None and high is None:
        return []
    bottom = low if low is not None else min([*numbers, 0])
    top = high if high is not None else max([*numbers, bottom])
    look = {"fillcolor": "rgba(23,99,58,0.12)", "line": {"width": 0}, "layer": "below"}
    return [{"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": bottom, "y1": top, **look}]


# Beside the colour of the page: a dash and a mark tell the lines apart.
LINE_LOOKS = (
    ("solid", "circle"),
    ("dash", "square"),
    ("dot", "circle-open"),
    ("dashdot", "square-open"),
)


def sign_lines(lines: dict[str, list[tuple[datetime, float]]], unit: str) -> dict[str, Any]:
    """A vital sign over time, as the JSON of a plotly figure.

    Args:
        lines: Name of a line → moment and number, ascending.
        unit: Unit of all of them.
    """
    traces = [
        go.Scatter(
            x=[timezone.localtime(moment).replace(tzinfo=None) for moment, _number in points],
            y=[number for _at, number in points],
            mode="lines+markers",
            name=name,
            line={"dash": dash},
            marker={"symbol": symbol},
            hovertemplate="%{y} " + unit.replace("%", "%%") + "<extra>%{fullData.name}</extra>",
        )
        for (name, points), (dash, symbol) in zip(lines.items(), cycle(LINE_LOOKS))
    ]
    figure = go.Figure(traces)
    figure.update_layout(
        template="none",
        showlegend=len(traces) > 1,
        yaxis={"title": {"text": unit}},
        xaxis={"type": "date"},
    )
    shape: dict[str, Any] = figure.to_plotly_json()
    return shape
