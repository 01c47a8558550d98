"""The access log of the web pages: one line for each request, whatever stands in its path."""

from typing import Any

from gunicorn.glogging import Logger, SafeAtoms


class OneLine(SafeAtoms):  # type: ignore[misc]
    """What gunicorn writes of a request; it escapes quotes only, and a path may hold %0A."""

    def __init__(self, atoms: dict[str, Any]) -> None:
        seen = {n: visible(v) if isinstance(v, str) else v for n, v in atoms.items()}
        super().__init__(seen)


def visible(text: str) -> str:
    r"""Text without any sign that begins a line, moves the cursor or is not seen.

    >>> visible("/a" + chr(10) + "b")
    '/a\\x0ab'
    """
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)


class AccessLog(Logger):  # type: ignore[misc]
    """Named by the launcher."""

    atoms_wrapper_class = OneLine
