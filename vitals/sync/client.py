"""The one door to ``fhirclient``: its server class, with what a busy ward needs added.

``fhirclient`` brings the session, the headers and OAuth2. Added here: time-outs, bounded retry
with jitter and ``Retry-After``, ``If-Match``, ``If-None-Exist``, paging that stays on the host,
``.well-known/smart-configuration``, typed errors, and JSON that keeps every digit (its models
would turn decimals into floats, so no resource ever passes through them).
"""

import base64
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from fhirclient.auth import FHIRAuth, FHIROAuth2Auth
from fhirclient.client import FHIRClient
from fhirclient.server import FHIRJSONMimeType, FHIRServer

from fhir.codec import dumps
from vitals.sync.addresses import Policy, origin
from vitals.sync.answers import (
    NOT_THERE,
    Answer,
    Entry,
    answer_of,
    answers_of,
    error_of,
    json_of,
    understood,
)
from vitals.sync.errors import (
    BusyError,
    Disposition,
    ForeignHostError,
    GarbledAnswerError,
    NotAuthorisedError,
    RefusedError,
    SyncError,
    TargetError,
)
from vitals.sync.secrets import Credentials
from vitals.sync.transport import READ_TIMEOUT_S, GuardedSession

TRIES = 3
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0
MOST_PAGES = 1000


class BasicAuth(FHIRAuth):  # type: ignore[misc]
    """User name and password with every request (RFC 7617); ``fhirclient`` has no such class."""

    auth_type = "basic"

    def __init__(self, name: str, password: str) -> None:
        super().__init__()
        self.header = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode("ascii")

    def can_sign_headers(self) -> bool:
        return True

    def signed_headers(self, headers: dict[str, str] | None) -> dict[str, str]:
        return {**(headers or {}), "Authorization": self.header}


@dataclass(frozen=True)
class Pace:
    """How patiently to try again within one call; longer waits belong to the outbox."""

    tries: int = TRIES
    first_pause_s: float = FIRST_PAUSE_S
    longest_pause_s: float = LONGEST_PAUSE_S
    sleep: Callable[[float], None] = time.sleep

    def pause_s(self, attempt: int, error: SyncError) -> float:
        """Seconds before the next try: what the server asked for, else doubling with jitter."""
        if error.retry_after_s is not None:
            return error.retry_after_s
        # Jitter, so that many houses do not knock at a recovering server in step.
        return self.first_pause_s * 2.0**attempt * random.uniform(0.5, 1.0)  # noqa: S311

    def may_repeat(self, method: str, attempt: int, error: SyncError) -> bool:
        """A read may be repeated; a write only where the server surely did nothing with it."""
        if attempt + 1 >= self.tries or error.disposition is not Disposition.LATER:
            return False
        if method != "GET" and not error.surely_not_taken:
            return False
        return self.pause_s(attempt, error) <= self.longest_pause_s


