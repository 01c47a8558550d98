"""Make .venv and install what a requirements file asks for, when it changed since last time."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOLD = ("Collecting", "Installing")


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def give_up(sentence: str) -> None:
    sys.exit(f"Chartwave cannot be set up: {sentence}")


def works(python: Path) -> bool:
    """Whether the environment's Python still runs; it may have been updated or moved away."""
    check = "import sys, pip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    try:
        done = subprocess.run([python, "-Ic", check], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def make_venv() -> None:
    """A fresh .venv; one that is cut short does not work and is made again."""
    if os.pathsep in str(ROOT):
        give_up(f"the path {ROOT} holds a colon, which Python environments cannot bear. Move it.")
    say("Making .venv")
    maker = getattr(sys, "_base_executable", sys.executable)  # not the one about to be removed
    shutil.rmtree(VENV, ignore_errors=True)
    command = [maker, "-m", "venv", str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        shutil.rmtree(VENV, ignore_errors=True)
        give_up(
            f"this Python {version} makes no environments. On Debian and Ubuntu: "
            f"apt install python{version}-venv\n{made.stdout}{made.stderr}"
        )


def fingerprint(requirements: Path) -> str:
    """What is to be there: the files' text and the Python they are for."""
    text = requirements.read_text()
    included = [ROOT / line[3:].strip() for line in text.splitlines() if line.startswith("-r ")]
    everything = [text, *(file.read_text() for file in included)]
    version = subprocess.run([PYTHON, "-V"], capture_output=True, text=True, check=True).stdout
    return hashlib.sha256("".join([version, *everything]).encode()).hexdigest()


def install(requirements: Path) -> None:
    say(f"Installing {requirements.name} (some minutes the first time)")
    command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    pip = subprocess.Popen(
        [*command, "-r", str(requirements)],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    kept = []
    for line in pip.stdout or ():
        kept.append(line)
        if line.strip().startswith(TOLD):
            say(f"  {told(line)}")
    if pip.wait():
        say("".join(kept[-30:]))
        give_up("pip could not install the requirements; its words are above. Is there a network?")


def told(line: str) -> str:
    """One of pip's lines, without what only pip needs.

    >>> told("  Collecting numpy==2.4.6 (from -r requirements.txt (line 30))")
    'Collecting numpy==2.4.6'
    >>> told("Installing collected packages: a, b, c")
    'Unpacking 3 packages (a minute or two)'
    """
    words, _, packages = line.strip().partition(" packages: ")
    if packages:
        return f"Unpacking {len(packages.split(', '))} packages (a minute or two)"
    return words.partition(" (from")[0][:80]


def take_turns(lock: IO[str]) -> None:
    """Two set-ups at once would write into the same environment."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Waiting for another set-up of this folder to end")
        fcntl.flock(lock, fcntl.LOCK_EX)


def main() -> None:
    requirements = ROOT / sys.argv[1]
    stamp = VENV / f"installed-{requirements.name}"
    with Path(__file__).open() as lock:
        take_turns(lock)
        if not works(PYTHON):
            make_venv()
        wanted = fingerprint(requirements)
        if not stamp.exists() or stamp.read_text() != wanted:
            stamp.unlink(missing_ok=True)
            install(requirements)
            stamp.write_text(wanted)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
