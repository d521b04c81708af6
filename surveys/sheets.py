"""The respondent's pages as bytes: the blank sheet is drawn once per process, survey and language.

They are drawn straight from the template environment: no session, no cookie, nothing of the request in them.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from core.i18n import HTML_LANG, LANGUAGES
from forms.questionnaire import CODE, PADDING, Questionnaire
from questions.base import Item
from questions.rules import mapping
from surveys.queries import PublicSurvey
from surveys.questionnaires import Ready, ready_by_id


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page, plain and compressed; it holds nothing secret, so compressing it gives nothing away."""

    plain: bytes
    gzipped: bytes


def blank(survey: PublicSurvey, language: str) -> Sheet:
    """Return the empty questionnaire."""
    cache = current_app.extensions.setdefault("sheets", {})
    sheet = cache.get((survey.public_id, language))
    if sheet is None:
        asked = ready_by_id(survey.version_id, language)
        plain = _questionnaire(survey, asked, Questionnaire(asked.fields, asked.items)).encode()
        # mtime=0: the compressed page must not tell when it was made.
        sheet = cache[survey.public_id, language] = Sheet(plain, gzip.compress(plain, 9, mtime=0))
    return sheet


def returned(survey: PublicSurvey, asked: Ready, form: Questionnaire) -> str:
    """Return the questionnaire as it was sent, with what to look at again."""
    return _questionnaire(survey, asked, form)


def note(kind: str, public_id: str, language: str, *, clear: bool = False) -> str:
    """Return a page with one thing to say: "thanks", "taken", "closed", "unknown"; `clear` ends the device's draft."""
    return _draw("surveys/note.html", public_id, language, kind=kind, clear=clear)


def _questionnaire(survey: PublicSurvey, asked: Ready, form: Questionnaire) -> str:
    return _draw(
        "surveys/respond.html",
        survey.public_id,
        asked.language,
        ready=asked,
        form=form,
        code=form[CODE],
        padding=PADDING,
        conditions=_conditions,
        closes_on=survey.closes_on,
    )


def _draw(template: str, public_id: str, language: str, **given: Any) -> str:
    links: Mapping[str, str] = {
        spoken: url_for("surveys.answer", public_id=public_id, lang=spoken) for spoken in LANGUAGES
    }
    return current_app.jinja_env.get_template(template).render(
        public_id=public_id,
        lang=language,
        html_lang=HTML_LANG[language],
        languages=LANGUAGES,
        links=links,
        **given,
    )


def _conditions(item: Item) -> list[dict[str, Any]]:
    """Return the item's rules for the page's script."""
    return [mapping(rule) for rule in item.rules]
