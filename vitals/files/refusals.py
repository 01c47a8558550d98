"""Why a file cannot be read, in words that name the file, the field and the remedy.

Plain Python: the process that opens files has neither Django nor the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def gettext_noop(text: str) -> str:
    """Mark ``text`` for translation; whoever shows it translates it."""
    return text


class Unreadable(Exception):
    """One file, or a field in it, cannot be believed or kept.

    Attributes:
        code: Stable name of the reason, for programs.
        file: Name of the file at fault; empty when it is the upload as a whole.
        field: What in the file is at fault; may hold ``%(name)s`` of ``given``.
        what: What is wrong, likewise.
        remedy: What to do about it, likewise.
        given: Values for the three.
    """

    def __init__(
        self, code: str, file: str, field: str, what: str, remedy: str, **given: Any
    ) -> None:
        self.code, self.file, self.field = code, file, field
        self.what, self.remedy, self.given = what, remedy, given
        super().__init__(code)

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "file": self.file,
            "field": self.field,
            "what": self.what,
            "remedy": self.remedy,
            "given": {name: str(value) for name, value in self.given.items()},
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Unreadable:
        texts = [str(body.get(name, "")) for name in ("code", "file", "field", "what", "remedy")]
        code, file, field, what, remedy = texts
        return cls(code, file, field, what, remedy, **dict(body.get("given") or {}))


def truncated(file: str, expected: int, found: int) -> Unreadable:
    """The file ends before what its header promises."""
    return Unreadable(
        "truncated", file, gettext_noop("length"),
        gettext_noop("the header promises %(expected)s bytes and the file has %(found)s"),
        gettext_noop("Copy or export the file again; it may have been cut off on the way."),
        expected=expected, found=found,
    )  # fmt: skip


def not_a_number(file: str, field: str, text: str, **given: Any) -> Unreadable:
    """A field of the header should be a number and is not."""
    return Unreadable(
        "header", file, field,
        gettext_noop("“%(text)s” is not a number that can be there"),
        gettext_noop("The header is damaged: export the recording again."),
        text=text[:40], **given,
    )  # fmt: skip
