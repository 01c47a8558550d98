"""``/oauth/token``: a token for client id and secret, and nothing else of OAuth2."""

import base64

import pytest
from django.db import connection
from django.urls import get_resolver
from oauth2_provider.models import AccessToken

from accounts import limits
from accounts.clients.registering import Registration, register, renew_secret, switch_off
from accounts.models import AuditEvent, Client
from fhir.principal import SYSTEM

GRANTS = (
    *("password", "authorization_code", "refresh_token", "implicit", "nonsense", ""),
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
)


def basic(name, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def test_the_right_secret_gives_a_token(sign_in, lab):
    answer = sign_in(lab)
    assert (answer.status_code, answer.json()["token_type"]) == (200, "Bearer")


def test_a_token_lives_for_an_hour(sign_in, lab):
    assert sign_in(lab).json()["expires_in"] == 3600


def test_no_token_renews_itself(sign_in, lab):
    assert "refresh_token" not in sign_in(lab).json()


def test_http_basic_works_as_well(post, lab):
    program, secret = lab
    answer = post(
        "/oauth/token",
        {"grant_type": "client_credentials"},
        headers=basic(program.client_id, secret),
    )
    assert answer.status_code == 200


def test_the_answer_is_not_kept_by_anybody(sign_in, lab):
    assert sign_in(lab)["Cache-Control"] == "no-store"


def test_without_a_scope_the_token_holds_all_that_is_registered(sign_in, lab):
    assert sign_in(lab).json()["scope"] == "system/*.rs"


def test_a_narrower_scope_is_given(sign_in, lab):
    assert sign_in(lab, scope="system/Patient.r").json()["scope"] == "system/Patient.r"


@pytest.mark.parametrize(
    "scope", ["system/*.cruds", "system/Patient.u", "system/*.rs system/Patient.d", "read", "*"]
)
def test_a_token_never_exceeds_the_registration(sign_in, lab, scope):
    answer = sign_in(lab, scope=scope)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_wrong_secret_gives_nothing(sign_in, lab):
    answer = sign_in(lab, client_secret="cws_wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_wrong_secret_and_no_such_client_are_answered_alike(sign_in, lab):
    answers = [sign_in(lab, **form) for form in ({"client_secret": "x"}, {"client_id": "cw-x"})]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("grant", GRANTS)
def test_there_is_no_other_way_to_a_token(sign_in, lab, grant):
    answer = sign_in(lab, grant_type=grant, username="ames", password="x", code="x")
    assert answer.status_code == 400


def test_a_client_that_is_switched_off_gets_none(sign_in, lab):
    switch_off(by=SYSTEM, client=lab[0])
    assert sign_in(lab).status_code == 401


def test_the_old_secret_is_dead_when_there_is_a_new_one(sign_in, lab):
    program, _ = lab
    new = renew_secret(by=SYSTEM, client=program)
    assert [sign_in(each).status_code for each in (lab, (program, new))] == [401, 200]


def test_a_token_for_another_server_is_not_given(sign_in, lab):
    answer = sign_in(lab, resource="https://elsewhere.example/")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")


def test_the_table_of_tokens_holds_no_token(sign_in, lab):
    token = sign_in(lab).json()["access_token"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM oauth2_provider_accesstoken t")
        row = cursor.fetchone()[0]
    assert token not in row
    assert AccessToken.objects.get().token == ""


def test_the_table_of_clients_holds_no_secret(lab):
    kept = Client.objects.values_list("client_secret", flat=True).get()
    assert kept.startswith("sha256")
    assert lab[1] not in kept


def test_a_token_that_was_given_is_on_record_without_itself(sign_in, lab):
    token = sign_in(lab).json()["access_token"]
    event = AuditEvent.objects.get(action="token")
    assert (event.principal, event.detail["scope"]) == (lab[0].label, "system/*.rs")
    assert token not in str(event.detail)


def test_a_failed_sign_in_is_on_record_once_a_minute(sign_in, lab):
    for _ in range(3):
        sign_in(lab, client_secret="x")
    assert AuditEvent.objects.filter(action="client-sign-in", outcome="refused").count() == 1


def test_whoever_guesses_must_wait(sign_in, lab):
    for _ in range(limits.FAILED_CLIENTS.most):
        sign_in(lab, client_secret="x")
    answer = sign_in(lab)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


def test_guessing_from_one_address_does_not_stop_another(post, sign_in, lab):
    for _ in range(limits.FAILED_CLIENTS.most):
        sign_in(lab, client_secret="x")
    form = {"grant_type": "client_credentials"}
    name = basic(lab[0].client_id, lab[1])
    answer = post("/oauth/token", form, headers=name, REMOTE_ADDR="192.0.2.9")
    assert answer.status_code == 200


def test_a_client_in_a_loop_must_wait(sign_in, lab, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"tokens": 2}
    assert [sign_in(lab).status_code for _ in range(3)] == [200, 200, 429]


def test_behind_a_proxy_the_address_is_what_the_proxy_says(rf, settings):
    settings.BEHIND_TLS = True
    request = rf.get("/", headers={"X-Forwarded-For": "203.0.113.7, 192.0.2.1"})
    assert limits.address_of(request) == "192.0.2.1"


def test_without_a_proxy_nobody_chooses_their_address(rf, settings):
    settings.BEHIND_TLS = False
    request = rf.get("/", headers={"X-Forwarded-For": "203.0.113.7"})
    assert limits.address_of(request) == "127.0.0.1"


@pytest.mark.parametrize(
    ("headers", "body", "content_type"),
    [
        ({"Authorization": "Basic"}, "grant_type=client_credentials", None),
        ({"Authorization": "Basic \xff"}, "grant_type=client_credentials", None),
        ({"Authorization": "Basic AAAA"}, "grant_type=client_credentials", None),
        ({"Authorization": "Basic AA==:"}, "grant_type=client_credentials", None),
        (basic("\x00", "\x00"), "grant_type=client_credentials", None),
        (basic("é", "é"), "grant_type=client_credentials", None),
        ({}, "client_id=%00&client_secret=%00&grant_type=client_credentials", None),
        ({}, "client_id=%ff%fe&grant_type=client_credentials", None),
        ({}, "client_id=x&client_id=y&grant_type=client_credentials&grant_type=z", None),
        ({}, "client_id=x&scope=" + "%0a" * 50, None),
        ({}, "client_id=x" + "&a=b" * 6000, None),
        ({}, "client_id=x&grant_type=client_credentials", "text/plain"),
        ({}, "--x\r\n\r\n", "multipart/form-data; boundary=x"),
        ({}, '{"client_id": "x"}', "application/json"),
        ({}, "client_id=x", "application/x-www-form-urlencoded; charset=utf-7"),
        ({}, "", None),
    ],
)
@pytest.mark.parametrize("door", ["token", "revoke", "introspect"])
def test_rubbish_is_refused_and_breaks_nothing(client, lab, door, headers, body, content_type):
    kind = content_type or "application/x-www-form-urlencoded"
    answer = client.post(f"/oauth/{door}", body, content_type=kind, headers=headers)
    assert answer.status_code in (400, 401)


def test_a_secret_in_the_address_is_refused(post, lab):
    program, secret = lab
    where = f"/oauth/token?client_id={program.client_id}&client_secret={secret}"
    form = {"grant_type": "client_credentials", "client_id": program.client_id}
    answer = post(where, form)
    assert answer.status_code in (400, 401)


def test_of_the_toolkits_own_pages_none_is_reachable():
    named = {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert not {"authorize", "register", "list", "device", "oidc-connect-discovery-info"} & named
    assert "oauth2_provider" not in get_resolver().namespace_dict


@pytest.mark.parametrize(
    "page", ["authorize", "applications", "device-authorization", "register", "authorized_tokens"]
)
def test_nothing_answers_where_the_toolkit_would_have_them(client, page):
    assert client.get(f"/oauth/{page}/").status_code in (302, 404)
    assert client.get(f"/o/{page}/").status_code in (302, 404)


def revoke(post, registered, token):
    headers = basic(registered[0].client_id, registered[1])
    return post("/oauth/revoke", {"token": token}, headers=headers)


def introspect(post, registered, token):
    headers = basic(registered[0].client_id, registered[1])
    return post("/oauth/introspect", {"token": token}, headers=headers).json()


def test_a_client_ends_its_token(post, sign_in, read, lab):
    token = sign_in(lab).json()["access_token"]
    assert revoke(post, lab, token).status_code == 200
    assert read(token).status_code == 401


def test_nobody_ends_the_token_of_another(post, sign_in, read, lab, hill):
    other = register(by=SYSTEM, as_said=Registration("Other", "system/*.rs", [hill]))
    token = sign_in(lab).json()["access_token"]
    assert revoke(post, other, token).status_code == 200
    assert read(token).status_code == 200


def test_a_client_learns_what_its_token_is_good_for(post, sign_in, lab):
    token = sign_in(lab, scope="system/Patient.r").json()["access_token"]
    told = introspect(post, lab, token)
    assert (told["active"], told["scope"]) == (True, "system/Patient.r")


def test_nobody_learns_of_the_token_of_another(post, sign_in, lab, hill):
    other = register(by=SYSTEM, as_said=Registration("Other", "system/*.rs", [hill]))
    token = sign_in(lab).json()["access_token"]
    assert introspect(post, other, token) == {"active": False}
