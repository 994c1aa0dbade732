"""The files of the widget over HTTP. They are public, the same for every site, and hold no secret.

There is no build: they are served as they stand in this folder, except that a script's whole-line comments and its
indentation stay here, and the modules of the panel are sent as one.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response

FILES = {  # what is served, and what it is made of; a module comes after those it imports
    "widget.js": ("widget.js",),
    "widget/panel.js": ("answer.js", "client.js", "card.js", "panel.js"),
    "widget/panel.css": ("panel.css",),
    "widget/ko.json": ("ko.json",),
    "widget/en.json": ("en.json",),
}
_HERE = Path(__file__).parent
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
}
_NOT_SENT = re.compile(r"^\s*//.*\n|^\s+|^import .*\n", re.MULTILINE)
_HEADERS = {
    "Access-Control-Allow-Origin": "*",  # modules are fetched with CORS; what a site may ask is the API's to decide
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: plain and compressed, with the tag that names this version of it."""

    body: bytes
    packed: bytes
    media_type: str
    tag: str

    @classmethod
    def read(cls, name: str) -> Asset:
        """What is served by that name."""
        text = "\n".join((_HERE / part).read_text("utf-8") for part in FILES[name])
        body = (_NOT_SENT.sub("", text) if name.endswith(".js") else text).encode()
        digest = hashlib.sha256(body).hexdigest()[:20]
        return cls(body, gzip.compress(body, 9, mtime=0), _TYPES[Path(name).suffix], digest)

    def response(self, request: Request) -> Response:
        """The file, or 304 for who has this version already."""
        packed = "gzip" in request.headers.get("accept-encoding", "")
        headers = {**_HEADERS, "ETag": f'W/"{self.tag}"'}
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if packed:
            headers["Content-Encoding"] = "gzip"
        return Response(self.packed if packed else self.body, headers=headers, media_type=self.media_type)


def widget_routes() -> APIRouter:
    """`GET widget.js`, what a site includes, and `GET widget/...`, what that fetches when it is opened."""
    router = APIRouter(include_in_schema=False)
    for name in FILES:
        _add(router, f"/{name}", Asset.read(name))
    return router


def _add(router: APIRouter, path: str, asset: Asset) -> None:
    @router.api_route(path, methods=["GET", "HEAD"])
    def serve(request: Request) -> Response:
        return asset.response(request)
