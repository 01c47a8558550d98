"""Nobody writes lines of their own into the access log by what they put into a path."""

import pytest

from ehr_project.access_log import OneLine
from ehr_project.house import ACCESS_LINE, web_command

SAID = {"t": "[now]", "m": "GET", "s": "404", "B": 10, "M": 3}


@pytest.mark.parametrize(
    "path",
    [
        '/a\n[now] GET "/admin/" 200 5 1ms',
        "/a\r\nx",
        "/a\x1b[2Jx",
        "/a\x85x",
        "/a\u2028x",
        '/a" 200 5 1ms',
    ],
)
def test_a_request_is_one_line_of_visible_signs(path):
    line = ACCESS_LINE % OneLine(SAID | {"U": path})
    assert line.isprintable()
    assert len(line.splitlines()) == 1
    assert line.endswith('" 404 10 3ms')


def test_a_path_without_such_signs_stays_as_it_is():
    assert '"/patients/é/"' in ACCESS_LINE % OneLine(SAID | {"U": "/patients/é/"})


def test_the_web_server_writes_its_log_so():
    words = web_command(8000)
    assert words[words.index("--logger-class") + 1] == "ehr_project.access_log.AccessLog"
