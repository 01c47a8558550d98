"""Text copied from an earlier note: always marked with its date and author."""

from django.utils import timezone
from django.utils.translation import gettext as _

from patients.attachments import text_of
from patients.chart.notes import author_words, practitioner_names
from patients.models import DocumentReference, NoteDraft
from patients.note_text import Section, take_apart


def source_words(row: DocumentReference) -> str:
    """``copied from note of 22-Nov-2026 by Dr Ada Ames``."""
    author = author_words(row.authors, practitioner_names([row]))
    day = f"{timezone.localtime(row.listed_at):%d-%b-%Y}"
    return _("copied from note of %(day)s by %(author)s") % {"day": day, "author": author}


def marked(text: str, source: str) -> str:
    """``text`` with its source before and a mark behind, so that a reader sees where it ends."""
    return f"«{source}»\n{text}\n«{_('end of copied text')}»"


def copied_sections(draft: NoteDraft) -> list[Section] | None:
    """The draft's sections with the last note's words added, section by section.

    Sections go by their names; what finds no section of its name goes into the first.
    """
    rows = DocumentReference.objects.of(draft.patient).standing().notes_only().newest_first()
    last = rows.filter(parent_reference="").first()
    if last is None:
        return None
    source = source_words(last)
    sections = [dict(section) for section in draft.sections]
    places = {section["name"].upper(): place for place, section in enumerate(sections)}
    for part in take_apart(text_of(last.content)):
        known = part["name"] in places
        target = sections[places[part["name"]] if known else 0]
        words = part["text"] if known or not part["name"] else f"{part['name']}\n{part['text']}"
        parts = [target["text"], marked(words, source)]
        target["text"] = "\n\n".join(filter(None, parts))
    return sections
