"""Reference ranges of this house, used where a result brings none of its own."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization


class Sex(models.TextChoices):
    ANY = "", _("any")
    FEMALE = "female", _("female")
    MALE = "male", _("male")


class ReferenceRange(models.Model):
    """What one test usually is, for one sex and age, in one unit. Shown as "local"."""

    code = models.CharField(_("LOINC code"), max_length=100)
    name = models.CharField(_("test"), max_length=200, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, blank=True)
    age_from_days = models.PositiveIntegerField(_("from age in days"), default=0)
    age_to_days = models.PositiveIntegerField(
        _("to age in days"), null=True, blank=True, help_text=_("Not included; empty: no end.")
    )
    unit = models.CharField(_("unit (UCUM)"), max_length=100)
    low = models.DecimalField(_("low"), max_digits=20, decimal_places=6, null=True, blank=True)
    high = models.DecimalField(_("high"), max_digits=20, decimal_places=6, null=True, blank=True)
    critical_low = models.DecimalField(
        _("critical at or below"), max_digits=20, decimal_places=6, null=True, blank=True
    )
    critical_high = models.DecimalField(
        _("critical at or above"), max_digits=20, decimal_places=6, null=True, blank=True
    )
    source = models.TextField(_("source"), help_text=_("Where the numbers come from."))
    facility = models.ForeignKey(
        Organization,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
        help_text=_("Empty: every facility. A facility's own range goes before it."),
    )

    class Meta:
        verbose_name = _("reference range")
        verbose_name_plural = _("reference ranges")
        constraints = [
            models.CheckConstraint(
                condition=Q(age_to_days__isnull=True) | Q(age_to_days__gt=F("age_from_days")),
                name="range_age_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(high__gte=F("low")),
                name="range_high_not_below_low",
            ),
            models.UniqueConstraint(
                fields=["code", "sex", "age_from_days", "unit", "facility"],
                nulls_distinct=False,
                name="one_range_for_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.code} {self.unit}"
