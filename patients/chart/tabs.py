"""The pages of a chart: their order, names and keys (``g`` and the letter goes there)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.roles import CHART_READ, CHART_WRITE, MEDICATION_PRESCRIBE, ORDER_WRITE


@dataclass(frozen=True)
class Tab:
    """One page of the chart.

    Attributes:
        key: Letter that goes there after ``g``.
        label: Word on the tab.
        url_name: Its address, which takes the patient's id.
        id: What a page says of itself in ``tab``.
    """

    key: str
    label: str | Promise
    url_name: str
    id: str


TABS: tuple[Tab, ...] = (
    Tab("s", _("Summary"), "patient-chart", "summary"),
    Tab("t", _("Timeline"), "timeline", "timeline"),
    Tab("p", _("Problems"), "problems", "problems"),
    Tab("m", _("Medications"), "medications", "medications"),
    Tab("a", _("Allergies"), "allergies", "allergies"),
    Tab("r", _("Results"), "results", "results"),
    Tab("v", _("Vitals"), "vitals", "vitals"),
    Tab("n", _("Notes"), "notes", "notes"),
    Tab("o", _("Orders"), "orders", "orders"),
    Tab("x", _("Imaging"), "imaging", "imaging"),
    Tab("f", _("Plans"), "plans", "plans"),
    Tab("h", _("History"), "history", "history"),
    Tab("i", _("Vaccines"), "immunizations", "immunizations"),
    Tab("d", _("Documents"), "documents", "documents"),
    Tab("e", _("Visits"), "visits", "visits"),
    Tab("b", _("Details"), "details", "details"),
)


@dataclass(frozen=True)
class Action:
    """What can be begun from anywhere in a chart, by its key too."""

    key: str
    label: str | Promise
    url_name: str
    icon: str
    scope: str


ACTIONS: tuple[Action, ...] = (
    Action("n", _("Note"), "note-new", "pen-line", CHART_WRITE),
    Action("p", _("Prescribe"), "medication-new", "pill", MEDICATION_PRESCRIBE),
    Action("o", _("Order"), "order-new", "flask-conical", ORDER_WRITE),
    Action("v", _("Vitals"), "vitals", "stethoscope", CHART_WRITE),
    # A capital: "p" prescribes.
    Action("P", _("Print"), "print-summary", "printer", CHART_READ),
)
