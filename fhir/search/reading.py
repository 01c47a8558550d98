"""Values of search parameters: from what a client writes to what can be looked up."""

import re
from calendar import monthrange
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from typing import NoReturn, get_args
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from fhir.errors import BadParameter
from fhir.search.criteria import Bound, Prefix, Span

PREFIX = re.compile(rf"^({'|'.join(get_args(Prefix))})(?=[\d+-])")
DATE = re.compile(
    r"^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?"
    r"(Z|[+\- ]\d\d:\d\d)?)?)?)?\Z",
    re.ASCII,
)
NUMBER = re.compile(r"^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
LONGEST_NUMBER = 60
NEARLY = Decimal("0.1")  # FHIR R4 3.1.1.5.3: "ap" is within 10 % of the value, or of the gap to now
SHOWN = 40


def shown(text: str) -> str:
    """``text`` for a message: short, and without what cannot be sent."""
    short = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return short.encode("ascii", "backslashreplace").decode() if not short.isprintable() else short


def parts(text: str, sign: str) -> list[str]:
    r"""``text`` cut at every ``sign`` that no backslash protects; escapes stay.

    >>> parts(r"a,b\\,c", ",")
    ['a', 'b\\\\', 'c']
    """
    found, start = [], 0
    for match in re.finditer(rf"\\.|{re.escape(sign)}", text, re.DOTALL):
        if match.group() == sign:
            found.append(text[start : match.start()])
            start = match.end()
    return [*found, text[start:]]


def plain(text: str) -> str:
    r"""``text`` without the backslashes that protect ``, | $ \``.

    >>> plain(r"a\,b")
    'a,b'
    """
    return re.sub(r"\\([,|$\\])", r"\1", text)


def refuse(name: str, value: str, remedy: str) -> NoReturn:
    """Say which value of which parameter cannot be read, and how to write it.

    Raises:
        BadParameter: always.
    """
    raise BadParameter(f"{name}={shown(value)}: {remedy}", expression=name)


def date_span(name: str, text: str) -> Span:
    """A FHIR date of any precision with its prefix; without a zone it is in the house's."""
    prefix, rest = _prefix(text)
    match = DATE.match(rest)
    try:
        low, high = _moments(*match.groups()) if match else (None, None)
    except (ValueError, OverflowError):
        low = high = None
    if low is None or high is None:
        refuse(name, text, 'not a FHIR date such as "ge2024-05-01".')
    if prefix == "ap":
        return _near(low, high)
    return Span(prefix, low, high)


def _moments(
    year: str,
    month: str | None,
    day: str | None,
    hour: str | None,
    minute: str | None,
    second: str | None,
    fraction: str | None,
    zone: str | None,
) -> tuple[datetime, datetime]:
    spelled = zone.replace(" ", "+") if zone else ""  # a plus sign in an address means a space
    place = (
        datetime.fromisoformat(f"2000-01-01T00:00:00{spelled}").tzinfo
        if spelled
        else ZoneInfo(settings.TIME_ZONE)
    )
    micro = (fraction or "")[:6]
    numbers = [int(part or least) for part, least in ((year, 1), (month, 1), (day, 1))]
    clock = [int(part or 0) for part in (hour, minute, second, micro.ljust(6, "0"))]
    low = datetime(*numbers, *clock, tzinfo=place)  # type: ignore[misc, arg-type]
    if second is not None:
        width = timedelta(microseconds=10 ** (6 - len(micro)) - 1)
        return low, low + width
    last = datetime(
        low.year,
        low.month if month else 12,
        low.day if day else monthrange(low.year, low.month if month else 12)[1],
        low.hour if hour else 23,
        low.minute if minute else 59,
        59,
        999_999,
        tzinfo=place,
    )
    return low, last


def _near(low: datetime, high: datetime) -> Span:
    try:
        gap = abs(timezone.now() - low) / 10
        return Span("ap", low - gap, high + gap)
    except OverflowError:
        return Span("ap", low, high)


def number_span(name: str, text: str) -> Span:
    """A number with its prefix.

    Without a prefix it means every number that rounds to it; "gt" and its like mean it exactly.
    """
    prefix, rest = _prefix(text)
    if not NUMBER.match(rest) or len(rest) > LONGEST_NUMBER:
        refuse(name, text, 'not a number such as "5.4", "gt100" or "1e-3".')
    with localcontext(prec=4 * LONGEST_NUMBER) as context:
        context.clear_traps()
        try:
            value = Decimal(rest)
        except InvalidOperation:
            refuse(name, text, 'not a number such as "5.4".')
        if prefix == "ap":
            gap = abs(value) * NEARLY
            return Span("ap", value - gap, value + gap)
        if prefix not in ("eq", "ne"):
            return Span(prefix, value, value)
        exponent = value.as_tuple().exponent
        half = Decimal(5).scaleb(int(exponent) - 1)
        return Span(prefix, value - half, value + half, open_end=True)


def _prefix(text: str) -> tuple[Prefix, str]:
    match = PREFIX.match(text)
    if not match:
        return "eq", text
    prefix: Prefix = match.group(1)  # type: ignore[assignment]
    return prefix, text[2:]


def truth(name: str, text: str) -> bool:
    """``true`` or ``false``."""
    if text not in ("true", "false"):
        refuse(name, text, 'write "true" or "false".')
    return text == "true"


def whole_days(span: Span) -> Span:
    """``span`` in days, as the house's zone counts them."""

    def day(bound: Bound) -> Bound:
        if isinstance(bound, datetime):
            return bound.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
        return bound

    return Span(span.prefix, day(span.low), day(span.high))
