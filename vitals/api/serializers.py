"""The shapes of what devices send and get; what it may mean, the acts decide."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from vitals.acts.charting import Reading
from vitals.acts.recording import Closing, Opening
from vitals.api.headers import LARGEST_INDEX, LARGEST_SEQ, moment


class MomentField(serializers.CharField):
    """RFC 3339 with a zone."""

    def to_internal_value(self, data: Any) -> Any:
        found = moment(data) if isinstance(data, str) else None
        if found is None:
            raise serializers.ValidationError("A time is like 2026-03-01T10:00:00.25Z.")
        return found


class ClientIdField(serializers.CharField):
    """A name that the device chose."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=64, trim_whitespace=False, **options)


@extend_schema_field(OpenApiTypes.NUMBER)
class NumberField(serializers.Field[Decimal, Any, Any, Any]):
    """A JSON number with the digits it was written with."""

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | Decimal):
            raise serializers.ValidationError("This is not a number.")
        number = Decimal(data)
        if len(number.as_tuple().digits) > 30 or abs(number.adjusted()) > 30:
            raise serializers.ValidationError("This number has more digits than any measurement.")
        return number

    def to_representation(self, value: Any) -> Any:
        return value


class ReadingSerializer(serializers.Serializer[Reading]):
    client_id = ClientIdField()
    kind = serializers.CharField(max_length=40)
    unit = serializers.CharField(max_length=40)
    device_time = MomentField()
    values = serializers.DictField(child=NumberField(), allow_empty=False)

    def reading(self) -> Reading:
        return Reading(**self.validated_data)


class ReadingAnswer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Observation, empty while it is unassigned")
    status = serializers.CharField()
    assigned = serializers.BooleanField()


class RecordingSerializer(serializers.Serializer[Opening]):
    client_id = ClientIdField()
    kind = serializers.CharField(max_length=10)
    sampling_rate_hz = serializers.FloatField()
    channels = serializers.ListField(child=serializers.CharField(max_length=64), max_length=64)
    unit = serializers.CharField(max_length=20)
    scale = serializers.FloatField(help_text="Units per step")
    started_at = MomentField(help_text="Device clock at sample 0")
    session_id = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="",
        help_text="The same for sibling recordings of one wearing",
    )  # fmt: skip

    bandwidth_hz = serializers.ListField(
        child=serializers.FloatField(), min_length=2, max_length=2, required=False,
        help_text="What the recorder lets through, low and high end; ST is told from 0.05 Hz only",
    )  # fmt: skip

    def opening(self) -> Opening:
        given = dict(self.validated_data)
        band = given.get("bandwidth_hz")
        told = {"channels": tuple(given["channels"])}
        return Opening(**given | told | {"bandwidth_hz": tuple(band) if band else None})


class RecordingAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    client_id = serializers.CharField()
    closed = serializers.BooleanField()


class ReceivedAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    received = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    closed = serializers.BooleanField()


class ChunkAnswer(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    first_sample = serializers.IntegerField()
    n_samples = serializers.IntegerField()
    assigned = serializers.BooleanField(required=False)


class BatchItemAnswer(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    status = serializers.IntegerField()
    code = serializers.CharField(required=False)
    message = serializers.CharField(required=False)


class ClosingSerializer(serializers.Serializer[Closing]):
    sample_count = serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX)
    chunk_count = serializers.IntegerField(min_value=0, max_value=10_000_000)
    given_up = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_SEQ),
        required=False,
        max_length=5000,
    )

    def closing(self) -> Closing:
        given = self.validated_data
        return Closing(
            given["sample_count"], given["chunk_count"], frozenset(given.get("given_up", ()))
        )


class StatusSerializer(serializers.Serializer[Any]):
    battery_percent = serializers.IntegerField(
        min_value=0, max_value=100, required=False, allow_null=True
    )
    lead_off = serializers.BooleanField(required=False, allow_null=True)
    device_time = MomentField()


class EventSerializer(serializers.Serializer[Any]):
    recording = serializers.UUIDField()
    device_time = MomentField()
    client_id = ClientIdField()


class TimeAnswer(serializers.Serializer[Any]):
    time = serializers.CharField()


class RefusalAnswer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField(required=False)
