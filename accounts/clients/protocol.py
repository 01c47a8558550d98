"""The rules of OAuth2 as this house keeps them: client credentials, SMART scopes, nothing else."""

import re
from typing import Any

from django.utils import timezone
from oauth2_provider.models import AccessToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error

from accounts import limits
from accounts.clients import tokens
from accounts.clients.secrets import checksum
from accounts.models import Client
from fhir.errors import TooOften
from fhir.principal import Principal
from fhir.scopes import BadScope, exceeds, parse

CLIENT_ID = re.compile(r"[A-Za-z0-9-]{1,100}")


class ClientCredentials(OAuth2Validator):  # type: ignore[misc]
    """What oauthlib asks while it answers the token, revocation and introspection endpoints."""

    def _extract_basic_auth(self, request: Any) -> str | None:
        """Base64 is ASCII; anything else would break the decoder."""
        said: str | None = super()._extract_basic_auth(request)
        return said if said and said.isascii() else None

    def _load_application(self, client_id: str, request: Any) -> Client | None:
        """Ids that this house never makes are not looked up."""
        if not CLIENT_ID.fullmatch(client_id or ""):
            return None
        found: Client | None = super()._load_application(client_id, request)
        return found

    def validate_scopes(
        self, _client_id: str, scopes: list[str], client: Client, *_: Any, **__: Any
    ) -> bool:
        """All or nothing: a token never exceeds the registration of its client."""
        try:
            asked = parse(" ".join(scopes))
        except BadScope:
            return False
        return not exceeds(asked, client.interactions)

    def get_default_scopes(self, _client_id: str, request: Any, *_: Any, **__: Any) -> list[str]:
        """Without a scope in the request: all that the client is registered for."""
        return list(request.client.allowed)

    def _save_bearer_token(self, token: dict[str, Any], request: Any, *_: Any, **__: Any) -> None:
        """Keep the checksum of a token, and put on record that it was given out.

        Raises:
            CustomOAuth2Error: it was asked for another server (RFC 8707), which is not done
                here; or the client asks for tokens without end.
        """
        client: Client = request.client
        if getattr(request, "resource", None):
            raise CustomOAuth2Error(error="invalid_target", request=request)
        try:
            limits.TOKENS.take(client.client_id)
        except TooOften as no:
            slow_down = {"error": "slow_down", "status_code": no.status, "request": request}
            raise CustomOAuth2Error(**slow_down) from no
        super()._save_bearer_token(token, request)
        row = tokens.of_client(client).get(token_checksum=checksum(token["access_token"]))
        tokens.noted(principal_of_client(client), client, row)

    def introspect_token(
        self, token: str, _token_type_hint: str, request: Any, *_: Any, **__: Any
    ) -> dict[str, Any] | None:
        """What a token is good for; a client learns that of its own tokens only."""
        row: AccessToken | None = (
            tokens.of_client(request.client).filter(token_checksum=checksum(token)).first()
        )
        if row is None or row.expires <= timezone.now():
            return None
        return {
            "scope": row.scope,
            "client_id": request.client.client_id,
            "exp": int(row.expires.timestamp()),
            "iat": int(row.created.timestamp()),
        }


def principal_of_client(client: Client) -> Principal:
    """A client as who acts at the endpoints of OAuth2; it sees no record by that."""
    return Principal("client", client.client_id, client.name)
