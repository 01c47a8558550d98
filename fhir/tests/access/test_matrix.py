"""Every request × everybody: what is forbidden is answered like what does not exist."""

import re

import pytest
from django.db import transaction

from fhir.models import Change
from fhir.tests.access import hidden
from fhir.tests.access.conftest import SIGHTED
from fhir.tests.access.hidden import gone, records
from fhir.tests.access.requests import TWINS, Request, addresses, by_id, questions, writes
from tests.cast import staff

# They get past the door: every question is put to them.
INSIDE = ("limited", "doctor")
# They are stopped at the door, or see nothing at all.
OUTSIDE = (
    *("stranger", "administrator", "without_facility", "without_scope", "expired", "switched_off"),
)
UNIQUE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|[+-]\d\d:\d\d)|_cursor=[^\"&]+"
)
TELLING = ("ETag", "Location", "Content-Type", "Allow", "WWW-Authenticate")
# One of each record; of the deleted ones their tombstones too.
VERSIONS = len(records()) + 2 * len(gone())
WORDS = re.compile("Hiddensen|Zebra|WmVicmE")


class Undone(Exception):
    """Takes back what a request wrote."""


def versions():
    """Every version of what is hidden."""
    return Change.objects.filter(fhir_id__in=["hidden-1", "hidden-2"])


def answer(knocker, request):
    """Status, headers and body of an answer; whatever the request wrote is undone."""
    try:
        with transaction.atomic():
            found = knocker.ask(request)
            if request.method != "GET" and len(versions()) != VERSIONS:
                pytest.fail(f"{request} wrote to the chart at Hill")
            raise Undone
    except Undone:
        headers = "|".join(found.headers.get(name, "") for name in TELLING)
        return f"{found.status_code} {headers} {found.content.decode(errors='replace')}"


def same(text):
    """An answer without what differs from one time or id to the next."""
    for name in (*TWINS, *TWINS.values(), "rosas-1", "rosas-2"):
        text = text.replace(name, "ID")
    return UNIQUE.sub("UNIQUE", text)


def twin(request):
    """The same request about what does not exist."""
    for here, nowhere in TWINS.items():
        request = request.about(here, nowhere)
    return request


def require_silence(knocker, requests):
    """No answer tells that there is something, or what."""
    told = list(leaks(knocker, requests))
    if told:
        pytest.fail(f"{len(told)} answers tell:\n" + "\n\n".join(told), pytrace=False)


def leaks(knocker, requests):
    """Requests whose answer tells."""
    for request in requests:
        here, nowhere = answer(knocker, request), answer(knocker, twin(request))
        said = request.path + request.body.decode()
        if same(here) != same(nowhere) or here.startswith("5"):
            yield f"{request}\n   here: {same(here)[:900]}\nnowhere: {same(nowhere)[:900]}"
        elif WORDS.search(here) and not WORDS.search(said):
            yield f"{request}\n  holds: {here[:900]}"


@pytest.mark.parametrize(("who", "main"), [("limited", False), ("doctor", True)])
def test_no_address_tells_whether_there_is_such_a_record(cast, who, main):
    require_silence(cast(who), by_id(main=main))


@pytest.mark.parametrize("who", INSIDE)
def test_no_search_tells_whether_there_is_such_a_record(cast, who):
    require_silence(cast(who), questions())


@pytest.mark.parametrize("who", INSIDE)
def test_no_write_tells_whether_there_is_such_a_record(cast, who):
    require_silence(cast(who), writes())


@pytest.mark.parametrize("who", OUTSIDE)
def test_outside_everything_is_answered_alike(cast, who):
    require_silence(cast(who), by_id(main=True))


@pytest.mark.parametrize("who", SIGHTED)
def test_whoever_may_see_it_is_told(cast, who):
    """Without this the tests above would also pass where nobody is told anything."""
    knocker = cast(who)
    single = [r for r in by_id() if re.fullmatch(r"/fhir/[A-Z]\w+/hidden-1", r.path)]
    seen = {
        r.path.split("/")[2]
        for r in single
        if r.method == "GET" and not r.headers and answer(knocker, r).startswith("200")
    }
    assert seen >= {"Patient", "Encounter", "Observation", "Condition", "Communication", "List"}


def test_a_record_that_moved_here_keeps_what_it_was_there_to_itself(cast):
    knocker = cast("limited")
    first = Request("GET", "/fhir/Observation/moved-1/_history/1")
    third = Request("GET", "/fhir/Observation/moved-1/_history/3")
    assert answer(knocker, first).replace("version 1", "version 3") == answer(knocker, third)
    history = answer(knocker, Request("GET", "/fhir/Observation/moved-1/_history"))
    assert "Visible" in history
    assert not WORDS.search(history)


@pytest.mark.parametrize(
    ("here", "nowhere"),
    [
        ("Organization/hill", "Organization/dale"),
        ("Organization?name=Hill", "Organization?name=Dale"),
        ("Organization?_id=hill", "Organization?_id=dale"),
        ("Location/hills-1", "Location/dales-1"),
        ("Location?organization=hill", "Location?organization=dale"),
        ("Location?organization.name=Hill", "Location?organization.name=Dale"),
        ("PractitionerRole?organization=hill", "PractitionerRole?organization=dale"),
        ("Organization?_has:Location:organization:_id=hills-1",) * 2,
    ],
)
def test_a_client_learns_of_no_other_facility(cast, hill, here, nowhere):
    where = {"managingOrganization": {"reference": "Organization/hill"}, "name": "Ward"}
    staff("baum", "doctor", hill)
    role = {"organization": where["managingOrganization"], "id": "hills-1"}
    hidden.put(
        {"resourceType": "Location", "id": "hills-1", **where},
        {"resourceType": "PractitionerRole", **role},
    )
    knocker = cast("limited")
    answers = [answer(knocker, Request("GET", f"/fhir/{each}")) for each in (here, nowhere)]
    for word in ("Hill", "Dale", "hill", "dale"):
        answers = [each.replace(word, "NAME") for each in answers]
    assert answers[0] == answers[1]
    assert "Ward" not in answers[0]


def test_the_matrix_asks_at_every_address(cast):
    routes = {route for route, _ in addresses() if "<path:" not in route}
    assert len(routes) >= 10
    assert {method for _, methods in addresses() for method in methods} >= {"GET", "PUT", "PATCH"}
