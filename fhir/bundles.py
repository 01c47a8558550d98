"""Batch and transaction: the entries of a Bundle as interactions, each alone or all together."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.db import DataError, transaction
from django.urls import resolve

from fhir.errors import (
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Refusal,
    TooLarge,
)
from fhir.history import instant
from fhir.mapping import Resource
from fhir.outcome import outcome
from fhir.registry import mapping
from fhir.views import bodies
from fhir.views.ask import Answer, Ask
from fhir.views.changing import one_match, untouched, written
from fhir.views.door import Act, Acts, perform, permitted, refused, unexpected
from fhir.writing import Intent, write

HEADERS = {
    "ifMatch": "if-match",
    "ifNoneMatch": "if-none-match",
    "ifModifiedSince": "if-modified-since",
    "ifNoneExist": "if-none-exist",
}
# The order of a transaction, whatever that of its entries (FHIR R4 3.1.0.11.2).
ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2, "GET": 3, "HEAD": 3}
CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?(.+)", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """One entry, understood.

    Attributes:
        place: Where it stands, as FHIRPath.
        full_url: Its ``fullUrl``; empty for none.
        ask: What it asks for.
        act: The interaction.
        where: What its address names.
    """

    place: str
    full_url: str
    ask: Ask
    act: Act
    where: dict[str, Any]


def bundle(ask: Ask) -> Answer:
    """Carry out a Bundle of type batch or transaction."""
    sent = ask.body()
    if not isinstance(sent, dict) or sent.get("resourceType") != "Bundle":
        raise Malformed("To this address a Bundle is posted; resources go to their type's.")
    kinds = {"batch": _batch, "transaction": _transaction}
    kind = sent.get("type")
    if not isinstance(kind, str) or kind not in kinds:
        raise Malformed("Only batch and transaction are carried out.", expression="Bundle.type")
    entries = sent.get("entry", [])
    if not isinstance(entries, list):
        raise Malformed("Bundle.entry is a list.", expression="Bundle.entry")
    if len(entries) > settings.FHIR_MOST_ENTRIES:
        raise TooLarge(
            f"A Bundle has at most {settings.FHIR_MOST_ENTRIES:,} entries here. Send several.",
            expression="Bundle.entry",
        )
    answers = kinds[kind](ask, entries)
    found: Resource = {"resourceType": "Bundle", "type": f"{kind}-response"}
    said = [response(answer) for answer in answers]
    return Answer(resource=found | ({"entry": said} if said else {}))


def understood(ask: Ask, number: int, entry: Any) -> Entry:
    """An entry as the interaction it asks for.

    Raises:
        Malformed: it has no request, or holds a Bundle.
        NotFound, MethodNotAllowed: its address or method leads nowhere.
    """
    place = f"Bundle.entry[{number}]"
    with placed(place):
        request = entry.get("request") if isinstance(entry, dict) else None
        if not isinstance(request, dict):
            raise Malformed("An entry needs a request.", expression=f"{place}.request")
        method, url = request.get("method"), request.get("url")
        if not isinstance(method, str) or not isinstance(url, str):
            raise Malformed("A request has method and url.", expression=f"{place}.request")
        resource = entry.get("resource")
        if isinstance(resource, dict) and resource.get("resourceType") == "Bundle":
            raise Malformed(
                "A Bundle in a Bundle is not carried out: post it by itself.",
                expression=f"{place}.resource",
            )
        path, _, query = url.removeprefix(ask.base).lstrip("/").partition("?")
        act, where = _act(method, unquote(path), f"{place}.request")
        headers = {ours: str(request[name]) for name, ours in HEADERS.items() if request.get(name)}
        asked = ask.of(
            method=method,
            pairs=bodies.pairs(query),
            headers=headers,
            prefer=replace(ask.prefer, answer=ask.prefer.answer or "minimal"),
            body=lambda: resource,
            content_type=_patch_type(resource),
            form=list,
            raw=lambda: _patch(resource),
        )
        full_url = entry.get("fullUrl", "")
        return Entry(place, full_url if isinstance(full_url, str) else "", asked, act, where)


def _act(method: str, path: str, place: str) -> tuple[Act, dict[str, Any]]:
    match = resolve(f"/{path}", urlconf="fhir.urls")
    acts: Acts = getattr(match.func, "acts", {})
    if not acts:
        raise NotFound(f'"{path[:80]}" is no address here.', expression=f"{place}.url")
    act = acts.get("GET" if method == "HEAD" else method)
    if act is None or not path:
        known = ", ".join(sorted(acts)) if path else "an address"
        raise MethodNotAllowed(
            f"{method[:20]} is not supported there; use {known}.", expression=f"{place}.method"
        )
    return act, match.kwargs


def _patch_type(resource: Any) -> str:
    """The type of a patch: in a Bundle it is a Binary."""
    if isinstance(resource, dict) and resource.get("resourceType") == "Binary":
        return str(resource.get("contentType", ""))
    return ""


def _patch(resource: Any) -> bytes:
    try:
        return b64decode(str(resource.get("data", "")), validate=True)
    except (NotBase64, ValueError):
        raise Malformed("Binary.data is not base64.") from None


class placed:  # noqa: N801  reads as a statement: with placed("Bundle.entry[0]")
    """Lets a refusal name the entry at fault."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, refusal: BaseException | None, __: object) -> None:
        if isinstance(refusal, Refusal) and not refusal.expression.startswith("Bundle.entry"):
            refusal.expression = _inside(self.place, refusal.expression)


def _inside(place: str, expression: str) -> str:
    """``Patient.name[0]`` of an entry as a path from the Bundle."""
    type_, dot, rest = expression.partition(".")
    if not type_[:1].isupper():
        return f"{place}.request.url" if expression else place
    return f"{place}.resource{dot}{rest}"


