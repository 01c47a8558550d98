"""The device API: one small class for each address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from vitals.acts.charting import post_reading
from vitals.acts.receiving import Received, receive_batch, receive_chunk
from vitals.acts.recording import (
    close_recording,
    open_recording,
    press_button,
    received_ranges,
)
from vitals.acts.reporting import report_status
from vitals.api import serializers as shapes
from vitals.api.batches import uploads_of
from vitals.api.headers import LARGEST_SEQ, clock_of, upload_of
from vitals.api.parsers import CborParser, JsonParser, SamplesParser
from vitals.errors import BadUpload, UnknownRecording
from vitals.models import Recording

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request

    from vitals.api.authentication import Caller

REFUSED = dict.fromkeys((400, 401, 404, 409, 413, 415), shapes.RefusalAnswer)
DEVICE_CLOCK = OpenApiParameter(
    "Device-Clock", OpenApiTypes.DATETIME, OpenApiParameter.HEADER, description="Your clock now"
)
CHUNK_HEADERS = [
    OpenApiParameter(
        "Content-Digest", str, OpenApiParameter.HEADER, required=True,
        description="sha-256=:base64: of the body (RFC 9530)",
    ),
    OpenApiParameter("Chunk-First-Sample", int, OpenApiParameter.HEADER, required=True),
    OpenApiParameter(
        "Chunk-Device-Time", OpenApiTypes.DATETIME, OpenApiParameter.HEADER, required=True,
        description="Your clock at the first sample",
    ),
    OpenApiParameter(
        "Device-Clock", OpenApiTypes.DATETIME, OpenApiParameter.HEADER, required=True,
        description="Your clock now",
    ),
]  # fmt: skip


def caller(request: Request) -> Caller:
    """The device that is asking."""
    return cast("Caller", request.user)


class TimeView(APIView):
    """What time it is here. Open to everybody: a device may need it before it has a key."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(responses=shapes.TimeAnswer, operation_id="time", auth=[])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        now = timezone.now().isoformat(timespec="microseconds").replace("+00:00", "Z")
        return Response({"time": now})


