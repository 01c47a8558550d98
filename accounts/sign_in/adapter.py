"""What allauth's second factors ask of this house: encryption at rest, and its names."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser

from accounts.secrets_at_rest import seal, unseal

PURPOSE = "second factors"
NAME = "Chartwave"


class HouseAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Named by MFA_ADAPTER."""

    def encrypt(self, text: str) -> str:
        return seal(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, PURPOSE)

    def get_totp_issuer(self) -> str:
        """What the app on the telephone shows beside the user name."""
        return f"{NAME} {context.request.get_host()}"

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = context.request.get_host().partition(":")[0]
        return {"id": host, "name": NAME}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """The display name stays in the key: no more than what somebody types anyway."""
        name = user.get_username()
        return {"id": user.pk.bytes, "display_name": name, "name": name}
