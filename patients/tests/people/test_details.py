"""Correcting who somebody is: only what was changed changes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from fhir import changes
from fhir.errors import Invalid, NotFound, VersionConflict
from fhir.models import Change
from fhir.principal import SYSTEM
from fhir.registry import render
from patients.acts.appointments import Slot, book
from patients.acts.people import edit_person, record_death, retract_death
from patients.extensions import PRONOUNS, SEX_FOR_CLINICAL_USE
from patients.models import Patient
from patients.person_details import details_of

OTHER = {"url": "urn:other", "valueString": "kept"}


@pytest.fixture
def rich(rosa):
    """Rosa with more of everything than the form shows."""
    rosa.extensions = [OTHER]
    rosa.names = [
        {"use": "maiden", "family": "Berg"},
        {"use": "official", "family": "Lindqvist", "given": ["Rosa"], "suffix": ["PhD"]},
    ]
    rosa.telecom = [
        {"system": "email", "value": "r@example.org", "rank": 1},
        {"system": "phone", "value": "1", "use": "old"},
        {"system": "phone", "value": "2", "use": "home"},
    ]
    rosa.addresses = [{"city": "Ystad", "extension": [OTHER]}]
    return changes.update(rosa, by=SYSTEM)


@pytest.fixture
def edit(as_registrar, rich):
    def edit(**changed):
        details = replace(details_of(rich), **changed)
        return edit_person(by=as_registrar, patient=rich, details=details, expected=rich.version)

    return edit


def test_saving_the_form_unchanged_changes_nothing_that_it_says(edit, rich):
    before = {k: v for k, v in render(rich).items() if k != "meta"}
    edit()
    assert {k: v for k, v in render(rich).items() if k != "meta"} == before


def test_a_new_family_name_leaves_the_other_names(edit, rich):
    edit(family="Moon")
    assert rich.names == [
        {"use": "maiden", "family": "Berg"},
        {"use": "official", "family": "Moon", "given": ["Rosa"], "suffix": ["PhD"]},
    ]


def test_a_preferred_name_is_a_nickname(edit, rich):
    edit(preferred="Rosie")
    assert rich.names[-1] == {"use": "nickname", "text": "Rosie"}


def test_a_preferred_name_stands_in_the_banner(edit, rich, client, dr_ames):
    edit(preferred="Rosie")
    client.force_login(dr_ames)
    page = client.get(f"/patients/{rich.id}/details/").content.decode()
    assert page.index("Preferred") < page.index("Rosie")


def test_a_preferred_name_can_be_taken_back(edit, rich):
    edit(preferred="Rosie")
    edit(preferred="")
    assert len(rich.names) == 2


def test_pronouns_stand_beside_other_extensions(edit, rich):
    edit(pronouns="she/her")
    assert [each["url"] for each in render(rich)["extension"]] == ["urn:other", PRONOUNS]


def test_sex_for_clinical_use_is_not_gender(edit, rich):
    edit(sex_for_clinical_use="female-typical", gender="other")
    assert (rich.gender, rich.sex_for_clinical_use) == ("other", "female-typical")


def test_sex_for_clinical_use_is_the_extension_of_fhir(edit, rich):
    edit(sex_for_clinical_use="female-typical")
    value = render(rich)["extension"][1]
    assert (value["url"], value["extension"][0]["url"]) == (SEX_FOR_CLINICAL_USE, "value")


def test_the_current_telephone_is_the_one_that_is_edited(edit, rich):
    edit(phone="3")
    assert [each["value"] for each in rich.telecom] == ["r@example.org", "1", "3"]


def test_an_address_keeps_what_the_form_does_not_show(edit, rich):
    edit(street="Main Street 1")
    assert rich.addresses[0]["extension"] == [OTHER]


def test_the_version_before_is_kept(edit, rich):
    edit(family="Moon")
    newest = Change.objects.of("Patient", rich.fhir_id).first()
    assert newest.before["name"][1]["family"] == "Lindqvist"


def test_a_stale_version_is_refused(as_registrar, rich):
    with pytest.raises(VersionConflict):
        edit_person(by=as_registrar, patient=rich, details=details_of(rich), expected=1)


def test_somebody_of_another_facility_is_not_there(as_baum, rich):
    with pytest.raises(NotFound):
        edit_person(by=as_baum, patient=rich, details=details_of(rich), expected=2)


@pytest.fixture
def page(client, registrar, rich):
    client.force_login(registrar)
    return f"/patients/{rich.id}/details/edit/"


def typed(patient, **changed):
    return {
        "patient": str(patient.id),
        "version": str(patient.version),
        "family": "Lindqvist",
        "given": "Rosa",
        "birth": "12-Mar-1960",
        "phone": "2",
        "email": "r@example.org",
        "town": "Ystad",
    } | changed


def test_the_page_saves(client, page, rich):
    client.post(page, typed(rich, family="Moon"))
    assert Patient.objects.get(pk=rich.pk).family == "Moon"


def test_a_stale_form_becomes_a_merge_page(client, page, rich):
    answer = client.post(page, typed(rich, family="Moon", version="1"))
    assert (answer.status_code, b"Changed meanwhile" in answer.content) == (409, True)


def test_the_merge_page_shows_both(client, page, rich):
    answer = client.post(page, typed(rich, family="Moon", version="1")).content.decode()
    assert "<td>Moon</td><td>Lindqvist</td>" in answer


def test_the_merge_page_can_be_saved(client, page, rich):
    answer = client.post(page, typed(rich, family="Moon", version="1"))
    newest = answer.context["form"].data["version"]
    client.post(page, typed(rich, family="Moon", version=newest))
    assert Patient.objects.get(pk=rich.pk).family == "Moon"


def test_a_form_of_another_patient_is_refused(client, page, rich, otto):
    assert client.post(page, typed(rich) | {"patient": str(otto.id)}).status_code == 409


def test_an_impossible_birth_date_is_said_at_its_field(client, page, rich):
    answer = client.post(page, typed(rich, birth="1-Jan-2999"))
    assert (answer.status_code, b'id="id_birth-error"' in answer.content) == (422, True)


def test_a_gender_of_elsewhere_survives_the_form(client, page, rich):
    rich.gender = "nonbinary"
    changes.update(rich, by=SYSTEM)
    client.post(page, typed(rich, gender="nonbinary", family="Moon"))
    assert Patient.objects.get(pk=rich.pk).gender == "nonbinary"


def test_a_death_before_birth_is_refused(as_registrar, rosa):
    at = timezone.now() - timedelta(days=365 * 90)
    with pytest.raises(Invalid, match="before birth"):
        record_death(by=as_registrar, patient=rosa, at=at, expected=1)


def test_a_death_in_the_future_is_refused(as_registrar, rosa):
    at = timezone.now() + timedelta(days=1)
    with pytest.raises(Invalid, match="future"):
        record_death(by=as_registrar, patient=rosa, at=at, expected=1)


def test_a_death_without_a_time_is_a_death(as_registrar, rosa):
    record_death(by=as_registrar, patient=rosa, at=None, expected=1)
    assert render(rosa)["deceasedBoolean"] is True


def test_a_death_cancels_what_is_to_come(as_registrar, rosa, harbour):
    slot = Slot(timezone.now() + timedelta(days=1), 20, harbour)
    booked = book(by=as_registrar, patient=rosa, slot=slot, what="Check")
    record_death(by=as_registrar, patient=rosa, at=None, expected=1)
    booked.refresh_from_db()
    assert (booked.status, booked.cancelation_reason_code) == ("cancelled", "pat-dec")


def test_a_death_can_be_taken_back(as_registrar, rosa):
    record_death(by=as_registrar, patient=rosa, at=None, expected=1)
    retract_death(by=as_registrar, patient=rosa, expected=2)
    assert render(rosa)["deceasedBoolean"] is False


def test_an_import_of_somebody_not_born_yet_is_refused(db):
    with pytest.raises(Invalid, match="in the future"):
        changes.create(
            Patient(birth_date_low=date(2999, 1, 1), birth_date_high=date(2999, 1, 1)), by=SYSTEM
        )


def test_the_look_at_the_details_is_on_record(client, registrar, rosa):
    client.force_login(registrar)
    client.get(f"/patients/{rosa.id}/details/")
    assert AuditEvent.objects.get(action="read-identity").patient_id == rosa.id


def test_a_name_says_that_it_is_one(client, dr_ames, rich):
    client.force_login(dr_ames)
    page = client.get(f"/patients/{rich.id}/details/").content.decode()
    assert "<dt>Name, before marriage</dt>" in page
