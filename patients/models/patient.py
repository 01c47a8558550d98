"""Who the record is about (FHIR Patient), and at which facilities they are known."""

from typing import Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import OuterRef, Subquery

from accounts.models import Organization
from accounts.roles import IDENTITY_READ
from fhir.fields import VerbatimJSONField
from fhir.models import Record, RecordQuerySet
from fhir.principal import Principal
from patients.models.opening import Opening
from patients.names import Name, trigrams, words


class PatientQuerySet(RecordQuerySet["Patient"]):
    def identified_to(self, principal: Principal) -> Self:
        """Everybody known at the principal's facilities: identity only, nothing clinical.

        Asked of each row that the other conditions leave: EXISTS would be planned as a join of
        all people with all links where a name is common.
        """
        if principal.sees_everything:
            return self
        links = FacilityLink.objects.filter(
            patient=OuterRef("pk"), facility__in=principal.facilities_with(IDENTITY_READ)
        )
        known_at = Subquery(links.values("facility")[:1])
        return self.alias(known_at=known_at).filter(known_at__isnull=False)

    def named(self, text: str) -> Self:
        """Patients each of whose words in ``text`` begins or stands in a part of the name.

        Words of three letters and more go through the trigram index; shorter ones begin a name.
        """
        spelled = words(text)
        found = self if spelled else self.none()
        for word in spelled:
            whole = trigrams(word)
            found = (
                found.filter(name_trigrams__contains=whole, name_search__contains=word)
                if whole
                else found.filter(name_prefixes__contains=[word])
            )
        return found

    def numbered(self, value: str) -> Self:
        """Patients with ``value`` as one of their identifiers."""
        return self.filter(identifier_values__contains=[value])


class Patient(Record):
    """A person under care."""

    fhir_type = "Patient"

    identifiers = VerbatimJSONField(default=list)
    active = models.BooleanField(null=True)
    names = VerbatimJSONField(default=list)
    telecom = VerbatimJSONField(default=list)
    gender = models.CharField(max_length=20, blank=True)
    birth_date_low = models.DateField(null=True)
    birth_date_high = models.DateField(null=True)
    deceased = models.BooleanField(null=True)
    deceased_at = models.DateTimeField(null=True)
    addresses = VerbatimJSONField(default=list)
    marital_status = VerbatimJSONField(default=dict)
    contacts = VerbatimJSONField(default=list)
    communication = VerbatimJSONField(default=list)
    links = VerbatimJSONField(default=list)
    general_practitioners = VerbatimJSONField(default=list)
    # Pronouns, sex for clinical use, and every other extension, in the order they came.
    extensions = VerbatimJSONField(default=list)
    managing_organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="+"
    )

    # Derived from the extensions; what the form edits and the banner shows.
    pronouns = models.CharField(max_length=200, blank=True, editable=False)
    sex_for_clinical_use = models.CharField(max_length=60, blank=True, editable=False)

    # Derived for search and lists.
    family = models.CharField(max_length=300, blank=True, editable=False)
    given = models.CharField(max_length=300, blank=True, editable=False)
    name_search = models.TextField(blank=True, editable=False)
    name_words = ArrayField(models.TextField(), default=list, editable=False)
    name_trigrams = ArrayField(models.TextField(), default=list, editable=False)
    name_prefixes = ArrayField(models.TextField(), default=list, editable=False)
    identifier_values = ArrayField(models.TextField(), default=list, editable=False)

    # How a reader opened this chart; None where no reader did: an act, the worker.
    opening: Opening | None = None

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="patient_fhir_id_unique"),
            models.CheckConstraint(
                condition=models.Q(birth_date_high__gte=models.F("birth_date_low")),
                name="birth_date_is_a_span",
            ),
        ]
        indexes = [
            GinIndex(fields=["name_trigrams"], name="patient_name_trigrams"),
            GinIndex(fields=["name_prefixes"], name="patient_name_prefixes"),
            GinIndex(fields=["name_words"], name="patient_name_words"),
            GinIndex(fields=["identifier_values"], name="patient_identifiers"),
            GinIndex(fields=["security"], name="patient_security"),
            models.Index(fields=["family", "given", "id"], name="patient_by_name"),
            models.Index(fields=["birth_date_low"], name="patient_born"),
        ]

    def __str__(self) -> str:
        return self.name.listed

    @property
    def about(self) -> UUID:
        return self.id

    @property
    def keeps_back(self) -> bool:
        """Labelled records are not for whoever opened this chart."""
        return self.opening is not None and not self.opening.close

    @property
    def name(self) -> Name:
        """The name to call them by: official before usual before the first."""
        return Name.chosen(self.names)


class NameWord(models.Model):
    """Each word that stands in anybody's name, once: where typing errors are looked for.

    Rows are only ever added, in the order of the alphabet, so that two imports never wait for
    each other in a circle; a word that nobody bears any more finds nobody.
    """

    word = models.CharField(max_length=40, primary_key=True)
    trigrams = ArrayField(models.TextField(), default=list)

    class Meta:
        indexes = [GinIndex(fields=["trigrams"], name="name_word_trigrams")]

    def __str__(self) -> str:
        return self.word


class NumberSequence(models.Model):
    """The next medical record number that a facility gives; gaps are fine."""

    facility = models.OneToOneField(Organization, models.PROTECT, related_name="+")
    # The identifier system that its numbers belong to.
    system = models.TextField()
    next = models.PositiveBigIntegerField(default=100_001)

    def __str__(self) -> str:
        return f"{self.next} at {self.facility}"


class FacilityLink(models.Model):
    """A facility where a patient is known, with the number it gave them there."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="facility_links")
    facility = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    system = models.TextField(blank=True)
    # None: known there, without a number of its own.
    value = models.TextField(null=True)  # noqa: DJ001  NULL is not a number that could be taken

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "system", "value"], name="one_patient_per_number"
            ),
            models.UniqueConstraint(
                fields=["patient", "facility"],
                condition=models.Q(value__isnull=True),
                name="known_once_without_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value or 'no number'} at {self.facility}"