class ReadingsView(APIView):
    """A blood pressure, a weight, … charted as preliminary until a clinician accepts it."""

    parser_classes = (JsonParser,)

    @extend_schema(
        operation_id="post-reading",
        parameters=[DEVICE_CLOCK],
        request=shapes.ReadingSerializer,
        responses={201: shapes.ReadingAnswer, 200: shapes.ReadingAnswer, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        shape = _shaped(shapes.ReadingSerializer, request)
        receipt, new = post_reading(
            by=caller(request).principal,
            device=caller(request).device,
            reading=shape.reading(),
            clock=clock_of(request.headers),
        )
        charted = receipt.observation_id is not None
        answer = {
            "id": str(receipt.observation_id or ""),
            "status": "preliminary" if charted else "unassigned",
            "assigned": charted,
        }
        return Response(answer, status=201 if new else 200)


class RecordingsView(APIView):
    """Open a recording; the same client id gives the same recording again."""

    parser_classes = (JsonParser,)

    @extend_schema(
        operation_id="open-recording",
        parameters=[DEVICE_CLOCK],
        request=shapes.RecordingSerializer,
        responses={201: shapes.RecordingAnswer, 200: shapes.RecordingAnswer, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        shape = _shaped(shapes.RecordingSerializer, request)
        recording, new = open_recording(
            by=caller(request).principal,
            device_id=caller(request).device_id,
            opening=shape.opening(),
            clock=clock_of(request.headers),
        )
        answer = {
            "id": str(recording.pk),
            "client_id": recording.client_id,
            "closed": recording.closed_at is not None,
        }
        return Response(answer, status=201 if new else 200)


class RecordingView(APIView):
    """What was received of a recording."""

    @extend_schema(
        operation_id="received", request=None, responses={200: shapes.ReceivedAnswer, **REFUSED}
    )
    def get(self, request: Request, recording_id: UUID) -> Response:
        rows = Recording.objects.visible_to(caller(request).principal)
        recording = rows.filter(pk=recording_id).first()
        if recording is None:
            raise UnknownRecording
        answer = {
            "id": str(recording.pk),
            "received": received_ranges(recording),
            "closed": recording.closed_at is not None,
        }
        return Response(answer)


class ChunkView(APIView):
    """One chunk of samples. 201: it is on disk here; 200: it was already."""

    parser_classes = (SamplesParser,)

    @extend_schema(
        operation_id="put-chunk",
        parameters=CHUNK_HEADERS,
        request={"application/octet-stream": bytes},
        responses={201: shapes.ChunkAnswer, 200: shapes.ChunkAnswer, **REFUSED},
    )
    def put(self, request: Request, recording_id: UUID, seq: int) -> Response:
        if seq > LARGEST_SEQ:
            raise BadUpload(f"seq is at most {LARGEST_SEQ}.", field="seq")
        # Without a body REST framework does not call the parser.
        given: Any = request.data
        body = given if isinstance(given, bytes) else b""
        upload = upload_of(request.headers, seq, body)
        received = receive_chunk(
            by=caller(request).principal, recording_id=recording_id, upload=upload
        )
        return Response(chunk_answer(received), status=201 if received.new else 200)


class BatchView(APIView):
    """Many chunks at once; each is answered for itself."""

    parser_classes = (CborParser,)

    @extend_schema(
        operation_id="post-chunks",
        parameters=[DEVICE_CLOCK],
        request={"application/cbor": bytes},
        responses={200: shapes.BatchItemAnswer(many=True), **REFUSED},
    )
    def post(self, request: Request, recording_id: UUID) -> Response:
        batch = uploads_of(request.data, clock_of(request.headers))
        outcomes = receive_batch(
            by=caller(request).principal, recording_id=recording_id, uploads=batch.good
        )
        return Response(batch.answers(outcomes))


class CloseView(APIView):
    """Nothing more will come."""

    parser_classes = (JsonParser,)

    @extend_schema(
        operation_id="close-recording",
        request=shapes.ClosingSerializer,
        responses={200: shapes.RecordingAnswer, **REFUSED},
    )
    def post(self, request: Request, recording_id: UUID) -> Response:
        shape = _shaped(shapes.ClosingSerializer, request)
        recording = close_recording(
            by=caller(request).principal, recording_id=recording_id, closing=shape.closing()
        )
        answer = {"id": str(recording.pk), "client_id": recording.client_id, "closed": True}
        return Response(answer)


class StatusView(APIView):
    """Battery and leads."""

    parser_classes = (JsonParser,)

    @extend_schema(
        operation_id="post-status",
        parameters=[DEVICE_CLOCK],
        request=shapes.StatusSerializer,
        responses={201: None, 200: None, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        shape = _shaped(shapes.StatusSerializer, request)
        new = report_status(
            device=caller(request).device, clock=clock_of(request.headers), **shape.validated_data
        )
        return Response({"noted": True}, status=201 if new else 200)


class EventsView(APIView):
    """The patient pressed the button."""

    parser_classes = (JsonParser,)

    @extend_schema(
        operation_id="post-event",
        parameters=[DEVICE_CLOCK],
        request=shapes.EventSerializer,
        responses={201: None, 200: None, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        given = _shaped(shapes.EventSerializer, request).validated_data
        _, new = press_button(
            by=caller(request).principal,
            recording_id=given["recording"],
            client_id=given["client_id"],
            device_time=given["device_time"],
            clock=clock_of(request.headers),
        )
        return Response({"noted": True}, status=201 if new else 200)


def chunk_answer(received: Received) -> dict[str, Any]:
    """What a device is told about a chunk that is here."""
    answer: dict[str, Any] = {
        "seq": received.upload.seq,
        "first_sample": received.upload.first_sample,
        "n_samples": received.n_samples,
    }
    return answer if received.assigned is None else answer | {"assigned": received.assigned}


def _shaped(serializer: type[Any], request: Request) -> Any:
    shape = serializer(data=request.data)
    shape.is_valid(raise_exception=True)
    return shape
