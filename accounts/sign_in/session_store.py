"""Sessions in our own table: whose they are, on which device, and an end that nothing postpones."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from accounts.models import Session

# What a session holds about itself, besides the user.
BEGAN, TOUCHED, DEVICE, ADDRESS = "began_at", "touched_at", "device", "address"
USER = "_auth_user_id"  # as django.contrib.auth spells it


def stored(key: str) -> str:
    """The key of the row, from which nobody gets back to what the browser holds."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """The database's store, with the row's key hashed and an absolute end."""

    @classmethod
    def get_model_class(cls) -> Any:
        return Session

    def _get_session_from_db(self) -> Any:
        if self.session_key is None:
            return None
        row = Session.objects.filter(
            session_key=stored(self.session_key), expire_date__gt=timezone.now()
        ).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=stored(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=stored(key)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        return Session(
            session_key=stored(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(USER),
            began_at=_moment(data.get(BEGAN)),
            seen_at=_moment(data.get(TOUCHED)) or _moment(data.get(BEGAN)),
            device=data.get(DEVICE, ""),
            address=data.get(ADDRESS, ""),
        )

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """So long after the sign-in, however much the session is used."""
        began = _moment(self.get(BEGAN))
        if began is None:
            return super().get_expiry_date(**kwargs)
        return began + timedelta(seconds=settings.SESSION_COOKIE_AGE)

    def get_expiry_age(self, **kwargs: Any) -> int:
        if self.get(BEGAN) is None:
            return super().get_expiry_age(**kwargs)
        return max(0, int((self.get_expiry_date() - timezone.now()).total_seconds()))


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None
