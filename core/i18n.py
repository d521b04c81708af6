"""Words in the reader's language: the only module that knows Babel."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, force_locale, get_locale, ngettext, npgettext, pgettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

__all__ = [
    "_",
    "lazy",
    "ngettext",
    "pgettext",
    "npgettext",
    "LANGUAGES",
    "language",
    "speaking",
]

LANGUAGES = {"zh": "中文", "en": "English"}
HTML_LANG = {"zh": "zh-CN", "en": "en"}

babel = Babel()


def _chosen() -> str:
    """Pick the language: the page's own, the account's, the session's, the browser's, then Chinese."""
    if not has_request_context():
        return "zh"
    if "language" in g:
        return g.language
    for wish in (session.get("language"), getattr(g.get("account"), "language", None)):
        if wish in LANGUAGES:
            return wish
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"])
    return "en" if best == "en" else "zh"


def language() -> str:
    """Return the language in force: "zh" or "en"."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Speak `wanted` for a while, whatever the reader's language (reports, jobs, commands)."""
    with force_locale(wanted if wanted in LANGUAGES else "zh"):
        yield


def day(value: date | None) -> str:
    """Write a date as people of the language do: 2026年4月13日, 13 April 2026."""
    if value is None:
        return ""
    pattern = "d MMMM yyyy" if language() == "en" else "yyyy年M月d日"
    return babel_date(value, pattern, locale=language())


def short_day(value: date | None) -> str:
    """Write a date in digits, for tables."""
    return "" if value is None else value.isoformat()


def moment(value: datetime | None) -> str:
    """Write a stored UTC moment in local time, to the minute."""
    if value is None:
        return ""
    return babel_datetime(value.astimezone(), "yyyy-MM-dd HH:mm", locale=language())


def percent(part: float, whole: float) -> str:
    """Write a share with no decimals, or a dash where there is nothing to share."""
    return f"{100 * part / whole:.0f}%" if whole else "–"


def init_app(app: Flask) -> None:
    """Load the catalogues and offer the date filters to templates."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "zh")
    babel.init_app(app, locale_selector=_chosen)
    filters: dict[str, Any] = {"day": day, "short_day": short_day, "moment": moment}
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(_=_, ngettext=ngettext, pgettext=pgettext, percent=percent)
    app.context_processor(
        lambda: {
            "lang": language(),
            "html_lang": HTML_LANG[language()],
            "languages": LANGUAGES,
        }
    )
