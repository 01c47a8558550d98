"""Laboratory results: the newest of each test, one test over time, many tests side by side."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fhir.together import Loading, Sql, load
from patients.chart.concepts import noted
from patients.chart.inbox import critical_unacknowledged, inbox_counts
from patients.chart.ranges import LocalRanges, ranges_of
from patients.chart.readings import Reading, reading, series
from patients.models import Concept, Encounter, Observation, Patient
from patients.models.labels import SHOWN_TO_ALL
from patients.models.observation import LABORATORY

__all__ = ["critical_unacknowledged", "inbox_counts", "key_results", "latest_results"]

LOINC: Final = "http://loinc.org"
SHOWN: Final = 10
KEY_DEPTH: Final = 4
KEY_LIMIT: Final = 8
UNCODED_AT_MOST: Final = 200
UNDATED_AT_MOST: Final = 50
COLUMNS_SHOWN: Final = 8
EPOCH = datetime.min.replace(tzinfo=UTC)
OTHER: Final[Promise] = _("Other tests")
# Groups in the order in which a ward reads them; others follow by name.
ORDER: Final = (
    *("Haematology", "Coagulation", "Chemistry", "Cardiac", "Lipids", "Endocrine", "Urine"),
    *("Drug levels", "Serology", "Microbiology", "Tumour markers", "Blood bank", "Panel"),
)
# Codes of the same tests in whole blood and the like, which imports carry and nobody picks.
OLDER_CODES: Final = {
    **dict.fromkeys(("6299-2", "38483-4", "49765-1", "2069-3", "20565-8", "2028-9"), "Chemistry"),
    **dict.fromkeys(("10834-0", "1751-7", "2885-2", "6768-6", "42719-5"), "Chemistry"),
    **dict.fromkeys(("32207-3", "32623-1", "21000-5", "785-6", "786-4", "30385-9"), "Haematology"),
    **dict.fromkeys(("26464-8", "26453-1", "26515-7", "20570-8", "30428-7"), "Haematology"),
}

# One index walk per test of the patient, however many values each has: the tests are found by
# skipping from code to code, the newest values by a short scan of each.
NEWEST_OF_EACH = f"""
WITH RECURSIVE tests AS (
  (SELECT code_code FROM patients_observation
   WHERE patient_id = %(patient)s AND categories @> ARRAY['laboratory']::varchar(100)[]
   ORDER BY code_code LIMIT 1)
  UNION ALL
  SELECT (SELECT o.code_code FROM patients_observation o
          WHERE o.patient_id = %(patient)s
            AND o.categories @> ARRAY['laboratory']::varchar(100)[]
            AND o.code_code > tests.code_code
          ORDER BY o.code_code LIMIT 1)
  FROM tests WHERE tests.code_code IS NOT NULL
)
SELECT found.* FROM tests CROSS JOIN LATERAL (
  SELECT o.* FROM patients_observation o
  WHERE o.patient_id = %(patient)s AND o.categories @> ARRAY['laboratory']::varchar(100)[]
    AND o.code_code = tests.code_code AND o.effective_start IS NOT NULL
    AND o.status NOT IN ('entered-in-error', 'cancelled') AND {SHOWN_TO_ALL}
  ORDER BY o.effective_start DESC, o.id DESC
  LIMIT CASE WHEN tests.code_code = '' THEN %(uncoded)s ELSE %(depth)s END
) found
WHERE tests.code_code IS NOT NULL
"""  # noqa: S608  a constant

# The newest moments at which anything was taken, by the same kind of walk.
NEWEST_MOMENTS = f"""
WITH RECURSIVE moments AS (
  (SELECT effective_start AS at, 1 AS n FROM patients_observation
   WHERE patient_id = %(patient)s AND categories @> ARRAY['laboratory']::varchar(100)[]
     AND status NOT IN ('entered-in-error', 'cancelled')
     AND effective_start < %(before)s AND {SHOWN_TO_ALL}
   ORDER BY effective_start DESC LIMIT 1)
  UNION ALL
  SELECT (SELECT o.effective_start FROM patients_observation o
          WHERE o.patient_id = %(patient)s
            AND o.categories @> ARRAY['laboratory']::varchar(100)[]
            AND o.status NOT IN ('entered-in-error', 'cancelled')
            AND o.effective_start < moments.at AND {SHOWN_TO_ALL}
          ORDER BY o.effective_start DESC LIMIT 1), moments.n + 1
  FROM moments WHERE moments.at IS NOT NULL AND moments.n < %(limit)s
)
SELECT at FROM moments WHERE at IS NOT NULL
"""  # noqa: S608  a constant


@dataclass(frozen=True)
class ResultRow:
    """One test: its newest value, the one before in the same unit, and the line of all."""

    name: str
    group: str
    latest: Reading
    before: Reading | None
    change: str
    series: list[float]


@dataclass(frozen=True)
class CumulativeRow:
    """One test of the cumulative table, a cell for each moment."""

    name: str
    group: str
    unit: str
    range_text: str
    range_source: str
    newest: UUID
    cells: list[list[Reading]]


@dataclass(frozen=True)
class Cumulative:
    """Tests by moments; ``older`` is where the next page begins, None at the end."""

    moments: list[datetime]
    rows: list[CumulativeRow]
    older: datetime | None


def key_results(patient: Patient, limit: int = KEY_LIMIT) -> Loading[list[ResultRow]]:
    """What a reader needs first: critical, then flagged, then the newest tests."""
    found = (yield {"newest": _newest(patient, KEY_DEPTH)})["newest"]
    rows = yield from _rows(patient, found)
    rows.sort(key=lambda row: row.latest.at or EPOCH, reverse=True)
    rows.sort(key=lambda row: (not row.latest.critical, not row.latest.flag))
    return rows[:limit]


def latest_results(patient: Patient) -> list[ResultRow]:
    """Every test that was ever done, by group and name; undated ones last in their group."""
    return load(_latest_results(patient))


def _latest_results(patient: Patient) -> Loading[list[ResultRow]]:
    found = yield {"newest": _newest(patient, SHOWN), "undated": _undated(patient)}
    rows = yield from _rows(patient, [*found["newest"], *found["undated"]])
    return sorted(rows, key=lambda row: (_rank(row.group), row.group, row.name.lower()))


def _rank(group: str) -> int:
    if group == str(OTHER):
        return len(ORDER) + 1
    return ORDER.index(group) if group in ORDER else len(ORDER)


def _newest(patient: Patient, depth: int) -> Sql:
    asked: dict[str, Any] = {"patient": patient.pk, "depth": depth, "uncoded": UNCODED_AT_MOST}
    asked["all"] = not patient.keeps_back
    return Sql(NEWEST_OF_EACH, asked, Observation)


def laboratory(patient: Patient) -> QuerySet[Observation]:
    """The patient's laboratory results that still count."""
    return Observation.objects.of(patient).standing().category(LABORATORY)


