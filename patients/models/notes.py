"""Notes while they are written: templates and unsigned drafts; signed ones are documents."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from fhir.fields import VerbatimJSONField
from fhir.models.record import new_id
from fhir.principal import Principal
from patients.models.documents import DocumentReference
from patients.models.encounter import Encounter
from patients.models.patient import Patient

MOST_SECTIONS = 20


def has_sections(outline: str) -> None:
    """Refuse an outline that gives no place to write, or too many."""
    lines = [line for line in outline.splitlines() if line.strip()]
    if not 1 <= len(lines) <= MOST_SECTIONS:
        raise ValidationError(
            _("Write 1 to %(most)s sections, one a line."), params={"most": MOST_SECTIONS}
        )


class NoteTemplateQuerySet(models.QuerySet["NoteTemplate"]):
    def offered_to(self, principal: Principal) -> "NoteTemplateQuerySet":
        """Those of every facility, and those of the principal's own."""
        own = list(principal.facilities or {})
        return self.filter(Q(facility__isnull=True) | Q(facility__in=own), active=True)


class NoteTemplate(models.Model):
    """Which sections a new note starts with, and as what type it is filed."""

    class Kind(models.TextChoices):
        SOAP = "soap", _("SOAP")
        FREE = "free", _("Free text")
        ADMISSION = "admission", _("Admission")
        PROGRESS = "progress", _("Progress")
        DISCHARGE = "discharge", _("Discharge letter")
        PHONE = "phone", _("Telephone")
        OTHER = "other", _("Other")

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.OTHER)
    outline = models.TextField(
        _("sections"),
        validators=[has_sections],
        help_text=_(
            'One section a line. After a colon stands what it starts with: "Medications: .meds" '
            "puts in today's medications. A line of a single dot is a note without headings."
        ),
    )
    type_system = models.TextField(_("code system of the document type"), blank=True)
    type_code = models.CharField(_("code of the document type"), max_length=100, blank=True)
    type_display = models.TextField(_("name of the document type"), blank=True)
    facility = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
        help_text=_("Empty: offered at every facility."),
    )
    position = models.PositiveIntegerField(_("position"), default=100)
    active = models.BooleanField(_("offered"), default=True)

    objects = NoteTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("note template")
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "name"], nulls_distinct=False, name="one_template_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def sections(self) -> list[dict[str, str]]:
        """Name and starting text of each section, in order; a free note's has no name."""
        found = []
        for line in filter(None, map(str.strip, self.outline.splitlines())):
            name, _colon, text = line.partition(":")
            found.append({"name": "" if line == "." else name.strip(), "text": text.strip()})
        return found


class NoteDraftQuerySet(models.QuerySet["NoteDraft"]):
    def open(self) -> "NoteDraftQuerySet":
        """Neither signed nor discarded."""
        return self.filter(note__isnull=True, discarded_at__isnull=True)

    def of_author(self, principal: Principal) -> "NoteDraftQuerySet":
        """Those that ``principal`` writes; nobody else may change them."""
        if principal.kind != "user":
            return self.none()
        return self.filter(author_id=UUID(principal.id))

    def visible_to(self, principal: Principal) -> "NoteDraftQuerySet":
        """Drafts in charts that are open to ``principal``, whoever writes them."""
        return self.filter(patient__in=Patient.objects.visible_to(principal))


class NoteDraft(models.Model):
    """An unsigned note: no part of the record yet, kept on the server while it is written.

    Attributes:
        sections: List of ``{"name", "text"}``.
        revision: Grows with every save; a save must name the one that it was written over.
        editor: Page (tab) that saved last; its own late answers are no conflict.
        sequence: Number of that page's last save.
        parked: Texts of other tabs or devices that nobody has merged yet, by editor.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    encounter = models.ForeignKey(Encounter, models.PROTECT, null=True, related_name="+")
    template = models.ForeignKey(NoteTemplate, models.PROTECT, null=True, related_name="+")
    # The signed note that this one will be an addendum to.
    parent = models.ForeignKey(DocumentReference, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=200)
    sections = VerbatimJSONField(default=list)
    revision = models.PositiveIntegerField(default=1)
    editor = models.CharField(max_length=64, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    parked = VerbatimJSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    discarded_at = models.DateTimeField(null=True)
    # What it became.
    note = models.OneToOneField(DocumentReference, models.PROTECT, null=True, related_name="draft")

    objects = NoteDraftQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["author", "-updated_at"], name="drafts_of_author"),
            models.Index(fields=["patient", "-updated_at"], name="drafts_of_patient"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(note__isnull=True) | Q(discarded_at__isnull=True),
                name="signed_is_not_discarded",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Can be written."""
        return self.note_id is None and self.discarded_at is None

    def is_of(self, principal: Principal) -> bool:
        """``principal`` is the author."""
        return principal.kind == "user" and str(self.author_id) == principal.id

    def parked_texts(self) -> list[tuple[str, datetime, list[dict[str, Any]]]]:
        """Editor, time and sections of each text that waits to be merged, oldest first."""
        texts = [
            (editor, datetime.fromisoformat(said["at"]), said["sections"])
            for editor, said in (self.parked or {}).items()
        ]
        return sorted(texts, key=lambda text: text[1])
