"""Where somebody is signed in: one row for each browser."""

from typing import Any

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from accounts.models.people import User


class Session(AbstractBaseSession):
    """A browser's session. Its key is the SHA-256 of what the browser holds, never that itself."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    began_at = models.DateTimeField(null=True)
    # The last touch that was noted; polls are none.
    seen_at = models.DateTimeField(null=True)
    # Such as "Firefox on Windows".
    device = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=60, blank=True)

    class Meta(AbstractBaseSession.Meta):
        indexes = [models.Index(fields=["user", "-seen_at"], name="sessions_of_user")]

    @classmethod
    def get_session_store_class(cls) -> Any:
        from accounts.sign_in.session_store import SessionStore

        return SessionStore
