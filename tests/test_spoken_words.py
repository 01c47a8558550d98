"""What the Python of the pages says to people goes through gettext: labels, hints, refusals."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("accounts", "patients", "vitals", "ehr_project")
# Devices and other systems are spoken to in English; so is whoever starts the house.
TO_MACHINES = (
    *("accounts/clients/", "vitals/api/", "vitals/ecg/", "vitals/storage/"),
    *("vitals/acts/charting.py", "vitals/acts/receiving.py", "vitals/acts/recording.py"),
    *("patients/write_access.py", "/fhir_mappings", "/management/", "/migrations/", "/tests/"),
    "ehr_project/checks.py",  # Django's own checks speak English to whoever starts the house
    "ehr_project/style.py",  # its patients are samples
)
NOT_YET = ("accounts/access.py",)
LABELS = {"label", "help_text", "empty_label", "caption", "hint", "remedy", "title"}
REFUSALS = {"ValidationError", "Invalid", "NotAllowed", "DoseRefused", "ForbiddenAddressError"}
WORD = re.compile(r"[^\W\d_]{2,}")


def words(node: ast.expr) -> str:
    """The English of an expression that nobody could translate; empty where there is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(words(part) for part in node.values if isinstance(part, ast.Constant))
    if isinstance(node, ast.BinOp):
        return words(node.left)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return words(node.func.value) if node.func.attr == "format" else ""
    return ""


def spoken(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that a person will read."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    owner = getattr(call.func, "value", None)
    yield from (each.value for each in call.keywords if each.arg in LABELS)
    if name in REFUSALS:
        yield from call.args[:2]
    if name == "add_error" or getattr(owner, "id", "") == "messages":
        yield from call.args[1:2]


def untranslated(source: str) -> list[str]:
    """What people read of this module that gettext does not see."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    said = (words(each) for call in calls for each in spoken(call))
    return [text for text in said if WORD.search(text) and (" " in text or text[:1].isupper())]


def modules() -> list[str]:
    found = (file for app in PAGES for file in sorted((ROOT / app).rglob("*.py")))
    names = (file.relative_to(ROOT).as_posix() for file in found)
    return [name for name in names if not any(part in name for part in TO_MACHINES + NOT_YET)]


@pytest.mark.parametrize("app", PAGES)
def test_what_is_said_to_people_can_be_translated(app):
    found = {
        name: said
        for name in modules()
        if name.startswith(f"{app}/") and (said := untranslated((ROOT / name).read_text()))
    }
    assert found == {}


@pytest.mark.parametrize(
    "planted",
    [
        'forms.CharField(label="Family name")',
        'forms.CharField(help_text="As in the passport")',
        'raise ValidationError("That is no date.")',
        'raise Invalid(f"{name}: say why.")',
        'self.add_error("end", "It ends before it starts.")',
        'messages.success(request, "Saved.")',
        'messages.success(request, "%s is saved." % name)',
    ],
)
def test_a_planted_text_is_found(planted):
    assert untranslated(planted)


@pytest.mark.parametrize(
    "fine",
    [
        'forms.CharField(label=_("Family name"))',
        'raise ValidationError(_("%(value)s is no date.") % {"value": x})',
        'self.add_error("end", _("It ends before it starts."))',
        'row.update(label="family")',
    ],
)
def test_translated_text_is_left_alone(fine):
    assert untranslated(fine) == []
