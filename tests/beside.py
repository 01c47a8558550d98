"""A process beside a house, at work on the same data: Django is loaded once, each errand is a copy.

``python -m tests.beside`` reads a line for each errand, a module and its words as a JSON list, and
runs the module as ``python -m`` would, in a copy of itself that nothing outlives. It answers with a
line: the exit status, what was printed, what was complained of.
"""

import importlib
import json
import os
import runpy
import signal
import sys
import tempfile
from collections.abc import Sequence
from typing import IO, Any, NoReturn

WITHIN_S = 1200
MOSTLY_NEEDED = ("tests.cast", "vitals.acts.wearing", "vitals.sync.acts")


def carried_out(module: str, words: Sequence[str]) -> list[Any]:
    """Exit status, output and complaints of one errand."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        pid = os.fork()
        if pid == 0:
            carry_out(module, words, said, complained)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return [status, *(_text(each) for each in (said, complained))]


def carry_out(
    module: str, words: Sequence[str], said: IO[bytes], complained: IO[bytes]
) -> NoReturn:
    """Become ``python -m module words``."""
    signal.alarm(WITHIN_S)
    os.dup2(said.fileno(), sys.stdout.fileno())
    os.dup2(complained.fileno(), sys.stderr.fileno())
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    raise SystemExit(0)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def main() -> None:
    for line in sys.stdin:
        module, *words = json.loads(line)
        answer = json.dumps(carried_out(module, words))
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    import django

    django.setup()
    for needed in MOSTLY_NEEDED:
        importlib.import_module(needed)
    main()
