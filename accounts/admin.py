"""Facilities, wards and practitioners in the Django admin; rights follow scopes, never flags."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oauth2_provider.models import AccessToken, Grant, IDToken, RefreshToken

from accounts import audit
from accounts.access import principal
from accounts.admin_clients import Clients
from accounts.admin_scope import ByScope
from accounts.admin_users import Users
from accounts.models import Client, Location, Organization, Practitioner, User
from fhir import changes
from fhir.models import Record

__all__ = ["ByScope", "Clients", "RecordAdmin", "Users"]

admin.site.site_header = gettext_lazy("Chartwave administration")
admin.site.site_title = "Chartwave"
admin.site.index_title = gettext_lazy("Set-up")
admin.site.unregister(Group)  # roles are memberships here
for unused in (AccessToken, Client, Grant, IDToken, RefreshToken):  # the pages of OAuth2 itself
    admin.site.unregister(unused)
for unused in (Authenticator, EmailAddress):  # the pages of allauth itself
    admin.site.unregister(unused)
admin.site.register(Client, Clients)
admin.site.register(User, Users)


class RecordAdmin(ByScope, admin.ModelAdmin):  # type: ignore[type-arg]
    """A record is saved with its history, like everywhere else."""

    def save_model(
        self,
        request: HttpRequest,
        obj: Record,
        form: ModelForm[Any],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Write the next version and note it."""
        by = principal(request)
        if change and form.changed_data:
            changes.update(obj, by=by)
        elif not change:
            changes.create(obj, by=by)
        audit.record(by, "update" if change else "create", obj)


@admin.register(Organization)
class Facilities(RecordAdmin):
    list_display = ("name", "active", "time_zone", "fhir_id")
    list_filter = ("active",)
    search_fields = ("name",)
    fields = ("name", "active", "time_zone")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A facility is entered because it is in use."""
        return {"active": True} | super().get_changeform_initial_data(request)


class PlaceForm(ModelForm[Location]):
    """A ward (part of nothing) or a bed (part of a ward), at one facility."""

    class Meta:
        model = Location
        fields = ("name", "organization", "part_of", "status")

    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[
            ("active", gettext_lazy("In use")),
            ("suspended", gettext_lazy("Out of use for now")),
            ("inactive", gettext_lazy("No longer used")),
        ],
        initial="active",
    )

    def clean_name(self) -> str:
        """A name of letters or digits.

        Raises:
            ValidationError: there is none.
        """
        name = str(self.cleaned_data["name"]).strip()
        if not name:
            raise ValidationError(_("A ward or bed needs a name, such as “Ward 3” or “Bed 12”."))
        return name

    def clean(self) -> dict[str, Any] | None:
        """A bed stands in a ward of its own facility.

        Raises:
            ValidationError: it is part of itself, of a bed, or of another facility's ward.
        """
        said = super().clean() or self.cleaned_data
        ward, facility = said.get("part_of"), said.get("organization")
        if ward is None:
            return said
        if ward.pk == self.instance.pk or ward.part_of_id is not None:
            self.add_error(
                "part_of", _("“%(place)s” is no ward. Pick a ward.") % {"place": ward.name}
            )
        elif facility is not None and ward.organization_id != facility.pk:
            words = _("“%(ward)s” belongs to another facility. Pick a ward of %(facility)s.")
            self.add_error("part_of", words % {"ward": ward.name, "facility": facility})
        return said


@admin.register(Location)
class Places(RecordAdmin):
    """Wards and their beds, as the ward page shows them."""

    form = PlaceForm
    list_display = ("name", "part_of", "organization", "status")
    list_filter = ("organization", "status")
    list_select_related = ("part_of", "organization")
    search_fields = ("name", "part_of__name")
    search_help_text = gettext_lazy("Name of a ward or bed")
    ordering = ("organization__name", "part_of__name", "name")
    fields = ("name", "organization", "part_of", "status")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A facility is needed; a bed stands in a ward."""
        if db_field.name == "organization":
            kwargs["required"] = True
        if db_field.name == "part_of":
            kwargs["queryset"] = Location.objects.filter(part_of=None).order_by("name")
            kwargs["label"] = _("Ward it stands in")
            kwargs["help_text"] = _("Empty for a ward itself.")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Practitioner)
class Practitioners(RecordAdmin):
    """Which account a practitioner signs in with; names come with the record."""

    list_display = ("display", "user", "active")
    list_filter = ("active", ("user", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("display", "user__username")
    fields = ("display", "user", "active")
    readonly_fields = ("display",)

    def has_add_permission(self, _request: HttpRequest, _obj: models.Model | None = None) -> bool:
        return False
