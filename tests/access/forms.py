"""Filling a page's own form, as somebody would who may send it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from django.utils import timezone

FORM = "application/x-www-form-urlencoded"
LEFT_OUT = {"csrfmiddlewaretoken", "unlock_password"}
NO_VALUE = {"submit", "button", "file", "image", "reset"}

Attributes = dict[str, str | None]


@dataclass
class Field:
    """One input, its options where it has some, and the text within."""

    tag: str
    has: Attributes
    options: list[Attributes] = field(default_factory=list)
    text: str = ""

    @property
    def name(self) -> str:
        """Its name; empty for what is not sent."""
        return "" if "disabled" in self.has else self.has.get("name") or ""

    @property
    def kind(self) -> str:
        """Its type, or its tag."""
        return (self.has.get("type") or "text") if self.tag == "input" else self.tag


@dataclass
class Form:
    """A form of a page."""

    has: Attributes
    fields: list[Field] = field(default_factory=list)


class Page(HTMLParser):
    """The forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form begins, or a part of it."""
        has = dict(attrs)
        if tag == "form":
            self._open = Form(has)
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag in ("input", "select", "textarea"):
            self._open.fields.append(Field(tag, has))
        elif tag == "option" and self._open.fields:
            self._open.fields[-1].options.append(has)

    def handle_endtag(self, tag: str) -> None:
        """A form ends."""
        if tag == "form":
            self._open = None

    def handle_data(self, data: str) -> None:
        """The text of a textarea."""
        if self._open and self._open.fields and self._open.fields[-1].tag == "textarea":
            self._open.fields[-1].text += data


def forms_of(body: str, path: str) -> list[Form]:
    """The forms of a page that post to ``path``, the fullest first."""
    found = [form for form in Page(body).forms if _posts_to(form, path)]
    return sorted(found, key=lambda form: -len(form.fields))


def _posts_to(form: Form, path: str) -> bool:
    to = (form.has.get("action") or path).partition("?")[0]
    return (form.has.get("method") or "").lower() == "post" and to in (".", path)


def filled(form: Form) -> list[tuple[str, str]]:
    """Names and values: what stands in the form, and something in each field that needs it."""
    pairs: list[tuple[str, str]] = []
    for each in form.fields:
        if not each.name or each.name in LEFT_OUT or each.kind in NO_VALUE:
            continue
        taken = any(name == each.name for name, _ in pairs)
        value = _value(each, taken=taken)
        if value is not None:
            pairs.append((each.name, value))
    return pairs


def _value(each: Field, *, taken: bool) -> str | None:
    needed = "required" in each.has
    if each.kind in ("checkbox", "radio"):
        ticked = "checked" in each.has or (needed and not taken)
        return (each.has.get("value") or "on") if ticked else None
    if each.kind == "select":
        return _choice(each, needed=needed)
    standing = (each.text if each.kind == "textarea" else each.has.get("value") or "").strip()
    return standing or (_words(each.kind) if needed else "")


def _choice(each: Field, *, needed: bool) -> str:
    offered = [option.get("value") or "" for option in each.options]
    marked = [option.get("value") or "" for option in each.options if "selected" in option]
    value = (marked or offered or [""])[0]
    return next(filter(None, offered), "") if needed and not value else value


def _words(kind: str) -> str:
    now = timezone.localtime()
    return {
        "date": f"{now:%Y-%m-%d}",
        "datetime-local": f"{now:%Y-%m-%dT%H:%M}",
        "time": f"{now:%H:%M}",
        "number": "1",
        "email": "somebody@example.org",
    }.get(kind, "some words")


def encoded(pairs: list[tuple[str, str]], changed: dict[str, str]) -> str:
    """A form as a browser sends it, with some of its fields changed or added."""
    kept = [(name, value) for name, value in pairs if name not in changed]
    return urlencode([*kept, *changed.items()])
