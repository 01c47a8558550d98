"""Whether a second factor is asked for, and whether somebody has one."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from accounts.models import User

# What opens the door by itself; recovery codes only stand in for one of these.
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
GIVEN = "second_factor_at"


def is_required() -> bool:
    """Everybody needs one, but for the demo with its invented people."""
    return bool(settings.SECOND_FACTOR)


def has_second_factor(user: User) -> bool:
    """Whether ``user`` set one up."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=KINDS).exists())


def was_given(session: SessionBase) -> bool:
    """Whether it was given at the sign-in of this session."""
    return GIVEN in session


def note_given(session: SessionBase) -> None:
    """From here on the session is complete."""
    session[GIVEN] = timezone.now().isoformat()