def _undated(patient: Patient) -> QuerySet[Observation]:
    rows = laboratory(patient).filter(effective_start__isnull=True)
    return rows.order_by("-id")[:UNDATED_AT_MOST]


def _rows(patient: Patient, observations: list[Observation]) -> Loading[list[ResultRow]]:
    codes = {row.code_code for row in observations}
    found = yield {
        "ranges": ranges_of(codes),
        "groups": _grouped(codes),
        "visits": Encounter.objects.filter(pk__in={row.encounter_id for row in observations}),
    }
    visits = {visit.pk: visit for visit in found["visits"]}
    for row in observations:
        row.encounter = visits.get(row.encounter_id)
    observations.sort(key=lambda row: (row.effective_start or EPOCH, row.id), reverse=True)
    local = LocalRanges(patient, ())
    local.know(found["ranges"])
    groups = OLDER_CODES | {row.code: row.category for row in found["groups"]}
    return [
        _row(group, local, groups.get(group[0].code_code, str(OTHER)))
        for group in by_test(observations)
    ]


def by_test(observations: Iterable[Observation]) -> list[list[Observation]]:
    """Results of one test each, in the order given.

    A test is its code; where one moment has two names under one code (a dipstick's appearance
    and odour), each name is a test, so that none hides the other.
    """
    coded: dict[str, list[Observation]] = defaultdict(list)
    for row in observations:
        coded[row.code_code].append(row)
    found: list[list[Observation]] = []
    for code, rows in coded.items():
        if code and not _shared(rows):
            found.append(rows)
            continue
        named: dict[str, list[Observation]] = defaultdict(list)
        for row in rows:
            named[_folded(str(row))].append(row)
        found.extend(named.values())
    return found


def _shared(rows: list[Observation]) -> bool:
    names: dict[datetime | None, set[str]] = defaultdict(set)
    for row in rows:
        names[row.effective_start].add(_folded(str(row)))
    return any(len(different) > 1 for different in names.values())


def _folded(name: str) -> str:
    return " ".join(name.replace("\u200b", "").lower().split())


def groups_of(codes: set[str]) -> dict[str, str]:
    """The group (Haematology, Chemistry, …) of each LOINC code that this house knows."""
    return OLDER_CODES | dict(_grouped(codes).values_list("code", "category"))


