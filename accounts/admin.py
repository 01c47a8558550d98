"""Users, facilities and roles in the Django admin; permissions follow scopes, never flags."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest

from accounts import audit
from accounts.access import principal
from accounts.models import Membership, Organization, Practitioner, User
from accounts.roles import USER_MANAGE
from fhir import changes
from fhir.models import Record

admin.site.site_header = "Chartwave administration"
admin.site.site_title = "Chartwave"
admin.site.index_title = "Users, devices and connections"
admin.site.unregister(Group)  # roles are memberships here


class ByScope:
    """What a ModelAdmin may do follows from one scope; nothing is deleted by a click."""

    scope: ClassVar[str] = USER_MANAGE

    def has_module_permission(self, request: HttpRequest) -> bool:
        return principal(request).may(self.scope)

    def has_view_permission(self, request: HttpRequest, _obj: models.Model | None = None) -> bool:
        return principal(request).may(self.scope)

    def has_add_permission(self, request: HttpRequest, _obj: models.Model | None = None) -> bool:
        return principal(request).may(self.scope)

    def has_change_permission(self, request: HttpRequest, _obj: models.Model | None = None) -> bool:
        return principal(request).may(self.scope)

    def has_delete_permission(
        self, _request: HttpRequest, _obj: models.Model | None = None
    ) -> bool:
        return False


class MembershipInline(ByScope, admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 1
    fields = ("facility", "role", "start", "end")


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """A new account with a password; single sign-on comes later."""

    class Meta:
        model = User
        fields = ("username", "full_name")


@admin.register(User)
class Users(ByScope, UserAdmin):  # type: ignore[type-arg]
    add_form = NewUserForm
    inlines = (MembershipInline,)
    list_display = ("username", "full_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("username", "full_name")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "full_name", "email")}),
        ("Access", {"fields": ("is_active", "is_staff", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {"classes": ("wide",), "fields": ("username", "full_name", "password1", "password2")},
        ),
    )

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: ModelForm[User],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save and note it; which fields changed, never their values."""
        super().save_model(request, obj, form, change)
        audit.record(
            principal(request),
            "update-user" if change else "create-user",
            detail={"user": str(obj.pk), "fields": form.changed_data},
        )

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Memberships decide who sees what, so each change of them is noted."""
        super().save_related(request, form, formsets, change)
        audit.record(
            principal(request),
            "set-memberships",
            detail={
                "user": str(form.instance.pk),
                "roles": [str(m.role) for m in form.instance.memberships.current()],
            },
        )


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
    list_display = ("name", "active", "fhir_id")
    search_fields = ("name",)
    fields = ("name", "active", "time_zone")


@admin.register(Practitioner)
class Practitioners(RecordAdmin):
    """Which account a practitioner signs in with; names come with the record."""

    list_display = ("display", "user", "active")
    search_fields = ("display",)
    fields = ("display", "user", "active")
    readonly_fields = ("display",)

    def has_add_permission(self, _request: HttpRequest, _obj: models.Model | None = None) -> bool:
        return False
