"""Each pair that harms interrupts or stands beside, whichever medicine comes first."""

import pytest

from patients.prescribing.comparison import Kind, Severity
from patients.prescribing.formulary import standard
from patients.prescribing.rules import interaction_rules
from patients.tests.prescribing.near_pairs import NEAR
from patients.tests.prescribing.patients_of_paper import compared, grown_up, proposed, rule_ids

C, S = Severity.CONTRAINDICATED, Severity.SERIOUS

# One or more examples of each rule, written apart from the tables.
PAIRS = [
    ("onc-01", C, "Adderall 10 mg", "phenelzine 15 mg"),
    ("onc-01", C, "methylphenidate", "tranylcypromine"),
    ("onc-01", C, "lisdexamfetamine", "selegiline"),
    ("onc-02", C, "atazanavir 300 mg", "Omeprazole 20 MG Delayed Release Oral Capsule"),
    ("onc-02", C, "Reyataz", "Nexium"),
    ("onc-03", C, "febuxostat 80 mg", "azathioprine 50 mg"),
    ("onc-03", C, "Uloric", "mercaptopurine"),
    ("onc-04", C, "sertraline 50 mg", "phenelzine"),
    ("onc-04", C, "Prozac", "rasagiline 1 mg"),
    ("onc-05", C, "irinotecan", "ketoconazole 200 mg"),
    ("onc-05", C, "Camptosar", "clarithromycin"),
    ("onc-06", C, "meperidine 50 mg", "tranylcypromine"),
    ("onc-06", C, "tramadol 50 mg", "selegiline"),
    ("onc-06", C, "dextromethorphan", "isocarboxazid"),
    ("onc-07", C, "amitriptyline 25 mg", "phenelzine"),
    ("onc-08", C, "sotalol 80 mg", "haloperidol 5 mg"),
    ("onc-08", C, "amiodarone", "methadone"),
    ("onc-08", C, "ziprasidone", "dofetilide"),
    ("onc-09", C, "ramelteon 8 mg", "fluvoxamine 100 mg"),
    ("onc-10", C, "darunavir", "rifampin 300 mg"),
    ("onc-10", C, "Kaletra", "St John's wort"),
    ("onc-11", C, "Simvastatin 20 MG Oral Tablet", "clarithromycin 500 mg"),
    ("onc-11", C, "lovastatin", "itraconazole"),
    ("onc-11", C, "Vytorin", "Paxlovid"),
    ("onc-12", C, "ergotamine", "clarithromycin"),
    ("onc-12", C, "Cafergot", "ritonavir"),
    ("onc-13", C, "tizanidine 4 mg", "Ciprofloxacin 500 mg"),
    ("onc-13", C, "Zanaflex", "fluvoxamine"),
    ("onc-14", C, "tranylcypromine", "procarbazine"),
    ("onc-15", C, "sumatriptan 50 mg", "phenelzine"),
    ("onc-15", C, "rizatriptan", "moclobemide"),
    ("pair-anticoagulant-nsaid", S, "warfarin 5 mg", "ibuprofen 400 mg"),
    ("pair-anticoagulant-nsaid", S, "Eliquis", "Aleve"),
    ("pair-anticoagulant-antiplatelet", S, "rivaroxaban", "clopidogrel"),
    ("pair-anticoagulant-antiplatelet", S, "warfarin", "aspirin 75 mg"),
    ("pair-doac-anticoagulant", C, "apixaban", "enoxaparin"),
    ("pair-doac-anticoagulant", C, "Xarelto", "warfarin"),
    ("pair-vka-heparin", S, "warfarin", "heparin sodium"),
    ("pair-vka-azole", S, "warfarin", "fluconazole 150 mg"),
    ("pair-vka-azole", S, "warfarin", "miconazole 2% oral gel"),
    ("pair-vka-cotrimoxazole", S, "warfarin", "Bactrim DS"),
    ("pair-vka-metronidazole", S, "acenocoumarol", "metronidazole"),
    ("pair-vka-antibiotic", S, "warfarin", "levofloxacin"),
    ("pair-vka-amiodarone", S, "warfarin", "amiodarone"),
    ("pair-vka-inducer", S, "warfarin", "rifampicin"),
    ("pair-vka-fluorouracil", C, "warfarin", "capecitabine"),
    ("pair-doac-inhibitor", S, "apixaban", "ketoconazole"),
    ("pair-dabigatran-pgp", C, "dabigatran", "dronedarone"),
    ("pair-doac-inducer", S, "rivaroxaban", "carbamazepine"),
    ("pair-antiplatelet-nsaid", S, "clopidogrel", "naproxen"),
    ("pair-clopidogrel-omeprazole", S, "Plavix", "omeprazole"),
    ("pair-digoxin-rate", S, "digoxin 125 micrograms", "verapamil"),
    ("pair-digoxin-rate", S, "digoxin", "amiodarone"),
    ("pair-digoxin-inhibitor", S, "digoxin", "clarithromycin"),
    ("pair-nitrate-pde5", C, "isosorbide mononitrate", "sildenafil"),
    ("pair-nitrate-pde5", C, "Nitroglycerin 0.4 MG/ACTUAT Mucosal Spray", "tadalafil"),
    ("pair-riociguat-pde5", C, "riociguat", "sildenafil"),
    ("pair-opioid-sedative", S, "oxycodone", "diazepam"),
    ("pair-opioid-sedative", S, "Percocet", "zolpidem"),
    ("pair-opioid-gabapentinoid", S, "morphine", "pregabalin"),
    ("pair-opioid-naltrexone", C, "methadone", "naltrexone"),
    ("pair-opioid-partial", S, "morphine", "buprenorphine"),
    ("pair-opioid-cyp3a4", S, "fentanyl", "ritonavir"),
    ("pair-methotrexate-trimethoprim", C, "methotrexate", "trimethoprim"),
    ("pair-methotrexate-trimethoprim", C, "methotrexate", "co-trimoxazole"),
    ("pair-methotrexate-nsaid", S, "methotrexate", "diclofenac"),
    ("pair-methotrexate-acitretin", C, "methotrexate", "acitretin"),
    ("pair-allopurinol-purine", C, "allopurinol", "azathioprine"),
    ("pair-raas-potassium", S, "lisinopril", "spironolactone"),
    ("pair-raas-potassium", S, "losartan", "potassium chloride"),
    ("pair-raas-trimethoprim", S, "ramipril", "trimethoprim"),
    ("pair-potassium-sparing", C, "amiloride", "potassium chloride"),
    ("pair-sacubitril-ace", C, "Entresto", "lisinopril"),
    ("pair-ace-arb", S, "lisinopril", "losartan"),
    ("pair-arb-aliskiren", S, "valsartan", "aliskiren"),
    ("pair-lithium-nsaid", S, "lithium carbonate", "ibuprofen"),
    ("pair-lithium-kidney", S, "lithium", "hydrochlorothiazide"),
    ("pair-rate-limiting-betablocker", S, "verapamil", "bisoprolol"),
    ("pair-ivabradine-rate", C, "ivabradine", "diltiazem"),
    ("pair-cyp3a4-critical", C, "ivabradine", "clarithromycin"),
    ("pair-cyp3a4-critical", C, "eplerenone", "itraconazole"),
    ("pair-midazolam-inhibitor", S, "alprazolam", "ketoconazole"),
    ("pair-simvastatin-gemfibrozil", C, "simvastatin", "gemfibrozil"),
    ("pair-simvastatin-blocker", C, "simvastatin", "cyclosporine"),
    ("pair-statin-ciclosporin", C, "rosuvastatin", "ciclosporin"),
    ("pair-simvastatin-limited", S, "simvastatin", "amlodipine"),
    ("pair-atorvastatin-inhibitor", S, "atorvastatin", "clarithromycin"),
    ("pair-colchicine-pgp", C, "colchicine", "clarithromycin"),
    ("pair-colchicine-moderate", S, "colchicine", "verapamil"),
    ("pair-theophylline-inhibitor", S, "theophylline", "ciprofloxacin"),
    ("pair-tizanidine-moderate", S, "tizanidine", "cimetidine"),
    ("pair-snri-maoi", C, "venlafaxine", "phenelzine"),
    ("pair-snri-maoi", C, "bupropion", "tranylcypromine"),
    ("pair-antidepressant-hidden-maoi", C, "sertraline", "linezolid"),
    ("pair-antidepressant-hidden-maoi", C, "duloxetine", "methylene blue"),
    ("pair-sympathomimetic-maoi", C, "pseudoephedrine", "phenelzine"),
    ("pair-two-maoi", C, "phenelzine", "selegiline"),
    ("pair-carbamazepine-maoi", C, "carbamazepine", "phenelzine"),
    ("pair-tramadol-serotonin", S, "tramadol", "sertraline"),
    ("pair-ssri-other-serotonin", S, "citalopram", "St John's wort"),
    ("pair-tamoxifen-cyp2d6", S, "tamoxifen", "paroxetine"),
    ("pair-clozapine-marrow", C, "clozapine", "carbamazepine"),
    ("pair-clozapine-cyp1a2", S, "clozapine", "fluvoxamine"),
    ("pair-clozapine-benzodiazepine", S, "olanzapine", "lorazepam"),
    ("pair-transplant-inhibitor", S, "tacrolimus", "fluconazole"),
    ("pair-transplant-inducer", S, "ciclosporin", "rifampicin"),
    ("pair-contraceptive-inducer", S, "Trinessa 28 Day Pack", "carbamazepine"),
    ("pair-valproate-carbapenem", C, "valproate", "meropenem"),
    ("pair-valproate-lamotrigine", S, "divalproex", "lamotrigine"),
    ("pair-aminoglycoside-loop", S, "gentamicin", "furosemide"),
    ("pair-aminoglycoside-nephrotoxin", S, "amikacin", "vancomycin"),
    ("pair-ceftriaxone-calcium", S, "ceftriaxone", "calcium gluconate"),
    ("pair-disulfiram-metronidazole", C, "disulfiram", "metronidazole"),
    ("pair-dofetilide", C, "dofetilide", "verapamil"),
    ("pair-voriconazole-inducer", C, "voriconazole", "rifampicin"),
    ("pair-hiv-inducer", C, "Biktarvy", "rifampicin"),
    ("pair-rilpivirine-ppi", C, "rilpivirine", "pantoprazole"),
    ("pair-retinoid-tetracycline", C, "isotretinoin", "doxycycline"),
    ("pair-qt-known", S, "citalopram", "ondansetron"),
    ("pair-fluoroquinolone-steroid", S, "levofloxacin", "prednisone"),
    ("pair-metformin-contrast", S, "metformin", "iohexol"),
    ("pair-mycophenolate-purine", S, "mycophenolate", "azathioprine"),
    ("pair-pde5-alphablocker", S, "sildenafil", "doxazosin"),
    ("pair-pde5-inhibitor", S, "sildenafil", "ritonavir"),
    ("pair-inhaled-steroid-booster", S, "fluticasone", "ritonavir"),
    ("pair-carbamazepine-macrolide", S, "carbamazepine", "erythromycin"),
    ("pair-sulfonylurea-azole", S, "glipizide", "fluconazole"),
]
PAIRS += [(f"pair-{rule}", severity, one, other) for rule, severity, one, other, _ in NEAR]
NAMES = [f"{rule}: {one} / {other}" for rule, _, one, other in PAIRS]


