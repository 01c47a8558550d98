"""The tables of the engine: what every record has, its history, and types without a table."""

from fhir.models.change import Change
from fhir.models.record import Record, RecordQuerySet
from fhir.models.stored import StoredResource, StoredSubject
from fhir.models.values import DateValue, NumberValue, StringValue

__all__ = [
    "Change",
    "DateValue",
    "NumberValue",
    "Record",
    "RecordQuerySet",
    "StoredResource",
    "StoredSubject",
    "StringValue",
]
