"""The process that opens files: what it may not have, and what ends it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from ehr_project.database.processes import until
from vitals.files import killable
from vitals.files.killable import opened
from vitals.files.layout import Layout
from vitals.files.refusals import Unreadable
from vitals.tests.files import made

SLEEP = "import time; time.sleep(60)"
FILL = "x = bytearray(10**10)"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.edf").write_bytes(made.edf())
    return tmp_path


@pytest.fixture
def instead(monkeypatch):
    """Let another program run with the limits of the child."""

    def run(code):
        words = f"from vitals.files.child import limit; limit(); {code}"
        true = subprocess.Popen

        def started(command, **options):
            return true([sys.executable, "-c", words, *command[3:]], **options)

        monkeypatch.setattr(killable.subprocess, "Popen", started)

    return run


def test_samples_can_be_read_while_it_is_open(folder):
    with opened(folder, ["a.edf"], Layout()) as found:
        assert found.recordings[0].steps.shape == (2500, 1)


def test_nothing_is_left_on_disk_afterwards(folder):
    with opened(folder, ["a.edf"], Layout()) as found:
        place = found.recordings[0].steps.filename
    assert not os.path.exists(place)  # noqa: PTH110 -- the name of a memory map


def test_what_takes_too_long_is_killed(folder, instead):
    instead(SLEEP)
    began = time.monotonic()
    with pytest.raises(Unreadable) as no, opened(folder, ["a.edf"], Layout(), wall_s=1.0):
        pass
    assert no.value.code == "too-hard"
    assert "too long" in no.value.what
    assert time.monotonic() - began < 45


def test_what_takes_too_much_memory_is_refused(folder, instead):
    instead(FILL)
    with pytest.raises(Unreadable) as no, opened(folder, ["a.edf"], Layout()):
        pass
    assert no.value.code == "too-hard"


def test_it_has_no_secret_of_the_house(folder, instead, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "s" * 60)
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere")
    instead(f"import os; open({str(tmp_path / 'seen')!r}, 'w').write(repr(dict(os.environ)))")
    with pytest.raises(Unreadable), opened(folder, ["a.edf"], Layout()):
        pass
    seen = (tmp_path / "seen").read_text()
    assert "SECRET_KEY" not in seen
    assert "DATABASE_URL" not in seen


def test_it_starts_without_django_and_without_what_it_does_not_need():
    words = (
        "import sys, vitals.files.child, vitals.files.reading, vitals.files.sorting;"
        "print([m for m in ('django', 'psycopg', 'wfdb', 'pydicom', 'edfio', 'neurokit2')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_web_process_loads_no_library_of_a_format_and_none_of_signals():
    import vitals.views.importing  # noqa: F401

    words = (
        "import os, django; os.environ.setdefault('CHARTWAVE_DEMO', '1');"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'ehr_project.settings'); django.setup();"
        "import sys, vitals.urls;"
        "print([m for m in ('wfdb', 'pydicom', 'edfio', 'scipy', 'neurokit2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def zeros(n):
    """A zip of so many zeros, a thousandth of their size."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.edf", "w", force_zip64=True) as file,
    ):
        for _ in range(n // 2**20):
            file.write(bytes(2**20))
    return packed.getvalue()


def refused(folder, name, data, **limits):
    (folder / name).write_bytes(data)
    began = time.monotonic()
    with pytest.raises(Unreadable) as no, opened(folder, [name], Layout(), **limits):
        pass
    return no.value.code, time.monotonic() - began


def test_a_zip_that_swells_is_stopped_by_the_real_process(folder):
    code, seconds = refused(folder, "bomb.zip", zeros(300 * 2**20))
    assert code == "zip"
    assert seconds < 90


def test_a_zip_inside_a_zip_is_not_opened(folder):
    inner = made.zipped({"a.edf": made.edf()})
    assert refused(folder, "twice.zip", made.zipped({"inner.zip": inner}))[0] in ("zip", "format")


def test_a_deflated_dicom_that_swells_does_not_fill_the_memory(folder):
    plain = made.dicom()
    end = plain.index(b"1.2.840.10008.1.2.1")
    head = plain[:end] + b"1.2.840.10008.1.2.1.99" + plain[end + 22 :]
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    again = packer.compress(bytes(2**24)) + packer.flush(zlib.Z_FULL_FLUSH)  # refers to nothing
    bomb = again * 256 + packer.flush()
    code, seconds = refused(folder, "bomb.dcm", head[:400] + bomb, wall_s=6.0)
    assert code in ("too-hard", "format", "header", "truncated", "no-signal")
    assert seconds < 60


def test_what_writes_without_end_is_stopped(folder, instead):
    instead(
        "import sys; out = open(sys.argv[2] + '/0.i16', 'wb');"
        "[out.write(bytes(2**24)) for _ in range(64)]"
    )
    with pytest.raises(Unreadable) as no, opened(folder, ["a.edf"], Layout()):
        pass
    assert no.value.code == "too-hard"


def test_what_counts_without_end_is_stopped_by_its_own_limit(folder, instead, monkeypatch):
    instead("import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass")
    with pytest.raises(Unreadable) as no, opened(folder, ["a.edf"], Layout()):
        pass
    assert "too long" in no.value.what


def test_what_it_started_dies_with_it(folder, instead, tmp_path):
    pid = tmp_path / "pid"
    instead(
        "import resource, subprocess; child = subprocess.Popen(['sleep', '600']);"
        f"open({str(pid)!r}, 'w').write(str(child.pid));"
        "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"
    )
    with pytest.raises(Unreadable), opened(folder, ["a.edf"], Layout()):
        pass
    assert until(lambda: is_over(pid.read_text()), 30)


def is_over(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True
