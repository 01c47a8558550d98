"""The pages that say what went wrong: they must stand even when nothing else does."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.views import defaults

CODES = [400, 403, 404, 405, 409, 413, 422, 429, 500, 503]


@pytest.mark.parametrize("code", CODES)
def test_an_error_page_needs_no_context(code):
    html = render_to_string(f"errors/{code}.html")
    assert "{{" not in html
    assert "{%" not in html


@pytest.mark.parametrize("code", CODES)
def test_an_error_page_says_what_to_do_and_leads_on(code):
    html = render_to_string(f"errors/{code}.html")
    assert "<h1>" in html
    assert "Go to your patients" in html


def test_an_error_page_without_context_claims_neither_demo_nor_safety():
    html = render_to_string("errors/500.html")
    assert "invented people" not in html
    assert "backup" not in html


def test_the_refusal_of_an_act_is_shown_as_text():
    html = render_to_string("errors/409.html", {"message": "<b>no</b>", "code": "pairing-overlap"})
    assert "&lt;b&gt;no&lt;/b&gt;" in html
    assert "pairing-overlap" in html


def test_an_address_of_a_form_that_is_opened_by_itself_says_so(client, dr_ames):
    client.force_login(dr_ames)
    answer = client.get("/lock/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "only takes what a form sends" in answer.content.decode()


def test_a_server_error_is_our_page():
    answer = defaults.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"Something broke on our side" in answer.content


def test_a_red_line_stands_outside_demo_until_a_backup_is_verified():
    html = render_to_string("errors/404.html", {"demo": False, "backup_verified": False})
    assert "Not for real patients until a backup has been verified" in html
    assert "Not for real" not in render_to_string(
        "errors/404.html", {"demo": False, "backup_verified": True}
    )


def test_the_ribbon_of_the_demo_stands_on_every_page():
    assert "DEMO – invented people" in render_to_string("errors/404.html", {"demo": True})


WRITTEN = "Fell on the stairs; <b>no</b> loss of consciousness"


@pytest.fixture
def refused(client, dr_ames, rosa):
    """The page that follows a form which was opened for somebody else."""
    client.force_login(dr_ames)

    def send(came="/patients/", **said):
        body = {"patient": "of-another-tab", "note": WRITTEN, "arm": "which-arm"} | said
        address = f"/patients/{rosa.id}/vitals/"
        return client.post(address, body, headers={"Referer": came}).content.decode()

    return send


def test_a_refusal_gives_back_what_was_written(refused):
    page = refused()
    assert "Fell on the stairs; &lt;b&gt;no&lt;/b&gt; loss of consciousness" in page
    assert "which-arm" not in page


def test_a_refusal_never_shows_a_password(refused):
    assert "marmots over" not in refused(old_password="marmots over the gate")


def test_a_refusal_leads_back_to_the_form(refused):
    page = refused("http://testserver/patients/of-rosa/?older=3#list")
    assert 'href="/patients/of-rosa/?older=3"' in page


@pytest.mark.parametrize("came", ["", "https://elsewhere.example/patients/", "javascript:alert(1)"])
def test_a_refusal_leads_to_no_stranger(refused, came):
    assert "Go back</a>" not in refused(came)
