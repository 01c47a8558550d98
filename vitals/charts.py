"""Figures for plotly; the only module that draws with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import plotly.graph_objects as go
from django.utils import timezone

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
            name="Rate",
            hovertemplate="%{y:.0f} /min<extra></extra>",
        )
    )
    figure.update_layout(
        template="none",
        showlegend=False,
        yaxis={"title": {"text": "beats per minute"}, "rangemode": "tozero"},
        xaxis={"type": "date"},
    )
    shape: dict[str, Any] = figure.to_plotly_json()
    return shape
