"""What accounts refuse."""

from fhir.errors import NotAllowed, NotSignedIn, Refusal

__all__ = ["NotAllowed", "NotSignedIn", "Refusal"]
