"""What a resource can be found by, where an array of tokens cannot say it: ranges and prefixes.

``record_id`` is the key of the record in whatever table holds its type; ``key`` is
``fhir.search.keys.key`` of the type, the parameter and, for a composite one, its first half.
"""

from django.db import models

from fhir.fields import NumericField


class Value(models.Model):
    """A searchable value of one record."""

    id = models.BigAutoField(primary_key=True)
    record_id = models.UUIDField()
    key = models.BigIntegerField()

    class Meta:
        abstract = True


class DateValue(Value):
    """A date, moment, period or timing; an open end is infinite."""

    low = models.DateTimeField()
    high = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["key", "low", "high", "record_id"], name="date_value_by_key"),
            models.Index(fields=["record_id"], name="date_value_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.low} to {self.high}"


class StringValue(Value):
    """A text, folded: lower case, without accents."""

    text = models.TextField()

    class Meta:
        indexes = [
            models.Index(
                fields=["key", "text"],
                opclasses=["int8_ops", "text_pattern_ops"],
                name="string_value_by_key",
            ),
            models.Index(fields=["record_id"], name="string_value_of_record"),
        ]

    def __str__(self) -> str:
        return self.text


class NumberValue(Value):
    """A number, quantity or range; an open end is infinite.

    A plain number is a point (low = high): what its digits leave open counts in the question
    ("=100" finds 99.5 to 100.5), never in the answer (100 is not "gt100").
    """

    low = NumericField()
    high = NumericField()

    class Meta:
        indexes = [
            models.Index(fields=["key", "low", "high", "record_id"], name="number_value_by_key"),
            models.Index(fields=["record_id"], name="number_value_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.low} to {self.high}"
