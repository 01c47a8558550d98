"""Which medicine a text or code means; nothing is guessed."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.prescribing.formulary import ATC, RXNORM, Formulary, Item, standard, strength, tokens


@pytest.mark.parametrize(
    ("text", "ingredients"),
    [
        ("Simvastatin 20 MG Oral Tablet", ["simvastatin"]),
        ("24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet", ["metformin"]),
        ("metoprolol succinate", ["metoprolol"]),
        ("amoxicillin-clavulanate", ["amoxicillin", "clavulanic-acid"]),
        ("Amoxicillin 250 MG / Clavulanate 125 MG Oral Tablet", ["amoxicillin", "clavulanic-acid"]),
        ("co-amoxiclav", ["amoxicillin", "clavulanic-acid"]),
        ("Augmentin 625", ["amoxicillin", "clavulanic-acid"]),
        ("acetaminophen", ["paracetamol"]),
        ("PARACÉTAMOL 1g", ["paracetamol"]),
        ("albuterol", ["salbutamol"]),
        ("epinephrine", ["adrenaline"]),
        ("NDA020800 0.3 ML Epinephrine 1 MG/ML Auto-Injector", ["adrenaline"]),
        ("Bactrim DS", ["sulfamethoxazole", "trimethoprim"]),
        ("trimethoprim-sulfamethoxazole", ["sulfamethoxazole", "trimethoprim"]),
        ("losartan potassium 50 mg", ["losartan"]),
        ("Penicillin V Potassium 250 MG Oral Tablet", ["phenoxymethylpenicillin"]),
        ("Lasix (furosemide)", ["furosemide"]),
        ("St. John's Wort", ["hypericum"]),
        ("vitamin B12", ["cyanocobalamin"]),
        ("vitamin B1", ["thiamine"]),
        ("Tylenol", ["paracetamol"]),
        ("Tylenol #3", ["paracetamol", "codeine"]),
        ("insulin", ["insulin"]),
        ("insulin glargine", ["insulin-glargine"]),
        ("Humulin R", ["insulin-human-regular"]),
        ("Jolivette 28 Day Pack", ["norethisterone"]),
        ("potassium chloride 20 mEq", ["potassium-chloride"]),
        ("Plan B One-Step", ["levonorgestrel"]),
        ("albuterol 2 puffs INH every 4 hours as needed", ["salbutamol"]),
    ],
)
def test_recognises(text, ingredients):
    known = standard().recognise(text)
    assert (list(known.ingredients), known.unread) == (ingredients, ())


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "500 mg", "Frobnicol 5 mg", "potassium 20 mEq", "simvistatin 10 mg", "amox"),
        *("hyoscine", "epoetin", "iron", "calcium", "water", "sulfa", "vitamin"),
        *("sodium", "tablet", "none", "no medicines", "lisinoprill", "met", "💊", "\0"),
    ],
)
def test_guesses_nothing(text):
    assert not standard().recognise(text)


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("amoxicillin / foobarin", ("foobarin",)),
        ("Advil PM", ("pm",)),
        ("Mucinex DM", ("dm",)),
        ("Micardis HCT", ("hct",)),
    ],
)
def test_says_which_part_it_did_not_read(text, unread):
    known = standard().recognise(text)
    assert known
    assert known.unread == unread


def test_recognises_a_code_whose_text_is_misspelt():
    known = standard().recognise("Simvistatin 10 MG", [(RXNORM, "316672")])
    assert known.ingredients == ("simvastatin",)


@pytest.mark.parametrize(
    ("system", "code", "ingredient"),
    [(RXNORM, "1191", "aspirin"), (RXNORM, "11289", "warfarin"), (ATC, "C09AA03", "lisinopril")],
)
def test_recognises_a_code_alone(system, code, ingredient):
    assert standard().recognise("", [(system, code)]).ingredients == (ingredient,)


def test_an_unknown_code_says_nothing():
    assert not standard().recognise("", [(RXNORM, "0"), ("urn:other", "1191")])


def misread(item, text):
    known = standard().recognise(text)
    return (known.ingredients, known.unread) != (item.ingredients, ())


def test_every_name_and_brand_means_its_own_item():
    items = standard().items.values()
    assert [name for item in items for name in item.spellings if misread(item, name)] == []


def test_every_product_is_recognised_when_it_is_prescribed():
    said = [
        (item, f"{item.name} {each}")
        for item in standard().items.values()
        for each in item.products
    ]
    assert [text for item, text in said if misread(item, text)] == []


@given(st.text(max_size=300))
def test_any_text_is_survived(text):
    assert len(standard().recognise(text).ingredients) <= len(tokens(text)) * 4


def test_a_megabyte_is_read_only_in_part():
    assert not standard().recognise("x" * 1_000_000)


def local(key, **columns):
    empty = dict.fromkeys(("also", "atc", "rxnorm", "brands", "products"), ())
    plain = {"usan": "", "routes": (), "frequencies": (), "source": "here", "local": True}
    return Item(**({"key": key, "ingredients": (key,), "classes": ()} | empty | plain | columns))


def test_a_clinic_adds_a_medicine():
    book = Formulary([*standard().items.values(), local("zorblimab", name="zorblimab")])
    assert book.recognise("Zorblimab 5 mg").ingredients == ("zorblimab",)


def test_an_addition_takes_nothing_away():
    shorter = local("ibuprofen", name="ibuprofen")
    book = Formulary([*standard().items.values(), shorter])
    assert book.recognise("Nurofen").ingredients == ("ibuprofen",)
    assert "nsaid" in book.classes_of("ibuprofen")


def test_an_addition_gives_no_known_name_another_meaning():
    other = local("other", name="warfarin")
    book = Formulary([*standard().items.values(), other])
    assert book.recognise("warfarin").ingredients == ("warfarin",)


@pytest.mark.parametrize(
    ("key", "product", "unit", "each"),
    [
        ("amoxicillin", "500 mg capsule", "capsule", ["500 mg"]),
        ("amoxicillin", "250 mg/5 mL oral suspension", "mL", ["50 mg"]),
        ("co-trimoxazole", "800 mg/160 mg tablet", "tablet", ["800 mg", "160 mg"]),
        ("salbutamol", "100 microgram/puff inhaler", "puff", ["100 micrograms"]),
        ("insulin-glargine", "100 unit/mL pen", "mL", ["100 units"]),
        ("fentanyl", "25 microgram/h patch", "patch", []),
        ("hydrocortisone", "1% cream", "", []),
    ],
)
def test_says_what_one_unit_of_a_product_holds(key, product, unit, each):
    held = strength(standard().items[key], product)
    assert (held.unit, [amount.text for _, amount in held.amounts]) == (unit, each)


def synthea_names(folder):
    for file in sorted((folder / "synthea").glob("*.json.gz")):
        for entry in json.loads(gzip.decompress(file.read_bytes()))["entry"]:
            yield from medicine_names(entry["resource"])


def medicine_names(resource):
    concept = resource.get("medicationCodeableConcept") or (
        resource.get("code") if resource["resourceType"] == "Medication" else None
    )
    return [coding["display"] for coding in (concept or {}).get("coding", [])]


@pytest.mark.needs("shared_data")
def test_recognises_nine_of_ten_names_of_imported_prescriptions(shared_data):
    names = set(synthea_names(shared_data))
    known = {name for name in names if standard().recognise(name)}
    assert len(names) > 50
    assert len(known) >= 0.9 * len(names), sorted(names - known)
