"""Entering any record of a chart in error: one page for all of them."""

import pytest

from fhir import changes
from fhir.principal import SYSTEM
from patients.models import Condition


@pytest.fixture
def gout(rosa):
    return changes.create(Condition(patient=rosa, code_text="Gout <b>"), by=SYSTEM)


@pytest.fixture
def address(gout):
    return f"/records/Condition/{gout.id}/in-error/"


def strike(client, address, rosa, **said):
    data = {"patient": str(rosa.id), "reason": "wrong chart", "version": "1"} | said
    return client.post(address, data)


@pytest.fixture
def signed_in(client, dr_ames):
    client.force_login(dr_ames)
    return client


def test_the_page_names_the_patient(signed_in, address, rosa):
    assert "LINDQVIST, Rosa" in signed_in.get(address).content.decode()


def test_markup_in_a_name_stays_text(signed_in, address):
    assert "Gout &lt;b&gt;" in signed_in.get(address).content.decode()


def test_the_record_stands_as_entered_in_error(signed_in, address, gout, rosa):
    strike(signed_in, address, rosa)
    gout.refresh_from_db()
    assert gout.verification_status == "entered-in-error"


def test_the_reason_is_kept_with_its_author(signed_in, address, gout, rosa):
    strike(signed_in, address, rosa)
    gout.refresh_from_db()
    said = gout.notes[0]
    assert (said["text"], said["authorString"]) == ("Entered in error: wrong chart", "Dr Ada Ames")


def test_a_reason_is_needed(signed_in, address, rosa):
    assert strike(signed_in, address, rosa, reason=" ").status_code == 422


def test_a_stale_version_changes_nothing(signed_in, address, gout, rosa):
    changes.update(gout, by=SYSTEM)
    strike(signed_in, address, rosa)
    gout.refresh_from_db()
    assert gout.verification_status == ""


def test_a_stale_version_shows_the_page_again_with_the_reason(signed_in, address, gout, rosa):
    changes.update(gout, by=SYSTEM)
    answer = strike(signed_in, address, rosa)
    assert (answer.status_code, b"wrong chart" in answer.content) == (409, True)


def test_two_tabs_never_mix(signed_in, address, otto):
    assert strike(signed_in, address, otto).status_code == 409


def test_a_stranger_sees_nothing_there(client, dr_baum, address):
    client.force_login(dr_baum)
    assert client.get(address).status_code == 404


def test_a_registrar_may_not(client, registrar, address):
    client.force_login(registrar)
    assert client.get(address).status_code == 403


def test_a_type_without_a_table_is_not_there(signed_in, gout):
    assert signed_in.get(f"/records/Nonsense/{gout.id}/in-error/").status_code == 404


def test_every_version_is_listed_with_what_changed(signed_in, address, gout, rosa):
    strike(signed_in, address, rosa)
    assert "note, verification status" in signed_in.get(address).content.decode()
