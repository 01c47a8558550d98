"""What the web server writes down: of each request the address that it matched, never its path.

A path is typed by people: /patients/Rosa Lindqvist/ leads nowhere and names somebody. So the log
has the pattern that the house itself wrote (``patients/<uuid:patient_id>/``), and of a path that
matched none that it was unknown. Who looked at whom stands in the audit trail.
"""

import logging
from typing import Any, Final

from gunicorn.glogging import Logger, SafeAtoms

from ehr_project.logs import WithoutWords

# Where the door leaves the pattern that a request matched, among what WSGI knows of it.
ROUTE: Final = "chartwave.route"
UNKNOWN: Final = "unknown path"
STATIC: Final = "/static/"  # served before any pattern is asked
METHODS: Final = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
# Time, method, address, status, bytes, milliseconds: nothing else can be written by mistake.
WRITTEN: Final = ("t", "m", "U", "s", "B", "M")


class OneLine(SafeAtoms):  # type: ignore[misc]
    """What gunicorn writes of a request; it escapes quotes only."""

    def __init__(self, atoms: dict[str, Any]) -> None:
        known = {name: atoms[name] for name in WRITTEN if name in atoms}
        route = atoms.get(f"{{{ROUTE}}}e")
        known["U"] = f"/{route}" if route is not None else _unmatched(str(atoms.get("U")))
        known["m"] = atoms["m"] if atoms.get("m") in METHODS else "-"
        super().__init__({n: visible(v) if isinstance(v, str) else v for n, v in known.items()})


def _unmatched(path: str) -> str:
    return STATIC if path.startswith(STATIC) else UNKNOWN


def visible(text: str) -> str:
    r"""Text without any sign that begins a line, moves the cursor or is not seen.

    >>> visible("/a" + chr(10) + "b")
    '/a\\x0ab'
    """
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)


class AccessLog(Logger):  # type: ignore[misc]
    """Named by the launcher. Of what fails it writes where; gunicorn would quote the request."""

    atoms_wrapper_class = OneLine

    def setup(self, cfg: Any) -> None:
        """As gunicorn does, with tracebacks that quote nothing."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(WithoutWords(self.error_fmt, self.datefmt))

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Of a request that is none, only from where it came."""
        told = msg.partition(": ")[0] if msg.startswith("Invalid request") else msg
        super().warning(told, *args, **kwargs)

    def exception(self, msg: object, *_args: Any, **_kwargs: Any) -> None:
        """What failed and where, without the address that was asked for."""
        told = msg.partition(" %")[0] if isinstance(msg, str) else type(msg).__name__
        self.error_log.log(logging.ERROR, told, exc_info=True)
