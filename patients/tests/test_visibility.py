"""Who sees which chart."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.principals import principal_of
from fhir import changes
from fhir.principal import SYSTEM
from patients.models import CareTeam, Condition, Patient
from tests.cast import visit


def sees(user, patient):
    return Patient.objects.visible_to(principal_of(user)).filter(pk=patient.pk).exists()


def test_a_doctor_sees_a_patient_of_the_own_facility(dr_ames, rosa):
    assert sees(dr_ames, rosa)


def test_a_doctor_elsewhere_does_not(dr_baum, rosa):
    assert not sees(dr_baum, rosa)


def test_a_visit_of_last_year_opens_nothing(dr_ames, otto):
    assert not sees(dr_ames, otto)


@pytest.mark.parametrize(("days", "open_"), [(29, True), (31, False)])
def test_a_chart_stays_open_for_thirty_days(dr_ames, otto, harbour, days, open_):
    visit(otto, harbour, started=timedelta(days=days + 1), ended=timedelta(days=days))
    assert sees(dr_ames, otto) is open_


def test_a_care_team_opens_the_chart_across_facilities(dr_baum, rosa):
    member = {"member": {"reference": "Practitioner/baum"}}
    changes.create(CareTeam(patient=rosa, status="active", participants=[member]), by=SYSTEM)
    assert sees(dr_baum, rosa)


def test_a_membership_of_a_team_that_ended_opens_nothing(dr_baum, rosa):
    yesterday = (timezone.now() - timedelta(days=1)).isoformat()
    member = {"member": {"reference": "Practitioner/baum"}, "period": {"end": yesterday}}
    changes.create(CareTeam(patient=rosa, status="active", participants=[member]), by=SYSTEM)
    assert not sees(dr_baum, rosa)


@pytest.mark.parametrize("who", ["registrar", "administrator"])
def test_only_clinicians_see_charts(request, rosa, who):
    assert not sees(request.getfixturevalue(who), rosa)


def test_a_superuser_flag_gives_no_clinical_sight(administrator, rosa):
    administrator.is_superuser = True
    administrator.save()
    assert not sees(administrator, rosa)


def test_a_row_without_a_patient_is_for_the_system_only(dr_ames, rosa):
    condition = changes.create(Condition(code_text="Of nobody here"), by=SYSTEM)
    seen = Condition.objects.visible_to(principal_of(dr_ames)).filter(pk=condition.pk)
    assert not seen.exists()
    assert Condition.objects.visible_to(SYSTEM).filter(pk=condition.pk).exists()


def test_a_registrar_finds_everybody_of_the_facility(registrar, rosa, otto):
    found = Patient.objects.identified_to(principal_of(registrar))
    assert set(found) == {rosa, otto}


def test_nobody_is_found_at_another_facility(dr_baum, rosa):
    assert not Patient.objects.identified_to(principal_of(dr_baum)).exists()
