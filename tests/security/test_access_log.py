"""Nobody's name, and no line of a stranger, gets into the log of the web server by a request."""

import logging
from pathlib import Path

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidRequestLine

from ehr_project.access_log import ROUTE, AccessLog, OneLine
from ehr_project.house import ACCESS_LINE, web_command

SAID = {"t": "[now]", "m": "GET", "s": "404", "B": 10, "M": 3}
ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "Quillmark"
CHART = "patients/<uuid:patient_id>/"


def line(**atoms):
    return ACCESS_LINE % OneLine(SAID | atoms)


def matched(client, path, **request):
    """What the door noted of a request, as gunicorn would find it."""
    return client.generic("GET", path, **request).wsgi_request.META.get(ROUTE)


def test_the_container_logs_as_the_launcher_does():
    words = web_command(8000)
    logger = words[words.index("--logger-class") + 1]
    assert logger in (ROOT / "deploy" / "Dockerfile").read_text()


@pytest.fixture
def at_the_door(client, dr_ames):
    client.force_login(dr_ames)
    return client


@pytest.fixture
def written(tmp_path):
    """Gunicorn's logger as the launcher names it, and what it has written."""
    words = web_command(8000)
    config = Config()
    config.set("accesslog", str(tmp_path / "log"))
    config.set("errorlog", str(tmp_path / "log"))
    config.set("access_log_format", words[words.index("--access-logformat") + 1])
    log = AccessLog(config)
    yield log, lambda: (tmp_path / "log").read_text()
    for each in (log.error_log, log.access_log):
        for handler in [*each.handlers]:
            each.removeHandler(handler)
            handler.close()


def test_of_a_page_the_pattern_is_written(at_the_door, rosa):
    route = matched(at_the_door, f"/patients/{rosa.pk}/")
    assert route == CHART
    assert f'"/{CHART}"' in line(**{f"{{{ROUTE}}}e": route})


@pytest.mark.parametrize(
    "path",
    [
        f"/patients/{NAME}/",
        f"/patients/{NAME}",
        f"/{NAME}/",
        f"/static/{NAME}.js",
        f"/admin/{NAME}/",
        f"/fhir/Patient/{NAME}",
        f"/fhir/{NAME}",
        f"/api/v1/{NAME}/",
        f"/inbox/?box={NAME}",
        f"/terminology/{NAME}/",
        f"/patients/0198c0de-0000-7000-8000-000000000000/notes/{NAME}/",
    ],
)
def test_no_part_of_a_path_that_somebody_typed_is_written(at_the_door, path):
    assert NAME not in (matched(at_the_door, path) or "")


def test_of_a_path_that_matched_nothing_it_is_written_that_it_is_unknown(at_the_door):
    assert matched(at_the_door, f"/patients/{NAME}/") is None
    assert line(U=f"/patients/{NAME}/") == '[now] GET "unknown path" 404 10 3ms'


def test_of_a_file_of_the_house_it_is_written_that_it_is_one():
    assert line(U=f"/static/{NAME}.js") == '[now] GET "/static/" 404 10 3ms'


def test_what_the_header_of_a_request_claims_is_not_the_pattern(at_the_door):
    assert matched(at_the_door, f"/{NAME}/", headers={"chartwave.route": NAME}) is None


@pytest.mark.parametrize("atom", ["U", "r", "q", "f", "a", "u", "{referer}i", "{host}i", "m"])
def test_nothing_else_of_a_request_can_be_written(atom):
    everything = " ".join(f"%({name})s" for name in ["U", "r", "q", "f", "a", "u", "m", atom])
    assert NAME not in everything % OneLine(SAID | {atom: NAME})


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x1b", "\x85", "\u2028", '"'])
def test_a_request_is_one_line_of_visible_signs(sign):
    told = line(**{f"{{{ROUTE}}}e": f"a{sign}b"}, U=f"/a{sign}b", m=f"GET{sign}")
    assert told.isprintable()
    assert len(told.splitlines()) == 1
    assert told.endswith('" 404 10 3ms')


def test_the_web_server_writes_its_log_so():
    words = web_command(8000)
    assert words[words.index("--logger-class") + 1] == "ehr_project.access_log.AccessLog"


def test_a_request_that_is_none_is_not_quoted(written):
    log, told = written
    error = InvalidRequestLine(f"GET /patients/{NAME} Ruth/ HTTP/1.1")
    said = "Invalid request from ip={ip}: {error}"  # gunicorn.workers.base
    log.warning(said.format(ip="::1", error=error))
    assert "Invalid request from ip=::1\n" in told()
    assert NAME not in told()


def fault():
    raise ValueError(NAME)


def test_a_fault_says_where_and_nothing_of_the_request(written):
    log, told = written
    try:
        fault()
    except ValueError:
        log.exception("Error handling request %s", f"/patients/{NAME}/")
    assert "Error handling request\n" in told()
    assert "ValueError" in told()
    assert "in fault" in told()
    assert NAME not in told()


def test_gunicorns_own_logger_would_write_it(written, tmp_path):
    log, told = written
    for handler in log.error_log.handlers:
        handler.setFormatter(logging.Formatter())
    try:
        fault()
    except ValueError:
        super(AccessLog, log).exception("Error handling request %s", f"/patients/{NAME}/")
    assert told().count(NAME) > 1
