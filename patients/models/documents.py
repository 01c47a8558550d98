"""Clinical notes and documents (FHIR DocumentReference), and the bytes of files (FHIR Binary)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from fhir.fields import VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet


class DocumentReferenceQuerySet(PatientRecordQuerySet["DocumentReference"]):
    def standing(self) -> "DocumentReferenceQuerySet":
        """All that still counts: neither entered in error nor replaced by a newer one."""
        return self.exclude(status__in=(ENTERED_IN_ERROR, "superseded")).exclude(
            doc_status=ENTERED_IN_ERROR
        )

    def notes_only(self) -> "DocumentReferenceQuerySet":
        """What is read as text here."""
        return self.filter(is_note=True)

    def files_only(self) -> "DocumentReferenceQuerySet":
        """What is looked at or downloaded: scans, letters, photographs."""
        return self.filter(is_note=False)

    def newest_first(self) -> "DocumentReferenceQuerySet":
        """In the order in which a chart is read."""
        return self.order_by("-listed_at", "-id")

    def without_content(self) -> "DocumentReferenceQuerySet":
        """For lists: files inside a resource may be many megabytes."""
        return self.defer("content")


class DocumentReference(PatientRecord):
    """A note or a file; ``is_note`` tells which, ``content`` holds both as FHIR has it.

    ``notes`` are this house's own remarks (moved, entered in error: FHIR has no element for
    them here). What was signed here carries its SHA-256, and the database refuses to change it.
    """

    fhir_type = "DocumentReference"

    status = models.CharField(max_length=40, blank=True)
    doc_status = models.CharField(max_length=40, blank=True)
    type_system = models.TextField(blank=True)
    type_code = models.CharField(max_length=100, blank=True)
    type_display = models.TextField(blank=True)
    type_text = models.TextField(blank=True)
    categories = VerbatimJSONField(default=list)
    date_at = models.DateTimeField(null=True)
    authors = VerbatimJSONField(default=list)
    authenticator = models.TextField(blank=True)
    custodian = models.TextField(blank=True)
    relates_to = VerbatimJSONField(default=list)
    description = models.TextField(blank=True)
    security_labels = VerbatimJSONField(default=list)
    content = VerbatimJSONField(default=list)
    context = VerbatimJSONField(default=dict)

    # Said by this house.
    notes = VerbatimJSONField(default=list)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.TextField(blank=True)
    signed_sha256 = models.CharField(max_length=64, blank=True)

    # Derived for lists and search.
    title = models.TextField(blank=True, editable=False)
    note_text = models.TextField(blank=True, editable=False)
    is_note = models.BooleanField(default=False, editable=False)
    content_type = models.TextField(blank=True, editable=False)
    listed_at = models.DateTimeField(default=timezone.now, editable=False)
    category_codes = ArrayField(models.TextField(), default=list, editable=False)
    # The document that this one adds to (relatesTo appends), as its reference.
    parent_reference = models.TextField(blank=True, editable=False)
    # ``content`` or ``context`` carries a modifier that this house does not know.
    modified_inside = models.BooleanField(default=False, editable=False)

    objects = DocumentReferenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="documentreference_fhir_id_unique"),
            models.CheckConstraint(
                condition=models.Q(signed_sha256="") | models.Q(signed_at__isnull=False),
                name="signature_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-listed_at", "-id"], name="document_of_patient"),
            models.Index(fields=["parent_reference"], name="document_addenda"),
        ]

    def __str__(self) -> str:
        return self.title or "Document"

    @property
    def is_signed(self) -> bool:
        """Signed here, with the hash of its text."""
        return bool(self.signed_sha256)


class Binary(PatientRecord):
    """The bytes of a file. Its patient comes from ``securityContext`` or the document naming it."""

    fhir_type = "Binary"

    content_type = models.TextField(blank=True)
    data = models.BinaryField(default=bytes)
    security_context = models.TextField(blank=True)

    objects = PatientRecordQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fhir_id"], name="binary_fhir_id_unique")]

    def __str__(self) -> str:
        return self.content_type or "file"
