"""Where people find this installation, whatever a request says."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Known:
    """Let every request seem to have asked for the one address that is set: a forged Host then names nothing.

    All links made for others (slips, boards, feeds, invitations) are made from what the request asked for.
    """

    def __init__(self, application: Application, address: str) -> None:
        self.application = application
        parts = urlsplit(address)
        self.scheme, self.host = parts.scheme, parts.netloc
        self.name, self.port = parts.hostname or "", str(parts.port or (443 if parts.scheme == "https" else 80))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve a request (WSGI)."""
        environ["HTTP_HOST"] = self.host
        environ["SERVER_NAME"], environ["SERVER_PORT"] = self.name, self.port
        environ["wsgi.url_scheme"] = self.scheme
        return self.application(environ, start_response)


def origin() -> str:
    """Return scheme and host the reader's browser shows: of the setting, else of the request."""
    secure = current_app.config["SETTINGS"].https
    return f"{'https' if secure else request.scheme}://{request.host}"
