"""Restrictions of consents and labels that were there before this house honoured them."""

from typing import Any

from django.db.models import BooleanField, Func

from patients.restrictions import restriction_rows

LABELLED = Func(
    "security", function="chartwave_is_sensitive", output_field=BooleanField()
)


def derive(apps: Any, _editor: Any) -> None:
    """Write the restrictions that follow from what stands."""
    rows = apps.get_model("patients", "Restriction").objects
    consents = apps.get_model("patients", "Consent").objects
    said = consents.filter(scope_code="patient-privacy", status="active")
    rows.bulk_create(restriction_rows(said.iterator(), apps.get_model), batch_size=500)
    patients = apps.get_model("patients", "Patient").objects
    found = patients.exclude(security=[]).annotate(labelled=LABELLED).filter(labelled=True)
    rows.bulk_create(
        [rows.model(patient_id=key) for key in found.values_list("pk", flat=True)], batch_size=500
    )