def _grouped(codes: set[str]) -> QuerySet[Concept]:
    return (
        Concept.objects.filter(system=LOINC, code__in=codes - {""})
        .exclude(category="")
        .only("code", "category")
    )


def _row(group: list[Observation], local: LocalRanges, name: str) -> ResultRow:
    first = group[0]
    latest = reading(first, local)
    earlier = next((row for row in group[1:] if _comparable(row, first)), None)
    return ResultRow(
        name=noted(str(first), first),
        group=name,
        latest=latest,
        before=reading(earlier, local) if earlier else None,
        change=change(first, earlier) if earlier else "",
        series=series(group),
    )


def _comparable(row: Observation, newest: Observation) -> bool:
    return (row.value_ucum or row.value_unit) == (newest.value_ucum or newest.value_unit)


def change(now: Observation, then: Observation) -> str:
    """How far the value moved; empty where the two cannot be subtracted."""
    if now.value is None or then.value is None or now.value_comparator or then.value_comparator:
        return ""
    moved = now.value - then.value
    percent = round(100 * moved / abs(then.value)) if then.value else None
    share = "" if percent is None else f" ({signed(Decimal(percent))} %)"
    return f"{signed(moved)}{share}"


def signed(number: Decimal) -> str:
    """A difference with its sign.

    >>> signed(Decimal("0.30")), signed(Decimal("-2")), signed(Decimal("0.0"))
    ('+0.30', '−2', '±0')
    """
    if not number:
        return "±0"
    return f"+{number:f}" if number > 0 else f"−{-number:f}"


def of_one_test(patient: Patient, code: str, name: str) -> QuerySet[Observation]:
    """All results of one test, newest first; uncoded ones go by their words."""
    rows = laboratory(patient).filter(code_code=code)
    if not code:
        rows = rows.filter(Q(code_text=name) | Q(code_text="", code_display=name))
    return rows.select_related("encounter").order_by("-effective_start", "-id")


def cumulative(patient: Patient, before: datetime, only: str = "") -> Cumulative:
    """The newest moments before ``before``, with every test taken at any of them.

    Args:
        patient: Whose results.
        before: Where the page begins.
        only: One group, such as "Chemistry"; empty for all.
    """
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {
            "patient": patient.pk,
            "before": before,
            "limit": COLUMNS_SHOWN + 1,
            "all": not patient.keeps_back,
        }
        cursor.execute(NEWEST_MOMENTS, asked)
        moments = [row[0] for row in cursor.fetchall()]
    shown = moments[:COLUMNS_SHOWN]
    rows = _between(patient, shown)
    groups = groups_of({row.code_code for row in rows})
    local = LocalRanges(patient, {row.code_code for row in rows})
    table = [
        _cumulative_row(test, shown, local, groups.get(test[0].code_code, str(OTHER)))
        for test in by_test_and_unit(rows)
    ]
    if only:
        table = [row for row in table if row.group == only]
    table.sort(key=lambda row: (_rank(row.group), row.group, row.name.lower(), row.unit))
    older = shown[-1] if len(moments) > COLUMNS_SHOWN else None
    return Cumulative(shown, table, older)


def _between(patient: Patient, moments: list[datetime]) -> list[Observation]:
    """Everything taken at neighbouring moments: a range, which the index walks from end to end."""
    if not moments:
        return []
    found = laboratory(patient).filter(effective_start__range=(moments[-1], moments[0]))
    return list(found.select_related("encounter").order_by("-effective_start", "-id"))


def by_test_and_unit(observations: Iterable[Observation]) -> list[list[Observation]]:
    """As ``by_test``, values of different units apart: numbers in one row must compare."""
    found: list[list[Observation]] = []
    for rows in by_test(observations):
        units: dict[str, list[Observation]] = defaultdict(list)
        for row in rows:
            units[row.value_ucum or row.value_unit].append(row)
        found.extend(units.values())
    return found


def _cumulative_row(
    rows: list[Observation], moments: list[datetime], local: LocalRanges, group: str
) -> CumulativeRow:
    cells: dict[datetime | None, list[Reading]] = defaultdict(list)
    for row in rows:
        cells[row.effective_start].append(reading(row, local))
    newest = reading(rows[0], local)
    return CumulativeRow(
        name=noted(str(rows[0]), rows[0]),
        group=group,
        unit=newest.unit,
        range_text=newest.range_text,
        range_source=newest.range_source,
        newest=rows[0].pk,
        cells=[cells[moment] for moment in moments],
    )
