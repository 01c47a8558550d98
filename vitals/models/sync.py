"""Other systems that receive records from here, what waits for them, and what they have."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from fhir.models.record import new_id
from patients.models import Patient

if TYPE_CHECKING:
    from datetime import datetime

# Azure takes 500, HealthLake 160, Google 4,500 resources in one bundle.
DEFAULT_ENTRY_LIMIT = 100
MOST_ENTRIES = 4500


class SyncTargetQuerySet(models.QuerySet["SyncTarget"]):
    def usable(self) -> SyncTargetQuerySet:
        """Targets that are switched on and were confirmed at some time.

        Whether the confirmation still fits what is chosen now, ``is_confirmed`` says.
        """
        has_something = SyncReceipt.objects.filter(target=OuterRef("pk"))
        return self.filter(Q(confirmed_at__isnull=False) | Exists(has_something), enabled=True)


class SyncTarget(models.Model):
    """Another system's FHIR R4 endpoint, and what it is to receive.

    It receives nothing until a person has confirmed exactly this choice; changing the address,
    the cohort or the types makes the confirmation void.
    """

    class AuthKind(models.TextChoices):
        NONE = "none", _("None")
        BASIC = "basic", _("User name and password")
        BEARER = "bearer", _("Token")
        CLIENT_CREDENTIALS = "client_credentials", _("Client credentials (SMART back-end)")

    class Cohort(models.TextChoices):
        NOBODY = "nobody", _("Nobody yet")
        PATIENTS = "patients", _("Chosen patients")
        TEAM = "team", _("Patients of a care team")
        FACILITY = "facility", _("Patients of a facility")

    class IdStyle(models.TextChoices):
        PUT = "put", _("Our ids (PUT)")
        CONDITIONAL = "conditional", _("Its own ids (conditional create)")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100, unique=True)
    base_url = models.CharField(_("address of its FHIR endpoint"), max_length=500)
    auth_kind = models.CharField(
        _("sign-in"), max_length=20, choices=AuthKind, default=AuthKind.NONE
    )
    sealed = models.TextField(blank=True, editable=False)
    id_style = models.CharField(
        _("ids there"), max_length=12, choices=IdStyle, default=IdStyle.PUT,
        help_text=_("Servers that refuse ids chosen by others need conditional create."),
    )  # fmt: skip
    entry_limit = models.PositiveIntegerField(
        _("most resources in one request"),
        default=DEFAULT_ENTRY_LIMIT,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_ENTRIES)],
    )
    summary_minutes = models.PositiveIntegerField(
        _("minutes between recording summaries of one patient"), default=60
    )
    enabled = models.BooleanField(default=True)

    types = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    cohort = models.CharField(max_length=10, choices=Cohort, default=Cohort.NOBODY)
    facility = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+"
    )
    team_name = models.CharField(max_length=300, blank=True)
    patients = models.ManyToManyField(Patient, blank=True, related_name="+")
    include_waveforms = models.BooleanField(
        _("ECG samples too, in pieces of 5 minutes"), default=False
    )
    include_imported = models.BooleanField(_("imported and demo records too"), default=False)

    confirmed_plan = models.CharField(max_length=64, blank=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+"
    )
    disclosed_patients = models.PositiveIntegerField(default=0, editable=False)

    paused_reason = models.TextField(blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    next_try_at = models.DateTimeField(default=timezone.now, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    last_success_at = models.DateTimeField(null=True, editable=False)

    objects = SyncTargetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(entry_limit__gte=1, entry_limit__lte=MOST_ENTRIES),
                name="sync_entry_limit_possible",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_plan="")
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False) & ~Q(confirmed_plan=""),
                name="sync_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """The host that data would go to, as a person should read it."""
        return urlsplit(self.base_url).netloc

    @property
    def origin(self) -> str:
        """What Changes that were pulled from this target carry as their origin."""
        return f"sync:{self.id}"

    def clean(self) -> None:
        """Refuse another address for a target that has received something: its receipts lie then.

        Raises:
            ValidationError: the address changed.
        """
        before = SyncTarget.objects.filter(pk=self.pk).values_list("base_url", flat=True).first()
        if before not in (None, self.base_url) and self.receipts.exists():
            raise ValidationError(
                {"base_url": "Records went to the old address. Add the new one as a new target."}
            )

    def plan(self) -> str:
        """A digest of what would be disclosed to whom."""
        chosen = [
            self.base_url,
            sorted(self.types),
            self.cohort,
            str(self.facility_id or ""),
            self.team_name,
            sorted(map(str, self.patients.values_list("pk", flat=True))),
            self.include_waveforms,
            self.include_imported,
        ]
        return hashlib.sha256(json.dumps(chosen).encode()).hexdigest()

    @property
    def is_confirmed(self) -> bool:
        """A person has confirmed exactly what is chosen now."""
        return self.confirmed_at is not None and self.confirmed_plan == self.plan()


class SyncCursor(models.Model):
    """How far the Changes have been read for a target."""

    target = models.OneToOneField(
        SyncTarget, models.CASCADE, primary_key=True, related_name="cursor"
    )
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.target_id} at {self.seq}"


class SyncPendingQuerySet(models.QuerySet["SyncPending"]):
    def due(self, now: datetime) -> SyncPendingQuerySet:
        """What may be sent now, in order of dependency: first what others refer to."""
        waiting = self.filter(state=SyncPending.State.PENDING, next_try_at__lte=now)
        return waiting.order_by("rank", "id")

    def stuck(self) -> SyncPendingQuerySet:
        """What waits for a person."""
        return self.exclude(state=SyncPending.State.PENDING)


class SyncPending(models.Model):
    """One resource that a target has not, or not surely, got in its newest version.

    ``recording_id`` and ``piece`` are set for a piece of a waveform, which is no record.
    ``attempted`` holds digests of what was sent without a clear answer: it may have arrived.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        PARKED = "parked", _("Refused there")
        CONFLICT = "conflict", _("Changed there")

    target = models.ForeignKey(SyncTarget, models.CASCADE, related_name="pending")
    type = models.CharField(max_length=64)
    fhir_id = models.CharField(max_length=64)
    record_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True)
    recording_id = models.UUIDField(null=True)
    piece = models.IntegerField(null=True)
    version = models.PositiveBigIntegerField()
    rank = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    recall = models.BooleanField(default=False)
    overwrite = models.BooleanField(default=False)
    attempted = ArrayField(models.CharField(max_length=64), default=list)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    last_error = models.TextField(blank=True)
    since = models.DateTimeField(default=timezone.now)

    objects = SyncPendingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target", "type", "fhir_id"], name="sync_one_pending_each"
            )
        ]
        indexes = [
            models.Index(fields=["target", "state", "rank", "id"], name="sync_pending_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.type}/{self.fhir_id} v{self.version} for {self.target_id}"

    @property
    def key(self) -> tuple[str, str]:
        """Type and id here."""
        return self.type, self.fhir_id


class SyncReceiptQuerySet(models.QuerySet["SyncReceipt"]):
    def standing(self) -> SyncReceiptQuerySet:
        """What the target has and was not asked to take back."""
        return self.filter(recalled_at__isnull=True)


class SyncReceipt(models.Model):
    """Proof that a target has a resource: under which id, in which version of ours and its own."""

    target = models.ForeignKey(SyncTarget, models.PROTECT, related_name="receipts")
    type = models.CharField(max_length=64)
    fhir_id = models.CharField(max_length=64)
    record_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True)
    recording_id = models.UUIDField(null=True)
    is_summary = models.BooleanField(default=False)
    sent_version = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    remote_id = models.CharField(max_length=64)
    remote_version = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)
    recalled_at = models.DateTimeField(null=True)

    objects = SyncReceiptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target", "type", "fhir_id"], name="sync_one_receipt_each"
            )
        ]
        indexes = [
            models.Index(
                fields=["target", "patient_id", "-sent_at"],
                condition=Q(is_summary=True),
                name="sync_summary_of_patient",
            ),
            models.Index(
                fields=["target", "recording_id"],
                condition=Q(recording_id__isnull=False),
                name="sync_piece_of_recording",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type}/{self.fhir_id} v{self.sent_version} at {self.target_id}"

    @property
    def key(self) -> tuple[str, str]:
        """Type and id here."""
        return self.type, self.fhir_id
