"""An administrator registers programs; each secret is shown once, on a page that is not stored."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import principal
from accounts.admin_asking import AsksFirst, asks_first
from accounts.admin_scope import ByScope
from accounts.clients import registering, tokens
from accounts.clients.registering import Registration
from accounts.models import Client
from accounts.roles import CLIENT_MANAGE
from fhir import scopes

# The newest tokens stand on the page of their client; the audit trail has all of them.
TOKENS_SHOWN = 20
SHOWN_ONCE = "admin/accounts/client/secret.html"


class ClientForm(ModelForm[Client]):
    """What a program may do, and about whose patients."""

    name = forms.CharField(
        label=_("Name"),
        max_length=255,
        widget=forms.TextInput(attrs={"size": 40}),
        error_messages={"required": _("A client needs a name, such as “Laboratory Nord”.")},
    )
    scope = forms.CharField(
        label=_("Scopes"),
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=_(
            "The most that it may do, as SMART scopes: system/*.rs reads and searches every type, "
            "system/Observation.cruds also creates, updates and deletes observations."
        ),
    )

    class Meta:
        model = Client
        fields = ("name", "facilities", "all_facilities")
        labels = {"all_facilities": _("All facilities")}
        help_texts = {
            "facilities": _("It sees the patients who are known there."),
            "all_facilities": _("It sees every patient of this house, now and later."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "scope" in self.fields:
            self.fields["scope"].initial = "\n".join(self.instance.allowed)

    def clean_scope(self) -> str:
        """Scopes that this server gives, in one spelling.

        Raises:
            ValidationError: one of them it does not.
        """
        try:
            return scopes.text(scopes.parse(str(self.cleaned_data["scope"])))
        except scopes.BadScope as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def clean(self) -> dict[str, Any] | None:
        """Some facilities, or all of them: nothing is opened by leaving a field empty."""
        said = super().clean() or self.cleaned_data
        if bool(said.get("facilities")) == bool(said.get("all_facilities")):
            self.add_error("facilities", _("Choose either facilities, or all facilities."))
        return said

    def as_said(self) -> Registration:
        """What was filled in."""
        said = self.cleaned_data
        everywhere = bool(said.get("all_facilities"))
        return Registration(said["name"], said["scope"], list(said["facilities"]), everywhere)


class Clients(ByScope, AsksFirst):
    """Programs that use the FHIR API. What they read is not shown here."""

    scope = CLIENT_MANAGE
    form = ClientForm
    list_display = ("name", "reach", "may", "active", "last_used_at", "client_id")
    list_filter = ("active", "all_facilities", "facilities")
    search_fields = ("name", "client_id")
    search_help_text = _("Name or client id")
    ordering = ("name",)
    filter_horizontal = ("facilities",)
    change_form_template = "admin/accounts/client/change_form.html"
    view_on_site = False  # the toolkit's own pages have no address here
    told = ("client_id", "active", "registered", "last_used_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Client]:
        rows: QuerySet[Client] = super().get_queryset(request)
        return rows.select_related("user").prefetch_related("facilities")

    def get_fields(self, _request: HttpRequest, obj: Client | None = None) -> tuple[str, ...]:
        editable = ("name", "scope", "facilities", "all_facilities")
        return (*editable, *self.told) if obj else editable

    def get_readonly_fields(self, request: HttpRequest, obj: Client | None = None) -> Any:
        fixed = self.told if obj else ()
        return (
            fixed if registering.administers_all(principal(request)) else (*fixed, "all_facilities")
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        by = principal(request)
        return by.may(self.scope) and (obj is None or registering.may_manage(by, obj))

    @admin.display(description=_("sees patients of"))
    def reach(self, client: Client) -> str:
        """Whose patients it sees."""
        names = ", ".join(str(place) for place in client.facilities.all())
        return gettext("all facilities") if client.all_facilities else names or gettext("nobody")

    @admin.display(description=_("may"))
    def may(self, client: Client) -> str:
        """The most that its tokens may do."""
        return " ".join(client.allowed)

    @admin.display(description=_("registered by"))
    def registered(self, client: Client) -> str:
        """Who took it into use."""
        return str(client.user or gettext("manage.py fhir_token, on this machine"))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only facilities that one administers."""
        if db_field.name == "facilities":
            kwargs["queryset"] = registering.administered(principal(request)).order_by("name")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Client, form: Any, change: bool) -> None:  # noqa: FBT001
        """Register a new one by the act that makes its secret; change a known one."""
        by = principal(request)
        if change:
            registering.change(by=by, client=obj, as_said=form.as_said())
            return
        client, secret = registering.register(by=by, as_said=form.as_said())
        obj.pk, obj.client_id = client.pk, client.client_id
        request.client_secret = secret  # type: ignore[attr-defined]

    def save_related(self, *_: Any, **__: Any) -> None:
        """The act wrote the facilities."""

    def response_add(
        self,
        request: HttpRequest,
        obj: Client,
        post_url_continue: str | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        secret = request.client_secret  # type: ignore[attr-defined]
        return self.shown_once(request, SHOWN_ONCE, obj, secret=secret)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With the newest tokens: when they were given out and last used, never what they are."""
        client = self.get_object(request, object_id)
        shown = tokens.listed(client)[:TOKENS_SHOWN] if client else []
        return super().change_view(
            request, object_id, form_url, (extra_context or {}) | {"tokens": shown}
        )

    def get_urls(self) -> list[URLPattern]:
        door = self.admin_site.admin_view
        return [
            path("<int:pk>/secret/", door(self.secret), name="accounts_client_secret"),
            path("<int:pk>/off/", door(self.off), name="accounts_client_off"),
            path("<int:pk>/on/", door(self.on), name="accounts_client_on"),
            *super().get_urls(),
        ]

    @asks_first(
        _("Make a new secret"),
        _(
            "Make a new secret for %(name)s? The old one and every token end now: the program "
            "works again when it has the new one."
        ),
    )
    def secret(self, request: HttpRequest, client: Client) -> HttpResponse:
        """A new secret; the old one and every token end."""
        made = registering.renew_secret(by=principal(request), client=client)
        return self.shown_once(request, SHOWN_ONCE, client, secret=made)

    @asks_first(
        _("Switch off"),
        _("Switch %(name)s off? Every token of it ends now, and it gets no new one."),
    )
    def off(self, request: HttpRequest, client: Client) -> HttpResponse:
        """Nothing of it opens anything any more."""
        ended = registering.switch_off(by=principal(request), client=client)
        words = gettext("%(client)s is switched off; %(n)d tokens ended.")
        return self.back(request, client, words % {"client": client, "n": ended})

    @asks_first(
        _("Switch on"),
        _(
            "Switch %(name)s on? It may ask for tokens again with its secret; those of before "
            "stay dead."
        ),
    )
    def on(self, request: HttpRequest, client: Client) -> HttpResponse:
        """It may ask for tokens again."""
        registering.switch_on(by=principal(request), client=client)
        return self.back(request, client, gettext("%(c)s is switched on.") % {"c": client})
