"""Who did, recorded or said something, by name."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from accounts.models import Practitioner

PRACTITIONER = "Practitioner/"


def performer_words(performers: Any) -> str:
    """Names of performers as they were sent, with commas; a reference where there is no name."""
    actors = [each.get("actor") or {} for each in performers or [] if isinstance(each, dict)]
    return ", ".join(filter(None, (a.get("display") or a.get("reference") for a in actors)))


def names_of(references: Iterable[str]) -> dict[str, str]:
    """Names of the practitioners that literal references point to: one query for all of them."""
    return names(practitioners(references))


def practitioners(references: Iterable[str]) -> QuerySet[Practitioner]:
    """The practitioners among ``references``."""
    ids = {each.removeprefix(PRACTITIONER) for each in references if each.startswith(PRACTITIONER)}
    return Practitioner.objects.filter(fhir_id__in=ids)


def names(rows: Iterable[Practitioner]) -> dict[str, str]:
    """Name of each by its reference."""
    return {row.reference: str(row) for row in rows}


def performers_named(performers: Any) -> str:
    """Names of performers with commas; references are looked up."""
    words = performer_words(performers)
    return with_names(words, names_of(words.split(", "))) if "/" in words else words


def with_names(words: str, names: dict[str, str]) -> str:
    """``words`` with references replaced by names; what is unknown here is said to be elsewhere."""
    parts = [names.get(part, part) for part in words.split(", ") if part]
    return ", ".join(dict.fromkeys(part for part in parts if "/" not in part)) or (
        "somebody not known here" if parts else ""
    )