def fired(rule_id, one, other):
    found = compared(proposed(one), grown_up(other)).findings
    return [finding for finding in found if finding.rule_id == rule_id]


@pytest.mark.parametrize(("rule_id", "severity", "one", "other"), PAIRS, ids=NAMES)
def test_fires_both_ways_round(rule_id, severity, one, other):
    there, back = fired(rule_id, one, other), fired(rule_id, other, one)
    assert [found.severity for found in (*there, *back)] == [severity, severity]


def test_every_rule_has_an_example():
    pairs = {rule.rule_id for rule in interaction_rules() if not rule.third}
    assert pairs == {rule_id for rule_id, *_ in PAIRS}


@pytest.mark.parametrize(("rule", "severity", "one", "other", "neighbour"), NEAR)
def test_a_near_neighbour_does_not_call_the_rule(rule, severity, one, other, neighbour):
    assert standard().recognise(neighbour).ingredients
    assert fired(f"pair-{rule}", one, neighbour) == []


THREE = ("ibuprofen 400 mg", "lisinopril 10 mg", "furosemide 40 mg")


@pytest.mark.parametrize("last", THREE)
def test_painkiller_ace_inhibitor_and_diuretic_are_one_warning(last):
    others = [each for each in THREE if each != last]
    found = compared(proposed(last), grown_up(*others)).inline
    pairs = [each for each in found if each.kind == Kind.INTERACTION]
    assert [(each.rule_id, each.severity, each.about) for each in pairs] == [
        ("pair-nsaid-raas-diuretic", S, ("MedicationRequest/0", "MedicationRequest/1"))
    ]