def _batch(ask: Ask, entries: list[Any]) -> Iterator[Answer]:
    for number, sent in enumerate(entries):
        try:
            yield _alone(ask, number, sent)
        except Refusal as refusal:
            refused(ask.by, refusal)
            yield Answer(refusal.status, outcome(refusal))
        except Exception as error:  # noqa: BLE001  one entry never stops the others
            yield unexpected(error)


def _alone(ask: Ask, number: int, sent: Any) -> Answer:
    entry = understood(ask, number, sent)
    try:
        with placed(entry.place), transaction.atomic():
            return perform(entry.act, entry.ask, entry.where)
    except DataError:
        text = "A value is one that the database cannot hold."
        raise Invalid(text, expression=entry.place) from None


def _transaction(ask: Ask, sent: list[Any]) -> list[Answer]:
    entries = [understood(ask, number, entry) for number, entry in enumerate(sent)]
    for entry in entries:
        with placed(entry.place):
            permitted(entry.act, entry.ask, entry.where)
    _refuse_repeated_urls(entries)
    order = sorted(range(len(entries)), key=lambda n: ORDER[entries[n].ask.method])
    with transaction.atomic():
        answers = _written_together(ask, [(n, entries[n]) for n in order])
        for number in order:
            if number not in answers:
                entry = entries[number]
                with placed(entry.place):
                    answers[number] = perform(entry.act, entry.ask, entry.where)
    return [answers[number] for number in range(len(entries))]


def _refuse_repeated_urls(entries: list[Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.full_url and entry.full_url in seen:
            raise Malformed(
                f'fullUrl "{entry.full_url[:80]}" stands twice.',
                expression=f"{entry.place}.fullUrl",
            )
        seen.add(entry.full_url)


def _written_together(ask: Ask, entries: list[tuple[int, Entry]]) -> dict[int, Answer]:
    """Plan every write, then write them all at once."""
    changing = [(number, entry) for number, entry in entries if entry.act.plan is not None]
    conditions = _Conditions([entry for _, entry in changing])
    plans: list[tuple[int, Entry, Intent]] = []
    answers: dict[int, Answer] = {}
    there: dict[str, str] = {}
    for number, entry in changing:
        with placed(entry.place):
            conditions.resolve(entry)
            planned = entry.act.plan(entry.ask, **entry.where) if entry.act.plan else None
        if isinstance(planned, Intent):
            named = replace(planned, place=f"{entry.place}.resource", full_url=entry.full_url)
            plans.append((number, entry, named))
            continue
        answers[number] = untouched(entry.ask, planned)
        if planned is not None and entry.full_url:
            there[entry.full_url] = planned.reference
    intents = [intent for _, _, intent in plans]
    _refuse_overlap(intents)
    for intent in intents:
        _point(intent.resource, there)
    for (number, entry, _), done in zip(plans, write(intents, by=ask.by), strict=True):
        answers[number] = written(entry.ask, done)
    return answers


def _references(value: Any) -> Iterator[dict[str, Any]]:
    """Every object with a literal reference, at any depth."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            if isinstance(item.get("reference"), str):
                yield item
            waiting.extend(item.values())


def _point(resource: Resource | None, there: dict[str, str]) -> None:
    """Let references to an entry that was there already point at what is there."""
    if there:
        for item in _references(resource):
            item["reference"] = there.get(item["reference"], item["reference"])


def _refuse_overlap(intents: list[Intent]) -> None:
    seen: set[tuple[str, str]] = set()
    for intent in intents:
        if intent.id and (intent.type, intent.id) in seen:
            raise Invalid(
                f"{intent.type}/{intent.id} is written twice in one transaction.",
                expression=intent.place,
            )
        seen.add((intent.type, intent.id))


class _Conditions:
    """References that are questions (``Patient?identifier=…``), answered by the search engine."""

    def __init__(self, entries: list[Entry]) -> None:
        self.known: dict[str, str] = {}
        # What the transaction itself makes under the same condition.
        self.made = {
            f"{entry.where['type_']}?{entry.ask.header('if-none-exist').rpartition('?')[2]}": (
                entry.full_url
            )
            for entry in entries
            if entry.ask.header("if-none-exist") and entry.full_url
        }

    def resolve(self, entry: Entry) -> None:
        """Put the answer in the place of every such reference of an entry's resource."""
        for item in _references(entry.ask.body()):
            if match := CONDITIONAL.fullmatch(item["reference"]):
                item["reference"] = self._answer(entry, item["reference"], *match.groups())

    def _answer(self, entry: Entry, literal: str, type_: str, query: str) -> str:
        if literal not in self.known:
            mapping(type_)
            found = one_match(entry.ask, type_, bodies.pairs(query))
            here = found.reference if found else self.made.get(literal)
            if here is None:
                raise Invalid(
                    f'The reference "{literal[:80]}" matches nothing that you may see.',
                    expression=f"{entry.place}.resource",
                )
            self.known[literal] = here
        return self.known[literal]


def response(answer: Answer) -> Resource:
    """An answer as an entry of the Bundle that goes back."""
    phrase = HTTPStatus(answer.status).phrase
    said: Resource = {"status": f"{answer.status} {phrase}"}
    if answer.location:
        said["location"] = answer.location
    if answer.etag:
        said["etag"] = answer.etag
    if answer.modified:
        said["lastModified"] = instant(answer.modified)
    entry: Resource = {}
    if answer.resource is not None:
        if answer.resource["resourceType"] == "OperationOutcome":
            said["outcome"] = answer.resource
        else:
            entry["resource"] = answer.resource
    return entry | {"response": said}
