"""One's own account: second factors, recovery codes, passkeys, and where one is signed in."""

import base64
from typing import Any, cast

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.access import principal
from accounts.models import Session, User
from accounts.sign_in import passkeys, requirement, second_factor, sessions
from accounts.sign_in.forms import AppForm, NewPasswordForm, PasskeyForm, PasswordAgain


class ChangePassword(PasswordChangeView):
    """A new password; every other browser that was signed in is signed out."""

    form_class = NewPasswordForm
    success_url = reverse_lazy("password-change-done")

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the request: attempts are counted by where they come from."""
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Save it, let go of what was given out, and note it."""
        answer = super().form_valid(form)
        by, user = principal(self.request), cast(User, self.request.user)
        User.objects.filter(pk=user.pk).update(password_given_at=None)
        sessions.end_others(self.request, by=by, user=user)
        audit.record(by, "password-change")
        return answer


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def app(request: HttpRequest) -> HttpResponse:
    """Set up an app that makes codes; the first one needs no password: it was just given."""
    user = cast(User, request.user)
    first = not requirement.has_second_factor(user)
    form = AppForm(request.POST or None)
    again = None if first else PasswordAgain(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and (again is None or again.is_valid()):
        if _taken_into_use(request, user, form):
            requirement.note_given(request.session)
            return _with_codes(request, user) if first else redirect("account")
        form.add_error("code", _("That is not the code that the app shows now. Try the next one."))
    return render(request, "account/app.html", _app_context(request, user, form, again))


def _taken_into_use(request: HttpRequest, user: User, form: Form) -> bool:
    return second_factor.set_up_app(
        by=principal(request),
        user=user,
        session=request.session,
        code=form.cleaned_data["code"],
    )


def _app_context(
    request: HttpRequest, user: User, form: Form, again: Form | None
) -> dict[str, object]:
    adapter, secret = get_adapter(), second_factor.new_secret(request.session)
    picture = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    return {
        "form": form,
        "again": again,
        "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
        "picture": "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode(),
        "due": requirement.is_required() and not requirement.was_given(request.session),
        "passkeys_possible": passkeys.are_possible(request),
    }


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, shown once."""
    user, form = cast(User, request.user), PasswordAgain(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and second_factor.factors_of(user):
        return _with_codes(request, user)
    return render(request, "account/new_codes.html", {"form": form})


def _with_codes(request: HttpRequest, user: User) -> HttpResponse:
    """The page that is not stored: who leaves it makes new codes."""
    codes = second_factor.new_recovery_codes(by=principal(request), user=user)
    return render(request, "account/codes.html", {"codes": codes})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def passkey_add(request: HttpRequest) -> HttpResponse:
    """A passkey of this device, where the address of the house has a name."""
    user = cast(User, request.user)
    if not passkeys.are_possible(request):
        return render(request, "account/passkeys_impossible.html", status=409)
    first = not requirement.has_second_factor(user)
    form = PasskeyForm(request.POST or None)
    again = None if first else PasswordAgain(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and (again is None or again.is_valid()):
        said = form.cleaned_data
        if passkeys.add(by=principal(request), user=user, **said):
            requirement.note_given(request.session)
            return _with_codes(request, user) if first else redirect("account")
        form.add_error(None, _("The passkey could not be made. Try again."))
    context = {"form": form, "again": again, "options": passkeys.to_add(user)}
    return render(request, "account/passkey.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def factor_remove(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Let go of an app or a passkey; the last one stays where one is required."""
    user = cast(User, request.user)
    factor = get_object_or_404(Authenticator, pk=factor_id, user=user, type__in=requirement.KINDS)
    last = len(second_factor.factors_of(user)) == 1 and requirement.is_required()
    form = PasswordAgain(request, request.POST or None)
    if request.method == "POST" and not last and form.is_valid():
        second_factor.remove(by=principal(request), user=user, factor=factor)
        messages.success(request, _("It opens nothing any more."))
        return redirect("account")
    context = {"form": form, "factor": factor, "last": last}
    return render(request, "account/factor_remove.html", context, status=409 if last else 200)


@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out in another browser, or in all others."""
    user, by = cast(User, request.user), principal(request)
    if "all" in request.POST:
        ended = sessions.end_others(request, by=by, user=user)
    else:
        chosen = Session.objects.filter(session_key=request.POST.get("session", ""))
        ended = sessions.end(by=by, sessions=chosen, user=user)
    if ended:
        messages.success(request, _("Signed out there."))
    return redirect("account")
