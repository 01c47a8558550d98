"""Recordings as files, for devices that keep them until they are back."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from vitals.acts.importing import Order, import_from_device, refusal
from vitals.api.serializers import RefusalAnswer
from vitals.api.views import caller
from vitals.errors import BadUpload, FileRefused
from vitals.files.layout import Layout
from vitals.files.refusals import Unreadable
from vitals.storage.incoming import check_size, gathered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.request import Request

FORM_AROUND = 2**16  # bytes of a form beside its files
LONGEST_LAYOUT = 4096
REFUSED = dict.fromkeys((400, 401, 409, 413, 415, 422, 503), RefusalAnswer)


class FilesForm(serializers.Serializer[Any]):
    files = serializers.ListField(
        child=serializers.FileField(), help_text="All files of one recording, or one zip of them"
    )
    layout = serializers.CharField(
        required=False, help_text="JSON: columns, sampling_rate_hz, unit, step, kind, band_hz"
    )


class FileRecordingAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    channels = serializers.ListField(child=serializers.CharField())
    sampling_rate_hz = serializers.FloatField()
    sample_count = serializers.IntegerField()
    assigned = serializers.BooleanField()


class FilesAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    recordings = FileRecordingAnswer(many=True)
    notes = serializers.ListField(child=serializers.CharField())


class FilesParser(MultiPartParser):
    """A form with files; one that says it is too large is not even read."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {}).get("request")
        declared = request.META.get("CONTENT_LENGTH") if request is not None else None
        if declared and declared.isdecimal():
            check_size(int(declared) - FORM_AROUND)
        return super().parse(stream, media_type, parser_context)


class FilesView(APIView):
    """One recording as EDF+, WFDB, DICOM, HL7 aECG or CSV. 201: it is kept; 200: it was already."""

    parser_classes = (FilesParser,)

    @extend_schema(
        operation_id="post-files",
        request={"multipart/form-data": FilesForm},
        responses={201: FilesAnswer, 200: FilesAnswer, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        layout = _layout(cast("Any", request.data).get("layout", ""))
        uploads = [(each.name or "", each.chunks()) for each in request.FILES.getlist("files")]
        try:
            with gathered(uploads) as files:
                done = import_from_device(
                    by=caller(request).principal,
                    device=caller(request).device,
                    order=Order(files=files, layout=layout),
                )
        except FileRefused as no:
            # Refusals are listed for people who may not know the patient: no name of a file.
            if no.file:
                no.message = no.message.replace(no.file, "The file")
            raise
        answer = {
            "id": str(done.imported.pk),
            "recordings": [
                {
                    "id": str(each.pk),
                    "kind": each.kind,
                    "channels": each.channels,
                    "sampling_rate_hz": each.sampling_rate_hz,
                    "sample_count": each.closed_sample_count,
                    "assigned": each.pairing_id is not None,
                }
                for each in done.recordings
            ],
            "notes": [note["text"] % note["given"] for note in done.imported.said["notes"]],
        }
        return Response(answer, status=201 if done.new else 200)


def _layout(text: Any) -> Layout:
    if not isinstance(text, str) or len(text) > LONGEST_LAYOUT:
        raise BadUpload("layout is a JSON object of at most 4,096 characters.", field="layout")
    try:
        return Layout.from_json(json.loads(text or "{}"))
    except Unreadable as no:
        raise refusal(no) from no
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadUpload("layout is a JSON object.", field="layout") from error
