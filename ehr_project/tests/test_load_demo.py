"""The demo clinic loads once, through the same doors as everything else."""

import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.principals import principal_of
from demo import clinic
from fhir.models import Change
from patients.models import Patient
from vitals.models import Pairing

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(settings, tmp_path):
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    out = StringIO()

    def run():
        call_command("load_demo", stdout=out)
        return tmp_path

    return run


def test_everybody_of_the_casebook_is_there(load):
    load()
    assert Patient.objects.count() == len(clinic.STORIES)


def test_the_printed_passwords_open_the_door(load, client):
    lines = (load() / "demo-sign-ins.txt").read_text().splitlines()
    opened = [client.login(username=line.split()[1], password=line.split()[2]) for line in lines]
    assert opened == [True] * 4


def test_secrets_are_for_the_owner_only(load):
    folder = load()
    modes = {
        stat.S_IMODE((folder / name).stat().st_mode)
        for name in ("demo-sign-ins.txt", "demo-device-key")
    }
    assert modes == {0o600}


def test_the_wearer_wears_the_patch(load):
    load()
    assert Pairing.objects.get().patient.fhir_id == clinic.WEARER_ID


def test_the_doctor_may_open_the_wearers_chart(load):
    load()
    doctor = principal_of(User.objects.get(username="doctor"))
    assert Patient.objects.visible_to(doctor).filter(fhir_id=clinic.WEARER_ID).exists()


def test_a_second_load_changes_nothing(load):
    load()
    before = Change.objects.count()
    load()
    assert Change.objects.count() == before


def test_outside_demo_mode_nobody_invented_comes_in(load, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="demo mode only"):
        call_command("load_demo")
