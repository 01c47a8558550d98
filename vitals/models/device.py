"""Wearables and cuffs (FHIR Device), their keys, and how they say they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization
from fhir.fields import VerbatimJSONField
from fhir.models import Record, RecordQuerySet
from fhir.models.record import new_id
from fhir.modifiers import NOT_UNDERSTOOD, understood
from patients.models import Patient

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhir.principal import Principal

TO_PATIENT = "Patient/"
STANDING = {
    "inactive": gettext_lazy("device no longer in use"),
    "entered-in-error": gettext_lazy("device entered in error"),
}


class DeviceQuerySet(RecordQuerySet["Device"]):
    def visible_to(self, principal: Principal) -> Self:
        """The devices of one's facilities.

        A device that names a patient itself (an implant that came by import) is not shown to
        people here: it tells whose it is, and no rule yet says who may know. A program reads it
        with the rest of what is about that patient.
        """
        if principal.sees_everything:
            return self
        if principal.kind == "device":
            return self.filter(pk=principal.id)
        here = self.at(map(UUID, principal.facilities or {}))
        if principal.kind != "client":
            return here
        patients = Patient.objects.visible_to(principal)
        bearers = patients.filter(
            fhir_id=Substr(OuterRef("patient_reference"), len(TO_PATIENT) + 1)
        )
        worn = Q(Exists(bearers), patient_reference__startswith=TO_PATIENT)
        return here | self.filter(worn)

    def at(self, facilities: Iterable[UUID]) -> Self:
        """Devices of these facilities that do not name a patient."""
        return self.filter(patient_reference="", facility__in=list(facilities))

    def registered(self) -> Self:
        """Devices that an administrator registered here: they may have keys and be worn."""
        return self.filter(registered=True)


class Device(Record):
    """A thing that measures. Registered by an administrator, worn by one patient at a time."""

    fhir_type = "Device"

    class Kind(models.TextChoices):
        PATCH = "patch", gettext_lazy("ECG patch")
        BAND = "band", gettext_lazy("Wrist band")
        CUFF = "cuff", gettext_lazy("Blood pressure cuff")
        MONITOR = "monitor", gettext_lazy("Monitor")
        # Stands for whatever recorded an imported file; one for each import, never registered.
        FILE = "file", gettext_lazy("Recorder of an imported file")
        OTHER = "other", gettext_lazy("Other device")

    serial = models.TextField(blank=True)
    status = models.CharField(max_length=20, default="active")
    manufacturer = models.TextField(blank=True)
    model_name = models.TextField(blank=True)
    names = VerbatimJSONField(default=list, blank=True, editable=False)
    identifiers = VerbatimJSONField(default=list, blank=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.OTHER)
    facility = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    patient_reference = models.TextField(blank=True, editable=False)
    registered = models.BooleanField(default=False, editable=False)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="device_fhir_id_unique"),
            # A device that came by import may lack a serial; a registered one has its own.
            models.UniqueConstraint(
                fields=["serial"], condition=Q(registered=True), name="registered_serial_unique"
            ),
            models.CheckConstraint(
                condition=Q(registered=False) | (~Q(serial="") & Q(facility__isnull=False)),
                name="registered_device_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.serial or self.fhir_id

    @property
    def remark(self) -> str:
        """What keeps it from being an ordinary device; empty where nothing does."""
        standing = STANDING.get(self.status) or _("state unknown")
        odd = "" if understood(self) else _(NOT_UNDERSTOOD)
        return ", ".join(filter(None, ("" if self.status == "active" else str(standing), odd)))


class DeviceKeyQuerySet(models.QuerySet["DeviceKey"]):
    def usable(self) -> DeviceKeyQuerySet:
        """Keys that open the door now."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())


class DeviceKey(models.Model):
    """A key of a device. Only its SHA-256 is kept: 256 random bits need no slow hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, models.CASCADE, related_name="keys")
    prefix = models.CharField(max_length=8, unique=True)
    sha256 = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    # To the minute: it answers "is this key still in use", not "when exactly".
    last_used_at = models.DateTimeField(null=True)

    objects = DeviceKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="key_expires_after_made"
            )
        ]

    def __str__(self) -> str:
        return f"cw_{self.prefix}_…"


class DeviceStatus(models.Model):
    """What a device said about itself."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="statuses")
    arrived_at = models.DateTimeField(default=timezone.now)
    device_time = models.DateTimeField()
    battery_percent = models.PositiveSmallIntegerField(null=True)
    lead_off = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(battery_percent__isnull=True) | Q(battery_percent__lte=100),
                name="battery_at_most_full",
            ),
            models.UniqueConstraint(fields=["device", "device_time"], name="one_status_per_moment"),
        ]
        indexes = [models.Index(fields=["device", "-arrived_at"], name="status_of_device")]

    def __str__(self) -> str:
        return f"{self.device_id} at {self.arrived_at:%H:%M:%S}"
