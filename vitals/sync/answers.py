"""What another system answered, read without trusting it."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests

from fhir.codec import loads
from fhir.errors import Malformed
from vitals.sync.errors import (
    BusyError,
    GarbledAnswerError,
    NotAuthorisedError,
    RedirectedError,
    RefusedError,
    ServerFailedError,
    SeveralMatchesError,
    StaleError,
    SyncError,
)
from vitals.sync.transport import retry_after_s

LOCATION = re.compile(r"([A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/([^/?#]+))?/?$")
ETAG = re.compile(r'^(?:W/)?"([^"]*)"$')
LONGEST_WORDS = 1000
NOT_THERE = (404, 410)


@dataclass(frozen=True)
class Answer:
    """The other system took a resource, or gave one.

    Attributes:
        status: HTTP status.
        remote_id: Its id there; empty where the answer does not tell.
        version: Its version there; empty where the answer does not tell.
        resource: The resource as it stands there; None where no body came.
    """

    status: int
    remote_id: str = ""
    version: str = ""
    resource: dict[str, Any] | None = None


@dataclass(frozen=True)
class Entry:
    """One resource of a batch.

    Attributes:
        resource: What to write.
        remote_id: Id to PUT it under; empty creates it where ``if_none_exist`` finds nothing.
        if_match: Version there that it replaces; empty replaces any.
        if_none_exist: Search that finds it if it is there already.
    """

    resource: dict[str, Any]
    remote_id: str = ""
    if_match: str = ""
    if_none_exist: str = ""

    def as_json(self, base_url: str) -> dict[str, Any]:
        """The Bundle.entry."""
        type_ = str(self.resource["resourceType"])
        request: dict[str, Any] = {"method": "POST", "url": type_}
        entry: dict[str, Any] = {"resource": self.resource}
        if self.remote_id:
            request = {"method": "PUT", "url": f"{type_}/{self.remote_id}"}
            entry["fullUrl"] = f"{base_url}{type_}/{self.remote_id}"
        if self.if_match:
            request["ifMatch"] = f'W/"{self.if_match}"'
        if self.if_none_exist:
            request["ifNoneExist"] = self.if_none_exist
        return entry | {"request": request}


def json_of(response: requests.Response) -> dict[str, Any]:
    """The JSON object in the body.

    Raises:
        GarbledAnswerError: there is none, or only a part of it, or something else.
    """
    try:
        found = loads(response.content)
    except Malformed as error:
        raise GarbledAnswerError(
            f"It answered HTTP {response.status_code} with no FHIR JSON: {error.message}",
            status=response.status_code,
        ) from None
    if not isinstance(found, dict):
        raise GarbledAnswerError("It answered with JSON that is no resource.")
    return found


def answer_of(response: requests.Response) -> Answer:
    """What a read, create or update gave back; an empty body is a good answer to a write."""
    body = json_of(response) if response.content.strip() else None
    etag = response.headers.get("ETag", "")
    return _answer(response.status_code, body, response.headers.get("Location", ""), etag)


def _answer(status: int, body: dict[str, Any] | None, location: str, etag: str) -> Answer:
    resource = body if body and body.get("resourceType") != "OperationOutcome" else None
    found = LOCATION.search(location)
    meta = (resource or {}).get("meta") or {}
    version = ETAG.match(etag.strip())
    return Answer(
        status=status,
        remote_id=str((resource or {}).get("id") or (found.group(2) if found else "")),
        version=str(
            (version and version.group(1))
            or meta.get("versionId")
            or (found and found.group(3))
            or ""
        ),
        resource=resource,
    )


def answers_of(response: requests.Response, entries: Sequence[Entry]) -> list[Answer | SyncError]:
    """What each entry of a batch met.

    Raises:
        GarbledAnswerError: the answer is not a batch response to these entries.
    """
    bundle = json_of(response)
    found = bundle.get("entry")
    if bundle.get("resourceType") != "Bundle" or not isinstance(found, list):
        raise GarbledAnswerError("It answered a bundle with something else.")
    if len(found) != len(entries):
        raise GarbledAnswerError(f"It answered {len(found)} of {len(entries)} entries.")
    return [
        understood(sent, answer)
        for sent, answer in zip(entries, map(_entry_answer, found), strict=True)
    ]


def understood(sent: Entry, answer: Answer | SyncError) -> Answer | SyncError:
    """What an error means, given what was asked for."""
    if sent.if_none_exist and isinstance(answer, StaleError):
        return several_matches(answer)
    if sent.if_match and isinstance(answer, RefusedError) and answer.status in NOT_THERE:
        return StaleError(f"It was deleted there. {answer.words}", status=answer.status)
    return answer


def several_matches(error: StaleError) -> SyncError:
    """A conditional create answers 412 where its search finds more than one (FHIR R4 3.1.0.8.1)."""
    if error.status != 412:
        return error
    return SeveralMatchesError(
        f"More than one resource there carries our identifier. {error.words}", status=412
    )


def _entry_answer(entry: Any) -> Answer | SyncError:
    if not isinstance(entry, dict) or not isinstance(entry.get("response"), dict):
        return GarbledAnswerError("An entry came back without its response.")
    response = entry["response"]
    digits = re.match(r"\d{3}", str(response.get("status", "")))
    if not digits:
        return GarbledAnswerError("An entry came back without its status.")
    status = int(digits.group())
    if status >= 300:
        return error_for(status, words_of(response.get("outcome")))
    resource = entry.get("resource")
    body = resource if isinstance(resource, dict) else None
    return _answer(status, body, str(response.get("location", "")), str(response.get("etag", "")))


def error_of(response: requests.Response) -> SyncError | None:
    """The typed error of an HTTP answer; None for success."""
    if response.status_code < 300:
        return None
    return error_for(
        response.status_code,
        _words(response),
        retry_after_s=retry_after_s(response.headers, time.time()),
    )


ERRORS: dict[int, type[SyncError]] = {
    401: NotAuthorisedError,
    403: NotAuthorisedError,
    409: StaleError,
    412: StaleError,
    429: BusyError,
}


def error_for(status: int, words: str, *, retry_after_s: float | None = None) -> SyncError:
    """The typed error of a status, with the other system's words."""
    kind = ERRORS.get(status)
    if kind is None:
        kind = ServerFailedError if status >= 500 else RefusedError
    if status < 400:
        kind, words = RedirectedError, "It redirects elsewhere; redirects are not followed."
    if status in (408, 425):
        kind = ServerFailedError
    text = f"HTTP {status}: {words}" if words else f"HTTP {status}"
    return kind(text, status=status, retry_after_s=retry_after_s)


def _words(response: requests.Response) -> str:
    try:
        return words_of(json_of(response))
    except GarbledAnswerError:
        return ""


def words_of(outcome: Any) -> str:
    """What an OperationOutcome, or an OAuth error, says; empty where it says nothing."""
    if not isinstance(outcome, dict):
        return ""
    error = outcome.get("error")
    if isinstance(error, dict):  # Google: {"error": {"code": …, "message": …}}
        return str(error.get("message") or "")[:LONGEST_WORDS]
    if isinstance(error, str):
        return f"{error} {outcome.get('error_description') or ''}".strip()[:LONGEST_WORDS]
    issues = outcome.get("issue")
    said = [_issue(issue) for issue in issues or () if isinstance(issue, dict)]
    return "; ".join(filter(None, said))[:LONGEST_WORDS]


def _issue(issue: dict[str, Any]) -> str:
    details = issue.get("details")
    text = (details.get("text") if isinstance(details, dict) else "") or issue.get("diagnostics")
    where = issue.get("expression") or issue.get("location") or ()
    return f"{text or issue.get('code') or ''} {' '.join(map(str, where))}".strip()
