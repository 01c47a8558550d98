"""The desk: registrars know who somebody is and where, and nothing clinical."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhir import changes
from fhir.errors import NotAllowed, NotFound
from fhir.principal import SYSTEM
from patients.acts.belonging import (
    NotInForce,
    Relation,
    add_related_person,
    end_relation,
    record_consent,
    withdraw_consent,
)
from patients.models import (
    AllergyIntolerance,
    Appointment,
    Condition,
    Consent,
    Encounter,
    RelatedPerson,
)

ADR = {"code": "adr", "display": "Advanced Care Directive"}
RESEARCH = {"code": "research", "display": "Research"}
DNR = {"text": "Attempt at resuscitation"}
CLINICAL = (
    *("Penicillin", "Gout", "Haematemesis", "Melaena", "Admission for bleeding"),
    *("Allergies", "allerg", "resuscitation"),
)


@pytest.fixture
def ill(rosa, harbour, bed_1, as_ames):
    """Rosa with something clinical in every place that the desk's pages draw from."""
    changes.create(AllergyIntolerance(patient=rosa, code_text="Penicillin"), by=SYSTEM)
    changes.create(Condition(patient=rosa, code_text="Gout"), by=SYSTEM)
    changes.create(
        Encounter(
            patient=rosa,
            organization=harbour,
            status="in-progress",
            class_code="IMP",
            type_text="Admission for bleeding",
            reasons=[{"text": "Haematemesis"}],
            diagnoses=[{"condition": {"display": "Melaena"}}],
            locations=[{"location": {"reference": bed_1.reference}, "status": "active"}],
            start=timezone.now() - timedelta(hours=1),
        ),
        by=SYSTEM,
    )
    changes.create(
        Appointment(
            patient=rosa,
            status="booked",
            description="Haematemesis again",
            reasons=[{"text": "Haematemesis"}],
            start=timezone.now() + timedelta(minutes=1),
        ),
        by=SYSTEM,
    )
    record_consent(
        by=as_ames, patient=rosa, scope=ADR, category=DNR, decision="deny", at=timezone.now()
    )
    return rosa


PAGES = (
    "/",
    "/ward/",
    "/appointments/",
    "/patients/new/",
    "/patients/{}/details/",
    "/patients/{}/details/edit/",
    "/patients/{}/details/death/",
    "/patients/{}/details/related/new/",
    "/patients/{}/details/consents/new/",
    "/patients/{}/visits/",
    "/patients/{}/visits/admit/",
    "/patients/{}/visits/start/",
    "/patients/{}/visits/book/",
)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_the_desk_says_anything_clinical(client, registrar, ill, path):
    client.force_login(registrar)
    answer = client.get(path.format(ill.id))
    page = answer.content.decode()
    assert (answer.status_code, [word for word in CLINICAL if word in page]) == (200, [])


@pytest.mark.parametrize("path", [path for path in PAGES if "{}" in path])
def test_another_facility_finds_nothing_there(client, dr_baum, ill, path):
    client.force_login(dr_baum)
    assert client.get(path.format(ill.id)).status_code == 404


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/"])
def test_an_administrator_has_no_business_there(client, administrator, ill, path):
    client.force_login(administrator)
    assert client.get(path.format(ill.id)).status_code == 403


def test_those_who_treat_see_the_chart_around_it(client, dr_ames, ill):
    client.force_login(dr_ames)
    assert "Penicillin" in client.get(f"/patients/{ill.id}/details/").content.decode()


def test_those_who_treat_see_the_directive(client, dr_ames, ill):
    client.force_login(dr_ames)
    page = client.get(f"/patients/{ill.id}/details/").content.decode()
    assert "Attempt at resuscitation: refuses" in page


def test_the_desk_records_no_directive(as_registrar, rosa):
    with pytest.raises(NotAllowed):
        record_consent(
            by=as_registrar, patient=rosa, scope=ADR, category=DNR, decision="deny",
            at=timezone.now(),
        )  # fmt: skip


def test_the_desk_withdraws_no_directive(client, registrar, ill):
    client.force_login(registrar)
    directive = Consent.objects.get()
    path = f"/consents/{directive.id}/withdraw/"
    assert client.post(path, {"patient": str(ill.id), "version": "1"}).status_code == 404


@pytest.fixture
def permitted(as_registrar, rosa):
    return record_consent(
        by=as_registrar, patient=rosa, scope=RESEARCH, category={"text": "Registry"},
        decision="permit", at=timezone.now(),
    )  # fmt: skip


def test_a_consent_says_what_is_permitted(permitted):
    assert permitted.decision == "permit"


def test_a_consent_is_withdrawn_and_kept(permitted, as_registrar):
    withdraw_consent(by=as_registrar, consent=permitted, expected=1)
    assert Consent.objects.get().status == "inactive"


def test_a_consent_is_not_withdrawn_twice(permitted, as_registrar):
    withdraw_consent(by=as_registrar, consent=permitted, expected=1)
    with pytest.raises(NotInForce):
        withdraw_consent(by=as_registrar, consent=permitted, expected=2)


def test_a_consent_never_said_is_entered_in_error(client, registrar, permitted, rosa):
    client.force_login(registrar)
    typed = {"patient": str(rosa.id), "version": "1", "in_error": "1"}
    client.post(f"/consents/{permitted.id}/withdraw/", typed)
    assert Consent.objects.get().status == "entered-in-error"


@pytest.fixture
def per(as_registrar, rosa):
    relation = Relation("Lindqvist", "Per", {"text": "spouse"}, "555")
    return add_related_person(by=as_registrar, patient=rosa, relation=relation)


def test_a_related_person_has_a_name_and_a_relationship(per):
    assert (str(per), per.relationships) == ("Per Lindqvist", [{"text": "spouse"}])


def test_a_relation_ends_and_is_kept(per, as_registrar):
    end_relation(by=as_registrar, related=per, expected=1)
    assert RelatedPerson.objects.get().active is False


def test_nobody_elsewhere_adds_a_related_person(as_baum, rosa):
    with pytest.raises(NotFound):
        add_related_person(by=as_baum, patient=rosa, relation=Relation("Moon", "", {}))


def test_the_page_adds_a_related_person(client, registrar, rosa):
    client.force_login(registrar)
    typed = {"patient": str(rosa.id), "given": "Per", "relationship": "SPS"}
    client.post(f"/patients/{rosa.id}/details/related/new/", typed)
    assert RelatedPerson.objects.get().patient == rosa


def test_the_page_ends_a_relation(client, registrar, rosa, per):
    client.force_login(registrar)
    client.post(f"/related-persons/{per.id}/end/", {"patient": str(rosa.id), "version": "1"})
    assert RelatedPerson.objects.get().active is False


def test_the_page_records_a_refusal(client, registrar, rosa):
    client.force_login(registrar)
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    typed = {"patient": str(rosa.id), "about": "research", "decision": "deny", "at": at}
    client.post(f"/patients/{rosa.id}/details/consents/new/", typed)
    assert Consent.objects.get().decision == "deny"


def test_the_desk_is_not_offered_a_directive(client, registrar, rosa):
    client.force_login(registrar)
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    typed = {"patient": str(rosa.id), "about": "resuscitation", "decision": "deny", "at": at}
    answer = client.post(f"/patients/{rosa.id}/details/consents/new/", typed)
    assert (answer.status_code, Consent.objects.exists()) == (422, False)
