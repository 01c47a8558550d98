"""An imported 12-lead or DICOM ECG as an imaging study (FHIR ImagingStudy, modality ECG)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts import audit
from fhir import changes
from patients.models import ImagingStudy

if TYPE_CHECKING:
    from fhir.principal import Principal
    from patients.models import Patient
    from vitals.files.killable import Opened
    from vitals.models import Recording

DCM = "http://dicom.nema.org/resources/ontology/DCM"
ECG = {"system": DCM, "code": "ECG", "display": "Electrocardiography"}
# DICOM PS3.6: 12-lead and general ECG waveform storage.
TWELVE_LEAD, GENERAL = "1.2.840.10008.5.1.4.1.1.9.1.1", "1.2.840.10008.5.1.4.1.1.9.1.2"
UID = re.compile(r"[0-9]+(\.[0-9]+)+")
LONGEST_UID = 64


def file_study(
    *, by: Principal, patient: Patient, found: Opened, recordings: Sequence[Recording]
) -> ImagingStudy | None:
    """Note the study in the chart, in the transaction of the import.

    Returns:
        The study; None when the chart has it already, or no recording is an ECG.
    """
    ecgs = [recording for recording in recordings if recording.kind == "ecg"]
    if not ecgs:
        return None
    uid = _uid(found.study.get("study_uid", "")) or f"2.25.{ecgs[0].pk.int}"
    identifier = {"system": "urn:dicom:uid", "value": f"urn:oid:{uid}"}
    standing = ImagingStudy.objects.of(patient).standing()
    if any(identifier in study.identifiers for study in standing.only("identifiers")):
        return None
    study = ImagingStudy(
        patient=patient,
        status="available",
        identifiers=[identifier],
        modalities=[ECG],
        started_at=min(each.started_at for each in ecgs),
        description=found.study.get("description") or _("ECG"),
        series=[_series(number, found, each) for number, each in enumerate(ecgs, 1)],
        notes=[{"text": _("Imported from a file. Its trace is under ECG in this chart.")}],
        source=f"urn:uuid:{ecgs[0].imported_id}",
    )
    changes.create(study, by=by)
    audit.record(by, "create", study)
    return study


def _series(number: int, found: Opened, recording: Recording) -> dict[str, Any]:
    uid = _uid(found.study.get("series_uid", "")) if number == 1 else ""
    made: dict[str, Any] = {
        "uid": uid or f"2.25.{recording.pk.int}",
        "number": number,
        "modality": ECG,
        "description": ", ".join(recording.channels),
        "numberOfInstances": 1,
    }
    instance = _uid(found.study.get("instance_uid", "")) if number == 1 else ""
    if instance:
        said = _uid(found.study.get("class_uid", "")) or GENERAL
        sop = {"system": "urn:ietf:rfc:3986", "code": f"urn:oid:{said}"}
        made["instance"] = [{"uid": instance, "sopClass": sop, "number": 1}]
    return made


def _uid(text: str) -> str:
    """A DICOM identifier if it is one."""
    return text if len(text) <= LONGEST_UID and UID.fullmatch(text) else ""
