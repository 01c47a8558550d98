"""Taking colleagues into a care team, and out: who may, and what opens and closes by it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Practitioner
from accounts.principals import principal_of
from accounts.roles import Role
from fhir import changes
from fhir.errors import Invalid, NotAllowed, NotFound, VersionConflict
from fhir.models import Change
from fhir.principal import SYSTEM
from fhir.registry import render
from patients.acts.break_glass import break_glass
from patients.acts.care_teams import (
    InTheTeam,
    Joining,
    NotInTheTeam,
    NotTheirsToShare,
    add_to_team,
    take_out,
)
from patients.models import CareTeam, FacilityLink, Patient
from patients.terminology.coded import Coded
from patients.tests.access.labelled import in_team, refuses, secret
from tests.cast import staff

CONSULTANT = Coded("http://snomed.info/sct", "768839008", "Consultant")


@pytest.fixture
def baum(dr_baum, hill, rosa):
    """Works at a clinic that knows Rosa too, and where she never was."""
    FacilityLink.objects.create(patient=rosa, facility=hill)
    return Practitioner.objects.get(user=dr_baum)


@pytest.fixture
def add(as_ames, rosa, baum):
    def into(**said):
        by, who = said.pop("by", as_ames), said.pop("who", baum)
        joining = Joining(who, said.pop("role", CONSULTANT), **said)
        return add_to_team(by=by, patient=rosa, joining=joining)

    return into


@pytest.fixture
def remove(as_ames, baum):
    def out_of(team, **said):
        usual = {"by": as_ames, "who": baum, "reason": "Question answered"}
        return take_out(team=team, **usual | {"expected": team.version} | said)

    return out_of


@pytest.fixture
def sees(dr_baum, rosa):
    return lambda: Patient.objects.visible_to(principal_of(dr_baum)).filter(pk=rosa.pk).exists()


def test_the_chart_opens_to_who_is_added(add, sees):
    assert not sees()
    add()
    assert sees()


def test_the_chart_closes_to_who_is_taken_out(add, remove, sees):
    remove(add())
    assert not sees()


def test_a_first_team_is_made(add, rosa):
    team = render(add())
    assert team["status"] == "active"
    assert team["subject"]["reference"] == rosa.reference
    assert team["category"][0]["coding"][0]["code"] == "LA28865-6"
    assert team["meta"]["profile"] == [
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-careteam"
    ]


def test_a_member_has_a_role_and_a_beginning(add):
    (member,) = render(add())["participant"]
    assert member["role"] == [CONSULTANT.concept()]
    assert member["member"] == {"reference": "Practitioner/baum", "display": "Dr Bo Baum"}
    assert list(member["period"]) == ["start"]


def test_who_is_added_joins_the_team_that_is_at_work(add, rosa):
    standing = in_team(rosa, "ames")
    assert add().pk == standing.pk
    assert CareTeam.objects.of(rosa).count() == 1


def test_a_team_can_be_chosen(add, rosa):
    in_team(rosa, "ames")
    second = in_team(rosa, "ames")
    assert add(team=second).pk == second.pk


def test_a_team_that_is_over_takes_nobody(add, rosa):
    over = changes.create(CareTeam(patient=rosa, status="inactive"), by=SYSTEM)
    with pytest.raises(Invalid):
        add(team=over)


def test_the_team_of_another_patient_takes_nobody(add, otto):
    with pytest.raises(Invalid):
        add(team=in_team(otto, "ames"))


def test_nobody_is_added_twice(add):
    add()
    with pytest.raises(InTheTeam):
        add()


def test_who_left_may_come_again(add, remove, sees):
    remove(add())
    assert len(add().participants) == 1
    assert sees()


def test_a_role_is_needed(add):
    with pytest.raises(Invalid):
        add(role=Coded())


def test_why_somebody_joined_and_left_stays(add, remove):
    team = remove(add(reason="Murmur"))
    assert [note["text"] for note in render(team)["note"]] == [
        "Dr Bo Baum joined: Murmur",
        "Dr Bo Baum left: Question answered",
    ]


def test_who_left_stays_in_the_record_with_the_end(add, remove):
    (member,) = render(remove(add()))["participant"]
    assert member["period"]["end"] >= member["period"]["start"]


def test_a_team_that_nobody_is_left_in_is_over(add, remove):
    assert remove(add()).status == "inactive"


def test_a_team_goes_on_with_the_others(add, remove, rosa):
    in_team(rosa, "ames")
    assert remove(add()).status == "active"


def test_taking_out_needs_a_reason(add, remove):
    team = add()
    with pytest.raises(Invalid):
        remove(team, reason=" ")


def test_who_left_cannot_be_taken_out_again(add, remove, rosa):
    in_team(rosa, "ames")
    team = remove(add())
    with pytest.raises(NotInTheTeam):
        remove(team)


def test_a_team_that_changed_meanwhile_is_not_saved_over(add, remove):
    team = add()
    with pytest.raises(VersionConflict):
        remove(team, expected=team.version - 1)


def test_a_version_of_every_step_is_kept(add, remove):
    remove(add())
    steps = Change.objects.filter(type="CareTeam").order_by("seq")
    assert list(steps.values_list("version", flat=True)) == [1, 2]


def test_the_trail_says_who_was_added_and_taken_out(add, remove):
    remove(add())
    for action in ("add-to-care-team", "take-out-of-care-team"):
        assert AuditEvent.objects.get(action=action).detail == {"member": "Practitioner/baum"}


# Who may


def test_a_registrar_opens_no_chart_to_anybody(add, registrar):
    with pytest.raises(NotAllowed):
        add(by=principal_of(registrar))


def test_who_does_not_see_the_chart_cannot_join(add, dr_baum):
    with pytest.raises(NotFound):
        add(by=principal_of(dr_baum))


def test_a_broken_glass_is_no_way_into_the_team(add, dr_baum, rosa):
    by = principal_of(dr_baum)
    break_glass(by=by, patient=rosa, reason="emergency", words="Found lying")
    with pytest.raises(NotTheirsToShare):
        add(by=by)


def test_nobody_opens_to_others_what_is_kept_back_from_themselves(add, rosa):
    secret(rosa)
    with pytest.raises(NotTheirsToShare):
        add()


def test_the_team_itself_takes_in_where_records_are_labelled(add, rosa, sees):
    secret(rosa)
    in_team(rosa, "ames")
    add()
    assert sees()


def test_who_opens_no_chart_anywhere_is_nobody_to_add(add, registrar, harbour):
    desk = changes.create(Practitioner(user=registrar, fhir_id="reg"), by=SYSTEM)
    with pytest.raises(Invalid):
        add(who=desk)


def test_who_works_where_the_patient_is_unknown_is_nobody_to_add(add, hill, rosa, baum):
    FacilityLink.objects.filter(facility=hill).delete()
    with pytest.raises(Invalid):
        add()


def test_whose_account_is_switched_off_is_nobody_to_add(add, dr_baum):
    dr_baum.is_active = False
    dr_baum.save()
    with pytest.raises(Invalid):
        add()


# What the patient says goes before


def test_who_is_kept_away_by_name_stays_so_in_the_team(add, sees, rosa, baum):
    refuses(rosa, baum.reference)
    add()
    assert not sees()


def test_whose_facility_is_kept_away_stays_so_in_the_team(add, sees, rosa, hill):
    refuses(rosa, hill.reference)
    add()
    assert not sees()


# Pages


@pytest.fixture
def page(client, dr_ames, rosa, baum):
    """The page of the form, sent with these fields by Dr Ames; None reads it."""
    client.force_login(dr_ames)
    at = f"/patients/{rosa.id}/care-team/new/"
    usual = {"patient": str(rosa.id), "who": str(baum.pk), "role": CONSULTANT.code}

    def ask(query="", **said):
        return client.post(at, usual | said) if said.pop("send", True) else client.get(at + query)

    return ask


def details(client, patient):
    return client.get(f"/patients/{patient.id}/details/").content.decode()


def test_the_page_adds_somebody(page, client, rosa, sees):
    assert page().status_code == 302
    assert "Dr Bo Baum, Consultant · Doctor" in details(client, rosa)
    assert sees()


def test_the_page_says_that_somebody_is_in_the_team_already(page, add):
    asked = page(send=False).content.decode()
    add()
    assert "Dr Bo Baum" in asked
    assert "Dr Bo Baum" not in page(send=False).content.decode()
    assert page().status_code == 422


def test_where_nobody_is_left_to_add_the_page_says_so(page, add, nurse, as_ames):
    for who in (Practitioner.objects.get(user_id=as_ames.id), Practitioner.objects.get(user=nurse)):
        add(who=who)
    add()
    assert "Everybody who reads charts here" in page(send=False).content.decode()


def test_a_role_in_words_needs_words(page, client, rosa):
    assert page(role="other").status_code == 422
    assert page(role="other", words="Cares for the wound").status_code == 302
    assert "Cares for the wound" in details(client, rosa)


def test_oneself_is_chosen_by_the_short_cut(page, dr_ames):
    me = f'<option value="{dr_ames.practitioner.pk}" selected>Dr Ada Ames (you)</option>'
    assert me in page("?who=me", send=False).content.decode()


def test_the_short_cut_goes_where_one_is_in_the_team(page, client, rosa):
    assert "Join the care team myself" in details(client, rosa)
    in_team(rosa, "ames")
    assert "Join the care team myself" not in details(client, rosa)


def test_a_closed_part_is_explained_instead_of_the_form(page, rosa):
    secret(rosa)
    shown = page(send=False).content.decode()
    assert "Sensitive records of this chart are kept back from you" in shown
    assert 'name="role"' not in shown
    assert page().status_code == 409


def test_the_page_says_whom_the_patient_keeps_away_all_the_same(page, client, rosa, baum):
    refuses(rosa, baum.reference)
    page()
    assert "keeps the chart from them all the same" in details(client, rosa)


@pytest.fixture
def leave(client, rosa):
    def out(team, who, **said):
        usual = {"patient": str(rosa.id), "version": team.version, "reason": "Moved away"}
        at = f"/care-teams/{team.pk}/members/{who.pk}/end/"
        return client.post(at, usual | said)

    return out


def test_whoever_is_taken_out_finds_no_chart_at_the_next_request(
    client, add, remove, dr_baum, rosa
):
    team = add()
    client.force_login(dr_baum)
    assert client.get(f"/patients/{rosa.id}/").status_code == 200
    remove(team)
    assert client.get(f"/patients/{rosa.id}/").status_code == 404


def test_a_page_that_stands_open_closes_itself(client, add, remove, dr_baum, rosa):
    team = add()
    client.force_login(dr_baum)
    here = f"/account/here/?patient={rosa.id}"
    before = client.get(here).json()["rights"]
    assert client.get(here).json()["rights"] == before
    remove(team)
    assert client.get(here).json()["rights"] != before


def test_whoever_leaves_alone_is_led_home(client, add, dr_baum, baum, leave):
    team = add()
    client.force_login(dr_baum)
    assert leave(team, baum)["Location"] == "/"


def test_the_page_of_the_person_says_who_was_there(client, dr_ames, add, baum, rosa, leave):
    team = add()
    client.force_login(dr_ames)
    assert leave(team, baum)["Location"] == f"/patients/{rosa.id}/details/"
    shown = details(client, rosa)
    assert "Dr Bo Baum left: Moved away" in shown
    assert f"/members/{baum.pk}/end/" not in shown


def test_a_nurse_reads_who_is_in_the_team_and_the_desk_does_not(
    client, add, nurse, registrar, rosa
):
    add()
    client.force_login(nurse)
    assert "Dr Bo Baum" in details(client, rosa)
    client.force_login(registrar)
    assert "Dr Bo Baum" not in details(client, rosa)


def test_my_list_holds_whoever_i_was_asked_to_look_at(client, add, dr_baum):
    add()
    client.force_login(dr_baum)
    assert "LINDQVIST, Rosa" in client.get("/?list=mine").content.decode()


def test_somebody_who_is_to_come_gives_no_access_yet(sees, rosa, baum):
    later = (timezone.now() + timedelta(days=1)).isoformat()
    member = {"member": {"reference": baum.reference}, "period": {"start": later}}
    changes.create(CareTeam(patient=rosa, status="active", participants=[member]), by=SYSTEM)
    assert not sees()


def test_a_second_member_is_offered_by_name(page, harbour):
    staff("zoe", Role.NURSE, harbour, full_name="Zoe Zander")
    assert "Zoe Zander" in page(send=False).content.decode()
