"""When somebody is expected (FHIR Appointment)."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Location, Practitioner
from accounts.roles import APPOINTMENT_MANAGE
from fhir.fields import VerbatimJSONField
from fhir.principal import Principal
from patients.models.base import PatientRecord, PatientRecordQuerySet
from patients.models.patient import FacilityLink

# Still to come or under way: such an appointment takes its time from somebody.
AHEAD = ("proposed", "pending", "booked", "arrived", "checked-in", "waitlist")


class AppointmentQuerySet(PatientRecordQuerySet["Appointment"]):
    def managed_by(self, principal: Principal) -> "AppointmentQuerySet":
        """Appointments at the places of the principal's facilities; identity and time only.

        One without a place belongs to the facilities that know the patient.
        """
        if principal.sees_everything:
            return self
        facilities = principal.facilities_with(APPOINTMENT_MANAGE)
        known = FacilityLink.objects.filter(patient=OuterRef("patient"), facility__in=facilities)
        return self.filter(
            Q(location__organization__in=facilities) | Q(Exists(known), location__isnull=True)
        )

    def between(self, start: datetime, end: datetime) -> "AppointmentQuerySet":
        """Those that begin in the span, in the order of the day."""
        return self.filter(start__gte=start, start__lt=end).order_by("start", "id")


class Appointment(PatientRecord):
    """A time kept for a patient."""

    fhir_type = "Appointment"
    may_be_kept_back = False

    status = models.CharField(max_length=20, blank=True)
    cancelation_reason_system = models.TextField(blank=True)
    cancelation_reason_code = models.CharField(max_length=100, blank=True)
    cancelation_reason_display = models.TextField(blank=True)
    cancelation_reason_text = models.TextField(blank=True)
    service_types = VerbatimJSONField(default=list)
    reasons = VerbatimJSONField(default=list)
    description = models.TextField(blank=True)
    comment = models.TextField(blank=True)
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(null=True)
    participants = VerbatimJSONField(default=list)
    # Who and where of the participants, resolved; the patient is one of them too.
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, null=True, related_name="+")
    location = models.ForeignKey(Location, models.PROTECT, null=True, related_name="+")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="appointment_fhir_id_unique")
        ]
        indexes = [
            models.Index(fields=["patient", "-start"], name="appointment_of_patient"),
            models.Index(fields=["start", "id"], name="appointment_of_day"),
        ]

    def __str__(self) -> str:
        services = [str(each.get("text", "")) for each in self.service_types or []]
        return ", ".join(filter(None, services)) or "Appointment"
