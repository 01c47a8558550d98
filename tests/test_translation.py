"""Every visible word goes through gettext: templates are read as a browser would."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import tag_re

ROOT = Path(__file__).resolve().parent.parent
SPOKEN = {"aria-label", "title", "placeholder", "alt", "data-label"}
TITLED = {"panel", "notice", "none_recorded", "could_not_load", "icon", "include"}
# The samples of the page of components are not for patients' pages.
LEFT_ENGLISH = {"templates/style.html"}
ALLOWED = {
    *("Chartwave", "HH:MM:SS", "SHA-256", "FHIR", "RxNorm", "UCUM"),
    *("min", "mm/s", "mm/mV", "mV", "s", "ms", "L/min", "kg", "cm", "mmHg"),
}
LETTER = re.compile(r"[^\W\d_]")
STANDS_FOR_A_TAG = "\N{OBJECT REPLACEMENT CHARACTER}"
TITLE = re.compile(r'\b(?:title|label|caption|note)=("[^"]*")')
FIRST = re.compile(r'^{%\s*(?:panel|none_recorded|could_not_load)\s+("[^"]*")')
SECOND = re.compile(r'^{%\s*notice\s+"\w*"\s+("[^"]*")')
DEFAULT = re.compile(r'\|default(?:_if_none)?:("[^"]*")')


class Visible(HTMLParser):
    """The words of a page: its text and what is read aloud of its attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"kbd", "code", "script"}:
            self.inside.append(tag)
        shown = SPOKEN | ({"value"} if ("type", "submit") in attrs and tag == "input" else set())
        self.found += [value or "" for name, value in attrs if name in shown]

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.found.append(data)


def _without_tags(source: str) -> tuple[str, list[str]]:
    """The markup with each template tag as one sign, and the constants that tags show."""
    markup, constants, skipped = [], [], ""
    for piece in tag_re.split(source):
        word = (re.match(r"{%\s*(\w+)", piece) or ["", ""])[1]
        if skipped:
            skipped = "" if word == f"end{skipped}" else skipped
        elif word in {"blocktranslate", "comment"}:
            skipped = word
        elif piece.startswith(("{%", "{{", "{#")):
            markup.append(STANDS_FOR_A_TAG if not piece.startswith("{#") else "")
            constants += _constants(piece, word)
        else:
            markup.append(piece)
    return "".join(markup), constants


def _constants(tag: str, word: str) -> Iterator[str]:
    searches = [DEFAULT] if not tag.startswith("{#") else []
    searches += [TITLE, FIRST, SECOND] if word in TITLED else []
    for search in searches:
        yield from (match[1].strip('"') for match in search.finditer(tag))


def untranslated(source: str) -> list[str]:
    """What people read in this template that gettext does not see."""
    markup, constants = _without_tags(source)
    page = Visible()
    page.feed(markup)
    page.close()
    words = re.compile(rf"[\s{STANDS_FOR_A_TAG}()·:;,.–—…%/0-9-]+")
    texts = [text for text in (*page.found, *constants) if LETTER.search(text)]
    return [
        " ".join(text.replace(STANDS_FOR_A_TAG, "…").split())
        for text in texts
        if any(LETTER.search(part) for part in words.split(_less_allowed(text)))
    ]


def _less_allowed(text: str) -> str:
    for allowed in sorted(ALLOWED, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(allowed)}(?!\w)", "", text)
    return text


def templates() -> list[str]:
    folders = [ROOT / "templates", *ROOT.glob("*/templates")]
    found = (file for folder in folders for file in sorted(folder.rglob("*.html")))
    names = (str(file.relative_to(ROOT)) for file in found)
    return [name for name in names if name not in LEFT_ENGLISH]


@pytest.mark.parametrize("name", templates())
def test_every_visible_text_can_be_translated(name):
    assert untranslated((ROOT / name).read_text()) == []


@pytest.mark.parametrize(
    "planted",
    [
        "<p>Hello</p>",
        "<p>{{ n }} patients</p>",
        "<p>{% if a %}Since{% endif %} {{ when }}</p>",
        '<nav aria-label="Pages">{{ x }}</nav>',
        '<nav aria-label="Patient: {{ name }}"></nav>',
        '<img alt="A trace">',
        '<input placeholder="Name">',
        '<td data-label="Born"></td>',
        '<input type="submit" value="Save">',
        '{% panel "Problems" icon="x" %}{% endpanel %}',
        '{% notice "warn" "Paused" %}{% endnotice %}',
        '{% icon "x" label="Error" %}',
        '{{ reason|default:"not recorded" }}',
        '{% could_not_load "Visits" %}',
    ],
)
def test_a_planted_text_is_found(planted):
    assert untranslated(planted)


@pytest.mark.parametrize(
    "fine",
    [
        '<p>{% translate "Hello" %}</p>',
        "<p>{% blocktranslate trimmed %}Hello {{ name }}{% endblocktranslate %}</p>",
        '<nav aria-label="{% translate "Pages" %}"></nav>',
        "<title>{{ x }} – Chartwave</title>",
        "<kbd>Home</kbd>",
        "<span>/min</span> 25 mm/s",
        '{% panel _("Problems") icon="x" %}{% endpanel %}',
        '{{ reason|default:_("not recorded") }}',
        "{# Context: patient #}",
    ],
)
def test_translated_text_is_left_alone(fine):
    assert untranslated(fine) == []
