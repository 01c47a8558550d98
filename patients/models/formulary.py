"""Medicines that can be prescribed here: those of the product, and what administrators add."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from patients.names import words
from patients.prescribing.formulary import Item

LONGEST_PREFIX = 20


def prefixes(spellings: tuple[str, ...]) -> list[str]:
    """Every beginning of every word, so that a medicine is found while its name is typed."""
    return sorted(
        {
            word[:size]
            for spelling in spellings
            for word in words(spelling)
            for size in range(1, min(len(word), LONGEST_PREFIX) + 1)
        }
    )


def _several(**options: Any) -> Any:
    return ArrayField(models.TextField(), default=list, blank=True, **options)


class FormularyQuerySet(models.QuerySet["FormularyItem"]):
    def beginning(self, word: str) -> "FormularyQuerySet":
        """Items on offer of which a word of a name or brand begins so."""
        return self.filter(offered=True, search_prefixes__contains=[word[:LONGEST_PREFIX]])

    def additions(self) -> "FormularyQuerySet":
        """What this clinic added or changed."""
        return self.filter(local=True)

    def state(self) -> tuple[tuple[int, datetime | None], ...]:
        """What changes whenever an addition does: who saves first need not commit first."""
        return tuple(self.additions().order_by("pk").values_list("pk", "changed_at"))


class FormularyItem(models.Model):
    """A medicine: one ingredient, or a fixed combination of several."""

    key = models.CharField(max_length=120, unique=True, editable=False)
    name = models.CharField(_("international name"), max_length=200)
    usan = models.CharField(_("name in the United States"), max_length=200, blank=True)
    also = _several(verbose_name=_("other names"))
    ingredients = _several(verbose_name=_("ingredients of a combination"))
    atc = _several(verbose_name=_("ATC codes"))
    rxnorm = _several(
        verbose_name=_("RxNorm codes"), help_text=_("Only a code that you have verified.")
    )
    classes = _several(
        verbose_name=_("classes"), help_text=_("Allergy and interaction checks go by these.")
    )
    brands = _several(verbose_name=_("brands"))
    products = _several(
        verbose_name=_("strengths and forms"), help_text=_("One a line, like “500 mg tablet”.")
    )
    routes = _several(verbose_name=_("usual routes"))
    frequencies = _several(verbose_name=_("usual frequencies"))
    source = models.CharField(_("source"), max_length=300, blank=True)
    offered = models.BooleanField(
        _("offered when prescribing"),
        default=True,
        help_text=_("The checks know it in any case."),
    )
    local = models.BooleanField(_("added or changed here"), default=False, editable=False)
    changed_at = models.DateTimeField(editable=False, null=True)

    # Derived for search.
    search_prefixes = _several(editable=False)

    objects = FormularyQuerySet.as_manager()

    class Meta:
        verbose_name = _("medicine")
        verbose_name_plural = _("formulary medicines")
        indexes = [GinIndex(fields=["search_prefixes"], name="formulary_prefixes")]

    def __str__(self) -> str:
        return self.item.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep key, ingredients, search words and time in step."""
        self.key = self.key or self._free_key()
        self.ingredients = self.ingredients or [self.key]
        self.search_prefixes = prefixes(self.item.spellings)
        self.changed_at = timezone.now()
        super().save(*args, **kwargs)

    def _free_key(self) -> str:
        base = slugify(self.name)[:100] or "medicine"
        taken = set(type(self).objects.filter(key__startswith=base).values_list("key", flat=True))
        number = 2
        key = base
        while key in taken:
            key = f"{base}-{number}"
            number += 1
        return key

    @property
    def item(self) -> Item:
        """As the checks take it."""
        return Item(
            key=self.key,
            name=self.name,
            usan=self.usan,
            also=tuple(self.also),
            ingredients=tuple(self.ingredients),
            atc=tuple(self.atc),
            rxnorm=tuple(self.rxnorm),
            classes=tuple(self.classes),
            brands=tuple(self.brands),
            products=tuple(self.products),
            routes=tuple(self.routes),
            frequencies=tuple(self.frequencies),
            source=self.source,
            local=self.local,
        )

    @classmethod
    def of(cls, item: Item) -> "FormularyItem":
        """A row of the product's formulary, not saved."""
        return cls(
            key=item.key,
            name=item.name,
            usan=item.usan,
            also=list(item.also),
            ingredients=list(item.ingredients),
            atc=list(item.atc),
            rxnorm=list(item.rxnorm),
            classes=list(item.classes),
            brands=list(item.brands),
            products=list(item.products),
            routes=list(item.routes),
            frequencies=list(item.frequencies),
            source=item.source,
            # "Insulin" alone or an inhibitor that is never given alone is known, not offered.
            offered=bool(item.products or item.frequencies),
            search_prefixes=prefixes(item.spellings),
        )
