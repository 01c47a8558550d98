"""One pass of the XML parser over what a stranger sent: declarations are refused, not expanded."""

from xml.parsers import expat

from fhir.errors import Malformed

SHOWN = 60
ENCODINGS = ("utf-8", "us-ascii")


class Pass:
    """A parser that takes UTF-8 without DOCTYPE and without processing instructions.

    FHIR has no use for either, and entities are how a small text becomes a large one.
    """

    what = "Not XML"

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.parser = expat.ParserCreate("UTF-8", " ")
        self.parser.XmlDeclHandler = self.declaration
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.ProcessingInstructionHandler = self._instruction

    def run(self) -> None:
        """Let the handlers see the whole source, once.

        Raises:
            Malformed: it is not well-formed; the message says where and why.
        """
        parser = self.parser
        try:
            parser.Parse(self.source, True)  # noqa: FBT003 -- C code
        except expat.ExpatError as error:
            raise Malformed(
                f"{self.what}: {expat.ErrorString(error.code)} at line {error.lineno}, "
                f"column {error.offset + 1}."
            ) from None
        finally:
            # Parser and handlers hold each other, and the source: let it go at once.
            del self.parser

    def declaration(self, version: str, encoding: str | None, _standalone: int) -> None:
        """What the document says of itself in its first line."""
        if version != "1.0":
            raise Malformed(f"FHIR XML is XML 1.0, not {version[:SHOWN]}.")
        if encoding and encoding.lower() not in ENCODINGS:
            raise Malformed(f"The XML says it is {encoding[:SHOWN]}: send it as UTF-8.")

    def line(self) -> int:
        """Where the parser is."""
        return self.parser.CurrentLineNumber

    def _doctype(self, *_: object) -> None:
        raise Malformed(
            f"Line {self.line()}: FHIR XML has no DOCTYPE and declares no entities; leave it out."
        )

    def _instruction(self, target: str, _text: str) -> None:
        raise Malformed(
            f"Line {self.line()}: FHIR XML has no processing instructions such as "
            f"<?{target[:SHOWN]}?>; leave it out."
        )
