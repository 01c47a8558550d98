"""A device's reading becomes a preliminary Observation of whoever wore the device."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from fhir import changes
from fhir.codec import dumps
from patients.acts.charting import annotate
from patients.models import Observation
from patients.models.base import ENTERED_IN_ERROR
from patients.models.observation import VITAL_SIGNS
from vitals.errors import BadUpload, BadValue, ClientIdReused, KindUnknown, UnitUnknown
from vitals.models import Device, Pairing, ReadingReceipt
from vitals.reading_kinds import KINDS, ReadingKind, Unit

if TYPE_CHECKING:
    from datetime import datetime

    from fhir.principal import Principal
    from vitals.clocks import Clock

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True)
class Reading:
    """What a device measured once, with its digits."""

    client_id: str
    kind: str
    unit: str
    device_time: datetime
    values: dict[str, Decimal]

    def body(self) -> dict[str, Any]:
        return {
            "client_id": self.client_id,
            "kind": self.kind,
            "unit": self.unit,
            "device_time": self.device_time.isoformat(),
            "values": dict(sorted(self.values.items())),
        }


@transaction.atomic
def post_reading(
    *, by: Principal, device: Device, reading: Reading, clock: Clock
) -> tuple[ReadingReceipt, bool]:
    """Take in a reading; whether it is new. Nobody's reading waits until it is known whose it is.

    Raises:
        BadValue: the kind, unit, value or time cannot be.
        ClientIdReused: the id was used with another body.
    """
    check(reading)
    body = reading.body()
    Device.objects.select_for_update(no_key=True).get(pk=device.pk)  # attaching waits, or we do
    receipt, new = ReadingReceipt.objects.get_or_create(
        device=device,
        client_id=reading.client_id,
        defaults={
            "sha256": hashlib.sha256(dumps(body)).digest(),
            "kind": reading.kind,
            "body": body,
            "device_time": reading.device_time,
            "arrived_at": clock.arrival,
            "clock_offset_ms": clock.offset_ms,
            "start_time": clock.corrected(reading.device_time),
        },
    )
    if not new:
        if bytes(receipt.sha256) != hashlib.sha256(dumps(body)).digest():
            raise ClientIdReused(field="client_id")
        return receipt, False
    pairing = Pairing.objects.filter(device=device).covering(receipt.start_time).first()
    if pairing:
        _chart(receipt, pairing, by)
    audit.record(
        by,
        "post-reading",
        patient_id=pairing.patient_id if pairing else None,
        detail={"observation": str(receipt.observation_id or "")},
    )
    return receipt, True


def chart_waiting_readings(*, by: Principal, pairing: Pairing) -> int:
    """Chart what the device measured during the pairing before anybody said who wore it."""
    waiting = ReadingReceipt.objects.select_for_update().filter(
        device=pairing.device_id, observation_id__isnull=True, start_time__gte=pairing.start
    )
    if pairing.end:
        waiting = waiting.filter(start_time__lt=pairing.end)
    receipts = list(waiting)
    for receipt in receipts:
        _chart(receipt, pairing, by)
    return len(receipts)


def recall_readings(*, by: Principal, pairing: Pairing, reason: str) -> int:
    """Enter in error what the device charted during a pairing; the readings wait again."""
    charted = ReadingReceipt.objects.select_for_update().filter(
        device=pairing.device_id, observation_id__isnull=False, start_time__gte=pairing.start
    )
    receipts = list(charted.filter(start_time__lt=pairing.end) if pairing.end else charted)
    known = Observation.objects.in_bulk([receipt.observation_id for receipt in receipts])
    for receipt in receipts:
        observation = known.get(receipt.observation_id)
        if observation is not None and observation.status != ENTERED_IN_ERROR:
            observation.status = ENTERED_IN_ERROR
            annotate(observation, by, reason)
            changes.update(observation, by=by)
        receipt.observation_id = None
        receipt.save(update_fields=["observation_id"])
    return len(receipts)


def check(reading: Reading) -> None:
    """Refuse what no sensor can have measured on a person. Raises BadValue or BadUpload."""
    kind = KINDS.get(reading.kind)
    if kind is None:
        raise KindUnknown(f"The kinds are {', '.join(KINDS)}.", field="kind")
    unit = _unit(kind, reading.unit)
    for part in kind.parts:
        value = reading.values.get(part.member)
        if value is None:
            raise BadUpload(f'values needs "{part.member}".', field="values")
        if not (value.is_finite() and part.low <= unit.canonical(value) <= part.high):
            raise BadValue(
                f"{part.name} {value} {unit.ucum} cannot have been measured on a person.",
                field=f"values.{part.member}",
            )
    if set(reading.values) != {part.member for part in kind.parts}:
        raise BadUpload("values holds members that this kind does not have.", field="values")
    if kind.is_panel and reading.values["diastolic"] >= reading.values["systolic"]:
        raise BadValue("The systolic pressure must be above the diastolic.", field="values")


def _unit(kind: ReadingKind, ucum: str) -> Unit:
    for unit in kind.units:
        if unit.ucum == ucum:
            return unit
    known = ", ".join(unit.ucum for unit in kind.units)
    raise UnitUnknown(f"For {kind.name.lower()} the units are {known}.", field="unit")


def _chart(receipt: ReadingReceipt, pairing: Pairing, by: Principal) -> None:
    observation = Observation(
        patient_id=pairing.patient_id,
        status="preliminary",
        categories=[VITAL_SIGNS],
        effective_start=receipt.start_time,
        effective_end=receipt.start_time,
        issued_at=timezone.now(),
        device=pairing.device.reference,
        **_measured(KINDS[receipt.kind], receipt.body),
    )
    changes.create(observation, by=by)
    receipt.observation_id = observation.pk
    receipt.save(update_fields=["observation_id"])


def _measured(kind: ReadingKind, body: dict[str, Any]) -> dict[str, Any]:
    """Code and value columns of a reading."""
    unit = _unit(kind, body["unit"])
    columns: dict[str, Any] = {
        "code_system": LOINC,
        "code_code": unit.code or kind.code,
        "code_display": kind.name,
        "code_text": kind.name,
    }
    if kind.also:
        codes = ((kind.code, kind.name), *kind.also)
        coding = [{"system": LOINC, "code": code, "display": name} for code, name in codes]
        columns["extra"] = {"code": {"coding": coding, "text": kind.name}}
    if not kind.is_panel:
        value = Decimal(body["values"]["value"])
        return columns | {"value": value, "value_unit": unit.text, "value_ucum": unit.ucum}
    columns["components"] = [
        {
            "code": {
                "coding": [{"system": LOINC, "code": part.code, "display": part.name}],
                "text": part.name,
            },
            "valueQuantity": {
                "value": body["values"][part.member],
                "unit": unit.text,
                "system": UCUM,
                "code": unit.ucum,
            },
        }
        for part in kind.parts
    ]
    return columns
