"""The first account of a real house comes from the command line of its machine."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent, Membership, Organization, User
from accounts.roles import Role
from accounts.tests.sign_in.conftest import code_for, secret_on

pytestmark = pytest.mark.django_db
OWN = "kq7 vulture pencil 42"


@pytest.fixture
def password(capsys):
    call_command("create_administrator", "m.olsen", "--name", "Mia Olsen", "--facility", "Harbour")
    return capsys.readouterr().out.strip()


def test_administers_the_facility(password):
    held = Membership.objects.get(user__username="m.olsen")
    assert (held.role, held.facility.name) == (Role.ADMINISTRATOR, "Harbour")


def test_takes_a_facility_that_is_there(harbour, password):
    assert Organization.objects.get() == harbour


def test_from_the_first_password_to_the_house(door, password, required):
    door.password("m.olsen", password)
    choice = {"old_password": password, "new_password1": OWN, "new_password2": OWN}
    door.client.post("/account/password/", choice)
    page = door.client.get("/account/second-factor/app/").content.decode()
    door.client.post("/account/second-factor/app/", {"code": code_for(secret_on(page))})
    assert door.opens("/admin/")


def test_is_on_record(password):
    assert AuditEvent.objects.filter(action="create-user").count() == 1


def test_a_name_that_is_taken_is_refused(password):
    with pytest.raises(CommandError, match="already exists"):
        call_command("create_administrator", "m.olsen", "--name", "M", "--facility", "Harbour")
    assert User.objects.count() == 1
