"""Passkeys (WebAuthn): keys in a telephone, computer or stick, bound to the name of this house."""

import json
from ipaddress import ip_address
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import User
from accounts.sign_in import attempts
from fhir.principal import Principal

NAME_LENGTH = 60


def are_possible(request: HttpRequest) -> bool:
    """Browsers bind them to a host name and to a secure connection; an address has no name."""
    host = request.get_host().rpartition(":")[0] if _has_port(request) else request.get_host()
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return request.is_secure() or host == "localhost"
    return False


def _has_port(request: HttpRequest) -> bool:
    return request.get_host().rpartition(":")[2].isdecimal()


def to_add(user: User) -> str:
    """What a browser needs to make a new one, as JSON; the challenge waits in the session."""
    # Loaded only here: fido2 is large, and most requests are none of these.
    from allauth.mfa.webauthn.internal import auth

    return json.dumps(auth.begin_registration(user, passwordless=False))


@transaction.atomic
def add(*, by: Principal, user: User, name: str, credential: str) -> bool:
    """Keep the new passkey; False where the browser's answer does not fit the question."""
    from allauth.mfa.webauthn.internal import auth

    try:
        said = _object(credential)
        auth.parse_registration_response(said)
        auth.complete_registration(said)
    except (ValidationError, ValueError, KeyError, TypeError):
        return False
    auth.WebAuthn.add(user, name.strip()[:NAME_LENGTH], said)
    audit.record(by, "second-factor-add", detail={"kind": str(Authenticator.Type.WEBAUTHN)})
    return True


def to_ask(user: User) -> str:
    """What a browser needs to show one of ``user``'s, as JSON; empty where there is none."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists():
        return ""
    from allauth.mfa.webauthn.internal import auth

    return json.dumps(auth.begin_authentication(user))


def accepts(user: User, credential: str) -> Authenticator | None:
    """The passkey that signed the challenge, or None."""
    from allauth.mfa.webauthn.internal import auth

    if not attempts.may_try_code(str(user.pk)):
        return None
    try:
        said = _object(credential)
        auth.parse_authentication_response(said)
        factor: Authenticator = auth.complete_authentication(user, said)
    except (ValidationError, ValueError, KeyError, TypeError):
        return None
    factor.record_usage()
    attempts.forgive_codes(str(user.pk))
    return factor


def _object(text: str) -> dict[str, Any]:
    said = json.loads(text)
    if not isinstance(said, dict):
        raise TypeError("no object")
    return said
