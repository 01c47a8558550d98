"""Which format a request speaks and which it wants back: JSON or XML, by header or ``_format``."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from fhir.codec import dumps
from fhir.errors import NotAcceptable, WrongMediaType
from fhir.mapping import Resource


class Format(Enum):
    """A format of FHIR; the value is its media type."""

    JSON = "application/fhir+json"
    XML = "application/fhir+xml"

    @property
    def content_type(self) -> str:
        """The Content-Type of an answer."""
        return f"{self.value}; charset=utf-8"


NAMES = {
    "json": Format.JSON,
    "text/json": Format.JSON,
    "application/json": Format.JSON,
    "application/fhir+json": Format.JSON,
    "xml": Format.XML,
    "text/xml": Format.XML,
    "application/xml": Format.XML,
    "application/fhir+xml": Format.XML,
}
ANY = {"*/*", "application/*"}
VERSIONS = {"4.0", "4.0.1"}
JSON_PATCH = "application/json-patch+json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class MediaType:
    """A media type with its parameters, all lower case."""

    name: str
    parameters: dict[str, str]

    @property
    def quality(self) -> float:
        """How much it is wanted (q)."""
        try:
            return min(max(float(self.parameters.get("q", "1")), 0.0), 1.0)
        except ValueError:
            return 0.0

    @property
    def understood(self) -> bool:
        """UTF-8, and FHIR R4 where it says a FHIR version."""
        charset = self.parameters.get("charset", "utf-8")
        return charset in ("utf-8", "utf8") and (
            self.parameters.get("fhirversion", "4.0") in VERSIONS
        )


def media_type(text: str) -> MediaType:
    """Read ``type/subtype; name=value``.

    >>> media_type("application/fhir+json; fhirVersion=4.0").parameters
    {'fhirversion': '4.0'}
    """
    name, *rest = (part.strip().lower() for part in text.split(";"))
    pairs = (part.partition("=") for part in rest)
    # A plus in a query string arrives as a space.
    return MediaType(
        name.replace(" ", "+"), {key.strip(): value.strip(' "') for key, _, value in pairs}
    )


def wanted(accept: str, format_: str) -> Format:
    """The format of the answer.

    Args:
        accept: The Accept header.
        format_: The ``_format`` parameter, which wins; empty where there is none.

    Raises:
        NotAcceptable: neither JSON nor XML would do.
    """
    if format_:
        return _named(media_type(format_[:200]), "_format")
    offers = [media_type(part) for part in accept[:2000].split(",") if part.strip()]
    if not offers or any(offer.name == "text/html" for offer in offers):
        return Format.JSON  # somebody without a wish, or a browser
    best = max(offers, key=lambda offer: (_offered(offer) is not None) * offer.quality)
    found = _offered(best)
    if found is None or not best.quality:
        raise NotAcceptable(
            f'Accept "{accept[:80]}" names nothing that is given here. '
            f"Ask for {Format.JSON.value} or {Format.XML.value}."
        )
    return found


def _offered(offer: MediaType) -> Format | None:
    if not offer.understood:
        return None
    return Format.JSON if offer.name in ANY else NAMES.get(offer.name)


def _named(type_: MediaType, where: str) -> Format:
    found = _offered(type_)
    if found is None:
        raise NotAcceptable(f'{where} "{type_.name[:60]}" is not given here. Use json or xml.')
    return found


def sent(content_type: str) -> Format:
    """The format of a body that holds a resource.

    Raises:
        WrongMediaType: not FHIR JSON or XML in UTF-8, or another FHIR version.
    """
    type_ = media_type(content_type[:200])
    found = NAMES.get(type_.name) if "/" in type_.name else None
    if found is None or not type_.understood:
        raise WrongMediaType(
            f'Content-Type "{content_type[:80]}" is not understood here. '
            f"Send {Format.JSON.value} or {Format.XML.value} in UTF-8, of FHIR 4.0."
        )
    return found


Return = Literal["minimal", "representation", "OperationOutcome"]


@dataclass(frozen=True)
class Preference:
    """What the Prefer header asks for.

    Attributes:
        answer: What a write gives back; None where nothing was said.
        lenient: Whether unknown search parameters are passed over.
    """

    answer: Return | None = None
    lenient: bool = False


def preference(header: str) -> Preference:
    """Read a Prefer header; wishes that nobody here knows are passed over, as HTTP says.

    >>> preference("return=minimal; handling=lenient")
    Preference(answer='minimal', lenient=True)
    """
    words = header[:500].replace(";", ",").split(",")
    wishes = {key.strip(): value.strip(' "') for key, _, value in (w.partition("=") for w in words)}
    answers: dict[str, Return] = {
        "minimal": "minimal",
        "representation": "representation",
        "OperationOutcome": "OperationOutcome",
    }
    return Preference(answers.get(wishes.get("return", "")), wishes.get("handling") == "lenient")


def written(resource: Resource, format_: Format, *, indented: bool = False) -> bytes:
    """A resource as bytes in the format of the answer."""
    if format_ is Format.JSON:
        return dumps(resource, indented=indented)
    from fhir.xml import from_json

    return from_json(resource)
