"""The codes that can be picked, in the Django admin: search them, retire them, add local ones."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import principal
from accounts.admin import ByScope
from patients.models import Concept
from patients.names import words
from patients.terminology.search import query_of
from patients.terminology.tables import KINDS, OWN
from patients.terminology.units import NotUcum, check_unit

LOCAL_RANK = 50
LOCAL_SOURCE = "local"
LOCAL = (
    *("name", "kinds", "system", "code", "display"),
    *("synonyms", "category", "unit", "rank", "retired"),
)
IMPORTED = (
    *("system", "code", "display", "name", "synonyms", "kinds", "category", "unit", "rank"),
    "source",
)


class LocalConceptForm(ModelForm[Concept]):
    """A concept of this house; its unit is UCUM, its code unique in its system."""

    kinds = forms.MultipleChoiceField(
        choices=[(kind, kind) for kind in KINDS],
        widget=forms.CheckboxSelectMultiple,
        label=_("Can be picked as"),
    )

    class Meta:
        model = Concept
        fields = LOCAL

    def clean_unit(self) -> str:
        """The UCUM code of what was typed.

        Raises:
            ValidationError: it is no unit.
        """
        unit: str = self.cleaned_data["unit"]
        try:
            return check_unit(unit) if unit else ""
        except NotUcum as refusal:
            raise ValidationError(str(refusal)) from refusal

    def clean(self) -> dict[str, Any] | None:
        """A code needs its system: without one it is a code of this house."""
        said = super().clean() or self.cleaned_data
        if said.get("code") and not said.get("system"):
            said["system"] = f"{OWN}local"
        if said.get("system") and not said.get("code"):
            self.add_error("code", _("A code system is named: enter the code, or leave both out."))
        return said


@admin.register(Concept)
class Concepts(ByScope, admin.ModelAdmin):  # type: ignore[type-arg]
    """Imported rows can only be retired: the next import would undo anything else."""

    form = LocalConceptForm
    list_display = ("name", "code", "system", "shown_kinds", "rank", "local", "retired")
    list_filter = ("local", "retired", "source")
    search_fields = ("name",)
    search_help_text = _("Words in any order, or a code")
    ordering = ("-rank", "name")
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("kinds"))
    def shown_kinds(self, concept: Concept) -> str:
        return ", ".join(concept.kinds)

    def get_search_results(
        self, _request: HttpRequest, queryset: QuerySet[Concept], search_term: str
    ) -> tuple[QuerySet[Concept], bool]:
        """The same search words as the pickers, retired concepts included."""
        spelled = words(search_term)
        return (queryset.filter(found_by__holds=query_of(spelled)) if spelled else queryset), False

    def get_readonly_fields(
        self, _request: HttpRequest, obj: Concept | None = None
    ) -> tuple[str, ...]:
        return IMPORTED if obj is not None and not obj.local else ()

    def get_fields(self, _request: HttpRequest, obj: Concept | None = None) -> tuple[str, ...]:
        return LOCAL if obj is None or obj.local else (*IMPORTED, "retired")

    def get_form(
        self,
        request: HttpRequest,
        obj: Concept | None = None,
        change: bool = False,  # noqa: FBT001, FBT002
        **options: Any,
    ) -> type[ModelForm[Concept]]:
        """An imported concept has nothing to type, so nothing to check."""
        if obj is not None and not obj.local:
            options["form"] = ModelForm
        return super().get_form(request, obj, change, **options)

    def get_changeform_initial_data(self, _request: HttpRequest) -> dict[str, Any]:
        return {"rank": LOCAL_RANK}

    def save_model(
        self,
        request: HttpRequest,
        obj: models.Model,
        form: ModelForm[Concept],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save and note it."""
        if not change and isinstance(obj, Concept):
            obj.local, obj.source = True, LOCAL_SOURCE
        super().save_model(request, obj, form, change)
        audit.record(
            principal(request),
            "update-concept" if change else "create-concept",
            detail={"concept": str(obj.pk), "fields": form.changed_data},
        )
