"""What everybody must know before they act: resuscitation status, isolation … (FHIR Flag)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fhir.fields import VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet
from patients.models.encounter import Encounter
from patients.terminology.coded import Coded

SNOMED = "http://snomed.info/sct"
# Codes of this house, for what has no verified code elsewhere.
OWN_CODES = "urn:chartwave:codes"
REASON_EXTENSION = "urn:chartwave:flag-reason"
RESUSCITATION, PREGNANCY, PACEMAKER, ISOLATION = (
    "resuscitation",
    "pregnancy",
    "pacemaker",
    "isolation",
)


@dataclass(frozen=True)
class FlagKind:
    """One kind of flag that the product knows.

    Attributes:
        id: What ``Flag.kind`` says.
        label: What the banner puts before it.
        category: Code of HL7's flag-category.
        options: What it can say; the first is offered first.
        also: Codes from elsewhere that mean this kind, as (system, code).
        alone: Only one flag of this kind stands at a time.
    """

    id: str
    label: str | Promise
    category: str
    options: tuple[Coded, ...]
    also: tuple[tuple[str, str], ...] = ()
    alone: bool = False

    @property
    def codes(self) -> set[tuple[str, str]]:
        """Every (system, code) of this kind."""
        return {(each.system, each.code) for each in self.options} | set(self.also)


def _own(code: str, text: str) -> Coded:
    return Coded(OWN_CODES, code, text, text)


KINDS: tuple[FlagKind, ...] = (
    FlagKind(
        RESUSCITATION,
        _("Resuscitation"),
        "clinical",
        (
            Coded(
                SNOMED,
                "450475007",
                "For attempted cardiopulmonary resuscitation",
                "For attempted CPR",
            ),
            Coded(
                SNOMED,
                "450476008",
                "Not for attempted cardiopulmonary resuscitation",
                "Not for CPR",
            ),
            _own("treatment-limited", "Treatment limited, see reason"),
        ),
        also=((SNOMED, "304252001"), (SNOMED, "304253006")),
        alone=True,
    ),
    FlagKind(
        ISOLATION,
        _("Isolation"),
        "safety",
        (
            _own("isolation-contact", "Contact isolation"),
            _own("isolation-droplet", "Droplet isolation"),
            _own("isolation-airborne", "Airborne isolation"),
            _own("isolation-protective", "Protective isolation"),
        ),
    ),
    FlagKind(
        PACEMAKER,
        _("Pacemaker"),
        "clinical",
        (
            Coded(SNOMED, "441509002", "Cardiac pacemaker in situ", "Pacemaker"),
            _own("defibrillator", "Implanted defibrillator"),
        ),
    ),
    FlagKind(
        PREGNANCY,
        _("Pregnancy"),
        "clinical",
        (Coded(SNOMED, "77386006", "Pregnant", "Pregnant"),),
        alone=True,
    ),
    FlagKind("falls", _("Falls"), "safety", (_own("falls-risk", "Risk of falling"),)),
    FlagKind("aggression", _("Safety"), "behavioral", (_own("aggression", "Risk of aggression"),)),
    FlagKind("other", _("Alert"), "clinical", ()),
)
BY_ID = {kind.id: kind for kind in KINDS}
BY_CODE = {code: kind.id for kind in KINDS for code in kind.codes}
OTHER = "other"


class FlagQuerySet(PatientRecordQuerySet["Flag"]):
    def recorded(self) -> FlagQuerySet:
        """Never entered in error, the newest first."""
        return self.exclude(status=ENTERED_IN_ERROR).order_by("-start", "-id")

    def standing(self) -> FlagQuerySet:
        """In force now; a status that nobody recorded counts as in force."""
        now = timezone.now()
        return (
            self.recorded()
            .exclude(status="inactive")
            .filter(Q(start__isnull=True) | Q(start__lte=now), Q(end__isnull=True) | Q(end__gt=now))
        )


class Flag(PatientRecord):
    """A warning about a patient, from a moment to a moment, with why."""

    fhir_type = "Flag"
    may_be_kept_back = False

    status = models.CharField(max_length=40, blank=True)
    categories = VerbatimJSONField(default=list)
    code_system = models.TextField(blank=True)
    code_code = models.CharField(max_length=100, blank=True)
    code_display = models.TextField(blank=True)
    code_text = models.TextField(blank=True)
    # Which of ``KINDS`` it is; follows the code.
    kind = models.CharField(max_length=40, blank=True)
    encounter = models.ForeignKey(Encounter, models.PROTECT, null=True, related_name="+")
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    author = VerbatimJSONField(default=dict)
    # FHIR's Flag has no note: why it was raised and ended stands in extensions of ours.
    extensions = VerbatimJSONField(default=list)

    objects = FlagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="flag_fhir_id_unique"),
        ]
        indexes = [models.Index(fields=["patient", "-start"], name="flag_of_patient")]

    def __str__(self) -> str:
        named = (self.code_text, self.code_display, self.code_code)
        return next(filter(None, named), "Flag")

    @property
    def notes(self) -> list[dict[str, Any]]:
        """Why it was raised, ended or taken back, oldest first, in the form of annotations."""
        return [
            {"text": str(each.get("valueString", ""))}
            for each in self.extensions or []
            if each.get("url") == REASON_EXTENSION
        ]

    @notes.setter
    def notes(self, said: list[dict[str, Any]]) -> None:
        others = [e for e in self.extensions or [] if e.get("url") != REASON_EXTENSION]
        ours = [{"url": REASON_EXTENSION, "valueString": str(each["text"])} for each in said]
        self.extensions = others + ours
