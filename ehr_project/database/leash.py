"""Start a program that dies with its parent and owns no more than it needs.

Run as ``python -I -S leash.py PARENT SIGNAL ACCOUNT PROGRAM…`` where ACCOUNT is ``-`` or
``UID:GID``. The program replaces this process, so its id stays the one the parent knows.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def drop_to(account: str) -> None:
    """Become another user for good; ``-`` stays who we are."""
    if account == "-":
        return
    uid, gid = (int(part) for part in account.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def die_with(parent: int, death_signal: int) -> None:
    """Ask Linux for ``death_signal`` at the parent's death; elsewhere nothing happens.

    The kernel forgets the wish when the user changes, so this comes after `drop_to`.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            sys.exit(1)


def main() -> None:
    parent, death_signal, account, *program = sys.argv[1:]
    drop_to(account)
    die_with(int(parent), int(death_signal))
    # Python ignores SIGPIPE, and what is ignored stays so after exec.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execv(program[0], program)  # noqa: S606


if __name__ == "__main__":
    main()
