"""From blocks to PDF, by typst; the only module that knows it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import typst
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from patients.printing.blocks import Block

TEMPLATES: Final = Path(settings.BASE_DIR) / "templates" / "print"
# What the built-in font draws: Latin, Greek, Cyrillic and their signs. A test draws them all.
# Left out though drawn: signs that turn the direction of what follows.
DRAWN: Final = (
    *((0x09, 0x0A), (0x20, 0x7E), (0xA0, 0x377), (0x384, 0x38A), (0x38C, 0x38C)),
    *((0x38E, 0x3A1), (0x3A3, 0x4FF), (0x1E00, 0x1EFF), (0x2000, 0x200D), (0x2010, 0x2029)),
    *((0x202F, 0x2040), (0x2044, 0x2052), (0x2070, 0x2071), (0x2074, 0x208E), (0x2090, 0x209C)),
    *((0x20A0, 0x20BA), (0x2100, 0x211E), (0x2122, 0x2122), (0x2126, 0x214B), (0x2153, 0x2184)),
    *((0x2190, 0x22FF), (0x2500, 0x25FF), (0x2610, 0x2613), (0x2713, 0x2714)),
)


@dataclass(frozen=True)
class Identity:
    """Who it is about, as printed on every page."""

    name: str
    born: str
    gender: str
    number: str


@dataclass(frozen=True)
class Document:
    """A printed document.

    Attributes:
        title: What it is.
        person: Whom it is about.
        facility: Who gives it out.
        printed: When and by whom it was printed, in words.
        printed_by: Name of that person.
        blocks: Its content.
        mark: Why it is not valid, such as "DRAFT – unsigned": printed on every page.
        paper: Paper size.
    """

    title: str
    person: Identity
    facility: str
    printed: str
    printed_by: str
    blocks: Sequence[Block]
    mark: str = ""
    paper: str = "a4"


def pdf(document: Document) -> bytes:
    """The document as PDF.

    What a person wrote reaches typst as data, so no markup in it is ever obeyed. Characters that
    the font cannot draw are announced on the page rather than left out in silence.
    """
    body = [{"kind": block.kind, **asdict(block)} for block in document.blocks]
    words: dict[str, Any] = {
        "title": document.title,
        "person": asdict(document.person),
        "facility": document.facility,
        "printed": document.printed,
        "printed_by": document.printed_by,
        "mark": document.mark,
        "paper": document.paper,
        "demo": str(_("DEMO – invented people")) if settings.DEMO else "",
        "page_word": str(_("Page")),
        "of_word": str(_("of")),
        "language": (translation.get_language() or "en")[:2],
        "blocks": body,
    }
    if not drawn(orjson.dumps(words).decode()):
        text = _("Some characters could not be printed. Read the original on the screen.")
        words["blocks"] = [{"kind": "notice", "text": str(text)}, *body]
    made: bytes = typst.compile(
        str(TEMPLATES / "document.typ"),
        root=str(TEMPLATES),
        ignore_system_fonts=True,  # the same paper from every machine
        sys_inputs={"document": orjson.dumps(words).decode()},
        timestamp=int(timezone.now().timestamp()),
    )
    return made


def drawn(text: str) -> bool:
    """The font has a sign for every character.

    >>> drawn("Agnieszka Wójcik, 5 μmol/L"), drawn("山田")
    (True, False)
    """
    return all(any(low <= ord(c) <= high for low, high in DRAWN) for c in text)
