"""The pages that say what went wrong: they must stand even when nothing else does."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.views import defaults

CODES = [400, 403, 404, 409, 413, 422, 429, 500, 503]


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
