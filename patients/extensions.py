"""Pronouns and sex for clinical use: FHIR extensions of a Patient, among others that stay.

Both are complex extensions: a ``value``, and perhaps a period, a comment, what it rests on. Only
the value is read and written here; everything else in the list keeps its place and its letters.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from patients.chart.concepts import words_of

STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
PRONOUNS = STRUCTURE + "individual-pronouns"
SEX_FOR_CLINICAL_USE = STRUCTURE + "patient-sexParameterForClinicalUse"
SEX_SYSTEM = "http://terminology.hl7.org/CodeSystem/sex-parameter-for-clinical-use"
SEX_WORDS: dict[str, str | Promise] = {
    "female-typical": gettext_lazy("Use female-typical ranges and doses"),
    "male-typical": gettext_lazy("Use male-typical ranges and doses"),
    "specified": gettext_lazy("Specified otherwise: ask"),
    "unknown": gettext_lazy("Unknown"),
}


def pronouns(extensions: list[dict[str, Any]] | None) -> str:
    """The pronouns in words; empty when none are recorded."""
    return ", ".join(filter(None, map(words_of, _values(extensions, PRONOUNS))))


def sex_for_clinical_use(extensions: list[dict[str, Any]] | None) -> str:
    """Its code, else its words; several contexts that differ are all said."""
    found = [_code(value) or words_of(value) for value in _values(extensions, SEX_FOR_CLINICAL_USE)]
    return ", ".join(dict.fromkeys(filter(None, found)))


def with_pronouns(extensions: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """The list with these pronouns, or with none."""
    return _with(extensions, PRONOUNS, {"text": text} if text else None)


def with_sex_for_clinical_use(extensions: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    """The list with this sex for clinical use, or with none."""
    value = {"coding": [{"system": SEX_SYSTEM, "code": code}]} if code else None
    return _with(extensions, SEX_FOR_CLINICAL_USE, value)


def _with(
    extensions: list[dict[str, Any]], url: str, value: dict[str, Any] | None
) -> list[dict[str, Any]]:
    fresh = [] if value is None else [_extension(url, value)]
    place = next((n for n, each in enumerate(extensions) if each.get("url") == url), None)
    others = [each for each in extensions if each.get("url") != url]
    place = len(others) if place is None else place
    return [*others[:place], *fresh, *others[place:]]


def _extension(url: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"url": url, "extension": [{"url": "value", "valueCodeableConcept": value}]}


def _values(extensions: list[dict[str, Any]] | None, url: str) -> list[dict[str, Any]]:
    return [
        part["valueCodeableConcept"]
        for each in extensions or []
        if isinstance(each, dict) and each.get("url") == url
        for part in each.get("extension") or []
        if part.get("url") == "value" and isinstance(part.get("valueCodeableConcept"), dict)
    ]


def _code(value: dict[str, Any]) -> str:
    codings = value.get("coding") or [{}]
    return str(codings[0].get("code", "")) if codings[0].get("system") == SEX_SYSTEM else ""
