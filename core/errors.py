"""What can go wrong in the domain, and the page each becomes."""

from contextlib import suppress
from typing import Any

from flask import Flask, Response, g, render_template
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import (
    HTTPException,
    RequestEntityTooLarge,
)
from werkzeug.exceptions import (
    NotFound as UnknownPage,
)

from core import logs
from core.db import db
from core.i18n import HTML_LANG, _, language


class DomainError(Exception):
    """A rule of the domain said no; `str(error)` is fit to show to the reader."""

    status = 409

    def __init__(self, message: object, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field

    def __str__(self) -> str:
        return str(self.args[0])


class BadInput(DomainError):
    """Something sent or read cannot be understood."""

    status = 422


class NotAllowed(DomainError):
    """The reader may not do this."""

    status = 403


class NotFound(DomainError):
    """There is no such thing in the reader's organisation."""

    status = 404


class Stale(DomainError):
    """Somebody else changed the thing meanwhile."""


def _page(title: object, message: object, status: int) -> tuple[str, int]:
    """Draw a refusal inside whichever layout the reader is in."""
    layout = "layout/desk.html" if g.get("account") is not None else "layout/plain.html"
    try:
        return render_template(
            "errors/refused.html",
            layout=layout,
            heading=title,
            message=message,
            status=status,
        ), status
    except SQLAlchemyError:  # who reads is asked of the database, and that is what failed
        return _bare(title, message), status


def _speak() -> None:
    """Choose the language of a refusal; of the account only where the database can still be asked."""
    try:
        language()
    except SQLAlchemyError:
        g.account = None
        g.setdefault("language", "zh")


def _bare(title: object, message: object) -> str:
    """Draw a refusal that needs nothing but words."""
    return (
        f'<!doctype html><html lang="{HTML_LANG[language()]}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<h1>{escape(title)}</h1><p>{escape(message)}</p></html>"
    )


def _heading(status: int) -> object:
    return {
        400: _("This page has expired"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Not found"),
        413: _("The file is too large"),
        422: _("Please check what you sent"),
        500: _("Something went wrong on our side"),
    }.get(status, _("This cannot be done now"))


def init_app(app: Flask) -> None:
    """Give every kind of failure its page."""

    @app.errorhandler(DomainError)
    def refuse(error: DomainError) -> tuple[str, int]:
        return _page(_heading(error.status), str(error), error.status)

    @app.errorhandler(CSRFError)
    def expired(error: CSRFError) -> tuple[str, int]:
        message = _(
            "The page had been open for too long, or was opened in another window. "
            "Go back, reload it and send it again; nothing has been changed."
        )
        return _page(_heading(400), message, 400)

    @app.errorhandler(HTTPException)
    def refuse_http(error: HTTPException) -> Any:
        if isinstance(error.get_response(), Response) and 300 <= (error.code or 500) < 400:
            return error.get_response()
        status = error.code or 500
        _speak()
        return _page(_heading(status), _http_message(error), status)

    @app.errorhandler(Exception)
    def crash(error: Exception) -> tuple[str, int]:
        if app.testing and app.config.get("PROPAGATE_CRASHES", True):
            raise error
        # The request's body may hold an answer or a note: log the place, never the content.
        number = logs.crashed(error)
        with suppress(Exception):  # or the page could not even ask whose it is
            db.session.rollback()
        _speak()
        message = _(
            "Nothing you had saved is lost. Please try again; if it happens again, tell whoever runs this server."
        )
        return _page(_heading(500), f"{message} {logs.quoted(number)}".strip(), 500)


def _http_message(error: HTTPException) -> object:
    if isinstance(error, RequestEntityTooLarge):
        return _("Files may be up to 20 MB. Nothing was stored.")
    if isinstance(error, UnknownPage):
        return _("There is no such page, or it belongs to another organisation.")
    return _("The server could not do this. Go back and try again; nothing has been changed.")
