"""The chart as FHIR: which element fills which column, and what can be searched."""

from patients.fhir_mappings import history, medicines, notes, people, plans, readings, results

MAPPINGS = (
    *people.MAPPINGS,
    *history.MAPPINGS,
    *medicines.MAPPINGS,
    *notes.MAPPINGS,
    *readings.MAPPINGS,
    *results.MAPPINGS,
    *plans.MAPPINGS,
)