def test_two_of_the_three_may_be_one_product():
    found = compared(proposed("ibuprofen"), grown_up("lisinopril-hydrochlorothiazide")).findings
    pairs = [each.rule_id for each in found if each.kind == Kind.INTERACTION]
    assert pairs == ["pair-nsaid-raas-diuretic"]


def test_a_gel_is_not_one_of_the_three_nor_a_caution():
    gel = proposed("diclofenac 1% gel", route="skin")
    assert compared(gel, grown_up("lisinopril", "furosemide")).findings == ()


def test_all_fifteen_high_priority_pairs_are_there_and_interrupt():
    high = [rule for rule in interaction_rules() if rule.tier == "onc"]
    assert [rule.rule_id for rule in high] == [f"onc-{n:02}" for n in range(1, 16)]
    assert {rule.severity for rule in high} == {C}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paracetamol", "warfarin"),
        ("pravastatin", "clarithromycin"),
        ("rosuvastatin", "ketoconazole"),
        ("atazanavir", "lisinopril"),
        ("sertraline", "lisinopril"),
        ("naratriptan", "phenelzine"),
        ("frovatriptan", "moclobemide"),
        ("amlodipine", "sildenafil"),
        ("metformin", "simvastatin"),
        ("levothyroxine", "amlodipine"),
        ("azithromycin", "simvastatin"),
        ("amoxicillin", "warfarin"),
        ("pantoprazole", "clopidogrel"),
        ("folic acid", "methotrexate"),
        ("salbutamol", "bisoprolol"),
        ("morphine", "paracetamol"),
        ("febuxostat", "methotrexate"),
        ("melatonin", "fluvoxamine"),
        ("baclofen", "ciprofloxacin"),
        ("losartan", "amlodipine"),
        ("meropenem", "levetiracetam"),
        ("naloxone", "morphine"),
        ("aspirin 75 mg", "clopidogrel"),
        ("aspirin 75 mg", "lithium"),
    ],
)
def test_a_harmless_pair_says_nothing(one, other):
    for what, taken in ((one, other), (other, one)):
        found = compared(proposed(what), grown_up(taken)).findings
        assert [each for each in found if each.kind == Kind.INTERACTION] == []


