"""Style sheets and scripts travel compressed; everything else as it lies there."""

import gzip
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = "js/ecg/viewer.js"

# To close an answer looks after a connection that an earlier test left open.
pytestmark = pytest.mark.django_db


def ask(client, name, encoding="gzip, deflate, br", **headers):
    """The answer, with its whole ``body``; the file behind it is closed."""
    answer = client.get(f"/static/{name}", headers={"accept-encoding": encoding, **headers})
    answer.body = answer.getvalue()
    answer.close()
    return answer


@pytest.mark.parametrize("name", [SCRIPT, "css/components.css", "icons.svg"])
def test_a_text_comes_compressed_and_whole(client, name):
    answer = ask(client, name)
    assert answer["Content-Encoding"] == "gzip"
    assert int(answer["Content-Length"]) == len(answer.body)
    assert gzip.decompress(answer.body) == (ROOT / "static" / name).read_bytes()


def test_the_second_answer_is_the_first_one(client):
    assert ask(client, SCRIPT).body == ask(client, SCRIPT).body


def test_a_browser_that_takes_no_gzip_gets_the_file_as_it_is(client):
    answer = ask(client, SCRIPT, "identity")
    assert "Content-Encoding" not in answer
    assert answer.body == (ROOT / "static" / SCRIPT).read_bytes()


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_what_stands_between_keeps_both_apart(client, encoding):
    assert ask(client, SCRIPT, encoding)["Vary"] == "Accept-Encoding"


def test_a_part_of_a_file_is_not_compressed(client):
    answer = ask(client, SCRIPT, range="bytes=0-99")
    assert answer.status_code == 206
    assert answer.body == (ROOT / "static" / SCRIPT).read_bytes()[:100]


def test_an_unchanged_file_is_not_sent_again(client):
    answer = ask(client, SCRIPT, **{"if-none-match": ask(client, SCRIPT)["ETag"]})
    assert (answer.status_code, answer.body) == (304, b"")


def test_pages_are_not_compressed_with_it(client):
    assert "Content-Encoding" not in ask(client, "../sign-in/")