class SyncServer(FHIRServer):  # type: ignore[misc]
    """Another system's FHIR R4 endpoint."""

    base_uri: str
    session: GuardedSession

    def __init__(
        self,
        client: FHIRClient,
        base_uri: str,
        allowed: Policy,
        *,
        pace: Pace | None = None,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        super().__init__(client, base_uri=base_uri.rstrip("/") + "/")
        self.session = GuardedSession(base_uri, allowed, read_timeout_s=read_timeout_s)
        self.pace = pace or Pace()

    # Reading

    def read(self, type_: str, remote_id: str) -> Answer | None:
        """The resource as it stands there; None where there is none, or no more."""
        try:
            return answer_of(self._call("GET", f"{type_}/{remote_id}"))
        except RefusedError as error:
            if error.status in NOT_THERE:
                return None
            raise

    def search(self, type_: str, parameters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Every resource of that type that matches, page after page.

        Raises:
            ForeignHostError: a ``next`` link leads away from this server.
        """
        url = urljoin(self.base_uri, f"{type_}?{urlencode(parameters)}")
        seen: set[str] = set()
        while url and url not in seen and len(seen) < MOST_PAGES:
            seen.add(url)
            page = json_of(self._call("GET", url))
            yield from (
                entry["resource"]
                for entry in page.get("entry", ())
                if entry.get("resource", {}).get("resourceType") == type_
            )
            url = self._next(page)

    def metadata(self) -> dict[str, Any]:
        """Its CapabilityStatement, as it came."""
        return json_of(self._call("GET", "metadata", signed=False))

    def _next(self, page: dict[str, Any]) -> str:
        links = (link["url"] for link in page.get("link", ()) if link.get("relation") == "next")
        url = str(urljoin(self.base_uri, next(links, "")))
        if url == self.base_uri:
            return ""
        inside = urlsplit(url).path.startswith(urlsplit(self.base_uri).path.rstrip("/"))
        if origin(url) != origin(self.base_uri) or not inside:
            raise ForeignHostError("The next page lies outside the server's address.")
        return url

    # Writing

    def write(self, entry: Entry) -> Answer:
        """PUT under an id, or create where ``if_none_exist`` finds nothing.

        Raises:
            StaleError: it is not, or no longer, the version that ``if_match`` names.
            SeveralMatchesError: ``if_none_exist`` finds more than one.
        """
        type_, headers = str(entry.resource["resourceType"]), {}
        if entry.if_match:
            headers["If-Match"] = f'W/"{entry.if_match}"'
        if entry.if_none_exist:
            headers["If-None-Exist"] = entry.if_none_exist
        method, path = ("PUT", f"{type_}/{entry.remote_id}") if entry.remote_id else ("POST", type_)
        try:
            return answer_of(self._call(method, path, body=entry.resource, headers=headers))
        except SyncError as error:
            meant = understood(entry, error)
            raise (meant if isinstance(meant, SyncError) else error) from error

    def put(self, resource: dict[str, Any], remote_id: str, *, if_match: str = "") -> Answer:
        """Create or replace ``type/remote_id``; with ``if_match`` only if unchanged since."""
        return self.write(Entry(resource, remote_id=remote_id, if_match=if_match))

    def create(self, resource: dict[str, Any], *, if_none_exist: str) -> Answer:
        """Create unless a resource matching the search ``if_none_exist`` is there already."""
        return self.write(Entry(resource, if_none_exist=if_none_exist))

    def batch(self, entries: Sequence[Entry]) -> list[Answer | SyncError]:
        """Send several resources in one request; each has an answer of its own, in order."""
        bundle = {
            "resourceType": "Bundle",
            "type": "batch",
            "entry": [entry.as_json(self.base_uri) for entry in entries],
        }
        return answers_of(self._call("POST", "", body=bundle), entries)

    # Signing in

    def sign_in(self, credentials: Credentials) -> None:
        """Make every later request carry ``credentials``."""
        if credentials.kind == "basic":
            self.auth = BasicAuth(credentials.name, credentials.secret)
        elif credentials.kind == "bearer":
            self.auth = FHIROAuth2Auth({"access_token": credentials.secret})
        elif credentials.kind == "client_credentials":
            token_url = credentials.token_url or self.smart_configuration()["token_endpoint"]
            self.session.allow_token_host(token_url)
            self.auth = FHIROAuth2Auth(
                {
                    "app_id": credentials.name,
                    "app_secret": credentials.secret,
                    "token_uri": token_url,
                }
            )

    def smart_configuration(self) -> dict[str, Any]:
        """What ``.well-known/smart-configuration`` says (SMART App Launch 2.2)."""
        found = json_of(self._call("GET", ".well-known/smart-configuration", signed=False))
        if not isinstance(found.get("token_endpoint"), str):
            raise TargetError("Its .well-known/smart-configuration names no token endpoint.")
        return found

    def _renew_token(self) -> None:
        """Ask for an access token where the sign-in works with them and none is valid."""
        if isinstance(self.auth, FHIROAuth2Auth) and self.auth.app_secret and not self.auth.ready:
            try:
                self.auth.authorize(self)
            except (RefusedError, GarbledAnswerError) as error:
                raise NotAuthorisedError(f"No access token: {error.words}") from error

    # The wire

    def post_as_form(self, url: str, formdata: Any, auth: Any = None) -> requests.Response:
        """The token request of ``fhirclient``, with a readable refusal."""
        response = self.session.post(url, data=formdata, auth=auth)
        self.raise_for_status(response)
        if not json_of(response).get("access_token"):
            raise GarbledAnswerError("The token endpoint sent no access token.")
        return response

    def raise_for_status(self, response: requests.Response) -> None:
        """Typed errors instead of ``fhirclient``'s."""
        error = error_of(response)
        if error:
            raise error

    def _get(
        self,
        path: str,
        headers: dict[str, str] | None = None,
        nosign: bool = False,  # noqa: FBT001, FBT002 -- fhirclient's signature
    ) -> requests.Response:
        """What ``fhirclient``'s own reading methods call."""
        return self._call("GET", path, headers=headers, signed=not nosign)

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        signed: bool = True,
    ) -> requests.Response:
        data = None if body is None else dumps(body)
        for attempt in range(self.pace.tries):
            try:
                return self._signed_once(method, path, data, headers or {}, signed=signed)
            except SyncError as error:
                if not self.pace.may_repeat(method, attempt, error):
                    raise
                self.pace.sleep(self.pace.pause_s(attempt, error))
        raise BusyError("Tried often enough for now.")

    def _signed_once(
        self,
        method: str,
        path: str,
        data: bytes | None,
        headers: Mapping[str, str],
        *,
        signed: bool,
    ) -> requests.Response:
        try:
            return self._once(method, path, data, headers, signed=signed)
        except NotAuthorisedError as error:
            # A token may be revoked before it expires: once, ask for a fresh one.
            if not (signed and error.status == 401 and getattr(self.auth, "app_secret", None)):
                raise
            self.auth.reset()
            return self._once(method, path, data, headers, signed=signed)

    def _once(
        self,
        method: str,
        path: str,
        data: bytes | None,
        headers: Mapping[str, str],
        *,
        signed: bool,
    ) -> requests.Response:
        sent = {"Accept": FHIRJSONMimeType, "Prefer": "return=representation", **headers}
        if data is not None:
            sent["Content-Type"] = FHIRJSONMimeType
        if signed and self.auth is not None:
            self._renew_token()
            sent = self.auth.signed_headers(sent) if self.auth.can_sign_headers() else sent
        url = urljoin(self.base_uri, path) if path else self.base_uri.rstrip("/")
        response = self.session.request(method, url, data=data, headers=sent)
        self.raise_for_status(response)
        return response


def connect(
    base_url: str,
    credentials: Credentials,
    allowed: Policy,
    *,
    ca_file: str = "",
    pace: Pace | None = None,
    read_timeout_s: float = READ_TIMEOUT_S,
) -> SyncServer:
    """Open the door to another system; nothing is sent yet, except to find its token endpoint.

    Args:
        base_url: Its FHIR endpoint.
        credentials: How to sign in.
        allowed: Where data may go.
        ca_file: Certificates of the authorities to trust; empty trusts the public ones.
        pace: How patiently to try again within one call.
        read_timeout_s: How long an answer may be silent.

    Raises:
        TargetError: the address is forbidden, or signing in cannot work.
        SyncError: its token endpoint could not be found out just now.
    """
    client = FHIRClient(
        settings={
            "app_id": credentials.name or "chartwave",
            "api_base": base_url.rstrip("/") + "/",
            "scope": credentials.scope,
        }
    )
    # Else it adds launch/patient to the scope, which a back-end service is refused.
    client.wants_patient = False
    server = SyncServer(client, base_url, allowed, pace=pace, read_timeout_s=read_timeout_s)
    client.server = server
    server.session.verify = ca_file or True
    server.sign_in(credentials)
    return server
