"""What the log tells of an error: its kind and where it happened, never its words.

The words of an error quote what it stumbled over: a name, a value, a row of a table.
"""

import logging
import traceback
from types import TracebackType
from typing import Final, TypeAlias

from django.core.exceptions import ImproperlyConfigured

# Says which setting is wrong, before there is any patient to speak of.
OF_THE_HOUSE: Final = ImproperlyConfigured
ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class WithoutWords(logging.Formatter):
    """Writes tracebacks as lines of our code and the kinds of the errors."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  logging's name
        return "\n".join(where(error) for error in reversed(chain(ei[1])))


def chain(error: BaseException | None) -> list[BaseException]:
    """An error, what it was raised from or during, and so on."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def where(error: BaseException) -> str:
    """The lines of code that led to an error, and its kind."""
    words = f": {error}" if isinstance(error, OF_THE_HOUSE) else ""
    return "".join([*traceback.format_tb(error.__traceback__), type(error).__qualname__, words])
