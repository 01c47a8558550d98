"""The administrator's page: nothing leaves before it was read and confirmed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent, Membership, Organization, User
from accounts.roles import Role
from fhir import changes
from fhir.principal import SYSTEM, Principal
from patients.models import Patient
from tests.stand_in import faults
from tests.stand_in.server import StandIn
from vitals.models import SyncPending, SyncReceipt, SyncTarget
from vitals.sync import loop
from vitals.sync.secrets import unseal
from vitals.tests.sync.conftest import later

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("worker_in_demo", "rosa"),
]

Make = Callable[..., Any]
TYPES = ["Organization", "Patient", "Observation"]


@pytest.fixture
def admin(client: Client, ada: Principal) -> Client:
    user = User.objects.get(pk=ada.id)
    user.is_staff = True
    user.save()
    client.force_login(user)
    return client


@pytest.fixture
def target(stand_in: StandIn) -> SyncTarget:
    return SyncTarget.objects.create(name="Other house", base_url=stand_in.base_url)


def page(target: SyncTarget, step: str = "") -> str:
    return f"/sync/{target.pk}/{step}"


def choose(admin: Client, target: SyncTarget, north: Organization, **more: Any) -> Any:
    data = {"cohort": "facility", "facility": str(north.pk), "types": TYPES} | more
    return admin.post(page(target, "choose/"), data)


def confirm(admin: Client, target: SyncTarget, **more: Any) -> Any:
    target.refresh_from_db()
    data = {"patients": "1", "plan": target.plan(), "understood": "on"} | more
    return admin.post(page(target, "confirm/"), data)


def test_a_new_target_gets_nothing(target: SyncTarget, stand_in: StandIn) -> None:
    loop.run_once()
    assert stand_in.asked == []


def test_a_chosen_target_gets_nothing_yet(
    admin: Client, target: SyncTarget, north: Organization, stand_in: StandIn
) -> None:
    choose(admin, target, north)
    loop.run_once()
    assert stand_in.asked == []


def test_the_page_says_how_many_and_where(
    admin: Client, target: SyncTarget, north: Organization
) -> None:
    choose(admin, target, north)
    words = f"This will disclose 1 patient to {target.host}."
    assert words in admin.get(page(target)).content.decode()


def test_a_confirmed_target_gets_the_patient(
    admin: Client, target: SyncTarget, north: Organization, stand_in: StandIn
) -> None:
    choose(admin, target, north)
    assert confirm(admin, target).status_code == 302
    loop.run_once()
    assert len(stand_in.store.current("Patient")) == 1


def test_it_is_kept_who_confirmed(
    admin: Client, target: SyncTarget, north: Organization, ada: Principal
) -> None:
    choose(admin, target, north)
    confirm(admin, target)
    target.refresh_from_db()
    assert (str(target.confirmed_by_id), target.disclosed_patients) == (ada.id, 1)
    noted = AuditEvent.objects.get(action="sync-confirm")
    assert (noted.principal, noted.detail["patients"]) == (ada.label, 1)


def test_without_the_tick_nothing_is_confirmed(
    admin: Client, target: SyncTarget, north: Organization
) -> None:
    choose(admin, target, north)
    assert confirm(admin, target, understood="").status_code == 422
    target.refresh_from_db()
    assert not target.is_confirmed


@pytest.mark.parametrize("changed", [{"patients": "2"}, {"plan": "0" * 64}])
def test_what_was_not_read_cannot_be_confirmed(
    admin: Client, target: SyncTarget, north: Organization, changed: dict[str, str]
) -> None:
    choose(admin, target, north)
    assert confirm(admin, target, **changed).status_code == 409


def test_an_empty_choice_cannot_be_confirmed(admin: Client, target: SyncTarget) -> None:
    assert confirm(admin, target, patients="0").status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "http://127.0.0.1:9/fhir"},
        {"types": ["Patient", "Condition"]},
        {"cohort": "team"},
        {"include_waveforms": True},
        {"include_imported": True},
    ],
)
def test_another_choice_makes_the_confirmation_void(
    make_target: Make, stand_in: StandIn, change: dict[str, Any]
) -> None:
    target = make_target(stand_in.base_url)
    SyncTarget.objects.filter(pk=target.pk).update(**change)
    loop.run_once()
    assert stand_in.asked == []


def test_stopping_stops(admin: Client, make_target: Make, stand_in: StandIn) -> None:
    target = make_target(stand_in.base_url)
    admin.post(page(target, "withdraw/"))
    loop.run_once()
    assert stand_in.asked == []


def test_a_cohort_without_its_facility_is_asked_for(
    admin: Client, target: SyncTarget, north: Organization
) -> None:
    answer = choose(admin, target, north, facility="")
    assert answer.status_code == 422
    assert "Give the Facility" in answer.content.decode()


def test_patient_is_always_among_the_types(
    admin: Client, target: SyncTarget, north: Organization
) -> None:
    assert choose(admin, target, north, types=["Observation"]).status_code == 422


def test_chosen_patients_are_named_by_number(
    admin: Client, target: SyncTarget, north: Organization, rosa: Patient
) -> None:
    rosa.facility_links.create(facility=north, system="urn:mrn", value="4711")
    choose(admin, target, north, cohort="patients", numbers="4711\n")
    assert list(target.patients.all()) == [rosa]


def test_an_unknown_number_is_named(admin: Client, target: SyncTarget, north: Organization) -> None:
    answer = choose(admin, target, north, cohort="patients", numbers="nobody")
    assert "1 of 1 numbers belong to nobody" in answer.content.decode()


def test_no_patient_is_named_on_the_page(
    admin: Client, make_target: Make, stand_in: StandIn
) -> None:
    target = make_target(stand_in.base_url)
    assert "Berg" not in admin.get(page(target)).content.decode()


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.NURSE, Role.REGISTRAR])
def test_others_do_not_reach_it(
    client: Client, target: SyncTarget, north: Organization, role: str
) -> None:
    user = User.objects.create(username="other", full_name="Other")
    Membership.objects.create(user=user, facility=north, role=role)
    client.force_login(user)
    assert client.get("/sync/").status_code == 403
    assert client.get(page(target)).status_code == 403


def test_a_facility_of_others_cannot_be_chosen(
    admin: Client, target: SyncTarget, north: Organization
) -> None:
    south = changes.create(Organization(name="South"), by=SYSTEM)
    assert choose(admin, target, north, facility=str(south.pk)).status_code == 422


def test_the_list_shows_state_and_host(admin: Client, make_target: Make, stand_in: StandIn) -> None:
    make_target(stand_in.base_url)
    loop.run_once()
    content = admin.get("/sync/").content.decode()
    assert "nothing waits" in content
    assert f"127.0.0.1:{stand_in.port}" in content


def test_a_pause_shows_its_reason(admin: Client, make_target: Make, stand_in: StandIn) -> None:
    target = make_target(stand_in.base_url)
    stand_in.then(faults.failing(403))
    loop.run_once()
    content = admin.get(page(target)).content.decode()
    assert "Paused: nothing is sent." in content
    assert "HTTP 403" in content


def test_trying_again_lifts_the_pause(admin: Client, make_target: Make, stand_in: StandIn) -> None:
    target = make_target(stand_in.base_url)
    stand_in.then(faults.failing(403))
    loop.run_once()
    admin.post(page(target, "retry/"))
    loop.run_once()
    assert len(stand_in.store.current("Patient")) == 1


def test_trying_again_sends_what_was_refused(
    admin: Client, make_target: Make, stand_in: StandIn
) -> None:
    target = make_target(stand_in.base_url)
    stand_in.store.refused_types.add("Patient")
    loop.run_once()
    stand_in.store.refused_types.clear()
    admin.post(page(target, "retry/"))
    loop.run_once()
    assert len(stand_in.store.current("Patient")) == 1


@pytest.fixture
def conflict(make_target: Make, stand_in: StandIn, rosa: Patient) -> SyncPending:
    """Rosa, edited there and here."""
    make_target(stand_in.base_url)
    loop.run_once()
    theirs = {**stand_in.store.current("Patient")[0], "gender": "other"}
    stand_in.store.handle("PUT", f"Patient/{theirs['id']}", theirs, {})
    rosa.active = True
    changes.update(rosa, by=SYSTEM)
    loop.run_once()
    return SyncPending.objects.get(state="conflict")


def test_a_conflict_offers_a_choice(admin: Client, conflict: SyncPending) -> None:
    content = admin.get(page(conflict.target)).content.decode()
    assert "Send ours" in content
    assert "Leave theirs" in content


def test_sending_ours_replaces_theirs(
    admin: Client, conflict: SyncPending, stand_in: StandIn
) -> None:
    admin.post(f"/sync/pending/{conflict.pk}/decide/", {"keep": "ours"})
    later()
    assert stand_in.store.current("Patient")[0]["active"] is True
    assert not SyncPending.objects.exists()


def test_leaving_theirs_sends_nothing(
    admin: Client, conflict: SyncPending, stand_in: StandIn
) -> None:
    admin.post(f"/sync/pending/{conflict.pk}/decide/", {"keep": "theirs"})
    later()
    assert stand_in.store.current("Patient")[0]["gender"] == "other"
    assert not SyncPending.objects.exists()


def test_a_decision_is_made_once(admin: Client, conflict: SyncPending) -> None:
    where = f"/sync/pending/{conflict.pk}/decide/"
    admin.post(where, {"keep": "theirs"})
    assert admin.post(where, {"keep": "ours"}).status_code == 409


def test_a_recall_that_did_not_arrive_is_listed(
    admin: Client, make_target: Make, stand_in: StandIn, reading: Make
) -> None:
    target = make_target(stand_in.base_url)
    heart_rate = reading()
    loop.run_once()
    heart_rate.status = "entered-in-error"
    changes.update(heart_rate, by=SYSTEM)
    stand_in.then(*[faults.failing(500) for _ in range(5)])
    loop.run_once()
    content = admin.get(page(target)).content.decode()
    assert "Recalls not confirmed" in content
    assert heart_rate.fhir_id in content


def test_a_recall_is_listed_while_the_target_is_paused(
    admin: Client, make_target: Make, stand_in: StandIn, reading: Make
) -> None:
    target = make_target(stand_in.base_url)
    heart_rate = reading()
    loop.run_once()
    SyncTarget.objects.update(paused_reason="because")
    heart_rate.status = "entered-in-error"
    changes.update(heart_rate, by=SYSTEM)
    loop.run_once()
    assert heart_rate.fhir_id in admin.get(page(target)).content.decode()


FORM = {
    "name": "Other house",
    "base_url": "http://127.0.0.1:8999/fhir",
    "id_style": "put",
    "entry_limit": "100",
    "summary_minutes": "60",
    "enabled": "on",
    "auth_kind": "basic",
    "user_or_client": "ward",
    "secret": "open sesame",
    "scope": "",
    "token_url": "",
}
ADD = "/admin/vitals/synctarget/add/"


def test_a_target_is_added_in_the_administration(admin: Client) -> None:
    assert admin.post(ADD, FORM).status_code == 302
    target = SyncTarget.objects.get()
    assert unseal(target.sealed).secret == "open sesame"


def test_a_stored_secret_is_never_shown(admin: Client) -> None:
    admin.post(ADD, FORM)
    where = f"/admin/vitals/synctarget/{SyncTarget.objects.get().pk}/change/"
    assert "open sesame" not in admin.get(where).content.decode()


def test_an_empty_secret_keeps_the_stored_one(admin: Client) -> None:
    admin.post(ADD, FORM)
    where = f"/admin/vitals/synctarget/{SyncTarget.objects.get().pk}/change/"
    admin.post(where, FORM | {"secret": "", "name": "Same house"})
    assert unseal(SyncTarget.objects.get().sealed).secret == "open sesame"


def test_a_stored_secret_does_not_move_to_another_address(admin: Client) -> None:
    admin.post(ADD, FORM)
    where = f"/admin/vitals/synctarget/{SyncTarget.objects.get().pk}/change/"
    admin.post(where, FORM | {"secret": "", "base_url": "http://127.0.0.1:9000/fhir"})
    assert unseal(SyncTarget.objects.get().sealed).secret == ""


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/fhir", "http://fhir.example.org/", "https://fhir.example.org/"]
)
def test_in_demo_mode_other_machines_are_refused(admin: Client, url: str) -> None:
    answer = admin.post(ADD, FORM | {"base_url": url})
    assert answer.status_code == 200
    assert not SyncTarget.objects.exists()


def test_the_address_stays_once_records_went_there(
    admin: Client, make_target: Make, stand_in: StandIn
) -> None:
    target = make_target(stand_in.base_url)
    loop.run_once()
    where = f"/admin/vitals/synctarget/{target.pk}/change/"
    answer = admin.post(where, FORM)
    assert "as a new target" in answer.content.decode()
    assert SyncReceipt.objects.exists()
