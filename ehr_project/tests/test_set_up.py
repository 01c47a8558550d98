"""What bin/run and bin/test do before they start: find a Python, make .venv, install."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["a folder with spaces/" + "l" * 100 + "/" + "o" * 100])
def checkout(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A clone with nothing to install, in an awkward place."""
    folder = tmp_path / request.param
    shutil.copytree(ROOT / "bin", folder / "bin")
    (folder / "requirements.txt").write_text("# nothing\n")
    return folder


def set_up(checkout: Path) -> str:
    command = [sys.executable, str(checkout / "bin" / "set_up.py"), "requirements.txt"]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_the_environment_is_made_once_and_again_only_when_needed(checkout):
    first = set_up(checkout)
    assert "Making .venv" in first
    assert "Installing requirements.txt" in first
    assert set_up(checkout) == ""

    (checkout / "requirements.txt").write_text("# still nothing, but changed\n")
    assert "Installing" in set_up(checkout)

    (checkout / ".venv" / "bin" / "python").unlink()
    assert "Making .venv" in set_up(checkout)


def test_what_cannot_be_installed_is_said_and_tried_again(tmp_path):
    shutil.copytree(ROOT / "bin", tmp_path / "bin")
    (tmp_path / "requirements.txt").write_text("./does-not-exist\n")
    for _ in range(2):
        assert "pip could not install the requirements" in set_up(tmp_path)


def test_a_path_with_a_colon_is_refused_with_the_reason(tmp_path):
    folder = tmp_path / "a:b"
    shutil.copytree(ROOT / "bin", folder / "bin")
    (folder / "requirements.txt").write_text("")
    assert "holds a colon" in set_up(folder)


@pytest.mark.parametrize("command", ["run", "test"])
def test_the_command_works_from_any_folder_with_a_bare_path(tmp_path, command):
    shutil.copytree(ROOT / "bin", tmp_path / "bin")
    (tmp_path / "bin" / "set_up.py").write_text("import os, sys; sys.exit(os.getcwd())")
    bare = tmp_path / "programs"
    bare.mkdir()
    (bare / "python3").symlink_to(Path(sys.executable).resolve())
    done = subprocess.run(
        ["/bin/sh", str(tmp_path / "bin" / command)],
        cwd="/",
        env={"PATH": str(bare)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.strip() == str(tmp_path.resolve())
