"""Medicines on skin, eye and ear, of which little reaches the blood."""

import itertools

from patients.prescribing.formulary import tokens

LOCAL_ROUTES = frozenset(["skin", "eye", "ear"])
LOCAL_WORDS = frozenset(
    ["cream", "creams", "ointment", "gel", "lotion", "shampoo", "ophthalmic", "otic", "topical"]
)
LOCAL_PAIRS = (("eye", "drops"), ("ear", "drops"), ("eye", "drop"), ("ear", "drop"))
# A gel or cream that is meant to go through the skin, or is swallowed.
NOT_LOCAL = frozenset(["testosterone", "estradiol", "oestradiol", "oral", "mouth"])
WEAKER = "It is used on skin, eye or ear: less reaches the blood, how much is not known here."


def is_local(text: str, route: str) -> bool:
    """Whether a medicine stays where it is put, by its route or, without one, by its form."""
    if route:
        return route in LOCAL_ROUTES
    words = tokens(text)
    if NOT_LOCAL.intersection(words):
        return False
    pairs = itertools.pairwise(words)
    return bool(LOCAL_WORDS.intersection(words)) or any(pair in LOCAL_PAIRS for pair in pairs)
