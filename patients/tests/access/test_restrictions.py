"""Whom a patient keeps from the chart: what consents say, and what the rule makes of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, PractitionerRole
from accounts.principals import principal_of
from accounts.roles import Role
from fhir import changes
from fhir.principal import SYSTEM
from patients.models import Condition, Encounter, Patient
from patients.tests.access.labelled import EMPLOYEE, in_team, label, refuses
from patients.tests.access.test_clients_see import limited
from tests.cast import visit


def sees(user, patient):
    return Patient.objects.visible_to(principal_of(user)).filter(pk=patient.pk).exists()


def test_a_refusal_to_everybody_closes_the_chart(dr_ames, nurse, rosa):
    refuses(rosa)
    assert not sees(dr_ames, rosa)
    assert not sees(nurse, rosa)


def test_the_care_team_goes_on_reading(dr_ames, nurse, rosa):
    in_team(rosa, "ames")
    refuses(rosa)
    assert sees(dr_ames, rosa)
    assert not sees(nurse, rosa)


def test_who_attends_the_visit_goes_on_reading(dr_ames, nurse, rosa):
    stay = Encounter.objects.get(patient=rosa)
    stay.attending = dr_ames.practitioner
    changes.update(stay, by=SYSTEM)
    refuses(rosa)
    assert sees(dr_ames, rosa)
    assert not sees(nurse, rosa)


def test_a_named_person_is_kept_away_even_from_the_care_team(dr_ames, nurse, rosa):
    in_team(rosa, "ames")
    refuses(rosa, "Practitioner/ames")
    assert not sees(dr_ames, rosa)
    assert sees(nurse, rosa)


def test_a_facility_is_kept_away(dr_ames, dr_baum, hill, rosa):
    visit(rosa, hill)
    refuses(rosa, "Organization/hill")
    assert sees(dr_ames, rosa)
    assert not sees(dr_baum, rosa)


def test_a_role_at_a_facility_is_kept_away(dr_ames, nurse, rosa):
    role = {"coding": [{"system": "urn:chartwave:roles", "code": "nurse"}]}
    actor = {"role": role, "reference": {"reference": "Organization/harbour"}}
    refuses(rosa, actor=[actor])
    assert sees(dr_ames, rosa)
    assert not sees(nurse, rosa)


def test_a_person_in_a_role_elsewhere_is_not_meant_here(dr_ames, hill, rosa):
    work = PractitionerRole(
        practitioner=dr_ames.practitioner, organization=hill, fhir_id="ames-hill"
    )
    changes.create(work, by=SYSTEM)
    refuses(rosa, "PractitionerRole/ames-hill")
    assert sees(dr_ames, rosa)
    Membership.objects.create(user=dr_ames, facility=hill, role=Role.DOCTOR)
    assert not sees(dr_ames, rosa)


def test_the_records_of_the_chart_close_with_it(dr_ames, rosa):
    condition = changes.create(Condition(patient=rosa, code_text="Asthma"), by=SYSTEM)
    refuses(rosa)
    seen = Condition.objects.visible_to(principal_of(dr_ames))
    assert not seen.filter(pk=condition.pk).exists()


HOUR = timedelta(hours=1)


def dated(said):
    """What was said, its period as moments instead of distances from now."""
    now = timezone.now()
    period = {side: (now + away).isoformat() for side, away in said.get("period", {}).items()}
    return said | {"period": period} if period else said


@pytest.mark.parametrize(
    "said",
    [
        {"status": "inactive"},
        {"status": "entered-in-error"},
        {"status": "draft"},
        {"scope": "research"},
        {"type": "permit"},
        {"period": {"end": -HOUR}},
        {"period": {"start": HOUR}},
        {"action": [{"coding": [{"code": "disclose"}]}]},
        {"purpose": [{"code": "HRESCH"}]},
        {"actor": [{"reference": {"reference": "RelatedPerson/uncle"}}]},
    ],
)
def test_what_is_no_refusal_to_read_closes_nothing(dr_ames, rosa, said):
    refuses(rosa, **dated(said))
    assert sees(dr_ames, rosa)


@pytest.mark.parametrize(
    "said",
    [
        {"action": [{"coding": [{"code": "access"}]}]},
        {"purpose": [{"code": "TREAT"}]},
        {"class": [{"code": "Condition"}]},
        {"period": {"start": -HOUR, "end": HOUR}},
        {"type": "permit", "provision": [{"type": "deny"}]},
        {"provision": [{"type": "permit", "actor": []}]},
    ],
)
def test_what_refuses_reading_is_honoured(dr_ames, rosa, said):
    refuses(rosa, **dated(said))
    assert not sees(dr_ames, rosa)


def test_a_withdrawn_refusal_opens_the_chart_again(dr_ames, rosa):
    consent = refuses(rosa)
    consent.status = "inactive"
    changes.update(consent, by=SYSTEM)
    assert sees(dr_ames, rosa)


def test_a_refusal_for_another_patient_is_not_mine(dr_ames, rosa, otto):
    refuses(otto)
    assert sees(dr_ames, rosa)


def test_a_program_of_the_facility_is_kept_away_too(harbour, rosa, otto):
    refuses(rosa)
    assert set(Patient.objects.visible_to(limited(harbour))) == {otto}


def test_a_member_of_staff_is_for_the_treating_team(dr_ames, nurse, rosa):
    in_team(rosa, "ames")
    label(rosa, EMPLOYEE)
    assert sees(dr_ames, rosa)
    assert not sees(nurse, rosa)


def test_without_the_label_the_chart_is_like_any_other(nurse, rosa):
    label(rosa, EMPLOYEE)
    label(rosa)
    assert sees(nurse, rosa)


def test_the_house_itself_sees_everything(rosa):
    refuses(rosa)
    assert sees_all(rosa)


def sees_all(patient):
    return Patient.objects.visible_to(SYSTEM).filter(pk=patient.pk).exists()
