"""An administrator keeps accounts: roles, passwords that are given out, lost second factors."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    ReadOnlyPasswordHashField,
    ReadOnlyPasswordHashWidget,
    UserChangeForm,
)
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.access import principal
from accounts.admin_asking import AsksFirst, asks_first
from accounts.admin_scope import ByScope
from accounts.models import Membership, Session, User
from accounts.sign_in import attempts, second_factor, sessions


def _is_of(request: HttpRequest, account: models.Model | None) -> bool:
    """Whether it is the account of the one who asks."""
    return account is not None and account.pk == request.user.pk


class MembershipInline(ByScope, admin.TabularInline):  # type: ignore[type-arg]
    """Roles of an account; nobody gives themselves one."""

    model = Membership
    extra = 1
    fields = ("facility", "role", "start", "end")

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_add_permission(request, obj) and not _is_of(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_of(request, obj)


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """A new account with a password that is good to choose another."""

    class Meta:
        model = User
        fields = ("username", "full_name")


class GivenPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]
    """A password for somebody else, good to choose another."""

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002  as Django calls it
        """Mark it as given out, and sign the account out everywhere."""
        self.user.password_given_at = timezone.now()
        user: User = super().save(commit)
        Session.objects.filter(user=user).delete()
        return user


class KeptPassword(ReadOnlyPasswordHashWidget):
    """The way to another password; how this one is kept is for nobody to read."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        return context | {"summary": []}


class KnownUserForm(UserChangeForm):  # type: ignore[type-arg]
    password = ReadOnlyPasswordHashField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("Nobody can read it. Give out another when it is forgotten."),
        widget=KeptPassword,
    )


class Users(ByScope, AsksFirst, UserAdmin):  # type: ignore[type-arg]
    form = KnownUserForm
    add_form = NewUserForm
    change_password_form = GivenPasswordForm
    change_form_template = "admin/accounts/user/change_form.html"
    inlines = (MembershipInline,)
    list_display = ("username", "full_name", "roles", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "memberships__role", "memberships__facility")
    search_fields = ("username", "full_name", "email")
    search_help_text = gettext_lazy("User name, full name or e-mail")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "full_name", "email")}),
        (
            gettext_lazy("Access"),
            {"fields": ("is_active", "is_staff", "last_login", "date_joined")},
        ),
    )
    add_fieldsets = (
        (
            None,
            {"classes": ("wide",), "fields": ("username", "full_name", "password1", "password2")},
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody switches their own account off, or takes its administration away."""
        own = ("is_active", "is_staff") if _is_of(request, obj) else ()
        return (*self.readonly_fields, *own)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        """Each with the roles held now, in one more question to the database."""
        now = Membership.objects.current().select_related("facility")
        held = models.Prefetch("memberships", now, to_attr="held_now")
        return super().get_queryset(request).prefetch_related(held)

    @admin.display(description=gettext_lazy("roles now"))
    def roles(self, user: User) -> str:
        """What somebody is, and where; without a role one can sign in and see nothing."""
        held = [f"{each.get_role_display()} ({each.facility})" for each in user.held_now]  # type: ignore[attr-defined]
        return ", ".join(held) or _("none: sees nothing")

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: ModelForm[User],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save and note it; which fields changed, never their values."""
        if not change:
            obj.password_given_at = timezone.now()
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

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002  as Django calls it
        form_url: str = "",
    ) -> HttpResponse:
        """Give out a password, and note that."""
        answer: HttpResponse = super().user_change_password(request, id, form_url)
        if request.method == "POST" and answer.status_code == 302:
            audit.record(principal(request), "password-given", detail={"user": id})
        return answer

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With what opens the account besides the password, and where it is open."""
        user = self.get_object(request, object_id)
        shown = {}
        if user is not None:
            shown = {
                "factors": second_factor.factors_of(user),
                "sessions": sessions.open_to(user),
                "is_own": _is_of(request, user),
            }
        return super().change_view(request, object_id, form_url, (extra_context or {}) | shown)

    def get_urls(self) -> list[URLPattern]:
        door = self.admin_site.admin_view
        return [
            path("<uuid:pk>/second-factor/", door(self.lost), name="accounts_user_second_factor"),
            path("<uuid:pk>/sign-out/", door(self.out), name="accounts_user_sign_out"),
            path("<uuid:pk>/attempts/", door(self.again), name="accounts_user_attempts"),
            *super().get_urls(),
        ]

    @asks_first(
        gettext_lazy("Reset the second factor"),
        gettext_lazy(
            "Reset the second factor of %(name)s? Make sure first, face to face or by a number "
            "that you know, that it is %(name)s who asks. Apps, passkeys and recovery codes of "
            "this account open nothing any more, it is signed out everywhere, and whoever signs "
            "in next with its password sets up a new one."
        ),
    )
    def lost(self, request: HttpRequest, user: User) -> HttpResponse:
        """Take lost second factors away; the next sign-in sets up another."""
        second_factor.reset(by=principal(request), user=user)
        return self.back(request, user, _("The second factors are gone, and so are the sessions."))

    @asks_first(
        gettext_lazy("Sign out everywhere"),
        gettext_lazy(
            "Sign %(name)s out everywhere? Open pages show the door within seconds; what was "
            "not saved is lost."
        ),
    )
    def out(self, request: HttpRequest, user: User) -> HttpResponse:
        """Sign somebody out everywhere."""
        sessions.end(by=principal(request), sessions=sessions.open_to(user), user=user)
        return self.back(request, user, _("Signed out everywhere."))

    @asks_first(
        gettext_lazy("Allow attempts again"),
        gettext_lazy(
            "Let %(name)s try to sign in again? The failed attempts at this account are "
            "forgotten; those from one address are not."
        ),
    )
    def again(self, request: HttpRequest, user: User) -> HttpResponse:
        """Let somebody try again who mistyped too often, or whom a stranger locked out."""
        attempts.forgive(user.get_username())
        attempts.forgive_codes(str(user.pk))
        audit.record(principal(request), "forgive-attempts", detail={"user": str(user.pk)})
        return self.back(request, user, _("Signing in can be tried again."))
