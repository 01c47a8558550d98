"""Every version of a record: when, by whom, and which elements changed."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from fhir.codec import same
from fhir.mapping import IDENTITY
from fhir.models import Change, Record
from fhir.models.change import Op
from fhir.registry import mapping

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Version:
    """One version as shown.

    Attributes:
        version: Its number.
        op: What was done, such as "Created".
        at: When it was saved.
        who: Who saved it, by name where it was a person.
        origin: Where it came from, when it was not entered here.
        changed: Elements that differ from the version before, in words.
    """

    version: int
    op: str
    at: datetime
    who: str
    origin: str
    changed: str


def versions(record: Record) -> list[Version]:
    """Every version, newest first: two queries, however many there are."""
    rows = list(Change.objects.of(record.resource_type, record.fhir_id))
    names = _names(rows)
    after: Any = mapping(record.resource_type).render(record) if rows else {}
    found = []
    for row in rows:
        found.append(
            Version(
                version=row.version,
                op=_done(row.op),
                at=row.at,
                who=names.get(row.principal) or _label(row.principal),
                origin=row.origin,
                changed=changed_words(row.before, after),
            )
        )
        after = row.before or {}
    return found


def _names(rows: list[Change]) -> dict[str, str]:
    ids = {row.principal.removeprefix("user:") for row in rows if row.principal[:5] == "user:"}
    users = User.objects.filter(pk__in=ids)
    return {f"user:{user.pk}": user.get_full_name() or user.get_username() for user in users}


def _label(principal: str) -> str:
    """Who it was, where it was no person."""
    kind, _colon, name = principal.partition(":")
    kinds = {"system": _("this system"), "device": _("a device"), "client": _("another program")}
    return f"{kinds[kind]} ({name})" if kind in kinds else principal


def _done(op: str) -> str:
    words = {Op.CREATE: _("Created"), Op.UPDATE: _("Changed"), Op.DELETE: _("Deleted")}
    return words.get(Op(op), op)


def changed_words(before: dict[str, Any] | None, after: dict[str, Any]) -> str:
    """Names of the elements that differ, as words; nothing for the first version.

    >>> changed_words({"clinicalStatus": 1, "note": 2}, {"clinicalStatus": 3, "note": 2})
    'clinical status'
    """
    if before is None:
        return ""
    names = (before.keys() | after.keys()) - {*IDENTITY, "text"}
    differ = [n for n in names if not same(before.get(n), after.get(n))]
    return ", ".join(sorted(_WORDS.sub(" ", name).lower().strip("_") for name in differ))
