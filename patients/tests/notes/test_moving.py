"""Moving to the correct patient: a copy there, in error here, and both charts say so."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from fhir import changes
from fhir.errors import Invalid, NotAllowed, NotFound, VersionConflict
from fhir.principal import SYSTEM
from fhir.registry import render
from patients.acts.charting import InErrorAlready
from patients.acts.moving import SamePatient, move
from patients.acts.notes import start_draft
from patients.chart.notes import full_note
from patients.models import Binary, DocumentReference, Encounter, Observation, ServiceRequest
from patients.tests.notes.conftest import signed, write
from patients.tests.notes.test_documents import PNG

REASON = "written in the wrong tab"


@pytest.fixture
def moved(as_ames, otto_here):
    def send(row, kind=None, **more):
        asked = {"reason": REASON, "expected": row.version, "right": otto_here} | more
        return move(by=as_ames, kind=kind or row.fhir_type, row=row, **asked)

    return send


def of(patient):
    return DocumentReference.objects.of(patient).order_by("listed_at", "id")


def test_the_right_chart_gets_the_text(moved, note, otto_here):
    moved(note)
    assert of(otto_here).get().note_text == note.note_text


def test_the_copy_is_signed_as_it_was(moved, note, otto_here):
    moved(note)
    copy = full_note(of(otto_here).get())
    assert (copy.intact, copy.signed_by, copy.signed_at) == (True, "Dr Ada Ames", note.signed_at)


def test_the_old_one_stands_in_error(moved, note, rosa):
    moved(note)
    assert of(rosa).get().status == "entered-in-error"


def test_the_wrong_chart_says_that_it_was_moved_by_whom_and_why(moved, note, rosa, signed_in):
    moved(note)
    page = signed_in.get(f"/notes/{note.pk}/").content.decode()
    assert f"Moved to the correct patient: {REASON} – Dr Ada Ames" in page


def test_the_right_chart_says_where_it_comes_from(moved, note, otto_here, signed_in):
    moved(note)
    page = signed_in.get(f"/notes/{of(otto_here).get().pk}/").content.decode()
    assert f"Moved here from another chart: {REASON} – Dr Ada Ames" in page


def test_the_wrong_chart_does_not_name_the_right_patient(moved, note, signed_in):
    moved(note)
    assert "Otto" not in signed_in.get(f"/notes/{note.pk}/").content.decode()


def test_the_right_chart_does_not_name_the_wrong_patient(moved, note, otto_here, signed_in):
    moved(note)
    assert "Rosa" not in signed_in.get(f"/notes/{of(otto_here).get().pk}/").content.decode()


def test_nothing_in_the_copy_leads_to_the_wrong_patient(moved, note, rosa, otto_here):
    moved(note)
    said = str(render(of(otto_here).get()))
    visits = Encounter.objects.of(rosa).values_list("fhir_id", flat=True)
    assert not any(name in said for name in (rosa.fhir_id, str(rosa.id), note.fhir_id, *visits))


def test_addenda_go_along(moved, note, as_nurse, rosa, otto_here):
    draft = start_draft(by=as_nurse, patient=rosa, parent=note)
    signed(as_nurse, write(as_nurse, draft, ["Fever."]))
    moved(note)
    parent, addendum = of(otto_here)
    assert addendum.parent_reference == parent.reference
    assert set(of(rosa).values_list("status", flat=True)) == {"entered-in-error"}


def test_files_go_along(moved, rosa, otto_here, as_ames):
    from patients.acts.documents import File, file_document
    from patients.terminology.coded import Coded

    filed = file_document(
        by=as_ames, patient=rosa, file=File("x.png", PNG), kind=Coded(text="Photograph")
    )
    moved(filed)
    copy = Binary.objects.get(patient=otto_here)
    assert bytes(copy.data) == PNG
    assert of(otto_here).get().content[0]["attachment"]["url"] == copy.reference


@pytest.fixture
def pulse(rosa):
    return changes.create(
        Observation(
            patient=rosa,
            encounter=Encounter.objects.of(rosa).get(),
            status="final",
            categories=["vital-signs"],
            code_system="http://loinc.org",
            code_code="8867-4",
            effective_start=timezone.now(),
            value=Decimal("72.0"),
            value_ucum="/min",
            performers=[{"reference": "Practitioner/ames"}],
            derived_from=[{"reference": "Observation/other"}],
        ),
        by=SYSTEM,
    )


def test_a_result_goes_with_its_value_to_the_digit(moved, pulse, otto_here):
    moved(pulse)
    assert str(Observation.objects.of(otto_here).get().value) == "72.0"


def test_a_result_keeps_who_performed_it(moved, pulse, otto_here):
    moved(pulse)
    copy = Observation.objects.of(otto_here).get()
    assert copy.performers == [{"reference": "Practitioner/ames"}]


def test_a_result_leaves_visit_and_links_behind(moved, pulse, otto_here):
    moved(pulse)
    copy = Observation.objects.of(otto_here).get()
    assert (copy.encounter, copy.derived_from) == (None, [])


def test_both_results_say_why(moved, pulse):
    moved(pulse)
    texts = sorted(row.notes[-1]["text"] for row in Observation.objects.all())
    assert texts == [
        f"Moved here from another chart: {REASON}",
        f"Moved to the correct patient: {REASON}",
    ]


def test_a_modifier_goes_along(moved, pulse, otto_here):
    pulse.extra = pulse.extra | {"implicitRules": "urn:other"}
    changes.update(pulse, by=SYSTEM)
    moved(pulse)
    assert Observation.objects.of(otto_here).get().extra["implicitRules"] == "urn:other"


def test_an_order_goes(moved, rosa, otto_here):
    order = ServiceRequest(patient=rosa, status="active", intent="order", code_text="Chest X-ray")
    moved(changes.create(order, by=SYSTEM))
    assert ServiceRequest.objects.of(otto_here).get().code_text == "Chest X-ray"


def test_a_nurse_moves_no_order(as_nurse, rosa, otto_here):
    order = ServiceRequest(patient=rosa, status="active", intent="order", code_text="Chest X-ray")
    row = changes.create(order, by=SYSTEM)
    with pytest.raises(NotAllowed):
        move(by=as_nurse, kind="ServiceRequest", row=row, right=otto_here, reason="x", expected=1)


def test_both_charts_have_it_on_record(moved, note, rosa, otto_here):
    moved(note)
    acts = set(
        AuditEvent.objects.filter(action__startswith="move-").values_list("action", "patient_id")
    )
    assert acts == {("move-in", otto_here.id), ("move-out", rosa.id)}


def test_a_chart_that_is_closed_takes_nothing(as_ames, note, otto):
    with pytest.raises(NotFound):
        move(by=as_ames, kind="DocumentReference", row=note, right=otto, reason="x", expected=1)


def test_another_facilitys_doctor_moves_nothing(as_baum, note, otto_here):
    with pytest.raises(NotFound):
        move(
            by=as_baum, kind="DocumentReference", row=note, right=otto_here, reason="x", expected=1
        )


def test_it_does_not_move_to_where_it_is(moved, note, rosa):
    with pytest.raises(SamePatient):
        moved(note, right=rosa)


def test_it_moves_once(moved, note):
    moved(note)
    with pytest.raises(InErrorAlready):
        moved(DocumentReference.objects.get(pk=note.pk))


def test_a_stale_version_moves_nothing(moved, note, otto_here):
    with pytest.raises(VersionConflict):
        moved(note, expected=7)
    assert not of(otto_here).exists()


@pytest.mark.parametrize("reason", ["belongs to Lindqvist-Berg", "is lindqvist's", "see 100-2"])
def test_a_reason_that_names_a_patient_is_refused(moved, note, reason):
    with pytest.raises(Invalid, match="names one of the patients"):
        moved(note, reason=reason)


def test_a_reason_is_needed(moved, note):
    with pytest.raises(Invalid, match="say why"):
        moved(note, reason=" ")


def test_nothing_else_can_be_moved(moved, rosa):
    with pytest.raises(NotFound):
        moved(Encounter.objects.of(rosa).get())


@pytest.fixture
def address(note):
    return f"/move/DocumentReference/{note.pk}/"


def test_the_search_finds_charts_that_are_open(post, address, otto_here):
    assert "LINDQVIST-BERG, Otto" in post(address, query="otto").content.decode()


def test_the_search_finds_no_closed_chart(post, address, otto):
    page = post(address, query="otto").content.decode()
    assert "LINDQVIST-BERG" not in page
    assert "Nobody like that" in page


def test_the_second_page_names_both_patients(post, address, otto_here):
    page = post(address, right=str(otto_here.id)).content.decode()
    assert "LINDQVIST-BERG, Otto" in page
    assert "LINDQVIST, Rosa" in page


def sure(otto_here, **more):
    return {
        "right": str(otto_here.id),
        "version": "1",
        "reason": REASON,
        "confirm": "on",
    } | more


def test_the_second_page_moves(post, address, otto_here):
    post(address, **sure(otto_here))
    assert of(otto_here).exists()


def test_without_the_tick_nothing_moves(post, address, otto_here):
    assert post(address, **sure(otto_here, confirm="")).status_code == 422
    assert not of(otto_here).exists()


def test_the_form_of_another_patient_moves_nothing(signed_in, address, otto_here):
    form = sure(otto_here, patient=str(otto_here.id))
    assert signed_in.post(address, form).status_code == 409


def test_a_registrar_sees_no_such_page(client, registrar, address):
    client.force_login(registrar)
    assert client.get(address).status_code == 403


def test_another_facilitys_doctor_sees_no_such_page(client, dr_baum, address):
    client.force_login(dr_baum)
    assert client.get(address).status_code == 404
