"""Where care happens: facilities (FHIR Organization) and their wards and beds (Location)."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from fhir.fields import VerbatimJSONField
from fhir.models import Record, RecordQuerySet
from fhir.modifiers import noted


def known_zone(name: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if name not in available_timezones():
        raise ValidationError(
            _("%(name)s is no time zone; write one such as Europe/Oslo.") % {"name": name}
        )


class Organization(Record):
    """A facility. Patients and users belong to as many as they need; none owns them."""

    fhir_type = "Organization"

    name = models.CharField(max_length=500, blank=True)
    active = models.BooleanField(null=True)
    identifiers = VerbatimJSONField(default=list, blank=True)
    # In which its times are shown, e.g. Europe/Oslo; empty: the house's.
    time_zone = models.CharField(max_length=60, blank=True, validators=[known_zone])

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="organization_fhir_id_unique")
        ]

    def __str__(self) -> str:
        return noted(self.name or self.fhir_id, self)


class Location(Record):
    """A ward, room or bed."""

    fhir_type = "Location"

    name = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=20, blank=True)
    mode = models.CharField(max_length=20, blank=True)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True)
    part_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fhir_id"], name="location_fhir_id_unique")]

    def __str__(self) -> str:
        return noted(self.name or self.fhir_id, self)
