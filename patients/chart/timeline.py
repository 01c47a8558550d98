"""Everything that happened to a patient, newest first: filtered by kind, searched by text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fhir.times import span_text
from fhir.together import fetch_together
from patients.acts.charting import is_in_error
from patients.chart.concepts import all_words, moment_words, noted
from patients.chart.history import CLASSES
from patients.chart.medicines import dose_words
from patients.chart.ranges import LocalRanges, assess
from patients.chart.readings import shown_flag, value_words
from patients.models import (
    AllergyIntolerance,
    Appointment,
    CarePlan,
    Condition,
    DiagnosticReport,
    DocumentReference,
    Encounter,
    ImagingStudy,
    Immunization,
    MedicationAdministration,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
    PatientRecord,
    Procedure,
    ServiceRequest,
    Task,
)

PAGE = 40
UNDATED_AT_MOST = 50


@dataclass(frozen=True)
class Source:
    """One table of the timeline.

    Attributes:
        model: The table.
        at: Column of the moment it stands under.
        detail: What to say beside the name.
        url_name: Page of one record; empty where it has none.
        searched: Columns that the text search reads.
        rows: Narrows the table (category of an Observation).
        heavy: Columns that a line does not need.
    """

    model: type[PatientRecord]
    at: str
    detail: Callable[[Any], str]
    url_name: str
    searched: tuple[str, ...] = ()
    rows: Q = Q()  # noqa: RUF009  never changed
    heavy: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One filter of the timeline.

    Attributes:
        id: Its name in the form.
        label: Its name on the page.
        icon: Its sign.
        sources: Tables it reads.
    """

    id: str
    label: str | Promise
    icon: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Entry:
    """One line of the timeline.

    Attributes:
        recorded_as: A year, month or day where no more is known than that; else empty.
    """

    id: UUID
    at: datetime | None
    kind: Kind
    title: str
    value: str
    unit: str
    detail: str
    flag: str
    status: str
    in_error: bool
    url_name: str
    recorded_as: str = ""


@dataclass(frozen=True)
class Page:
    """A stretch of the timeline.

    Attributes:
        entries: Newest first.
        older: The last entry shown, which the next stretch follows; None at the end.
        undated: Shown at the end: records without a date.
    """

    entries: list[Entry]
    older: Entry | None
    undated: list[Entry]


def _dosage(row: Any) -> str:
    return "; ".join(filter(None, (d.get("text", "") for d in row.dosages or [])))


def _visit(row: Encounter) -> str:
    return ", ".join(filter(None, (CLASSES.get(row.class_code, ""), all_words(row.reasons))))


def _dose(row: MedicationAdministration) -> str:
    return dose_words(row)


def _concluded(row: DiagnosticReport) -> str:
    return row.conclusion


def _nothing(_row: Any) -> str:
    return ""


_CODE = ("code_text", "code_display", "code_code")
_MEDICINE = ("medication_text", "medication_display", "medication_code")
_VALUE = (*_CODE, "value_string", "value_concept_text", "value_concept_display")
_LAB, _VITAL = Q(categories__contains=["laboratory"]), Q(categories__contains=["vital-signs"])

KINDS: tuple[Kind, ...] = (
    Kind(
        "visits",
        _("Visits"),
        "hospital",
        (
            Source(Encounter, "start", _visit, "", ("type_text", "type_display")),
            Source(Appointment, "start", _nothing, "", ("description",)),
        ),
    ),
    Kind(
        "problems",
        _("Problems"),
        "clipboard-list",
        (Source(Condition, "onset_start", _nothing, "problem", _CODE),),
    ),
    Kind(
        "operations",
        _("Procedures"),
        "scissors",
        (Source(Procedure, "performed_start", _nothing, "procedure", _CODE),),
    ),
    Kind(
        "medications",
        _("Medications"),
        "pill",
        (
            Source(MedicationRequest, "authored_at", _dosage, "medication", _MEDICINE),
            Source(MedicationStatement, "effective_start", _dosage, "statement", _MEDICINE),
            Source(MedicationAdministration, "effective_start", _dose, "administration", _MEDICINE),
        ),
    ),
    Kind(
        "allergies",
        _("Allergies"),
        "triangle-alert",
        (Source(AllergyIntolerance, "recorded_at", _nothing, "allergy", _CODE),),
    ),
    Kind(
        "immunizations",
        _("Immunizations"),
        "syringe",
        (
            Source(
                Immunization,
                "occurrence_start",
                _nothing,
                "immunization",
                ("vaccine_text", "vaccine_display"),
            ),
        ),
    ),
    Kind(
        "results",
        _("Results"),
        "flask-conical",
        (
            Source(Observation, "effective_start", _nothing, "observation", _VALUE, _LAB),
            Source(DiagnosticReport, "effective_start", _concluded, "report", _CODE),
            Source(ImagingStudy, "started_at", _nothing, "imaging-study", ("description",)),
        ),
    ),
    Kind(
        "vitals",
        _("Vital signs"),
        "stethoscope",
        (Source(Observation, "effective_start", _nothing, "observation", _VALUE, _VITAL),),
    ),
    Kind(
        "observations",
        _("Other observations"),
        "activity",
        (Source(Observation, "effective_start", _nothing, "observation", _VALUE, ~_LAB & ~_VITAL),),
    ),
    Kind(
        "orders",
        _("Orders"),
        "file-text",
        (Source(ServiceRequest, "authored_at", _nothing, "order", _CODE),),
    ),
    Kind(
        "notes",
        _("Notes and documents"),
        "pen-line",
        (
            Source(
                DocumentReference,
                "listed_at",
                _nothing,
                "note",
                ("title", "note_text"),
                heavy=("content",),
            ),
        ),
    ),
    Kind(
        "plans",
        _("Plans and follow-ups"),
        "list-todo",
        (
            Source(CarePlan, "start", _nothing, "", ("title", "description")),
            Source(Task, "authored_at", _nothing, "", ("description", *_CODE)),
        ),
    ),
)


