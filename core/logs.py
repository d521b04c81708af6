"""What the program says to whoever runs it: where something failed, how long pages take, never who or what about.

`XINSHENG_LOG=json` writes one JSON object a line, to be read by machines; otherwise lines for people. Both go to the
standard error output. What is said:

- of a failure the kind of error and the places it came through, never its message, which may quote an answer;
- of others' code, which we did not write, the kind of event and never what was filled in;
- of pages of the desk, and only as JSON, the page's name, how it went and how long it took in steps of ten
  milliseconds, with the minute: no address, no account, no number of a thing, nothing after the question mark;
- of respondents' pages nothing but failures, and of those the day only.
"""

import json
import logging
import secrets
import sys
import time
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from core import traces
from core.i18n import _

OUTSIDE = ("/s/", "/b/", "/k/", "/scrutineer")
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that are mistaken for one another on the telephone
STEP = 10  # milliseconds a duration is rounded to
COARSE = ("day_only", "minute_only")  # how exactly a line may say when
OURS = frozenset(
    "app activities anonymity concerns core desk exchange forms interviews investigations members questions reports "
    "surveys text vault".split()
)
log = logging.getLogger(__name__)


class Words(logging.Formatter):
    """A line for people: when, how grave, what."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as one line."""
        told = fields(record)
        rest = " ".join(f"{name}={value}" for name, value in told.items() if name not in ("time", "level", "message"))
        return f"{told['time']} {told['level']} {told['message']}" + (f" ({rest})" if rest else "")


class Lines(logging.Formatter):
    """A line for machines: one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as one line of JSON."""
        return json.dumps(fields(record), ensure_ascii=False)


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return what may be said of a record, in order."""
    said: dict[str, Any] = {"time": _when(record), "level": record.levelname.lower(), "from": record.name}
    if record.name.partition(".")[0] in OURS:
        said["message"] = " ".join(record.getMessage().split())
    else:  # what others fill in may be anybody's words: the place in their code says as much
        said["message"] = f"{record.filename}:{record.lineno} {record.funcName}"
    if record.exc_info and record.exc_info[1] is not None:
        said["error"] = traces.where(record.exc_info[1])
    return said | {name: value for name, value in getattr(record, "told", {}).items() if name not in COARSE}


class _Standard(logging.StreamHandler[Any]):
    """Writes to whatever the standard error output is at that moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """Return it."""
        return sys.stderr


def init_app(app: Flask) -> None:
    """Send every line of this process through one formatter, and give pages of the desk a number."""
    settings = app.config["SETTINGS"]
    handler = _Standard()
    handler.setFormatter(Lines() if settings.log == "json" else Words())
    handler.set_name("xinsheng")
    root = logging.getLogger()
    for old in [each for each in root.handlers if each.get_name() == "xinsheng"]:
        root.removeHandler(old)
    root.addHandler(handler)
    app.logger.handlers.clear()
    app.logger.setLevel(logging.INFO)
    logging.getLogger("desk.pages").setLevel(logging.INFO)
    # Flask's own server, for trying things out, would write down every address that is asked for.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    if settings.log == "json":
        app.before_request(_begin)
        app.after_request(_end)


def reference() -> str:
    """Return a number the reader of a failed page can quote, and the log has too; "" for respondents' pages.

    Somebody who quoted one of those would tell when he or she answered.
    """
    if not has_request_context() or is_outside(request.path):
        return ""
    if "reference" not in g:
        drawn = "".join(secrets.choice(ALPHABET) for _place in range(8))
        g.reference = f"{drawn[:4]}-{drawn[4:]}"
    found: str = g.reference
    return found


def crashed(error: BaseException) -> str:
    """Write down where a page failed, and return the number to quote; "" on respondents' pages."""
    number = reference()
    told = {"reference": number} if number else {"day_only": True}
    log.error("crash in %s: %s", request.endpoint, traces.where(error), extra={"told": told})
    return number


def quoted(number: str) -> str:
    """Return the sentence that asks the reader to pass the number on, "" for none."""
    return _("When you report this, quote the number %(number)s.", number=number) if number else ""


def is_outside(path: str) -> bool:
    """Say whether a path is a respondent's, of which nothing is ever written down."""
    return path.startswith(OUTSIDE)


def _begin() -> None:
    g.began = time.monotonic()


def _end(response: Response) -> Response:
    if request.path.startswith("/app/") and request.endpoint and "began" in g:
        took = STEP * round((time.monotonic() - g.began) * 1000 / STEP)
        told = {
            "page": request.endpoint,
            "method": request.method,
            "status": response.status_code,
            "ms": took,
            "minute_only": True,
        }
        logging.getLogger("desk.pages").info("page", extra={"told": told})
    return response


def _when(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    told = getattr(record, "told", {})
    if told.get("day_only") or (has_request_context() and is_outside(request.path)):
        return moment.date().isoformat()
    if told.get("minute_only"):
        return moment.isoformat(timespec="minutes")
    return moment.isoformat(timespec="seconds")
