"""Who else belongs to the patient: family, carers, guardians (FHIR RelatedPerson)."""

from django.db import models

from fhir.fields import VerbatimJSONField
from patients.models.base import PatientRecord, PatientRecordQuerySet
from patients.names import Name


class RelatedPerson(PatientRecord):
    """Somebody with a tie to the patient, who is not the patient."""

    fhir_type = "RelatedPerson"
    may_be_kept_back = False

    identifiers = VerbatimJSONField(default=list)
    active = models.BooleanField(null=True)
    relationships = VerbatimJSONField(default=list)
    names = VerbatimJSONField(default=list)
    telecom = VerbatimJSONField(default=list)
    gender = models.CharField(max_length=20, blank=True)
    birth_date_low = models.DateField(null=True)
    birth_date_high = models.DateField(null=True)
    addresses = VerbatimJSONField(default=list)
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    communication = VerbatimJSONField(default=list)

    objects = PatientRecordQuerySet["RelatedPerson"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="related_person_fhir_id_unique")
        ]
        indexes = [models.Index(fields=["patient", "-id"], name="related_person_of_patient")]

    def __str__(self) -> str:
        return Name.chosen(self.names).spoken
