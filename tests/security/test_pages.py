"""What the pages themselves owe to those who sign in."""

import re

import pytest
from django.urls import reverse


def inputs(html):
    return re.findall(r"<input\b[^>]*>", html)


def passwords(html):
    return [tag for tag in inputs(html) if re.search(r'name="[^"]*password', tag)]


@pytest.mark.parametrize("name", ["sign-in", "password-change"])
def test_passwords_are_masked_and_may_come_from_a_manager(client, dr_ames, name):
    if name != "sign-in":
        client.force_login(dr_ames)
    found = passwords(client.get(reverse(name)).content.decode())
    assert found
    assert all('type="password"' in tag for tag in found)
    assert all(re.search(r'autocomplete="(current|new)-password"', tag) for tag in found)


@pytest.mark.parametrize("name", ["home", "ward", "tasks", "inbox", "account", "drafts"])
def test_sign_out_stands_on_every_page(client, dr_ames, name):
    client.force_login(dr_ames)
    page = client.get(reverse(name)).content.decode()
    assert re.search(rf'<form[^>]*action="{reverse("sign-out")}"', page)


def test_sign_out_stands_in_the_admin_too(client, administrator):
    client.force_login(administrator)
    page = client.get("/admin/").content.decode()
    assert re.search(r'<form[^>]*action="(/admin/logout/|/sign-out/)"', page)


def test_a_new_password_needs_the_present_one(client, dr_ames):
    dr_ames.set_password("the present pass phrase")
    dr_ames.save()
    client.force_login(dr_ames)
    new = "violet otter crossing the harbour"
    said = {"old_password": "another pass phrase", "new_password1": new, "new_password2": new}
    client.post(reverse("password-change"), said)
    dr_ames.refresh_from_db()
    assert dr_ames.check_password("the present pass phrase")
    client.post(reverse("password-change"), said | {"old_password": "the present pass phrase"})
    dr_ames.refresh_from_db()
    assert dr_ames.check_password(new)


def test_the_door_asks_for_name_and_password_and_nothing_else(client, db):
    page = client.get(reverse("sign-in")).content.decode()
    shown = [tag for tag in inputs(page) if 'type="hidden"' not in tag]
    names = {found.group(1) for tag in shown if (found := re.search(r'name="([^"]+)"', tag))}
    assert names == {"username", "password"}
