"""Note templates in the Django admin: which sections a new note starts with."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from accounts import audit
from accounts.access import principal
from accounts.admin import ByScope
from patients.models import NoteTemplate


@admin.register(NoteTemplate)
class NoteTemplates(ByScope, admin.ModelAdmin):  # type: ignore[type-arg]
    """A template that is not offered any more is switched off; drafts may still name it."""

    list_display = ("name", "kind", "facility", "position", "active")
    list_filter = ("active", "kind", "facility")
    search_fields = ("name",)
    fields = (
        "name",
        "kind",
        "outline",
        "facility",
        "position",
        "active",
        "type_system",
        "type_code",
        "type_display",
    )

    def save_model(
        self,
        request: HttpRequest,
        obj: NoteTemplate,
        form: ModelForm[NoteTemplate],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save and note it."""
        super().save_model(request, obj, form, change)
        detail: dict[str, Any] = {"template": obj.pk, "fields": form.changed_data}
        audit.record(principal(request), "set-note-template", detail=detail)
