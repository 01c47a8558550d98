"""A rule that is put together once per process says what its query sets say."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from accounts.principals import principal_of
from accounts.roles import Role
from fhir.principal import Principal
from patients import access
from patients.compiled import Reader, _made, compiled
from patients.models import BreakGlass, Condition, Patient
from patients.tests.access.labelled import EMPLOYEE, in_team, label, refuses
from tests.cast import visit

RULES = [access.treated_by, access.treated_closely, access._closely, access._kept_away]


def whom(condition):
    return set(Patient.objects.filter(condition))


@pytest.fixture
def house(hill, rosa, otto, dr_ames, dr_baum):
    """Rosa is a member of staff in two facilities and Dr Baum's; Otto keeps Dr Ames away.

    Dr Baum has broken the glass for Otto until the day after tomorrow.
    """
    visit(rosa, hill)
    label(rosa, EMPLOYEE)
    in_team(rosa, "baum")
    visit(otto, hill)
    refuses(otto, "Practitioner/ames")
    Membership.objects.create(user=dr_ames, facility=hill, role=Role.NURSE)
    BreakGlass.objects.create(
        patient=otto,
        user=dr_baum,
        facility=Membership.objects.filter(user=dr_baum).first().facility,
        reason="emergency",
        words="unconscious",
        until=timezone.now() + timedelta(days=2),
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("days", [0, 1, 29, 31])
@pytest.mark.parametrize("who", ["dr_ames", "dr_baum", "nurse"])
def test_it_means_the_same_people(request, house, who, days, rule):
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        by = principal_of(request.getfixturevalue(who))
        assert whom(compiled(rule, by, "pk")) == whom(rule(by, "pk"))


@pytest.mark.parametrize("names", [["harbour"], ["hill"], ["harbour", "hill"]])
def test_it_means_the_same_people_for_a_program(request, house, otto, names):
    refuses(otto, "Organization/hill")
    facilities = {str(request.getfixturevalue(name).pk): frozenset() for name in names}
    by = Principal("client", "registry", "Registry", facilities)
    assert whom(compiled(access.known_to, by, "pk")) == whom(access.known_to(by, "pk"))


def test_it_tells_people_apart(house, dr_ames, dr_baum, rosa, otto):
    ames, baum = principal_of(dr_ames), principal_of(dr_baum)
    assert whom(compiled(access._kept_away, ames, "pk")) == {rosa, otto}
    assert otto in whom(compiled(access._closely, baum, "pk"))


def test_who_reads_nowhere_is_kept_away_all_the_same(house, rosa):
    nowhere = Principal("user", "0190f7e2-0000-7000-8000-000000000001")
    assert rosa in whom(access.kept_away(nowhere, "pk"))


def test_it_is_asked_inside_another_question(house, dr_baum, rosa):
    seen = Patient.objects.visible_to(principal_of(dr_baum))
    row = Condition.objects.create(patient=rosa, fhir_id="inside", code_text="x")
    assert Condition.objects.filter(patient__in=seen, pk=row.pk).exists()
    assert not Condition.objects.exclude(patient__in=seen).filter(pk=row.pk).exists()


def test_a_pause_while_it_is_put_together_moves_no_moment():
    pauses = [1.0, 0.7, 0.2]

    def rule(_by, _patient):
        clock.shift(pauses.pop(0))
        return Q(deceased_at__lte=timezone.now() - timedelta(hours=1))

    with time_machine.travel(timezone.now(), tick=False) as clock:
        _, (filling,) = _made(rule, "user", 0)
    now = timezone.now()
    assert filling(Reader("user", "", ()), now) == now - timedelta(hours=1)


@pytest.mark.parametrize(
    "rule",
    [
        lambda by, _patient: Q(source=by.label),
        lambda _by, _patient: Q(birth_date_low__lte=timezone.localdate()),
    ],
    ids=["more of the reader", "a day"],
)
def test_a_rule_that_rests_on_more_is_not_compiled(db, dr_baum, rule):
    with pytest.raises(ValueError, match="cannot be compiled"):
        whom(compiled(rule, principal_of(dr_baum), "pk"))
