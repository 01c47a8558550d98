"""Users, facilities, wards and beds in the Django admin."""

import pytest

from accounts.models import AuditEvent, Location
from accounts.roles import SCOPES, WORDS, Role
from fhir import changes
from fhir.principal import SYSTEM
from tests.cast import staff

PLACES = "/admin/accounts/location/"


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def ward(harbour):
    return changes.create(Location(name="Ward 3", organization=harbour, status="active"), by=SYSTEM)


def form(harbour, **changed):
    return {
        "name": "Bed 1",
        "organization": str(harbour.pk),
        "part_of": "",
        "status": "active",
    } | changed


def complaints(answer):
    return answer.context["adminform"].form.errors


def test_makes_a_ward(office, harbour):
    office.post(f"{PLACES}add/", form(harbour, name="Ward 7"))
    assert Location.objects.get().version == 1


def test_makes_a_bed_in_a_ward(office, harbour, ward):
    office.post(f"{PLACES}add/", form(harbour, part_of=str(ward.pk)))
    assert Location.objects.get(name="Bed 1").part_of == ward


def test_a_new_ward_is_noted(office, harbour):
    office.post(f"{PLACES}add/", form(harbour))
    assert AuditEvent.objects.filter(action="create", principal__contains="user").exists()


def test_a_change_makes_a_version(office, harbour, ward):
    office.post(f"{PLACES}{ward.pk}/change/", form(harbour, name="Ward 3 East"))
    ward.refresh_from_db()
    assert (ward.name, ward.version) == ("Ward 3 East", 2)


@pytest.mark.parametrize("name", ["", "   "])
def test_a_bed_needs_a_name(office, harbour, name):
    assert "name" in complaints(office.post(f"{PLACES}add/", form(harbour, name=name)))


def test_a_ward_needs_a_facility(office, harbour):
    answer = office.post(f"{PLACES}add/", form(harbour, organization=""))
    assert "organization" in complaints(answer)


def test_a_bed_stands_in_a_ward_of_its_own_facility(office, hill, ward):
    answer = office.post(f"{PLACES}add/", form(hill, part_of=str(ward.pk)))
    assert "another facility" in str(complaints(answer)["part_of"])


def test_a_ward_is_not_part_of_itself(office, harbour, ward):
    answer = office.post(f"{PLACES}{ward.pk}/change/", form(harbour, part_of=str(ward.pk)))
    assert "part_of" in complaints(answer)


def test_markup_in_a_name_is_shown_as_text(office, harbour):
    office.post(f"{PLACES}add/", form(harbour, name="<b>3</b>"))
    assert "&lt;b&gt;3&lt;/b&gt;" in office.get(PLACES).content.decode()


def test_the_list_of_users_says_who_is_what_where(office, dr_ames):
    assert "Doctor (Harbour)" in office.get("/admin/accounts/user/").content.decode()


def test_somebody_without_a_role_sees_nothing_and_the_list_says_so(office):
    staff("new", Role.DOCTOR)
    assert "none: sees nothing" in office.get("/admin/accounts/user/").content.decode()


@pytest.mark.parametrize(
    "page",
    [
        *(
            "accounts/user",
            "accounts/client",
            "accounts/organization",
            "accounts/location",
            "accounts/practitioner",
        ),
        *("patients/concept", "patients/formularyitem", "patients/referencerange"),
        *("patients/cover", "patients/notetemplate", "vitals/device", "vitals/synctarget"),
    ],
)
def test_an_administrator_opens_and_searches_each_list(office, page):
    assert office.get(f"/admin/{page}/").status_code == 200
    assert office.get(f"/admin/{page}/?q=x").status_code in {200, 302}


def test_an_administrator_sees_no_chart_in_the_admin(office):
    for page in ("patients/patient", "patients/careteam", "patients/condition"):
        assert office.get(f"/admin/{page}/").status_code in {302, 404}


def test_a_doctor_does_not_get_in(client, dr_ames):
    client.force_login(dr_ames)
    assert client.get(PLACES).status_code == 302


def test_everything_that_somebody_may_do_has_words():
    held = frozenset().union(*SCOPES.values())
    assert held <= WORDS.keys()


def test_the_page_of_an_account_tells_nothing_of_how_its_password_is_kept(client, administrator):
    administrator.set_password("quilted harbour lantern")
    administrator.save()
    client.force_login(administrator)
    page = client.get(f"/admin/accounts/user/{administrator.pk}/change/").content.decode()
    assert "argon2" not in page
    assert f"/admin/accounts/user/{administrator.pk}/password/" in page or "../password/" in page


def account_form(user, harbour, **changed):
    """An account with one more role at ``harbour``, as its page sends it."""
    added = {
        "facility": str(harbour.pk),
        "role": "doctor",
        "start_0": "2026-01-01",
        "start_1": "00:00",
    }
    return {
        "username": user.username,
        "full_name": "Changed",
        "is_active": "on",
        "is_staff": "on",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        **{f"memberships-0-{name}": value for name, value in added.items()},
    } | changed


def roles(user):
    return sorted(user.memberships.values_list("role", flat=True))


def test_an_administrator_gives_a_role_to_somebody_else(office, dr_ames, hill):
    answer = office.post(f"/admin/accounts/user/{dr_ames.pk}/change/", account_form(dr_ames, hill))
    assert answer.status_code == 302
    assert roles(dr_ames) == ["doctor", "doctor"]


def test_nobody_gives_themselves_a_role(office, administrator, harbour):
    page = f"/admin/accounts/user/{administrator.pk}/change/"
    assert "changed by another administrator" in office.get(page).content.decode()
    office.post(page, account_form(administrator, harbour))
    administrator.refresh_from_db()
    assert administrator.full_name == "Changed"
    assert roles(administrator) == ["administrator"]


def test_nobody_switches_their_own_account_off(office, administrator, harbour):
    form = account_form(administrator, harbour, is_active="", is_staff="")
    office.post(f"/admin/accounts/user/{administrator.pk}/change/", form)
    administrator.refresh_from_db()
    assert administrator.full_name == "Changed"
    assert administrator.is_active
    assert administrator.is_staff
