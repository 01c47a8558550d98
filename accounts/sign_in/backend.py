"""Whose password opens the door: accounts in use, with a password that is their own or fresh."""

from datetime import timedelta
from typing import Any, Final

from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

# A password that somebody else gave out is good for so long, and only to choose another.
GIVEN_PASSWORD_LASTS: Final = timedelta(days=7)


class HouseBackend(ModelBackend):
    """Django's backend; what an account may do follows from memberships, elsewhere."""

    def user_can_authenticate(self, user: Any) -> bool:
        """The account is switched on, and a password that was given out is not stale."""
        given = user.password_given_at
        stale = given is not None and given < timezone.now() - GIVEN_PASSWORD_LASTS
        return super().user_can_authenticate(user) and not stale
