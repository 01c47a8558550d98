"""An administrator registers programs; each secret is shown once, on a page that is not stored."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import principal
from accounts.admin_scope import ByScope
from accounts.clients import registering, tokens
from accounts.clients.registering import Registration
from accounts.models import Client
from accounts.roles import CLIENT_MANAGE
from fhir import scopes

# The newest tokens stand on the page of their client; the audit trail has all of them.
TOKENS_SHOWN = 20


class ClientForm(ModelForm[Client]):
    """What a program may do, and about whose patients."""

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
        widgets = {"name": forms.TextInput(attrs={"size": 40})}
        labels = {"all_facilities": _("All facilities")}
        help_texts = {
            "facilities": _("It sees the patients who are known there."),
            "all_facilities": _("It sees every patient of this house, now and later."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "scope" in self.fields:
            self.fields["scope"].initial = "\n".join(self.instance.allowed)

    def clean_name(self) -> str:
        """A name of letters or digits.

        Raises:
            ValidationError: there is none.
        """
        name = str(self.cleaned_data["name"]).strip()
        if not name:
            raise forms.ValidationError(_("A client needs a name, such as “Laboratory Nord”."))
        return name

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


class Clients(ByScope, admin.ModelAdmin):  # type: ignore[type-arg]
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
        return self._secret_page(request, obj, request.client_secret)  # type: ignore[attr-defined]

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

    def secret(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new secret; the old one and every token end."""
        client = self._known(request, pk)
        if request.method != "POST":
            return self._page(request, "confirm.html", client, what="secret")
        made = registering.renew_secret(by=principal(request), client=client)
        return self._secret_page(request, client, made)

    def off(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Nothing of it opens anything any more."""
        client = self._known(request, pk)
        if request.method != "POST":
            return self._page(request, "confirm.html", client, what="off")
        ended = registering.switch_off(by=principal(request), client=client)
        words = gettext("%(client)s is switched off; %(n)d tokens ended.")
        return self._back(request, client, words % {"client": client, "n": ended})

    def on(self, request: HttpRequest, pk: int) -> HttpResponse:
        """It may ask for tokens again."""
        client = self._known(request, pk)
        if request.method != "POST":
            return self._page(request, "confirm.html", client, what="on")
        registering.switch_on(by=principal(request), client=client)
        return self._back(request, client, gettext("%(c)s is switched on.") % {"c": client})

    def _known(self, request: HttpRequest, pk: int) -> Client:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _back(self, request: HttpRequest, client: Client, words: str) -> HttpResponse:
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:accounts_client_change", args=[client.pk]))

    def _secret_page(self, request: HttpRequest, client: Client, secret: str) -> HttpResponse:
        answer = self._page(request, "secret.html", client, secret=secret)
        answer["Cache-Control"] = "no-store"
        return answer

    def _page(
        self, request: HttpRequest, name: str, client: Client, **more: Any
    ) -> TemplateResponse:
        context = self.admin_site.each_context(request) | {
            "client": client,
            "opts": self.model._meta,
            "title": str(client),
            **more,
        }
        return TemplateResponse(request, f"admin/accounts/client/{name}", context)
