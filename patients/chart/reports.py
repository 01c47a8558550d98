"""Reports and imaging studies in words."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.chart.concepts import all_words, name_of, noted, words_of
from patients.chart.orders import newest_first
from patients.chart.ranges import LocalRanges
from patients.chart.readings import Reading, reading
from patients.models import DiagnosticReport, ImagingStudy, Observation, Patient
from patients.models.base import ENTERED_IN_ERROR
from patients.models.reports import IMAGING

PAGE: Final = 25
LONGEST_FORM: Final = 200_000

SECTIONS: Final[dict[str, Promise]] = {
    "LAB": gettext_lazy("Laboratory"),
    "HM": gettext_lazy("Haematology"),
    "CH": gettext_lazy("Chemistry"),
    "MB": gettext_lazy("Microbiology"),
    "PAT": gettext_lazy("Pathology"),
    "SP": gettext_lazy("Surgical pathology"),
    "CP": gettext_lazy("Cytology"),
    "GE": gettext_lazy("Genetics"),
    "RAD": gettext_lazy("Radiology"),
    "CT": gettext_lazy("CT"),
    "NMR": gettext_lazy("MRI"),
    "NMS": gettext_lazy("Nuclear medicine"),
    "CUS": gettext_lazy("Cardiac ultrasound"),
    "EC": gettext_lazy("ECG"),
}


@dataclass(frozen=True)
class ReportRow:
    """One report as a line."""

    id: UUID
    name: str
    section: str
    status: str
    in_error: bool
    at: datetime | None
    issued_at: datetime | None
    by: str
    conclusion: str
    n_results: int


@dataclass(frozen=True)
class ReportResult:
    """One result of a report; without a reading it is elsewhere, and only named."""

    name: str
    reading: Reading | None


@dataclass(frozen=True)
class Form:
    """What the report looked like to its author: text, or a file that is only named."""

    title: str
    content_type: str
    text: str


@dataclass(frozen=True)
class FullReport:
    """One report with all it holds."""

    row: ReportRow
    results: list[ReportResult]
    codes: str
    forms: list[Form]
    studies: list["StudyRow"]
    specimens: list[str]
    media: list[str]


@dataclass(frozen=True)
class StudyRow:
    """One imaging study as a line."""

    id: UUID
    version: int
    name: str
    modality: str
    status: str
    in_error: bool
    at: datetime | None
    reason: str
    site: str
    n_series: int
    n_images: int
    series: list[dict[str, Any]] = field(default_factory=list)


def reports(
    patient: Patient, *, imaging: bool, after: tuple[datetime | None, UUID] | None = None
) -> list[DiagnosticReport]:
    """One page, newest first, and one more to tell whether there are more.

    Reports entered in error stand in the list, struck through.
    """
    pictures = Q(category_codes__overlap=sorted(IMAGING))
    rows = DiagnosticReport.objects.of(patient).filter(pictures if imaging else ~pictures)
    return page(rows, "effective_start", after)


def studies(
    patient: Patient, after: tuple[datetime | None, UUID] | None = None
) -> list[ImagingStudy]:
    """One page of imaging studies, newest first, and one more."""
    return page(ImagingStudy.objects.of(patient), "started_at", after)


def page(rows: QuerySet[Any], column: str, after: tuple[datetime | None, UUID] | None) -> list[Any]:
    """Keyset page over a time that may be missing; what has no time comes last."""
    if after is not None:
        at, key = after
        older = Q(**{f"{column}__isnull": True}, pk__lt=key)
        if at is not None:
            older = Q(**{f"{column}__lt": at}) | Q(**{column: at}, pk__lt=key)
            older |= Q(**{f"{column}__isnull": True})
        rows = rows.filter(older)
    return list(rows.order_by(newest_first(column), "-pk")[: PAGE + 1])


def report_row(report: DiagnosticReport) -> ReportRow:
    """One report as a line."""
    names = [SECTIONS.get(code) for code in report.category_codes]
    return ReportRow(
        id=report.pk,
        name=noted(name_of(report, "code"), report),
        section=next((str(name) for name in names if name), all_words(report.categories)),
        status=report.status,
        in_error=report.status == ENTERED_IN_ERROR,
        at=report.effective_start,
        issued_at=report.issued_at,
        by=displays([*(report.interpreters or []), *(report.performers or [])]),
        conclusion=report.conclusion,
        n_results=len(report.results or []),
    )


def displays(references: Iterable[dict[str, Any]]) -> str:
    """Names that came with references."""
    names = (str(ref.get("display", "")) for ref in references)
    return ", ".join(dict.fromkeys(filter(None, names)))


def report_in_full(report: DiagnosticReport) -> FullReport:
    """One report with its results, text, files and studies; five queries at most."""
    return FullReport(
        row=report_row(report),
        results=_results(report),
        codes=all_words(report.conclusion_codes),
        forms=[_form(each) for each in report.presented_forms or []],
        studies=[study_row(row) for row in _studies(report)],
        specimens=[str(s.get("display") or s.get("reference", "")) for s in report.specimens or []],
        media=[str(m.get("comment") or _("an image")) for m in report.media or []],
    )


def _results(report: DiagnosticReport) -> list[ReportResult]:
    ids = [ref.partition("/")[2] for ref in report.result_references]
    rows = Observation.objects.beside(report).filter(fhir_id__in=ids)
    found = {row.reference: row for row in rows.select_related("encounter")}
    local = LocalRanges(report.patient, {row.code_code for row in found.values()})
    return [_result(ref, found, local) for ref in report.results or []]


def _result(
    reference: dict[str, Any], found: dict[str, Observation], local: LocalRanges
) -> ReportResult:
    row = found.get(str(reference.get("reference", "")))
    if row is None:
        return ReportResult(str(reference.get("display") or _("a result kept elsewhere")), None)
    return ReportResult(noted(str(row), row), reading(row, local))


def _studies(report: DiagnosticReport) -> list[ImagingStudy]:
    named = [str(ref.get("reference", "")) for ref in report.imaging_studies or []]
    ids = [ref.partition("/")[2] for ref in named if ref.startswith("ImagingStudy/")]
    if not ids:
        return []
    return list(ImagingStudy.objects.beside(report).filter(fhir_id__in=ids))


def _form(attachment: dict[str, Any]) -> Form:
    kind = str(attachment.get("contentType", ""))
    return Form(
        title=str(attachment.get("title") or _("Report as sent")),
        content_type=kind,
        text=_text(attachment) if kind.startswith("text/plain") else "",
    )


def _text(attachment: dict[str, Any]) -> str:
    data = str(attachment.get("data", ""))[:LONGEST_FORM]
    try:
        return base64.b64decode(data, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def study_row(study: ImagingStudy) -> StudyRow:
    """One imaging study as a line."""
    series = [each for each in study.series or [] if isinstance(each, dict)]
    stated = [_coding_words(each) for each in study.modalities or []]
    seen = [_coding_words(each.get("modality") or {}) for each in series]
    sites = [_coding_words(each.get("bodySite") or {}) for each in series]
    name = study.description or all_words(study.procedure_codes)
    modality = ", ".join(dict.fromkeys(filter(None, stated or seen)))
    return StudyRow(
        id=study.pk,
        version=study.version,
        name=noted(name or modality or _("Imaging study"), study),
        modality=modality,
        status=study.status,
        in_error=study.status == ENTERED_IN_ERROR,
        at=study.started_at,
        reason=all_words(study.reasons),
        site=", ".join(dict.fromkeys(filter(None, sites))),
        n_series=len(series),
        n_images=sum(map(_images, series)),
        series=[_series(each) for each in series],
    )


def _coding_words(coding: dict[str, Any]) -> str:
    return words_of({"coding": [coding]})


def _images(series: dict[str, Any]) -> int:
    """As listed, else as the sender counted them."""
    return len(series.get("instance") or []) or int(series.get("numberOfInstances") or 0)


def _series(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": each.get("number", ""),
        "modality": _coding_words(each.get("modality") or {}),
        "site": _coding_words(each.get("bodySite") or {}),
        "description": each.get("description", ""),
        "images": len(each.get("instance") or []) or each.get("numberOfInstances", 0),
    }
