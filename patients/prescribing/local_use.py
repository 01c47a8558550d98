"""Medicines on skin, eye and ear, of which little reaches the blood."""

import itertools

from patients.prescribing.comparison import Medicine, Proposed
from patients.prescribing.formulary import tokens

LOCAL_ROUTES = frozenset(["skin", "eye", "ear"])
LOCAL_WORDS = frozenset(
    ["cream", "creams", "ointment", "gel", "lotion", "shampoo", "ophthalmic", "otic", "topical"]
)
LOCAL_PAIRS = (("eye", "drops"), ("ear", "drops"), ("eye", "drop"), ("ear", "drop"))
# Put on the skin to go through it, or swallowed: never only local.
THROUGH_THE_SKIN = frozenset(
    [
        *("glyceryl-trinitrate", "testosterone", "estradiol", "fentanyl", "buprenorphine"),
        *("clonidine", "rivastigmine", "hyoscine-hydrobromide", "nicotine", "oxybutynin"),
        *("lidocaine", "timolol", "methotrexate", "miconazole"),
    ]
)
SWALLOWED = frozenset(["oral", "mouth"])
WEAKER = "It is used on skin, eye or ear: less reaches the blood, how much is not known here."


def is_local(medicine: Proposed | Medicine) -> bool:
    """Whether it stays where it is put, by its route or, without one, by its form."""
    if THROUGH_THE_SKIN.intersection(medicine.ingredients):
        return False
    if medicine.route:
        return medicine.route in LOCAL_ROUTES
    words = tokens(medicine.text)
    if SWALLOWED.intersection(words):
        return False
    pairs = itertools.pairwise(words)
    return bool(LOCAL_WORDS.intersection(words)) or any(pair in LOCAL_PAIRS for pair in pairs)
