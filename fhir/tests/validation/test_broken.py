"""What a resource breaks is refused by the name of the rule, and its sound twin is not."""

import pytest

from fhir.errors import Invalid
from fhir.tests.validation.broken import (
    BROKEN,
    ITEM,
    PRACTITIONER,
    TEAM,
    contained,
    narrative,
    questionnaire,
)
from fhir.validation import problems, validate
from fhir.validation.issue import MOST


@pytest.mark.parametrize(
    ("key", "resource"), BROKEN, ids=[f"{key}-{n}" for n, (key, _) in enumerate(BROKEN)]
)
def test_a_broken_rule_is_named(key, resource):
    messages = [each.message for each in problems(resource) if each.severity == "error"]
    assert any(f"({key})" in message for message in messages), messages


@pytest.mark.parametrize(
    "resource",
    [
        narrative("<p>a</p>"),
        narrative('<img src="#a" alt="x"/>'),
        narrative("<a href='https://example.org'>a</a> &amp; &#228; <![CDATA[b]]>"),
        narrative("<table class='grid' border='1'><tr><td colspan='2'>a</td></tr></table>"),
        contained(PRACTITIONER, generalPractitioner=[{"reference": "#a"}]),
        contained({"resourceType": "Practitioner"}),
        contained(
            {
                "resourceType": "Observation",
                "id": "o",
                "status": "final",
                "code": {"text": "x"},
                "subject": {"reference": "#"},
            }
        ),
        contained(PRACTITIONER, extension=[{"url": "urn:x", "valueUri": "#a"}]),
        contained(PRACTITIONER, extension=[{"url": "urn:x", "valueCanonical": "#a"}]),
        contained(
            PRACTITIONER,
            extension=[{"url": "urn:x", "valueReference": {"reference": "#a"}}],
        ),
        TEAM
        | {
            "contained": [{"resourceType": "Practitioner", "id": "p"}],
        },
        TEAM | {"contained": [], "participant": [{"member": {"reference": "Patient/1"}}]},
        questionnaire(
            ITEM | {"enableWhen": [{"question": "x", "operator": "exists", "answerBoolean": True}]}
        ),
        questionnaire(ITEM, ITEM | {"linkId": "2"}),
    ],
)
def test_a_sound_resource_breaks_no_rule(resource):
    sound = {name: value for name, value in resource.items() if value != []}
    assert [each for each in problems(sound) if each.severity == "error"] == []


@pytest.mark.parametrize(
    ("start", "end", "sound"),
    [
        ("2024-01-02", "2024-01-01", False),
        ("2024-01-01", "2024-01-01", True),
        ("2024", "2023-12-31", False),
        ("2024-01", "2024", True),
        ("2024-05-02", "2024-05-01T22:30:00Z", True),  # half past midnight in Stockholm
        ("2024-05-04", "2024-05-01T22:30:00Z", False),
        ("2024-01-01T10:00:00+01:00", "2024-01-01T09:30:00Z", True),
        ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00+01:00", False),
        ("2024-01-01T10:00:00.500Z", "2024-01-01T10:00:00.499Z", False),
        ("2024-01-01T10:00:00.5Z", "2024-01-01T10:00:00.500Z", True),
        ("9999-12-31", "9999-12-31", True),
    ],
)
def test_a_period_ends_after_it_starts_where_that_can_be_known(start, end, sound):
    patient = {
        "resourceType": "Patient",
        "identifier": [{"value": "x", "period": {"start": start, "end": end}}],
    }
    messages = [each.message for each in problems(patient) if each.severity == "error"]
    assert messages == (
        []
        if sound
        else [
            "Patient.identifier[0].period: If present, start SHALL have a lower value than end "
            "(per-1)"
        ]
    )


def test_the_place_of_a_broken_rule_is_told():
    with pytest.raises(Invalid) as refused:
        validate(
            {"resourceType": "Organization", "name": "x", "address": [{}, {"use": "home"}][1:]}
        )
    assert refused.value.expression == "Organization.address[0]"


def test_advice_never_refuses():
    patient = {"resourceType": "Patient"}
    validate(patient)
    assert [(each.severity, each.expression) for each in problems(patient)] == [
        ("warning", "Patient")
    ]


def test_advice_hides_no_error():
    entries = [{"resource": {"resourceType": "Patient"}} for _ in range(2 * MOST)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [*entries, {"id": "x"}]}
    assert next(each.expression for each in problems(bundle) if each.severity == "error") == (
        f"Bundle.entry[{2 * MOST}]"
    )
