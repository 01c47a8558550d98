"""A token at the door of ``/fhir/``: who stands behind it, and when it opens nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone
from oauth2_provider.models import AccessToken
from time_machine import travel

from accounts.clients import tokens
from accounts.clients.registering import Registration, change, register, switch_off, switch_on
from accounts.clients.tokens import principal_of_token
from accounts.models import AuditEvent, Client
from fhir.errors import BadToken
from fhir.principal import SYSTEM

HOUR = timedelta(hours=1)


def issue(registered, scope="system/*.rs", life=HOUR):
    return tokens.issue(by=SYSTEM, client=registered[0], scope=scope, life=life)


@pytest.fixture
def token(lab):
    return issue(lab)


def test_a_token_opens(read, token):
    assert read(token).status_code == 200


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_name_of_the_scheme_may_be_written_in_any_case(client, token, scheme):
    answer = client.get("/fhir/Organization", headers={"Authorization": f"{scheme} {token}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        *("", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "Token x", "Bearer  two words"),
        *("Bearer cwt_" + "x" * 43, "Bearer " + "x" * 5000, "Bearer \x00" + "x" * 43, "Bearer é"),
    ],
)
def test_what_is_no_token_opens_nothing(client, db, said):
    answer = client.get("/fhir/Organization", headers={"Authorization": said})
    assert answer.status_code == 401


def test_the_answer_names_the_scheme(client, db):
    answer = client.get("/fhir/Organization", headers={"Authorization": "Bearer " + "x" * 43})
    assert answer["WWW-Authenticate"].startswith("Bearer ")
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_an_expired_token_opens_nothing(read, token):
    AccessToken.objects.update(expires="2020-01-01T00:00Z")
    assert read(token).status_code == 401


def test_every_token_is_dead_when_its_client_is_switched_off(read, lab, token):
    switch_off(by=SYSTEM, client=lab[0])
    assert read(token).status_code == 401


def test_a_token_stays_dead_when_its_client_is_switched_on_again(read, lab, token):
    switch_off(by=SYSTEM, client=lab[0])
    switch_on(by=SYSTEM, client=lab[0])
    assert read(token).status_code == 401


def test_why_a_token_opens_nothing_is_not_told(read, lab, token):
    unknown = read("cwt_" + "x" * 43)
    switch_off(by=SYSTEM, client=lab[0])
    assert read(token).content == unknown.content


def test_a_bad_token_never_falls_back_to_the_session(client, dr_ames):
    client.force_login(dr_ames)
    answer = client.get("/fhir/Organization", headers={"Authorization": "Bearer " + "x" * 43})
    assert answer.status_code == 401


def test_a_good_token_is_not_widened_by_the_session(client, dr_ames, rosa, hill):
    elsewhere = register(by=SYSTEM, as_said=Registration("Else", "system/*.rs", [hill]))
    client.force_login(dr_ames)
    name = {"Authorization": f"Bearer {issue(elsewhere)}"}
    assert client.get("/fhir/Patient/rosa", headers=name).status_code == 404


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_token_in_the_address_is_refused(client, dr_ames, token, signed_in):
    if signed_in:
        client.force_login(dr_ames)
    answer = client.get(f"/fhir/Organization?access_token={token}")
    assert answer.status_code == 400
    assert token not in answer.content.decode()


def test_a_narrower_registration_narrows_the_tokens_that_are_out(lab, token):
    change(by=SYSTEM, client=lab[0], as_said=Registration("Lab", "system/Patient.r"))
    assert dict(principal_of_token(token).interactions) == {"Patient": "r"}


def test_facilities_taken_away_are_gone_at_once(lab, token):
    change(by=SYSTEM, client=lab[0], as_said=Registration("Lab", "system/*.rs"))
    assert principal_of_token(token).facilities == {}


def test_a_client_without_facilities_sees_no_facility(lab, token):
    assert not principal_of_token(token).sees_everything


def test_a_client_of_all_facilities_sees_everything(db):
    registered = register(
        by=SYSTEM, as_said=Registration("All", "system/*.rs", all_facilities=True)
    )
    assert principal_of_token(issue(registered)).sees_everything


def test_a_token_cannot_be_issued_beyond_the_registration(lab):
    with pytest.raises(tokens.ExceedsRegistration, match=r"system/\*\.rs"):
        issue(lab, scope="system/*.cruds")


def test_a_client_that_is_switched_off_gets_no_token_by_the_back_door(lab):
    switch_off(by=SYSTEM, client=lab[0])
    with pytest.raises(tokens.SwitchedOff):
        issue((Client.objects.get(),))


def test_the_last_use_is_noted(read, lab, token):
    AccessToken.objects.update(expires="2099-01-01T00:00Z")
    with travel("2098-01-01T12:00Z", tick=False):
        read(token)
    noted = Client.objects.get().last_used_at, tokens.listed(lab[0]).get().used_at
    assert {moment.isoformat() for moment in noted} == {"2098-01-01T12:00:00+00:00"}


def test_one_question_to_the_database_tells_who_it_is(token, django_assert_num_queries):
    with django_assert_num_queries(1):
        principal_of_token(token)


@pytest.fixture
def clock(monkeypatch):
    """The clock by which a token that was looked up is fresh; it stands."""
    seconds = [0.0]
    monkeypatch.setattr(tokens, "monotonic", lambda: seconds[0])
    return seconds


def test_a_moment_later_it_is_not_asked_again(token, clock, django_assert_num_queries):
    principal_of_token(token)
    with django_assert_num_queries(0):
        principal_of_token(token)


def test_what_another_process_ends_is_dead_within_five_seconds(read, token, clock):
    read(token)
    AccessToken.objects.update(expires=timezone.now())  # as nobody here hears of it
    clock[0] = 5.0
    assert read(token).status_code == 401


@pytest.mark.parametrize("why", ["unknown", "expired", "switched off"])
def test_a_bad_token_is_on_record_once_a_minute_with_its_reason(lab, token, why):
    if why == "expired":
        AccessToken.objects.update(expires="2020-01-01T00:00Z")
    elif why == "switched off":
        switch_off(by=SYSTEM, client=lab[0])
    for _ in range(3):
        with pytest.raises(BadToken):
            principal_of_token("x" * 43 if why == "unknown" else token)
    assert AuditEvent.objects.get(action="token-use").detail == {"reason": why}


def test_old_rows_go_when_a_new_token_is_issued(lab, token):
    AccessToken.objects.update(expires="2020-01-01T00:00Z")
    issue(lab)
    assert AccessToken.objects.count() == 1


@pytest.mark.parametrize("who", ["administrator", "registrar"])
def test_whoever_opens_no_chart_reads_nothing_over_fhir(client, request, rosa, who):
    client.force_login(request.getfixturevalue(who))
    answers = [client.get(f"/fhir/{what}").status_code for what in ("Patient", "Organization")]
    assert answers == [403, 403]


def test_a_doctor_reads_in_the_browser(client, dr_ames, rosa):
    client.force_login(dr_ames)
    assert client.get("/fhir/Patient/rosa").status_code == 200
