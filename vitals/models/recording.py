"""A stretch of one signal at one rate from one device, and what the patient pressed meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import DEVICE_ATTACH
from fhir.models.record import new_id
from patients.models import Patient
from vitals.models.device import Device
from vitals.models.original import FileImport
from vitals.models.pairing import Pairing

if TYPE_CHECKING:
    from uuid import UUID

    from fhir.principal import Principal


class RecordingQuerySet(models.QuerySet["Recording"]):
    def visible_to(self, principal: Principal) -> RecordingQuerySet:
        """Recordings of the patients one may see; a device sees its own.

        Data that nobody is known to have worn is for those who attach devices at its facility.
        """
        if principal.sees_everything:
            return self
        if principal.kind == "device":
            return self.filter(device_id=principal.id)
        here = principal.facilities_with(DEVICE_ATTACH)
        return self.filter(
            Q(pairing__patient__in=Patient.objects.visible_to(principal))
            | Q(pairing__isnull=True, device__in=Device.objects.at(here))
        )

    def opened_by(self, principal: Principal, recording_id: UUID) -> Recording | None:
        """One recording, if ``visible_to`` shows it: the same rule, at a fraction of the cost.

        An open trace asks for it every two seconds.
        """
        found = self.filter(pk=recording_id).select_related("pairing").first()
        return found if found is not None and found.is_visible_to(principal) else None

    def of(self, patient: Patient) -> RecordingQuerySet:
        """What one patient's devices recorded, newest first."""
        return self.filter(pairing__patient=patient).order_by("-started_at")

    def running(self) -> RecordingQuerySet:
        """Recordings that the device has not closed."""
        return self.filter(closed_at__isnull=True)


class Recording(models.Model):
    """One rate and one kind; siblings (ECG and IMU of one patch) share ``session_id``.

    ``pairing`` is that of its first assigned chunk. Chunks with another ``pairing`` than the
    recording's are not part of what is shown.
    """

    class Kind(models.TextChoices):
        ECG = "ecg", _("ECG")
        IMU = "imu", _("Movement")
        PPG = "ppg", _("Pulse wave")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, models.PROTECT, related_name="recordings")
    pairing = models.ForeignKey(Pairing, models.PROTECT, null=True, related_name="recordings")
    session_id = models.CharField(max_length=64, blank=True)
    client_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=3, choices=Kind)
    sampling_rate_hz = models.FloatField()
    channels = ArrayField(models.CharField(max_length=16))
    unit = models.CharField(max_length=20)
    # For an ECG in uV: microvolt per step of the stored integers.
    units_per_step = models.FloatField()
    # What the recorder lets through, as it declares; None: it does not say.
    bandwidth_low_hz = models.FloatField(null=True)
    bandwidth_high_hz = models.FloatField(null=True)
    started_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    closed_sample_count = models.BigIntegerField(null=True)
    given_up = ArrayField(models.IntegerField(), default=list)
    # The upload it was read from; None: it came in chunks.
    imported = models.ForeignKey(FileImport, models.PROTECT, null=True, related_name="recordings")
    # Grows when whose samples these are has changed: what was being computed then is void.
    generation = models.PositiveIntegerField(default=0)

    objects = RecordingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "client_id"], name="recording_once"),
            models.CheckConstraint(
                condition=Q(sampling_rate_hz__gte=1, sampling_rate_hz__lte=20_000),
                name="sampling_rate_possible",
            ),
            models.CheckConstraint(
                condition=Q(units_per_step__gt=0, units_per_step__lte=1e6), name="step_possible"
            ),
            models.CheckConstraint(
                condition=Q(bandwidth_low_hz__gte=0)
                & Q(bandwidth_high_hz__gt=models.F("bandwidth_low_hz")),
                name="bandwidth_possible",
            ),
        ]
        indexes = [models.Index(fields=["pairing", "-started_at"], name="recording_of_pairing")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    def is_visible_to(self, principal: Principal) -> bool:
        """The rule of ``RecordingQuerySet.visible_to`` for this one."""
        if principal.sees_everything:
            return True
        if principal.kind == "device":
            return str(self.device_id) == principal.id
        if self.pairing is not None:
            wearer = Patient.objects.visible_to(principal).filter(pk=self.pairing.patient_id)
            return wearer.exists()
        here = principal.facilities_with(DEVICE_ATTACH)
        return bool(here) and Device.objects.at(here).filter(pk=self.device_id).exists()

    @property
    def microvolt_per_step(self) -> float:
        """Scale of an ECG."""
        return self.units_per_step * MICROVOLT[self.unit]

    @property
    def bandwidth_hz(self) -> tuple[float, float] | None:
        """Low and high end as the recorder declares them; None when it does not."""
        if self.bandwidth_low_hz is None or self.bandwidth_high_hz is None:
            return None
        return self.bandwidth_low_hz, self.bandwidth_high_hz

    @property
    def patient(self) -> Patient | None:
        """Whom it is about; None while unassigned."""
        return self.pairing.patient if self.pairing else None


MICROVOLT = {"uV": 1.0, "mV": 1000.0}


class RecordingEvent(models.Model):
    """The patient pressed the button."""

    recording = models.ForeignKey(Recording, models.PROTECT, related_name="events")
    client_id = models.CharField(max_length=64)
    device_time = models.DateTimeField()
    arrived_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recording", "client_id"], name="event_once")
        ]

    def __str__(self) -> str:
        return f"event in {self.recording_id}"
