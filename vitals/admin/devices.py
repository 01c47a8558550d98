"""An administrator registers devices; each key is shown once, on a page that is not stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import principal
from accounts.admin import RecordAdmin
from accounts.admin_asking import AsksFirst, asks_first
from accounts.models import Organization
from accounts.roles import DEVICE_MANAGE
from vitals.acts.registering import register_device, revoke_keys, rotate_key
from vitals.models import Device, DeviceKey

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.urls import URLPattern

SHOWN_ONCE = "admin/vitals/device/key.html"
LINE = forms.TextInput(attrs={"size": 40})


class DeviceForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Device
        fields = ("serial", "manufacturer", "model_name", "kind", "facility", "status")
        widgets = {"serial": LINE, "manufacturer": LINE, "model_name": LINE}

    kind = forms.ChoiceField(
        choices=[each for each in Device.Kind.choices if each[0] != Device.Kind.FILE],
        initial=Device.Kind.OTHER,
    )
    status = forms.ChoiceField(
        choices=[("active", _("In use")), ("inactive", _("Out of use: its keys open nothing"))],
        initial="active",
    )

    def clean_serial(self) -> str:
        serial = str(self.cleaned_data["serial"]).strip()
        if not serial:
            raise forms.ValidationError(_("Every device has a serial number on its label."))
        others = Device.objects.registered().filter(serial=serial).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(_("A device with this serial is registered already."))
        return serial


class Keys(admin.TabularInline):  # type: ignore[type-arg]
    """The keys by name; what opens the door is not here."""

    model = DeviceKey
    fields = readonly_fields = ("__str__", "created_at", "expires_at", "revoked_at", "last_used_at")
    extra = 0
    can_delete = False

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        return principal(request).may(DEVICE_MANAGE)


@admin.register(Device)
class Devices(AsksFirst, RecordAdmin):
    """Devices of the facilities that one manages. Who wears them is not shown here."""

    scope = DEVICE_MANAGE
    form = DeviceForm
    inlines = (Keys,)
    list_display = ("serial", "manufacturer", "model_name", "kind", "facility", "status")
    list_filter = ("kind", "status")
    search_fields = ("serial", "model_name", "manufacturer")
    change_form_template = "admin/vitals/device/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        mine = principal(request).facilities_with(DEVICE_MANAGE)
        return Device.objects.registered().filter(facility__in=mine).select_related("facility")

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("serial", "facility") if obj else ()

    def get_inlines(self, _request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only facilities whose devices one manages."""
        if db_field.name == "facility":
            mine = principal(request).facilities_with(DEVICE_MANAGE)
            kwargs["queryset"] = Organization.objects.filter(pk__in=mine)
            kwargs["required"] = True
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Register a new device by the act that makes its key; edit a known one."""
        if change:
            super().save_model(request, obj, form, change)
            return
        names = ("serial", "facility", "manufacturer", "model_name", "kind")
        device, key = register_device(
            by=principal(request), **{name: form.cleaned_data[name] for name in names}
        )
        obj.pk = device.pk
        request.device_key = key  # type: ignore[attr-defined]

    def response_add(
        self,
        request: HttpRequest,
        obj: Any,
        post_url_continue: str | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        key = request.device_key  # type: ignore[attr-defined]
        return self.shown_once(request, SHOWN_ONCE, obj, key=key)

    def get_urls(self) -> list[URLPattern]:
        door = self.admin_site.admin_view
        return [
            path("<uuid:pk>/rotate/", door(self.rotate), name="vitals_device_rotate"),
            path("<uuid:pk>/revoke/", door(self.revoke), name="vitals_device_revoke"),
            *super().get_urls(),
        ]

    @asks_first(
        _("Make a new key"),
        _(
            "Make a new key for %(name)s? The old one ends within 24 hours. The pairing with a "
            "patient stays."
        ),
    )
    def rotate(self, request: HttpRequest, device: Device) -> HttpResponse:
        """A new key; the old ones end within a day."""
        key = rotate_key(by=principal(request), device=device)
        return self.shown_once(request, SHOWN_ONCE, device, key=key)

    @asks_first(
        _("Withdraw all keys"),
        _("Withdraw all keys of %(name)s now? It can send nothing until it gets a new key."),
    )
    def revoke(self, request: HttpRequest, device: Device) -> HttpResponse:
        """Withdraw all keys now."""
        count = revoke_keys(by=principal(request), device=device)
        words = gettext("%(n)d keys of %(device)s are withdrawn.")
        return self.back(request, device, words % {"n": count, "device": device})
