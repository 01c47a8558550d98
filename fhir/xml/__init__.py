"""FHIR XML to and from the JSON that everything here works with; nothing is lost either way.

The converter judges form only: which elements there are, where, how often and in which order. What
a value means is judged by the validation, which is the same for both formats.
"""

from fhir.xml.reading import to_json
from fhir.xml.writing import from_json

__all__ = ["from_json", "to_json"]
