"""A signed-in session for a benchmark's reader."""

from __future__ import annotations

from typing import Any


def session_cookie(user: Any) -> str:
    """The ``Cookie`` header of a fresh session of ``user``."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.sign_in.requirement import note_given
    from accounts.sign_in.session_store import SessionStore
    from accounts.sign_in.views import BACKEND

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    note_given(session)
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
