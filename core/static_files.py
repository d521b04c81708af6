"""Styles, scripts, fonts and icons: addresses that carry the file's hash, kept by browsers for a year, sent compressed.

`url_for("static", filename="css/desk.css")` gives `/static/css/desk.css?v=<hash>`; asked for under that hash a file may
be kept for ever, for another content has another address. The bare address stays good (`v=None` makes it: people
compare the ballot client by it), and is asked about again each time. Files are answered before Flask wakes up: no
session, no database. Each is compressed once per process, when first asked for. Pages are not compressed here: one with
a token and with what somebody sent would tell its secret by its length.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Request, Response

from core.headers import HEADERS
from core.lazy import later

brotli = later("brotli")

HASHED = 16  # hexadecimal digits of SHA-256 in an address
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
PACKED = frozenset({".css", ".js", ".svg", ".json", ".txt"})  # fonts and pictures are packed already
LEAST = 500  # bytes: below, packing saves no packet
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, quality=9),
    "gzip": lambda content: gzip.compress(content, 9, mtime=0),
}
KINDS = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".webmanifest": "application/json"}


@dataclass(slots=True)
class Kept:
    """A file as it is sent: its bytes, and the same packed, under the name of the packing."""

    content: bytes
    version: str
    stamp: tuple[int, int]  # when the file was last written, in nanoseconds, and its size
    packed: dict[str, bytes] = field(default_factory=dict)


class StaticFiles:
    """Answers for the files of one folder below one address, and hands everything else on."""

    def __init__(self, app: WSGIApplication, folder: Path, prefix: str) -> None:
        self._app, self._folder, self._prefix = app, folder, prefix.rstrip("/") + "/"
        # Only what is listed is ever opened, so that no address can lead out of the folder.
        self._files: dict[str, Kept | None] = {
            path.relative_to(folder).as_posix(): None for path in folder.rglob("*") if path.is_file()
        }

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer for a file; misses and other methods go on to the application, which says what is wrong."""
        path = environ.get("PATH_INFO", "")
        if not path.startswith(self._prefix) or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._app(environ, start)
        found = self.kept(path.removeprefix(self._prefix))
        if found is None:
            return self._app(environ, start)
        request = Request(environ)
        return _answer(request, path, found)(environ, start)

    def kept(self, name: str) -> Kept | None:
        """Return the file as it now is; None where there is none of this name."""
        if name not in self._files:
            return None
        path = self._folder / name
        try:
            stat = path.stat()
        except OSError:
            return None
        stamp, known = (stat.st_mtime_ns, stat.st_size), self._files[name]
        if known is None or known.stamp != stamp:  # written anew, by an upgrade or by whoever works on it
            content = path.read_bytes()
            known = Kept(content, hashlib.sha256(content).hexdigest()[:HASHED], stamp)
            self._files[name] = known
        return known


def _answer(request: Request, path: str, found: Kept) -> Response:
    headers = Headers(HEADERS)
    kind = KINDS.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    headers["Cache-Control"] = FOR_EVER if request.args.get("v") == found.version else ASK_AGAIN
    content, packing = found.content, ""
    if Path(path).suffix in PACKED and len(content) >= LEAST:
        headers["Vary"] = "Accept-Encoding"
        packing = _wanted(request.headers.get("Accept-Encoding", ""))
    if packing:
        content = found.packed.get(packing) or found.packed.setdefault(packing, PACKERS[packing](content))
        headers["Content-Encoding"] = packing
    response = Response(content, mimetype=kind, headers=headers)
    response.set_etag(f"{found.version}{packing and '-' + packing}")
    return response.make_conditional(request)


def _wanted(accepted: str) -> str:
    """Return the best packing the browser takes: "br", "gzip" or ""."""
    taken = {name.lower() for name, quality in parse_accept_header(accepted) if quality > 0}
    return next((packing for packing in PACKERS if packing in taken), "")


def init_app(app: Flask) -> None:
    """Answer for the static files before the application, and put their hashes into their addresses."""
    folder, prefix = Path(app.static_folder or ""), app.static_url_path or ""
    files = StaticFiles(app.wsgi_app, folder, prefix)
    app.wsgi_app = files  # type: ignore[method-assign]

    @app.url_defaults
    def name_the_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            found = files.kept(values.get("filename", ""))
            values["v"] = found.version if found else None
