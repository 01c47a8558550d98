"""What the database refuses, in words for whoever sent it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DataError, IntegrityError, OperationalError
from psycopg import errors

from fhir.errors import Invalid, Refusal, VersionConflict
from fhir.mapping import Mapping
from fhir.registry import mapping

OUR_TRIGGER = re.compile(r"chartwave: (.*)")
IN_COLUMN = re.compile(r"COPY .*, column (\w+)")


class Guarded(Refusal):
    """The record is guarded: this cannot be changed any more."""

    status = 409
    code = "guarded"
    issue = "business-rule"


class Meanwhile(VersionConflict):
    """Somebody else wrote the same at the same moment. Repeat."""


@contextmanager
def told(type_: str = "") -> Iterator[None]:
    """Inside, what the database refuses is raised as a Refusal.

    Args:
        type_: The FHIR type that is written; empty where it is several.
    """
    try:
        yield
    except (IntegrityError, DataError, OperationalError) as error:
        refusal = _refusal(error.__cause__, type_)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(cause: BaseException | None, type_: str) -> Refusal | None:
    if not isinstance(cause, errors.Error):
        return None
    if isinstance(cause, errors.DeadlockDetected | errors.SerializationFailure):
        return Meanwhile()
    if isinstance(cause, errors.OperationalError):
        return None  # the database is gone, or full: no fault of the sender
    if isinstance(cause, errors.ForeignKeyViolation):
        return Meanwhile("What it refers to was deleted at the same moment. Repeat.")
    said = OUR_TRIGGER.match(cause.diag.message_primary or "")
    if said:
        return Guarded(f"{type_}: {said[1]}.", expression=type_)
    if isinstance(cause, errors.UniqueViolation):
        return _doubled(cause.diag.constraint_name or "", type_)
    return _invalid(cause, type_)


def _doubled(constraint: str, type_: str) -> Refusal:
    if "fhir_id" in constraint or constraint == "one_change_per_version":
        return Meanwhile()
    return Guarded(
        f'{type_}: another record has this already (rule "{_words(constraint)}"). '
        "Change that one, or send another value.",
        expression=type_,
    )


def _invalid(cause: errors.Error, type_: str) -> Invalid:
    found = IN_COLUMN.search(cause.diag.context or "")
    place = _element(type_, found[1] if found else cause.diag.column_name or "")
    if cause.diag.constraint_name and isinstance(cause, errors.CheckViolation):
        rule = _words(cause.diag.constraint_name)
        return Invalid(f'{place} breaks the rule "{rule}". Correct it.', expression=place)
    reason = (cause.diag.message_primary or "it cannot be stored")[:200]
    return Invalid(f"{place}: {reason}. Correct it.", expression=place)


def _element(type_: str, column: str) -> str:
    """The FHIR element that fills a column, as far as one does."""
    rules: Mapping | None = mapping(type_) if type_ else None
    for element in rules.elements if rules else ():
        if column in element.columns:
            return f"{type_}.{element.name}"
    return type_


def _words(name: str) -> str:
    return name.replace("_", " ")
