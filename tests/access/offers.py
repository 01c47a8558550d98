"""What pages offer: nothing that the table closes, and all that it opens to whoever reads them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.urls import Resolver404, resolve

from tests.access.askings import Answer
from tests.access.routes import METHODS, route_of, table

if TYPE_CHECKING:
    from tests.access.cells import Cell
    from tests.access.world import World

TAG = re.compile(r"""<([a-z]+)\s((?:"[^"]*"|'[^']*'|[^'">])*)>""")
ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# Attributes that name an address, and the method by which it is asked.
ASKS = {"href": "GET", "src": "GET"} | {f"hx-{each.lower()}": each for each in METHODS}
# By which methods a page leads on without a script.
OFFERED = ("GET", "POST")
# Who works on the first patient's chart, or on the house, through pages.
READERS = "DNRAPS"

# Offered although closed, and why. Pages:
CLOSED_ON = {
    "style": "its samples are about nobody",
}
# askers:
CLOSED_TO = {
    "L": "every link asks for the password first, then leads on",
    "M": "every link asks for a second factor first",
}
# and addresses:
CLOSED_AT = {
    "home": "the name of the house leads strangers to the door",
}

ADMIN_DOORS = ("admin:login", "admin:logout")
# What the frame of every page offers, that of a chart, and Django's own in the admin.
FRAME = re.compile(
    "lock|unlock|sign-out|patient-search|patient-new"
    "|vitals|order-new|note-new|medication-new|flags|break-glass|notes|timeline"
    "|admin:.*_(changelist|add|change)|admin/.*"
)
# Open, and offered by no page that is asked here, and why. Addresses:
HIDDEN = {
    **dict.fromkeys(("awake", "still-here"), "the script that locks the screen asks"),
    **dict.fromkeys(("draft-parked", "note-phrase"), "the script of the editor asks"),
    **dict.fromkeys(("result-trend", "sign-trend"), "the script of the trend asks"),
    **dict.fromkeys(
        (f"recording-{each}" for each in ("viewport", "beats", "overview", "state", "rate")),
        "the script of the viewer asks",
    ),
    "sign-in": "whoever is in has no need of it",
    "password-change-done": "follows on the change",
    "passkey-add": "not at a bare address",
    "recovery-codes": "once a second factor is set up",
    "sessions-end": "once there is another session",
    "patient-search": "whoever looks nobody up finds nobody",
    "terminology-find": "the script of the picker asks",
    "terminology-sources": "where terms of such a source stand",
    "death-retract": "once a death is recorded",
    "care-team-add": "to whom nothing is kept back, as it is from all of them of the first patient",
    **dict.fromkeys(("appointment-seen", "appointment-no-show"), "once the hour has come"),
    "allergies-none-known": "once no allergy is left",
    **dict.fromkeys(("problem-reopen", "allergy-reopen"), "on the page of what is over"),
    **dict.fromkeys(("draft", "draft-sign"), "the author's: others only read"),
    "print-draft": "once somebody else writes",
    "pairing-detach": "the button sends at once, and is asked for more when some is missing",
    **dict.fromkeys(("recording-motion", "recording-original"), "on pages of other recordings"),
    **dict.fromkeys(("sync-confirm", "sync-withdraw"), "once something was chosen"),
    **dict.fromkeys(("break-glass-end", "access-review"), "about whom the glass is broken"),
    "admin:index": "the same as admin/",
    "admin:jsi18n": "a script of the admin",
    "admin:accounts_client_on": "once it is off",
}


@dataclass(frozen=True)
class Offer:
    """Something that a page offers.

    Attributes:
        address: Name of the address.
        method: By which method.
        about: Key of the patient; "" where it is about none.
    """

    address: str
    method: str
    about: str

    @property
    def way(self) -> tuple[str, str]:
        """Where it leads, and how."""
        return self.address, self.method


def offers(world: "World", answer: Answer, path: str) -> set[Offer]:
    """What an answer offers: nothing, unless it is a page or a piece of one."""
    if "Content-Type: text/html" not in answer.told:
        return set()
    whose = _whose(world)
    found = set()
    for method, to in set(_ways(answer.page, path)):
        name, keys = _named(to)
        found.add(Offer(name, method, next((whose[each] for each in keys if each in whose), "")))
    return found


def closed(cell: "Cell", offered: set[Offer]) -> list[str]:
    """What a page offers although the table would refuse it to this asker about this patient."""
    if cell.who in CLOSED_TO or cell.address in CLOSED_ON:
        return []
    known = [each for each in offered if each.address not in CLOSED_AT]
    found = [each for each in known if not _is_open(cell, each)]
    return [f"offers {each.method} {each.address} {each.about}" for each in found]


def about_first(cell: "Cell", offered: set[Offer]) -> set[Offer]:
    """Of what a page offers its reader, what is about the first patient, or about nobody."""
    return {each for each in offered if _is_read(cell) and each.about in ("", cell.about)}


def _is_read(cell: "Cell") -> bool:
    """Whether somebody who works with pages asks to read, about the first patient."""
    first = next(iter(_subjects()))
    return cell.method == "GET" and cell.who in READERS and cell.about == first


def amiss(cell: "Cell", offered: set[Offer]) -> list[str]:
    """What a page offers to do, other than its line in the table says.

    Of what the line names, whoever asks is offered all that they may do, and no more than that.
    """
    if not (_is_read(cell) and cell.is_open) or cell.address in CLOSED_ON:
        return []
    shown = {each.address for each in about_first(cell, offered)}
    due = {each for each in _named_by(cell) if _may(cell, each)}
    acts = {each for each in shown if _is_act(each) and each != route_of(cell.address)}
    more = {each for each in acts - due if not FRAME.fullmatch(each)}
    lost = [f"does not offer {each}" for each in sorted(due - shown)]
    return lost + [f"offers {each}, which its line does not name" for each in sorted(more)]


def _named_by(cell: "Cell") -> Iterator[str]:
    for line in table()[cell.address]:
        if cell.method in line.methods and cell.who in line.who:
            yield from filter(None, line.said("offers").split(","))


def _may(cell: "Cell", address: str) -> bool:
    return any(replace(cell, address=address, method=each).is_open for each in OFFERED)


@cache
def _is_act(address: str) -> bool:
    """Whether something may be done there, not only read."""
    return any("POST" in line.methods for line in table().get(address, ()))


@cache
def ways() -> list[tuple[str, str, str]]:
    """Who may do what on pages: letter, address and method."""
    lines = [line for name, lines in table().items() if _is_a_page(name) for line in lines]
    found = {
        (who, line.route, method)
        for line in lines
        for who in line.who
        for method in line.methods
        if who in READERS and method in OFFERED
    }
    return sorted(found)


def _is_a_page(address: str) -> bool:
    """Not what programs and devices ask, nor the same place by another address."""
    elsewhere = address.startswith(("api-", "fhir", "oauth-", "admin/", "healthz", "readyz"))
    same = "@" in address or "password_change" in address or address in ADMIN_DOORS
    return not (elsewhere or same or address in HIDDEN)


def _is_open(cell: "Cell", offer: Offer) -> bool:
    if offer.address not in table():
        return False
    about = offer.about or next(iter(_subjects()))
    asked = replace(cell, address=offer.address, method=offer.method, about=about)
    return asked.is_open


def _ways(page: str, path: str) -> Iterator[tuple[str, str]]:
    """Where a page leads: methods and paths of the house."""
    form: dict[str, str] = {}
    for tag, inside in TAG.findall(page):
        has = {name: unescape(one or other) for name, one, other in ATTRIBUTE.findall(inside)}
        ways = [(method, has[name]) for name, method in ASKS.items() if name in has]
        if tag == "form":
            form = has
            ways.append((form.get("method", "get"), form.get("action") or path))
        if "formaction" in has:
            method = has.get("formmethod") or form.get("method", "get")
            ways.append((method, has["formaction"]))
        for method, to in ways:
            parts = urlsplit(urljoin(path, to))
            mine = not parts.scheme and not parts.netloc and not to.startswith("#")
            static = parts.path.startswith(settings.STATIC_URL)
            if mine and not static and method != "dialog":
                yield method.upper(), parts.path


@cache
def _named(path: str) -> tuple[str, list[str]]:
    """The name of an address, and the keys that stand in it."""
    try:
        match = resolve(path)
    except Resolver404:
        return path, []
    name = match.view_name if match.url_name else match.route
    return name, [str(each) for each in match.kwargs.values()]


@cache
def _subjects() -> tuple[str, ...]:
    from tests.access.chart import SUBJECTS

    return tuple(SUBJECTS)


_known: dict[int, dict[str, str]] = {}


def _whose(world: "World") -> dict[str, str]:
    """The patient whom each record is about, by its keys."""
    if id(world) not in _known:
        _known[id(world)] = dict(_records(world))
    return _known[id(world)]


def _records(world: "World") -> Iterator[tuple[str, str]]:
    charts = list(reversed(world.charts.items()))  # the first chart has the last word
    patients = {chart.patient.pk: key for key, chart in charts}
    for model in _of_patients():
        for row in model._default_manager.filter(patient__in=patients):
            yield from ((key, patients[row.patient_id]) for key in _keys(row))
    for key, chart in charts:
        yield from ((each, key) for row in chart.rows.values() for each in _keys(row))


@cache
def _of_patients() -> list[Any]:
    found = [(each, each._meta.get_fields()) for each in apps.get_models()]
    return [model for model, fields in found if any(f.name == "patient" for f in fields)]


def _keys(row: Any) -> list[str]:
    """What names a record in addresses; small numbers name many things."""
    key, fhir_id = getattr(row, "pk", None), getattr(row, "fhir_id", None)
    return [str(each) for each in (key, fhir_id) if isinstance(each, UUID | str)]
