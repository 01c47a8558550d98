"""A hundred results or a hundred thousand: the pages read as few rows of the table."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from patients.chart.results import NEWEST_MOMENTS, NEWEST_OF_EACH, cumulative, laboratory

ROWS = """
INSERT INTO patients_observation (id, fhir_id, version, created_at, updated_at, source, security,
  search_tokens, extra, patient_id, status, categories, code_system, code_code, code_display,
  code_text, effective_start, effective_end, performers, value, value_unit, value_ucum,
  value_comparator, value_string, value_concept_system, value_concept_code, value_concept_display,
  value_concept_text, interpretations, notes, device, reference_ranges, derived_from, components)
SELECT gen_random_uuid(), gen_random_uuid()::text, 1, now(), now(), '', '{}', '{}', '{}',
  %(patient)s, 'final', ARRAY[CASE WHEN n %% 4 = 0 THEN 'laboratory' ELSE 'vital-signs' END],
  'http://loinc.org', (n %% 40)::text || '-1', '', 'Test', now() - n * interval '1 minute',
  now() - n * interval '1 minute', '[]', n %% 7, 'mmol/L', 'mmol/L', '', '', '', '', '', '', '[]',
  '[]', '', '[]', '[]', '[]'
FROM generate_series(1, %(rows)s) n
"""


def visited(sql, asked):
    """Rows that the plan of ``sql`` touched, and whether it read any table from end to end."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, asked)
        plan = cursor.fetchone()[0][0]["Plan"]
    rows, names, waiting = 0, set(), [plan]
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        if node.get("Relation Name") == "patients_observation":
            rows += node["Actual Loops"] * (
                node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            )
            names.add(node["Node Type"])
    return rows, names


@pytest.fixture
def many(rosa):
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"patient": rosa.pk, "rows": 20_000})
        # Only the owner of a table may count it; a running house has autovacuum for that.
        cursor.execute("SELECT current_user")
        application = cursor.fetchone()[0]
        cursor.execute("RESET ROLE")
        cursor.execute("ANALYZE patients_observation")
        cursor.execute(f'SET ROLE "{application}"')
    return rosa


@pytest.mark.parametrize("all_", [True, False])
def test_the_newest_of_each_test_is_found_by_skipping(many, all_):
    asked = {"patient": many.pk, "depth": 10, "uncoded": 200, "all": all_}
    rows, names = visited(NEWEST_OF_EACH, asked)
    assert rows < 300
    assert "Seq Scan" not in names


@pytest.mark.parametrize("all_", [True, False])
def test_the_newest_moments_are_found_by_skipping(many, all_):
    asked = {"patient": many.pk, "before": timezone.now() + timedelta(days=1), "limit": 9}
    asked["all"] = all_
    rows, names = visited(NEWEST_MOMENTS, asked)
    assert rows < 30
    assert "Seq Scan" not in names


def test_the_table_reads_only_what_it_shows(many):
    moments = cumulative(many, timezone.now()).moments
    rows = laboratory(many).filter(effective_start__range=(moments[-1], moments[0]))
    with connection.cursor() as cursor:
        sql, asked = rows.order_by("-effective_start", "-id").query.sql_with_params()
        cursor.execute("EXPLAIN (ANALYZE) " + sql, asked)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "result_by_time" in plan
    assert "Rows Removed" not in plan
