"""Administrators add to the formulary; nobody else sees the door."""

import pytest

from accounts.models import AuditEvent
from patients.models import FormularyItem

pytestmark = pytest.mark.django_db

LIST = "/admin/patients/formularyitem/"
ADD = f"{LIST}add/"


@pytest.fixture
def keeper(client, administrator):
    client.force_login(administrator)
    return client


def form(**changes):
    empty = dict.fromkeys(("usan", "also", "brands", "products", "rxnorm", "source"), "")
    return empty | {"name": "zorblimab", "offered": "on"} | changes


def errors(response):
    return str(response.context["errors"])


def test_lists_the_formulary(keeper):
    page = keeper.get(LIST, {"q": "amoxi"})
    assert "amoxicillin" in page.content.decode()


def test_adds_a_medicine_as_local(keeper):
    keeper.post(ADD, form(classes=["nsaid"], products="5 mg tablet\n10 mg tablet", brands="Zorbi"))
    row = FormularyItem.objects.get(name="zorblimab")
    assert (row.local, row.key, row.ingredients) == (True, "zorblimab", ["zorblimab"])
    assert row.products == ["5 mg tablet", "10 mg tablet"]


def test_an_addition_is_audited(keeper):
    keeper.post(ADD, form())
    assert AuditEvent.objects.filter(action="create-medicine").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "warfarin"}, "is known already as warfarin"),
        ({"usan": "Lasix"}, "is known already as furosemide"),
        ({"also": "ASA"}, "is known already as aspirin"),
        ({"brands": "Lasix"}, "is known already as furosemide"),
        ({"name": "!!!"}, "has no letter"),
        ({"products": ".5 mg tablet"}, "Write 0.5 mg"),
        ({"products": "1.0 mg tablet"}, "Write 1 mg"),
        ({"products": "50 ug tablet"}, "Write 50 micrograms"),
        ({"products": "500 IU capsule"}, "Write 500 units"),
        ({"brands": "x" * 200}, "At most 60 lines of 120 letters"),
        ({"classes": ["no-such-class"]}, "Select a valid choice"),
    ],
)
def test_refuses_what_could_be_mistaken(keeper, changes, said):
    assert said in errors(keeper.post(ADD, form(**changes)))
    assert not FormularyItem.objects.filter(local=True).exists()


@pytest.mark.parametrize("product", ["2% cream", "250 mg/5 mL oral suspension", "vaginal ring"])
def test_takes_strengths_as_they_are_written(keeper, product):
    keeper.post(ADD, form(products=product))
    assert FormularyItem.objects.get(name="zorblimab").products == [product]


def test_a_brand_is_added_to_a_medicine_of_the_product(keeper):
    row = FormularyItem.objects.get(key="amoxicillin")
    brands = "\n".join([*row.brands, "Hausmarke"])
    keeper.post(
        f"{LIST}{row.pk}/change/",
        form(brands=brands, products="\n".join(row.products), name="other", classes=[]),
    )
    row.refresh_from_db()
    assert "Hausmarke" in row.brands
    assert row.local


def test_name_and_classes_of_a_medicine_of_the_product_stay(keeper):
    row = FormularyItem.objects.get(key="amoxicillin")
    keeper.post(f"{LIST}{row.pk}/change/", form(name="other", classes=["statin"]))
    row.refresh_from_db()
    assert (row.name, row.classes) == ("amoxicillin", ["penicillin", "antibacterial"])


def test_nothing_is_deleted(keeper):
    row = FormularyItem.objects.get(key="amoxicillin")
    assert keeper.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_markup_in_a_name_stays_text(keeper):
    keeper.post(ADD, form(name="<b>zorb</b>limab"))
    page = keeper.get(LIST, {"q": "zorb"}).content.decode()
    assert "<b>zorb</b>" not in page


def test_a_doctor_has_no_way_in(client, dr_ames):
    client.force_login(dr_ames)
    assert client.get(LIST).status_code in {302, 403}
