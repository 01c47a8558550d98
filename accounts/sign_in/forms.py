"""What is typed at the door and on one's own account."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.sign_in import attempts, passkeys, second_factor
from accounts.sign_in.passwords import LONGEST

CODE_LENGTH = 20
CREDENTIAL_LENGTH = 20_000


class SignInForm(AuthenticationForm):
    """User name and password; what is refused reads the same for every reason."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = forms.CharField(
            label=_("Password"), strip=False, max_length=LONGEST, widget=forms.PasswordInput
        )


def code_field() -> forms.CharField:
    return forms.CharField(
        label=_("Code"),
        max_length=CODE_LENGTH,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
    )


class CodeForm(forms.Form):
    """The code of an app, a recovery code, or the answer of a passkey."""

    code = code_field()
    credential = forms.CharField(
        required=False, max_length=CREDENTIAL_LENGTH, widget=forms.HiddenInput
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["code"].help_text = _(
            "Six digits from the app on your telephone, or one of your recovery codes."
        )
        if self.data.get("credential"):
            self.fields["code"].required = False

    def clean(self) -> dict[str, Any]:
        """Right, or not: why is not said.

        Raises:
            ValidationError: it opens nothing.
        """
        said = super().clean() or self.cleaned_data
        if self.errors:
            return said
        credential = said.get("credential")
        found = (
            passkeys.accepts(self.user, credential)
            if credential
            else second_factor.accepts(self.user, said["code"])
        )
        if found is None:
            words = _(
                "That did not open. A code opens once and for about a minute: wait for the next "
                "one and check the time on your telephone. After several attempts wait 15 minutes."
            )
            if credential:
                raise ValidationError(words)
            raise ValidationError({"code": words})
        self.factor = found
        return said


class PasswordAgain(forms.Form):
    """Asked again before something is changed that opens the door."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user = request.user

    def clean_password(self) -> str:
        """The right one; it counts like an attempt at the door.

        Raises:
            ValidationError: it is not.
        """
        password = str(self.cleaned_data["password"])
        if not is_password_of(self.request, password):
            raise ValidationError(_("That is not the password of this account."))
        return password


def is_password_of(request: HttpRequest, password: str) -> bool:
    """Whether ``password`` is that of who is signed in; counted like an attempt at the door."""
    name = request.user.get_username()
    found = authenticate(request, username=name, password=password)
    if found is None or found.pk != request.user.pk:
        return False
    attempts.succeeded(request, name)
    return True


class NewPasswordForm(PasswordChangeForm):
    """Another password in place of the one that is known."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        """The right one; it counts like an attempt at the door.

        Raises:
            ValidationError: it is not.
        """
        password = str(self.cleaned_data["old_password"])
        if not is_password_of(self.request, password):
            raise ValidationError(_("That is not the password of this account."))
        return password

    def clean(self) -> dict[str, Any]:
        """Another one, not the same again."""
        said = super().clean() or self.cleaned_data
        if said.get("new_password1") and said["new_password1"] == said.get("old_password"):
            self.add_error("new_password1", _("Choose another one than you have now."))
        return said


class AppForm(forms.Form):
    """The first code of an app that is being set up."""

    code = code_field()
    code.help_text = _("The six digits that the app shows now.")


class PasskeyForm(forms.Form):
    """A name for a new passkey, and what the browser made."""

    name = forms.CharField(
        label=_("Name of the passkey"),
        max_length=passkeys.NAME_LENGTH,
        help_text=_("So that you know it again, such as “Ward computer” or “Blue stick”."),
    )
    credential = forms.CharField(max_length=CREDENTIAL_LENGTH, widget=forms.HiddenInput)
