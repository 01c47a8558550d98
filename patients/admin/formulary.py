"""The formulary in the Django admin: add medicines of this clinic, stop offering others."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.access import principal
from accounts.admin import ByScope
from patients.models import FormularyItem
from patients.names import words
from patients.prescribing.dose import DoseRefused, parse
from patients.prescribing.formulary import rows, standard
from patients.prescribing.frequency import frequencies
from patients.prescribing.route import routes
from patients.prescribing.search import book

LINES = ("also", "brands", "products", "rxnorm")
PICKED = ("ingredients", "classes", "routes", "frequencies")
FIELDS = (
    *("name", "usan", "also", "brands", "products", "ingredients", "classes", "routes"),
    *("frequencies", "rxnorm", "source", "offered"),
)
# What a medicine of the product is must not change by hand: the checks go by it.
FIXED = ("name", "usan", "ingredients", "classes", "rxnorm", "source")
MOST_LINES = 60
LONGEST_LINE = 120


class LinesField(forms.CharField):
    """Several short texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 50})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The lines, without empty ones.

        Raises:
            ValidationError: they are too many or too long.
        """
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
            raise ValidationError(
                _("At most %(lines)d lines of %(letters)d letters. Leave some out.")
                % {"lines": MOST_LINES, "letters": LONGEST_LINE}
            )
        return list(dict.fromkeys(lines))


def _picked(
    label: Any, choices: list[tuple[str, str]], help_text: Any = ""
) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        help_text=help_text,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 10}),
    )


class MedicineForm(forms.ModelForm):  # type: ignore[type-arg]
    """A medicine; strengths are read as strictly as a dose."""

    also = LinesField(label=gettext_lazy("Other names, one a line"), required=False)
    brands = LinesField(label=gettext_lazy("Brands, one a line"), required=False)
    products = LinesField(
        label=gettext_lazy("Strengths and forms, one a line"),
        required=False,
        help_text=gettext_lazy("Like “500 mg tablet” or “250 mg/5 mL oral suspension”."),
    )
    rxnorm = LinesField(label=gettext_lazy("RxNorm codes, only verified ones"), required=False)
    ingredients = _picked(
        gettext_lazy("Ingredients, when it is a combination"),
        [(key, item.label) for key, item in standard().items.items() if key in item.ingredients],
        gettext_lazy("None when it is an ingredient by itself. Ctrl or ⌘ picks several."),
    )
    classes = _picked(
        gettext_lazy("Classes, for a single ingredient"),
        [(row["key"], row["words"]) for row in rows("classes.csv")],
        gettext_lazy("Allergy, interaction and duplicate checks go by these."),
    )
    routes = _picked(
        gettext_lazy("Usual routes"), [(route.key, route.words) for route in routes().values()]
    )
    frequencies = _picked(
        gettext_lazy("Usual frequencies"),
        [(each.key, each.words) for each in frequencies().values()],
    )

    class Meta:
        model = FormularyItem
        fields = FIELDS

    def clean_name(self) -> str:
        """A name of its own.

        Raises:
            ValidationError: it has no letter, or is another medicine already.
        """
        return _free_name(str(self.cleaned_data["name"]).strip(), self.instance.key)

    def clean_usan(self) -> str:
        usan = str(self.cleaned_data["usan"]).strip()
        return _free_name(usan, self.instance.key) if usan else ""

    def clean_also(self) -> list[str]:
        return [_free_name(name, self.instance.key) for name in self.cleaned_data["also"]]

    def clean_brands(self) -> list[str]:
        return [_free_name(name, self.instance.key) for name in self.cleaned_data["brands"]]

    def clean_products(self) -> list[str]:
        """Strengths that nobody reads ten times too high.

        Raises:
            ValidationError: one is written so that it could be misread.
        """
        products: list[str] = self.cleaned_data["products"]
        for product in products:
            _refuse_misread(product)
        return products


def _free_name(name: str, key: str) -> str:
    if not words(name):
        raise ValidationError(_("“%(name)s” has no letter. Write its name.") % {"name": name})
    known = book().recognise(name)
    item = book().items.get(key)
    own = item.ingredients if item else ()
    if known and not known.unread and known.ingredients != own:
        names = ", ".join(map(book().name, known.ingredients))
        raise ValidationError(
            _("“%(name)s” is known already as %(names)s. Add to that one instead.")
            % {"name": name, "names": names}
        )
    return name


def _refuse_misread(product: str) -> None:
    for part in product.split("/"):
        amount = " ".join(part.split()[:2])
        if not amount[:1].isdigit() and not amount.startswith((".", ",")):
            continue
        if "%" in amount or len(amount.split()) == 1:
            continue
        try:
            parse(amount)
        except DoseRefused as refused:
            raise ValidationError(f"{product}: {refused}") from refused


@admin.register(FormularyItem)
class Medicines(ByScope, admin.ModelAdmin):  # type: ignore[type-arg]
    """Medicines of the product can get brands and strengths; only new ones are free."""

    form = MedicineForm
    fields = FIELDS
    list_display = ("__str__", "shown_classes", "offered", "local")
    list_filter = ("local", "offered")
    search_fields = ("name", "usan")
    search_help_text = gettext_lazy("The beginning of a name or brand")
    ordering = ("name",)
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=gettext_lazy("classes"))
    def shown_classes(self, medicine: FormularyItem) -> str:
        return ", ".join(medicine.classes)

    def get_search_results(
        self, _request: HttpRequest, queryset: models.QuerySet[FormularyItem], search_term: str
    ) -> tuple[models.QuerySet[FormularyItem], bool]:
        """As the prescribing page finds them, those not on offer included."""
        for word in words(search_term):
            queryset = queryset.filter(search_prefixes__contains=[word])
        return queryset, False

    def get_readonly_fields(
        self, _request: HttpRequest, obj: FormularyItem | None = None
    ) -> tuple[str, ...]:
        return FIXED if obj is not None and obj.key in standard().items else ()

    def save_model(
        self,
        request: HttpRequest,
        obj: FormularyItem,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save it as this clinic's own and note it."""
        obj.local = True
        super().save_model(request, obj, form, change)
        audit.record(
            principal(request),
            "update-medicine" if change else "create-medicine",
            detail={"medicine": obj.key, "fields": form.changed_data},
        )
