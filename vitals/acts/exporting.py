"""Letting a recording leave as a file: who took what is on record before it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from accounts import audit
from accounts.access import require
from accounts.roles import CHART_READ
from vitals.export.forms import FORMS, Made
from vitals.export.stretch import stretch_of

if TYPE_CHECKING:
    from fhir.principal import Principal
    from vitals.ecg.arrays import Span
    from vitals.models import Recording


@dataclass(frozen=True)
class Exported:
    """A file that may be sent: its name tells the recording's number and never who wore it."""

    name: str
    media_type: str
    made: Made


@transaction.atomic
def export(
    *, by: Principal, recording: Recording, asked: Span, form: str, identity: bool
) -> Exported:
    """A file of the ``asked`` samples of a recording that ``by`` was shown.

    Args:
        by: Who takes it.
        recording: Opened for ``by``.
        asked: Samples of the recording.
        form: A key of ``FORMS``.
        identity: Whether the file shall name the patient, where the form has a place for it.

    Raises:
        NotAllowed: ``by`` reads no charts.
        NothingToExport: Nothing was received there.
        TooLongToExport: It is more than a month.
        OnlyEcg: The form is for an ECG.
    """
    require(by, CHART_READ)
    stretch = stretch_of(recording, asked)
    patient = recording.patient
    name = f"{recording.kind}_{recording.pk.hex}_{stretch.span.start}-{stretch.span.end}"
    kind = FORMS[form]
    made = kind.make(stretch, patient if identity else None, name)
    audit.record(
        by,
        "export",
        entities=[f"Recording/{recording.pk}"],
        patient_id=patient.pk if patient else None,
        detail={"form": form, "identity": identity, "samples": list(stretch.span)},
    )
    return Exported(f"{name}.{kind.ending}", kind.media_type, made)
