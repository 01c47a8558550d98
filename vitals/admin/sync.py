"""Registering other systems in the Django admin; what they receive is confirmed on /sync/."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import principal
from accounts.admin import ByScope
from accounts.roles import SYNC_MANAGE
from vitals.models import SyncTarget
from vitals.sync.acts import set_credentials
from vitals.sync.addresses import check_url
from vitals.sync.errors import ForbiddenAddressError, SyncError
from vitals.sync.loop import allowed
from vitals.sync.secrets import Credentials, unseal


class TargetForm(forms.ModelForm):  # type: ignore[type-arg]
    """Another system and how to sign in there; a stored secret is never shown again."""

    user_or_client = forms.CharField(
        label=_("User name or client id"), required=False, max_length=300
    )
    secret = forms.CharField(
        label=_("Password, token or client secret"),
        required=False,
        max_length=5000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Encrypted here and never shown again. Empty keeps the one that is stored."),
    )
    scope = forms.CharField(
        label=_("OAuth scope"), required=False, max_length=500, initial=Credentials().scope
    )
    token_url = forms.CharField(
        label=_("Token address"),
        required=False,
        max_length=500,
        help_text=_("Empty asks the system's .well-known/smart-configuration."),
    )

    class Meta:
        model = SyncTarget
        fields = (
            "name", "base_url", "id_style", "entry_limit", "summary_minutes", "enabled",
            "auth_kind",
        )  # fmt: skip
        widgets = {"base_url": forms.TextInput(attrs={"size": 60})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self._stored()
        self.fields["user_or_client"].initial = stored.name
        self.fields["scope"].initial = stored.scope
        self.fields["token_url"].initial = stored.token_url

    def _stored(self) -> Credentials:
        try:
            return unseal(self.instance.sealed)
        except SyncError:
            return Credentials()

    def clean_base_url(self) -> str:
        """Only an address that data may go to."""
        url = str(self.cleaned_data["base_url"])
        _check(url)
        return url

    def clean_token_url(self) -> str:
        """The token endpoint gets the client secret, so the same rules hold for it."""
        url = str(self.cleaned_data.get("token_url") or "")
        if url:
            _check(url)
        return url

    def credentials(self) -> Credentials:
        """What was filled in; an empty secret keeps the stored one, for the same addresses only.

        Else who may edit an address could have the secret sent to a server of theirs.
        """
        data = self.cleaned_data
        moved = {"base_url", "token_url"}.intersection(self.changed_data)
        stored = "" if moved else self._stored().secret
        return Credentials(
            kind=data["auth_kind"],
            name=data["user_or_client"],
            secret=data["secret"] or stored,
            scope=data["scope"] or Credentials().scope,
            token_url=data["token_url"],
        )


def _check(url: str) -> None:
    try:
        check_url(url, allowed())
    except ForbiddenAddressError as error:
        raise forms.ValidationError(error.words) from error


@admin.register(SyncTarget)
class SyncTargets(ByScope, admin.ModelAdmin):  # type: ignore[type-arg]
    scope = SYNC_MANAGE
    form = TargetForm
    list_display = ("name", "base_url", "enabled", "confirmed_at")

    def save_model(
        self,
        request: HttpRequest,
        obj: SyncTarget,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Keep it, its credentials encrypted, and say what comes next."""
        by = principal(request)
        super().save_model(request, obj, form, change)
        set_credentials(by=by, target=obj, credentials=form.credentials())
        detail = {"target": obj.name, "host": obj.host}
        audit.record(by, "sync-change" if change else "sync-register", detail=detail)
        if not obj.is_confirmed:
            where = reverse("sync-target", args=[obj.pk])
            waits = _("%(name)s receives nothing yet.") % {"name": obj.name}
            choose = _("Choose whose records, and confirm")
            link = format_html('{} <a href="{}">{}</a>.', waits, where, choose)
            messages.warning(request, link)
