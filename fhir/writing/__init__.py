"""The one way in for everything that comes as FHIR: a resource, a transaction, a file."""

from fhir.writing.intents import Done, Intent, Wish, Written
from fhir.writing.pipeline import write

__all__ = ["Done", "Intent", "Wish", "Written", "write"]
