"""Second factors of an account: an app that makes codes, recovery codes, and taking them away."""

import unicodedata
from datetime import datetime
from typing import Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.db import transaction

from accounts import audit
from accounts.access import require
from accounts.clients.secrets import checksum
from accounts.models import Session, User
from accounts.roles import USER_MANAGE
from accounts.sign_in import attempts
from accounts.sign_in.requirement import KINDS
from fhir.principal import Principal

SECRET: Final = "totp_secret"  # noqa: S105  name in the session
# Longer than a code is taken for right: it opens once.
CODE_REMEMBERED_S: Final = 180

TYPED: Final = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


def factors_of(user: User) -> list[Authenticator]:
    """What ``user`` set up, the oldest first; recovery codes only stand in."""
    return list(Authenticator.objects.filter(user=user, type__in=KINDS).order_by("created_at"))


def codes_left(user: User) -> int:
    """How many recovery codes open the door yet."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(kept.wrap().get_unused_codes()) if kept else 0


def accepts(user: User, code: str) -> Authenticator | None:
    """The factor that ``code`` belongs to, or None; each code opens once."""
    plain = "".join(unicodedata.normalize("NFKC", code).split()).replace("-", "")
    if not attempts.may_try_code(str(user.pk)):
        return None
    for factor in Authenticator.objects.filter(user=user, type__in=TYPED).order_by("-type"):
        if factor.wrap().validate_code(plain) and _first_time(user, plain):
            factor.record_usage()
            attempts.forgive_codes(str(user.pk))
            return factor
    return None


def _first_time(user: User, code: str) -> bool:
    key = f"code-used:{checksum(f'{user.pk} {code}')}"
    return bool(cache.add(key, 1, CODE_REMEMBERED_S))


def new_secret(session: SessionBase) -> str:
    """The secret of an app that is being set up: one for the session, until it is confirmed."""
    adapter = get_adapter()
    if SECRET not in session:
        session[SECRET] = adapter.encrypt(generate_totp_secret())
    secret: str = adapter.decrypt(session[SECRET])
    return secret


@transaction.atomic
def set_up_app(*, by: Principal, user: User, session: SessionBase, code: str) -> bool:
    """Take the app into use that made ``code``; it takes the place of an earlier one."""
    if not attempts.may_try_code(str(user.pk)):
        return False
    plain = "".join(code.split())
    secret = new_secret(session)
    if not validate_totp_code(secret, plain) or not _first_time(user, plain):
        return False
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    TOTP.activate(user, secret)
    del session[SECRET]
    attempts.forgive_codes(str(user.pk))
    audit.record(by, "second-factor-add", detail={"kind": str(Authenticator.Type.TOTP)})
    return True


@transaction.atomic
def new_recovery_codes(*, by: Principal, user: User) -> list[str]:
    """Ten codes that open once each, shown this once; those of before are dead."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    audit.record(by, "recovery-codes", detail={"codes": len(codes)})
    return codes


@transaction.atomic
def remove(*, by: Principal, user: User, factor: Authenticator) -> None:
    """Let go of one; recovery codes go with the last."""
    kind = factor.type
    factor.delete()
    if not factors_of(user):
        Authenticator.objects.filter(user=user).delete()
    audit.record(by, "second-factor-remove", detail={"kind": str(kind)})


@transaction.atomic
def reset(*, by: Principal, user: User) -> None:
    """Take every second factor of ``user`` away, because it was lost; signs ``user`` out.

    Raises:
        NotAllowed: ``by`` does not manage users.
    """
    require(by, USER_MANAGE)
    removed, _ = Authenticator.objects.filter(user=user).delete()
    Session.objects.filter(user=user).delete()
    attempts.forgive_codes(str(user.pk))
    audit.record(by, "second-factor-reset", detail={"user": str(user.pk), "removed": removed})


def last_used(factor: Authenticator) -> datetime | None:
    """When it opened the door last."""
    moment: datetime | None = factor.last_used_at
    return moment
