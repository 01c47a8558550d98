"""``manage.py rotate_secrets``: after a new SECRET_KEY, encrypt what is kept with it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import audit
from accounts.secrets_at_rest import SecretUnreadable, renewed
from accounts.sign_in.adapter import PURPOSE as SECOND_FACTORS
from fhir.principal import SYSTEM
from vitals.models import SyncTarget
from vitals.sync.secrets import PURPOSE as CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Iterator

# What of a second factor is encrypted: the seeds of codes, never a public key.
ENCRYPTED = ("secret", "seed", "migrated_codes")


class Command(BaseCommand):
    help = (
        "Encrypt every secret at rest with the newest SECRET_KEY, reading it with that or with one "
        "of SECRET_KEY_FALLBACKS. When it says that nothing is left, older keys may go."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        with transaction.atomic():
            done = [*_targets(), *_second_factors()]
            said = Counter(state for state, _name in done)
            audit.record(SYSTEM, "rotate-secrets", detail=dict(said))
        self.stdout.write(
            f"{len(done)} secrets: {said['renewed']} encrypted anew, {said['kept']} were already, "
            f"{said['unreadable']} cannot be read."
        )
        lost = [name for state, name in done if state == "unreadable"]
        if lost:
            raise CommandError(
                f"No key opens: {', '.join(lost)}. Name the key of that time in "
                "SECRET_KEY_FALLBACKS and run this again, or enter these anew.",
                returncode=1,
            )
        self.stdout.write("Older keys are needed for no secret any more.")


def _targets() -> Iterator[tuple[str, str]]:
    for target in SyncTarget.objects.select_for_update().exclude(sealed="").order_by("pk"):
        state, text = _again(target.sealed, CREDENTIALS)
        SyncTarget.objects.filter(pk=target.pk).update(sealed=text)
        yield state, f"credentials of {target.name}"


def _second_factors() -> Iterator[tuple[str, str]]:
    for factor in Authenticator.objects.select_for_update().order_by("pk"):
        for name in ENCRYPTED:
            if factor.data.get(name):
                state, factor.data[name] = _each(factor.data[name])
                yield state, f"second factor of user {factor.user_id}"
        factor.save(update_fields=["data"])


def _each(kept: Any) -> tuple[str, Any]:
    """One text, or a list of them."""
    if isinstance(kept, str):
        return _again(kept, SECOND_FACTORS)
    found = [_again(text, SECOND_FACTORS) for text in kept]
    states = {state for state, _ in found}
    worst = next(state for state in ("unreadable", "renewed", "kept") if state in states)
    return worst, [text for _, text in found]


def _again(text: str, purpose: str) -> tuple[str, str]:
    """What became of a secret, and as what it is kept from now on."""
    try:
        new = renewed(text, purpose)
    except SecretUnreadable:
        return "unreadable", text
    return ("kept" if new == text else "renewed"), new
