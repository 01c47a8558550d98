"""Which tests of a parallel run go to the same worker."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ehr_project.pytest_workers import WHOLE, group_of

ROOT = Path(__file__).resolve().parents[2]
NOTED = """
import os
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range(8))
def test_it(number):
    Path(__file__).with_suffix(".ran").open("a").write(os.environ["PYTEST_XDIST_WORKER"] + " ")
"""


@pytest.mark.parametrize("folder", WHOLE)
def test_the_files_of_a_folder_that_shares_a_house_go_together(folder):
    assert (ROOT / folder).is_dir()
    assert {group_of(f"{folder}test_a.py::test_it[1]"), group_of(f"{folder}b/test_b.py::T::x")} == {
        folder
    }


def test_a_file_is_never_split(tmp_path):
    files = [tmp_path / f"test_{letter}.py" for letter in "abc"]
    for file in files:
        file.write_text(NOTED)
    command = ["-m", "pytest", "-c", os.devnull, "-p", "ehr_project.pytest_workers"]
    done = subprocess.run(
        [sys.executable, *command, "-n", "2", "--dist", "loadgroup", "-p", "no:django", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "24 passed" in done.stdout, done.stdout
    workers = [set(file.with_suffix(".ran").read_text().split()) for file in files]
    assert [len(each) for each in workers] == [1, 1, 1]
    assert len(set.union(*workers)) == 2
