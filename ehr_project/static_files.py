"""Static files, sent compressed to browsers that take it; there is no collecting step."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseFileResponse, WhiteNoiseMiddleware

if TYPE_CHECKING:
    from django.http import HttpRequest

WORTH_BYTES: Final = 500
WORTH_TYPES: Final = re.compile(r"text/|application/(javascript|json)|image/svg")
LEVEL: Final = 9
"""Each file is compressed once by each web process, when it is first asked for."""
FOUND: Final[dict[str, Any]] = {}


class CompressedStaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Whitenoise, which compresses nothing itself; the pages behind it are not touched."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._compressed: dict[str, bytes] = {}

    def add_files_from_finders(self) -> None:
        """Look through the folders once a process, however many doors are made in it."""
        if not FOUND:
            super().add_files_from_finders()
            FOUND.update(self.files)
        self.files.update(FOUND)

    def __call__(self, request: HttpRequest) -> Any:
        response = super().__call__(request)
        if not isinstance(response, WhiteNoiseFileResponse) or not _worth(request, response):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if not re.search(r"\bgzip\b", request.headers.get("Accept-Encoding", "")):
            return response
        return self._smaller(request.path_info, response)

    def _smaller(self, path: str, response: WhiteNoiseFileResponse) -> HttpResponse:
        if path not in self._compressed:
            self._compressed[path] = gzip.compress(response.getvalue(), LEVEL, mtime=0)
        # The file alone: to close the response would end the request for everybody who listens.
        response.file_to_stream.close()
        body = self._compressed[path]
        told = {"Content-Encoding": "gzip", "Content-Length": str(len(body))}
        return HttpResponse(body, headers=dict(response.items()) | told)


def _worth(request: HttpRequest, response: WhiteNoiseFileResponse) -> bool:
    """Whether it is a whole file of text; a range is one of the bytes as they lie there."""
    whole = request.method == "GET" and response.status_code == 200
    large = int(response.get("Content-Length", 0)) >= WORTH_BYTES
    return whole and large and bool(WORTH_TYPES.match(response.get("Content-Type", "")))