def timeline(
    patient: Patient,
    *,
    kinds: Sequence[str] = (),
    text: str = "",
    after: tuple[datetime, UUID] | None = None,
) -> Page:
    """A stretch of the timeline by one statement.

    Args:
        patient: Whose.
        kinds: Ids of KINDS to show; all when empty.
        text: Words to find in names and values; all of them must occur.
        after: Moment and id of the entry that the stretch follows; None: from the newest.
    """
    chosen = [kind for kind in KINDS if not kinds or kind.id in kinds]
    dated = _fetch(patient, chosen, lambda source: _dated(source, patient, text, after))
    dated.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    shown = dated[:PAGE]
    if len(dated) > PAGE:
        return Page(shown, shown[-1], [])
    return Page(
        shown, None, _fetch(patient, chosen, lambda source: _undated(source, patient, text))
    )


def _fetch(
    patient: Patient, kinds: list[Kind], rows: Callable[[Source], QuerySet[Any]]
) -> list[Entry]:
    sources = {
        f"{kind.id}-{number}": (kind, source)
        for kind in kinds
        for number, source in enumerate(kind.sources)
    }
    found = fetch_together({name: rows(source) for name, (_, source) in sources.items()})
    every = [(row, sources[name]) for name, each in found.items() for row in each]
    codes = {row.code_code for row, _source in every if isinstance(row, Observation)} - {""}
    local = LocalRanges(patient if codes else None, codes)
    return [_entry(row, *source, local) for row, source in every]


def _matching(source: Source, patient: Patient, text: str) -> QuerySet[Any]:
    rows: Any = source.model._default_manager
    found: QuerySet[Any] = rows.of(patient).filter(source.rows).defer(*source.heavy)
    for word in text.split()[:8]:
        said = (Q(**{f"{column}__icontains": word}) for column in source.searched)
        found = found.filter(_any(said))
    return found


def _any(conditions: Any) -> Q:
    either = Q(pk__in=[])
    for condition in conditions:
        either |= condition
    return either


def _dated(
    source: Source, patient: Patient, text: str, after: tuple[datetime, UUID] | None
) -> QuerySet[Any]:
    rows = _matching(source, patient, text).filter(**{f"{source.at}__isnull": False})
    if after is not None:
        at, key = after
        earlier = Q(**{f"{source.at}__lt": at}) | Q(**{source.at: at, "pk__lt": key})
        rows = rows.filter(earlier, **{f"{source.at}__lte": at})  # the second bounds the index
    return rows.order_by(f"-{source.at}", "-id")[: PAGE + 1]


def _undated(source: Source, patient: Patient, text: str) -> QuerySet[Any]:
    rows = _matching(source, patient, text).filter(**{f"{source.at}__isnull": True})
    return rows.order_by("-id")[:UNDATED_AT_MOST]


def _entry(row: Any, kind: Kind, source: Source, local: LocalRanges) -> Entry:
    flagged, value, unit = "", "", ""
    if isinstance(row, Observation):
        flagged, (value, unit) = shown_flag(assess(row, local).flag), value_words(row)
    return Entry(
        id=row.id,
        at=getattr(row, source.at),
        kind=kind,
        title=noted(str(row), row),
        value=value,
        unit=unit,
        detail=source.detail(row),
        flag=flagged,
        status=getattr(row, "status", "") or getattr(row, "clinical_status", ""),
        in_error=is_in_error(row),
        url_name=source.url_name,
        recorded_as=_recorded_as(row, source.at),
    )


def starts_with_the_day(at: datetime) -> bool:
    """A plan begins on a day: the first moment of one in the house's zone is no time of day."""
    return timezone.localtime(at, ZoneInfo(settings.TIME_ZONE)).time() == time.min


def _recorded_as(row: Any, column: str) -> str:
    """The year, month or day that was written; empty where the hour is known."""
    low = getattr(row, column)
    if isinstance(row, CarePlan) and low is not None and starts_with_the_day(low):
        return moment_words(low, None)
    high = getattr(row, column.removesuffix("_start") + "_end", None)
    return moment_words(low, high) if low != high and span_text(low, high) else ""