def test_a_medicine_does_not_interact_with_itself():
    found = compared(proposed("amiodarone"), grown_up("Cordarone")).findings
    assert Kind.INTERACTION not in {each.kind for each in found}


def test_the_stronger_rule_speaks_for_the_weaker_one():
    rules = rule_ids(compared(proposed("sotalol"), grown_up("haloperidol")).findings)
    assert "onc-08" in rules
    assert "pair-qt-known" not in rules


def test_a_finding_names_both_medicines_and_the_record():
    found = compared(proposed("sildenafil 50 mg"), grown_up("aspirin 75 mg", "nicorandil"))
    (finding,) = found.interrupting
    assert finding.text.startswith("sildenafil 50 mg with nicorandil:")
    assert finding.about == ("MedicationRequest/1",)


def test_each_current_medicine_is_named_on_its_own():
    found = compared(proposed("warfarin"), grown_up("ibuprofen", "naproxen")).inline
    pairs = [each for each in found if each.rule_id == "pair-anticoagulant-nsaid"]
    assert [each.about[0] for each in pairs] == ["MedicationRequest/0", "MedicationRequest/1"]


def test_every_ingredient_of_a_combination_is_compared():
    found = compared(proposed("Vicodin"), grown_up("diazepam")).findings
    assert "pair-opioid-sedative" in rule_ids(found)


def test_a_cream_stands_beside_instead_of_interrupting():
    found = compared(proposed("ketoconazole 2% cream", route="skin"), grown_up("simvastatin"))
    assert found.interrupting == ()
    assert "less reaches the blood" in found.inline[0].text


@pytest.mark.parametrize("route", ["", "skin", "transdermal"])
def test_what_goes_through_the_skin_interrupts_all_the_same(route):
    found = compared(proposed("nitroglycerin 2% ointment", route=route), grown_up("sildenafil"))
    assert "pair-nitrate-pde5" in rule_ids(found.interrupting)


def test_a_current_cream_is_known_by_its_words():
    found = compared(proposed("simvastatin"), grown_up("Ketoconazole 2% cream"))
    assert found.interrupting == ()
