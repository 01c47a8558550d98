"""A round of vital signs: what can be, what asks, in which unit, and when."""

import pytest
from django.utils import timezone

from patients.models import Observation


@pytest.fixture
def send(client, nurse, rosa):
    client.force_login(nurse)

    def post(**said):
        body = {"patient": str(rosa.id), "measured_at": now_text()} | said
        return client.post(f"/patients/{rosa.id}/vitals/", body)

    return post


def now_text():
    return f"{timezone.localtime():%Y-%m-%dT%H:%M}"


def test_the_page_opens(client, nurse, rosa):
    client.force_login(nurse)
    assert client.get(f"/patients/{rosa.id}/vitals/").status_code == 200


def test_one_form_becomes_an_observation_for_each_sign(send, rosa):
    answer = send(systolic="120", diastolic="80", pulse="72", temperature="37.2", acvpu="A")
    assert answer.status_code == 302, answer.content.decode()
    codes = Observation.objects.of(rosa).values_list("code_code", flat=True)
    assert sorted(codes) == ["67775-7", "8310-5", "85354-9", "8867-4"]
