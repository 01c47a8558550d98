"""True matches interrupt; what may react stands beside; what cannot be read stands in full."""

import pytest

from patients.prescribing.comparison import Allergy, AllergyList, Severity
from patients.prescribing.formulary import RXNORM
from patients.tests.prescribing.patients_of_paper import compared, grown_up, proposed, rule_ids

SNOMED = "http://snomed.info/sct"


def allergic(text, code="", system=SNOMED, **more):
    codes = ((system, code),) if code else ()
    return Allergy("AllergyIntolerance/1", text, codes, **more)


def findings(medicine, *allergies):
    listed = grown_up(allergies=allergies, allergy_list=AllergyList.LISTED)
    return compared(proposed(medicine), listed)


@pytest.mark.parametrize(
    ("allergy", "medicine"),
    [
        ("Penicillin", "amoxicillin 500 mg"),
        ("penicillin allergy", "Augmentin"),
        ("Allergy to penicillin", "flucloxacillin"),
        ("amoxicillin", "Amoxil"),
        ("amoxicillin", "piperacillin-tazobactam"),
        ("Amoxil", "amoxicillin"),
        ("Penicillin V", "ampicillin"),
        ("cephalexin", "ceftriaxone"),
        ("cephalosporins", "Keflex"),
        ("sulfa drugs", "Bactrim"),
        ("Sulfonamide", "silver sulfadiazine"),
        ("co-trimoxazole", "trimethoprim"),
        ("aspirin", "aspirin 75 mg"),
        ("NSAIDs", "ibuprofen"),
        ("ibuprofen", "naproxen"),
        ("aspirin", "ibuprofen"),
        ("codeine", "morphine"),
        ("opioids", "fentanyl"),
        ("lignocaine", "bupivacaine"),
        ("local anaesthetics", "procaine"),
        ("contrast dye", "iohexol"),
        ("erythromycin", "azithromycin"),
        ("ciprofloxacin", "levofloxacin"),
        ("statins", "Lipitor"),
        ("lisinopril", "ramipril"),
        ("ACE inhibitor", "enalapril"),
        ("heparin", "enoxaparin"),
        ("phenytoin", "carbamazepine"),
        ("Flagyl", "tinidazole"),
        ("Xylocaine", "lidocaine"),
    ],
)
def test_a_true_match_interrupts(allergy, medicine):
    found = findings(medicine, allergic(allergy))
    assert [each.severity for each in found.interrupting] == [Severity.CONTRAINDICATED]
    assert found.interrupting[0].about == ("AllergyIntolerance/1",)


@pytest.mark.parametrize(
    ("allergy", "medicine"),
    [
        ("penicillin", "cefalexin"),
        ("penicillin", "meropenem"),
        ("cefalexin", "amoxicillin"),
        ("sulfa drugs", "furosemide"),
        ("lisinopril", "losartan"),
        ("ace inhibitors", "Entresto"),
        ("egg", "propofol"),
    ],
)
def test_what_may_react_as_well_stands_beside(allergy, medicine):
    found = findings(medicine, allergic(allergy))
    assert found.interrupting == ()
    assert any(each.rule_id.startswith("allergy-cross-") for each in found.inline)


@pytest.mark.parametrize(
    ("allergy", "medicine"),
    [
        ("penicillin", "azithromycin"),
        ("penicillin", "paracetamol"),
        ("codeine", "fentanyl"),
        ("lidocaine", "procaine"),
        ("sulfa drugs", "ferrous sulfate"),
        ("sulfa drugs", "morphine sulfate"),
        ("erythromycin", "amoxicillin"),
        ("insulin lispro", "metformin"),
        ("iodine", "amiodarone"),
    ],
)
def test_no_match_is_no_allergy_finding(allergy, medicine):
    rules = rule_ids(findings(medicine, allergic(allergy, "1", "urn:local")).findings)
    assert not {rule for rule in rules if rule.startswith(("allergy-class", "allergy-ingredient"))}


@pytest.mark.parametrize(
    ("system", "code", "medicine"),
    [
        (SNOMED, "91936005", "amoxicillin"),
        (SNOMED, "294505008", "ampicillin"),
        (SNOMED, "293586001", "aspirin"),
        (SNOMED, "91939003", "Bactrim"),
        (RXNORM, "1191", "aspirin"),
        (RXNORM, "2670", "codeine"),
    ],
)
def test_a_code_alone_is_enough(system, code, medicine):
    found = findings(medicine, allergic("", code, system))
    assert len(found.interrupting) == 1


@pytest.mark.parametrize("text", ["funny herb", "the yellow pill", "Medikament X", "💊"])
def test_an_allergy_that_is_not_recognised_stands_in_full(text):
    (finding,) = [
        each
        for each in findings("amoxicillin", allergic(text)).inline
        if each.rule_id == "allergy-cannot-check"
    ]
    assert finding.severity == Severity.UNKNOWN
    assert text in finding.title
    assert text in finding.text


def test_a_free_text_allergy_stands_even_when_its_words_are_known():
    found = findings("metformin", allergic("penicillin"))
    assert "allergy-cannot-check" in rule_ids(found.inline)


def test_a_coded_and_known_allergy_that_does_not_match_says_nothing():
    found = findings("metformin", allergic("Allergy to penicillin", "91936005"))
    assert not {each for each in rule_ids(found.findings) if each.startswith("allergy")}


def test_a_code_that_is_not_known_here_cannot_be_checked():
    found = findings("metformin", allergic("Strange thing", "12345"))
    assert "allergy-cannot-check" in rule_ids(found.inline)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Allergy to grass pollen", "418689008"),
        ("Allergy to nut", "91934008"),
        ("Latex allergy", "300916003"),
        ("House dust mite allergy", "232350006"),
        ("Dander (animal) allergy", "232347008"),
        ("Allergy to mould", "419474003"),
        ("Allergy to bee venom", "424213003"),
        ("Allergy to wheat", "420174000"),
        ("Shellfish allergy", "300913006"),
        ("Allergy to peanuts", "91935009"),
    ],
)
def test_imported_allergies_to_no_medicine_raise_no_alarm(text, code):
    found = findings("amoxicillin", allergic(text, code))
    assert not {rule for rule in rule_ids(found.findings) if rule.startswith("allergy")}


def test_allergies_that_nobody_recorded_are_said():
    found = compared(proposed("amoxicillin"), grown_up(allergy_list=AllergyList.NOT_RECORDED))
    assert "allergies-not-recorded" in rule_ids(found.inline)


def test_reaction_and_criticality_are_said():
    found = findings(
        "amoxicillin", allergic("penicillin", criticality="high", reaction="anaphylaxis")
    )
    assert "Reaction recorded: anaphylaxis." in found.interrupting[0].text
    assert "Criticality: high." in found.interrupting[0].text


def test_two_allergies_are_two_findings():
    other = Allergy("AllergyIntolerance/2", "clavulanate")
    found = findings("Augmentin", allergic("penicillin"), other)
    assert [each.about[0][-1] for each in found.interrupting] == ["1", "2"]
