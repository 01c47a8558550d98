"""What templates, style sheets and scripts must never do, and the scripts' own tests."""

import gzip
import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OURS = [path for path in TEMPLATES if "admin" not in path.parts]  # the rest override Django's
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
VENDOR = ROOT / "static" / "vendor"
CSS_BUDGET_BYTES = 15_000


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.needs("node")
def test_the_scripts_pass_their_own_tests():
    files = sorted(str(path) for path in (ROOT / "tests" / "js").glob("*.test.mjs"))
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", *files],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "# fail 0" in done.stdout


def test_an_open_page_asks_each_three_seconds_whether_it_may_stay():
    script = (ROOT / "static" / "js" / "here.js").read_text()
    assert "const EACH_MS = 3000;" in script


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_holds_no_inline_style_or_script(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert "hx-on" not in text
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("path", OURS, ids=named)
def test_a_template_says_what_context_it_takes(path):
    first = path.read_text().split("\n", 1)[0]
    assert first.startswith(("{# Context", "{# Django looks for this name"))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_hx_post_sits_on_a_real_form_or_its_button(path):
    text = path.read_text()
    posts = re.findall(r"<(\w+)[^>]*?\shx-post=", text)
    assert set(posts) <= {"form", "button"}
    for button in re.findall(r"<button\b[^>]*hx-post=[^>]*>", text):
        assert 'type="submit"' in button  # it sends the form around it where there is no script
        assert " name=" in button
    for form in re.findall(r"<form\b[^>]*hx-post=[^>]*>", text):
        assert 'method="post"' in form
        assert " action=" in form


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_form_that_posts_carries_the_token(path):
    text = path.read_text()
    for form in re.findall(r'<form\b[^>]*method="post"[^>]*>.*?</form>', text, re.DOTALL):
        assert "{% csrf_token %}" in form


def test_every_icon_is_in_the_sprite():
    sprite = (ROOT / "static" / "icons.svg").read_text()
    known = set(re.findall(r'<symbol id="([a-z-]+)"', sprite))
    used = set()
    for path in TEMPLATES:
        text = path.read_text()
        used |= set(re.findall(r'(?:\{% icon |icon=)"([a-z-]+)"', text))
    assert used - known == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_a_script_neither_evaluates_text_nor_writes_markup(path):
    text = path.read_text()
    assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML", text)


def test_our_style_sheets_stay_small():
    sheets = (path.read_bytes() for path in (ROOT / "static" / "css").glob("*.css"))
    assert sum(len(gzip.compress(sheet)) for sheet in sheets) <= CSS_BUDGET_BYTES


def test_vendored_files_are_those_of_the_lock():
    lock = json.loads((VENDOR / "lock.json").read_text())
    for vendored in lock["vendored"]:
        assert vendored["licence"]
        for name, digest in vendored["sha256"].items():
            assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name


def test_nothing_is_vendored_outside_the_lock():
    lock = json.loads((VENDOR / "lock.json").read_text())
    locked = {(VENDOR / name).resolve() for v in lock["vendored"] for name in v["sha256"]}
    present = {path for path in VENDOR.rglob("*") if path.is_file() and path.name != "lock.json"}
    assert present - locked == set()
