"""What can be picked by typing: codes of the tables that this house carries, and local words."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.terminology.coded import Coded
from patients.terminology.words import lexemes


class LexemesField(models.Field[Any, Any]):
    """Words of a row as a ``tsvector``: exact lexemes, without any language's stemming."""

    def db_type(self, connection: Any) -> str:  # noqa: ARG002
        return "tsvector"

    def get_prep_value(self, value: Iterable[str] | str | None) -> str | None:
        """Letters and digits only, so quoting is all that a lexeme needs."""
        if value is None or isinstance(value, str):
            return value
        return " ".join(f"'{word}'" for word in sorted(set(value)))


@LexemesField.register_lookup
class Holds(models.Lookup[Any]):
    """Rows whose lexemes answer a ``tsquery``."""

    lookup_name = "holds"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} @@ {right}::tsquery", (*left_values, *right_values)


class Concept(models.Model):
    """One thing that can be picked: a code with its official words, or words without a code."""

    system = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60, blank=True)
    # The code system's own words, and the words of a ward; both are found by typing.
    display = models.CharField(max_length=500, blank=True)
    name = models.CharField(max_length=500)
    synonyms = ArrayField(models.TextField(), default=list, blank=True)
    kinds = ArrayField(models.CharField(max_length=20), default=list)
    category = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=40, blank=True, help_text=_("UCUM"))
    rank = models.PositiveSmallIntegerField(
        default=0, help_text=_("How common: 0 to 100; the higher, the earlier in the list.")
    )
    local = models.BooleanField(default=False, help_text=_("Added here, not by an import."))
    retired = models.BooleanField(
        default=False, help_text=_("No longer offered; old records keep it.")
    )
    source = models.CharField(max_length=80, blank=True)

    found_by = LexemesField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "code"],
                condition=~models.Q(code=""),
                name="concept_code_unique",
            ),
            models.UniqueConstraint(
                fields=["source", "name"],
                condition=models.Q(code=""),
                name="concept_words_unique",
            ),
        ]
        indexes = [
            GinIndex(fields=["found_by"], name="concept_found_by"),
            # The common ones are few: the first letter typed already answers from here.
            GinIndex(
                fields=["found_by"], condition=models.Q(rank__gt=0), name="concept_common_found_by"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})" if self.code else self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the search words in step with the words."""
        self.found_by = lexemes(self.code, (self.name, self.display, *(self.synonyms or [])))
        super().save(*args, **kwargs)

    @property
    def coded(self) -> Coded:
        """As a record keeps it; without a code it is words only."""
        if not self.code:
            return Coded(text=self.name)
        return Coded(self.system, self.code, self.display or self.name, self.name)


class TerminologyLoad(models.Model):
    """Which tables were taken in, so that taking them in again does nothing."""

    source = models.CharField(max_length=80, primary_key=True)
    digest = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.source}: {self.rows} rows"
