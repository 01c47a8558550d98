"""What every clinical row has: identity, version, source, labels, and the rest of its FHIR."""

from typing import Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from uuid6 import uuid7

from fhir.fields import VerbatimJSONField
from fhir.ports import port
from fhir.principal import Principal

FHIR_ID = RegexValidator(
    r"^[A-Za-z0-9\-.]{1,64}$", "A FHIR id has 1 to 64 letters, digits, hyphens or dots."
)


def new_id() -> UUID:
    """A UUIDv7: unique everywhere, and ordered by time so that indexes stay dense."""
    return UUID(int=uuid7().int)


R = TypeVar("R", bound="Record", covariant=True)


class RecordQuerySet(models.QuerySet[R], Generic[R]):
    def visible_to(self, principal: Principal) -> Self:
        """The rows that ``principal`` may read; every page and answer starts here."""
        visible: Self = port("visible")(self, principal)
        return visible


class Record(models.Model):
    """A versioned clinical row with a FHIR identity.

    Columns hold what the product uses; ``extra`` holds each FHIR element that rendering the
    columns would not give back (None: the element that rendering adds and the source had not).
    """

    fhir_type: ClassVar[str]

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fhir_id = models.CharField(max_length=64, validators=[FHIR_ID], editable=False)
    version = models.PositiveBigIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    source = models.CharField(max_length=1000, blank=True, editable=False)
    security = ArrayField(
        models.CharField(max_length=300), default=list, blank=True, editable=False
    )
    extra = VerbatimJSONField(default=dict, editable=False)
    # What it is found by over FHIR: fhir.search.keys.key of each code, reference and uri in it.
    search_tokens = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.__dict__.get("fhir_id", "not loaded"):
            self.fhir_id = str(self.id)

    @property
    def reference(self) -> str:
        """The FHIR reference to this record, such as ``Patient/rosa``."""
        return f"{self.resource_type}/{self.fhir_id}"

    @property
    def resource_type(self) -> str:
        """FHIR resource type; a stored resource says its own."""
        return self.fhir_type

    @property
    def about(self) -> UUID | None:
        """Id of the patient this record is about, None where it is about nobody."""
        return getattr(self, "patient_id", None)
