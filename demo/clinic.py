"""The demo clinic: two facilities and 26 invented people, as FHIR R4 transaction Bundles.

``bundles(now, zone)`` gives the facilities and their staff first, then one Bundle per person. It
is pure: no database, no clock of its own. Every entry is a PUT under an id that never changes, so
that loading the clinic again before the next six-o'clock round changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from demo import folders, links, pictures, registers, staff
from demo.chart import Chart
from demo.days import Days
from demo.elements import HL7, Code, Resource, coding, fhir_id
from demo.people import (
    blood,
    families,
    farewells,
    heart,
    infection,
    kidneys,
    lungs,
    nerves,
    regulars,
    surgery,
    wearer,
)

FACILITIES = staff.FACILITIES
WEARER_ID = fhir_id(f"patient/{wearer.KEY}")
INVENTED = Code(f"{HL7}v3-ActReason", "HTEST", "test health data")

STORIES: tuple[Callable[[Days], Chart], ...] = (
    wearer.rosa_lindqvist,
    heart.eleni_vassiliou,
    heart.gideon_mwangi,
    heart.arthur_penhaligon,
    lungs.walter_brzezinski,
    lungs.solomon_tesfaye,
    kidneys.manoj_raghunathan,
    kidneys.teresita_magbanua,
    kidneys.rustam_karimov,
    families.nadia_benhaddou,
    families.kofi_asante,
    families.mira_sorensen_abe,
    surgery.margaret_odwyer,
    blood.chinedu_okafor,
    blood.ingeborg_steinmann,
    infection.agnieszka_wojcik,
    nerves.bohumil_novotny,
    nerves.chiara_bonetti,
    nerves.clara_bonetti,
    nerves.chidi_okafor,
    regulars.ana_lucia_moreira,
    regulars.jonas_petrauskas,
    regulars.fatima_al_rashidi,
    regulars.alex_haugen,
    farewells.harold_whitcombe,
    farewells.beatriz_carvalho,
)


class SignIn(NamedTuple):
    """Somebody who can sign in to the demo clinic; the password is made at the first start."""

    username: str
    role: str
    facility: staff.Facility
    full_name: str
    practitioner_id: str | None = None


class Patch(NamedTuple):
    """The simulated wearable that Rosa Lindqvist wears."""

    serial: str
    manufacturer: str
    model: str


def _sign_in(role: str, worker: staff.Worker, username: str = "") -> SignIn:
    return SignIn(username or role, role, worker.facility, worker.full_name, worker.id)


SIGN_INS = (
    _sign_in("doctor", staff.DOCTOR),
    _sign_in("doctor", staff.SURGEON, "surgeon"),
    _sign_in("nurse", staff.NURSE),
    _sign_in("registrar", staff.REGISTRAR),
    SignIn("administrator", "administrator", staff.HOSPITAL, "Grace Achterberg"),
    SignIn("privacy", "privacy-officer", staff.HOSPITAL, "Ines Valcourt"),
)
DEVICE = Patch(serial="SIM-PATCH-0208", manufacturer="Chartwave", model="Simulated patch")


def bundles(now: datetime, zone: ZoneInfo) -> Iterator[Resource]:
    """The clinic as it stands at ``now``: facilities and staff, then person by person."""
    days = Days(now, zone)
    yield transaction(staff.facilities_and_staff())
    for story in STORIES:
        chart = story(days)
        complete(chart, story.__name__.replace("_", "-"), days)
        yield transaction(chart.resources())


def complete(chart: Chart, key: str, days: Days) -> None:
    """Add what registers, folders and the other departments hold of the person of a story."""
    registers.enter(chart, key, days)
    folders.file(chart, key, days)
    pictures.add_pictures(chart)
    links.tie(chart)


def transaction(resources: Iterable[Resource]) -> Resource:
    """A transaction Bundle that puts every resource under its own id, marked as invented."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [_entry(resource) for resource in resources],
    }


def _entry(resource: Resource) -> Resource:
    kind, identity = resource["resourceType"], resource["id"]
    meta = {**resource.get("meta", {}), "tag": [coding(INVENTED)]}
    return {
        "fullUrl": f"urn:uuid:{identity}",
        "resource": {"resourceType": kind, "id": identity, "meta": meta, **_without_meta(resource)},
        "request": {"method": "PUT", "url": f"{kind}/{identity}"},
    }


def _without_meta(resource: Resource) -> Resource:
    return {name: value for name, value in resource.items() if name != "meta"}
