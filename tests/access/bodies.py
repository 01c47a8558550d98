"""What is sent to each address: by whoever may send it, it would be taken."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from fhir.codec import dumps
from fhir.registry import mapping
from patients.note_text import compose, sha256
from tests.access import forms
from tests.access.askings import ask
from tests.access.paths import path_of
from tests.access.routes import route_of
from tests.access.uploads import Body, began, sent_by_device
from vitals.tests.files.made import edf

if TYPE_CHECKING:
    from tests.access.cells import Cell
    from tests.access.world import Chart, World

FHIR = "application/fhir+json"
PATCH = "application/json-patch+json"
SIGNED_AFTER_READING = ("medication-new", "medication-renew")

# The form tells what is kept back from whom: it is that of whoever sends it.
FILLED_BY_DOCTOR = ("medications-reconcile", "medication-new", "medication-renew")
# Where a form stands that is sent to an address of its own.
STANDS_AT = {"sync-confirm": "sync-target"}

PASSWORD = "the keys of the matrix"

ALIKE = {"family": "Ownquill", "given": "Pia", "birth": "03-Feb-1971", "invented": "on"}
MOVED = {"right": "{roommate}", "reason": "wrong tab", "confirm": "on"}
# Fields that filling by rule leaves wrong; {…} names a record of the chart or a thing of the house.
FIELDS: dict[str, dict[str, str | None]] = {
    "admin:accounts_client_add": {
        "name": "Laboratory",
        "scope": "system/*.rs",
        "facilities": "{organization}",
    },
    "admin:vitals_device_add": {"serial": "SN-new", "facility": "{organization}"},
    "allergy-new": {"code": "Peanut"},
    "consent-new": {"about": "treatment", "decision": "permit"},
    "device-attach": {"serial": "SN-free", "pacemaker": "no", "confirm": "on"},
    "draft": {"revision": "1", "editor": "e", "sequence": "1", "text-0": "Well."},
    "draft-sign": {"revision": "1", "shown": "{shown}"},
    "imaging-new": {"conclusion": "Clear."},
    "immunization-new": {"vaccine": "Tetanus", "given": "Mar-2020"},
    "break-glass": {"reason": "emergency", "words": "found lying in the hall"},
    "access-review": {"outcome": "justified"},
    "restriction-new": {"kind": "everybody"},
    "sync-choose": {"cohort": "facility", "facility": "{organization}", "types": "Patient"},
    "sync-choose@numbers": {"cohort": "patients", "numbers": "M-own", "types": "Patient"},
    "unlock": {"unlock_password": PASSWORD},
    "inbox-cover": {"start": "{now}", "end": "{later}", "reader": "team:{organization}"},
    "medications-reconcile@stop": {
        "{medication}-outcome": "stopped",
        "{medication}-reason": "a rash",
    },
    "medication-elsewhere": {"medicine": "Mint tea", "source": "the patient"},
    "medication-new": {
        "medicine": "Mint tea",
        "dose": "1 tablet",
        "route": "oral",
        "frequency": "twice-daily",
        "start": "{now}",
    },
    "medicine-choices": {"medicine": "para"},
    "move": {"query": "roommate"},
    "move@confirm": {"query": None, **MOVED},
    "move@recording": {"query": None, **MOVED},
    "note-new": {"template": "{template}"},
    "note-phrase": {"phrase": ".allergies"},
    "order-collect": {
        "collect-kind": "Blood",
        "collect-at": "{now}",
        "collect-version": "{version}",
    },
    "order-new": {"test": "Sodium", "reason": "check"},
    "order-report": {"conclusion": "Clear."},
    "order-result": {"value": "4.0", "unit": "mmol/L"},
    "order-revoke": {"revoke-reason": "not needed", "revoke-version": "{version}"},
    "patient-new": {"family": "New", "given": "Nia", "invented": "on"},
    "patient-new@alike": ALIKE,
    "patient-new@taken": {"family": "New", "number": "R-1", "invented": "on"},
    "patient-search": {"query": "quill"},
    "patient-search@number": {"query": "M-restricted"},
    "problem-new": {"code": "Gout"},
    "procedure-new": {"code": "Biopsy"},
    "recording-import": {"pacemaker": "no", "same_person": ""},
    "related-new": {"family": "Kin", "relationship": "SPS"},
    "social-new": {"question": "alcohol", "text": "none"},
    "vitals": {"pulse": "70"},
}
FIELDS["medication-renew"] = FIELDS["medication-new"]
QUERIES = {
    "recording-viewport": "start_ms=0&end_ms=5000&width=400",
    "recording-beats": "first=0&end=1000",
    "inbox": "box=unowned",
}


HILL = {"reference": "Organization/hill"}
LOCATION = {"resourceType": "Location", "status": "active", "name": "Annex"}
NEW = {"id": None, "identifier": None, "name": [{"family": "Newcomer"}]}
# What is sent in the place of a record, or what of it is sent otherwise.
SENT: dict[str, dict[str, Any]] = {
    "fhir-type-type_@newcomer": NEW,
    "fhir-type-type_@homeless": NEW | {"managingOrganization": None},
    "fhir-type-type_@location": LOCATION
    | {"managingOrganization": {"reference": "Organization/harbour"}},
    "fhir-type-type_@nowhere": LOCATION,
    "fhir-type-type_@hill": LOCATION | {"managingOrganization": HILL},
    "fhir-type-type_@organization": {"resourceType": "Organization", "name": "Annex"},
    "fhir-type-type_@nobody": {"resourceType": "QuestionnaireResponse", "status": "completed"},
    "fhir-type-type_@made": {"id": None},
    "fhir-type-type_-fhirid-fhir_id@made": {"id": "brand-new"},
    "fhir-type-type_-fhirid-fhir_id@number": {
        "identifier": [{"value": "M-new", "system": "urn:test:new", "assigner": HILL}]
    },
    "fhir-type-type_-fhirid-fhir_id@kept": {"gender": "male"},
    "fhir-type-type_-fhirid-fhir_id@away": {"status": "in-progress", "type": [{"text": "check"}]},
}


def _document() -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("letter.pdf", b"%PDF-1.4 a letter", "application/pdf")}


def _recording() -> dict[str, SimpleUploadedFile]:
    return {"upload": SimpleUploadedFile("ecg.edf", edf(began=began()), "application/octet-stream")}


FILES: dict[str, Callable[[], dict[str, SimpleUploadedFile]]] = {
    "document-new": _document,
    "recording-import": _recording,
}


def body_of(world: "World", cell: "Cell") -> Body:
    """The body of one question."""
    if cell.method == "GET":
        asked = world.filled(cell.line.said("query")) if cell.line else ""
        return Body(query=asked or QUERIES.get(cell.address, ""))
    if cell.address.startswith("fhir"):
        return _fhir(world, cell)
    if cell.address.startswith("api-"):
        return sent_by_device(cell.address, str(world.charts[cell.about].rows["recording"].pk))
    if cell.address.startswith("oauth-"):
        return Body(_credentials(world, cell).encode())
    return _form(world, cell)


def _credentials(world: "World", cell: "Cell") -> str:
    """What a program says of itself; only that of the matrix knows its secret."""
    if cell.who != "C":
        return ""
    said = {"grant_type": "client_credentials", "token": "unknown"}
    return forms.encoded(list(said.items()), world.things["credentials"])


_kept: dict[tuple[int, str], Body] = {}


def _form(world: "World", cell: "Cell") -> Body:
    """The page's own form, filled by somebody who may see every page, or by the doctor.

    It is filled once, about the first patient; about another one it names their records instead.
    """
    first = replace(cell, about=next(iter(world.charts)))
    key = (id(world), cell.address)
    if key not in _kept:
        _kept[key] = _filled(world, first, path_of(world, first))
    before, now = world.charts[first.about], world.charts[cell.about]
    both = [name for name in before.rows if name in now.rows]
    return _kept[key].about(_keys(before, both), _keys(now, both))


def _keys(chart: "Chart", names: list[str]) -> list[str]:
    """What names the records of a chart."""
    found = [str(getattr(chart.rows[name], "pk", "")) for name in names]
    return [*found, f"{chart.subject.key}-", sha256(compose(chart.rows["draft"].sections))]


def _filled(world: "World", cell: "Cell", path: str) -> Body:
    chart = world.charts[cell.about]
    usual = {"patient": str(chart.patient.pk)}
    words = _words(world, chart, cell)
    fields = FIELDS.get(cell.address, {})
    left_out = [name for name, text in fields.items() if text is None]
    named = {name: text for name, text in fields.items() if text is not None}
    said = {name.format(**words): text.format(**words) for name, text in named.items()}
    by_doctor = route_of(cell.address) in FILLED_BY_DOCTOR
    filler = (world.askers["D"] if by_doctor else world.keeper).browser
    stands = path_of(world, replace(cell, address=STANDS_AT.get(cell.address, cell.address)))
    pairs = _of_page(ask(filler, "GET", stands).page, path)
    pairs = [(name, value) for name, value in pairs if name not in left_out]
    if not any(name == "version" for name, _ in pairs):
        usual["version"] = words["version"]
    body = forms.encoded(pairs, usual | said)
    if cell.address in SIGNED_AFTER_READING:
        read = ask(filler, "POST", path, data=body.encode(), content_type=forms.FORM)
        body = forms.encoded(_of_page(read.page, path), usual | {"sign": "1"})
    if cell.address in FILES:
        given = dict(pairs) | usual | said | FILES[cell.address]()
        return Body(encode_multipart(BOUNDARY, given), MULTIPART_CONTENT)
    return Body(body.encode())


def _of_page(page: str, path: str) -> list[tuple[str, str]]:
    found = forms.forms_of(page, path)
    return forms.filled(found[0]) if found else []


def _words(world: "World", chart: "Chart", cell: "Cell") -> dict[str, str]:
    """What stands for the names in ``FIELDS``."""
    now = timezone.localtime()
    row = chart.rows.get(cell.line.record) if cell.line else None
    named = chart.rows | world.things
    return {name: str(getattr(thing, "pk", "")) for name, thing in named.items()} | {
        "version": str(getattr(row, "version", 1)),
        "now": f"{now:%Y-%m-%dT%H:%M}",
        "later": f"{now + timedelta(days=2):%Y-%m-%dT%H:%M}",
        "shown": sha256(compose(chart.rows["draft"].sections)),
    }


def _fhir(world: "World", cell: "Cell") -> Body:
    chart = world.charts[cell.about]
    row = chart.rows[(cell.line.record if cell.line else "") or "result"]
    resource = mapping(row.resource_type).render(row)
    asked = cell.line.said("query") if cell.line else ""
    searched = asked or ("" if "fhirid" in cell.address else f"_id={row.fhir_id}")
    route = route_of(cell.address)
    if route.endswith("_search"):
        return Body(b"_count=50", forms.FORM)
    if route.endswith("$everything"):
        return Body(b"", FHIR)
    if route in ("fhir", "fhir-base"):
        return _transaction(f"{row.resource_type}/{row.fhir_id}")
    if cell.method == "PATCH":
        change = [{"op": "replace", "path": "/status", "value": "amended"}]
        return Body(json.dumps(change).encode(), PATCH, query=searched)
    if cell.method == "DELETE":
        return Body(query=searched)
    changed = resource | ({"status": "amended"} if "status" in resource else {})
    changed = _sent(cell.address, changed)
    return Body(dumps(changed), FHIR, query=searched if cell.method == "PUT" else "")


def _sent(address: str, resource: dict[str, Any]) -> dict[str, Any]:
    """A resource as the table wishes it; what it leaves out is left out."""
    said = SENT.get(address, {})
    whole = said if "resourceType" in said else resource | said
    return {name: value for name, value in whole.items() if value is not None}


def _transaction(place: str) -> Body:
    entry = {"request": {"method": "GET", "url": place}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    return Body(json.dumps(bundle).encode(), FHIR)
