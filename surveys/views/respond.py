"""The respondent's pages: no cookie, no session, the same for everybody."""

import json
import re
from dataclasses import dataclass

from flask import Response, current_app, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from anonymity import manifest
from anonymity.encoding import b64u
from core.access import public
from core.terms import Access, Channel
from forms.questionnaire import CODE, Questionnaire
from surveys import (
    ballots,
    queries,
    questionnaires,
    sheets,
    turns,
)
from surveys.views.blueprint import bp

RECEIPT = "X-Receipt"
PHONE = re.compile(r"Mobi|Android|iPhone")


@bp.route("/s/<public_id>", methods=["GET", "POST"])
@bp.route("/s/<public_id>/<any(zh,en):lang>", methods=["GET", "POST"])
@public
def answer(public_id: str, lang: str = "") -> ResponseReturnValue:
    """Ask the questionnaire and take one answer: the same page for everybody, no cookie, no session."""
    g.language = lang or "zh"
    request.max_content_length = ballots.MOST
    judged = None
    if request.method == "POST":
        _ = request.form  # all of it first: a slow line must keep nobody else waiting
        judged = _judged_ahead(public_id, lang)
        turns.take()
    survey = queries.public_survey(public_id, hold=request.method == "POST")
    if survey is None:
        return sheets.note("unknown", public_id, g.language), 404
    g.language = lang or survey.language
    if not survey.answerable:
        return sheets.note("closed", public_id, g.language), 409 if request.method == "POST" else 200
    _remember(survey)
    if request.method != "POST":
        return _compressed(sheets.blank(survey, g.language))
    if judged is None or (judged.version_id, judged.language) != (survey.version_id, g.language):
        judged = _judge(survey.version_id, g.language)
    asked, form = judged.asked, judged.form
    if judged.good:
        try:
            receipt = ballots.cast(
                survey,
                code=form[CODE].data,
                answers=form.answers,
                channel=_door(),
                size=asked.sealed_size,
            )
            return _taken(survey, receipt)
        except (ballots.UnknownCode, ballots.PersonalCode) as error:
            form[CODE].errors = [str(error)]
        except ballots.AlreadyAnswered:
            kind = "sent" if survey.access is Access.LINK else "taken"
            return sheets.note(kind, public_id, g.language), 409
        except ballots.NotOpen:
            return sheets.note("closed", public_id, g.language), 409
    return sheets.returned(survey, asked, form), 422


@bp.get("/s/<public_id>/<any(zh,en):lang>/thanks")
@public
def thanks(public_id: str, lang: str) -> ResponseReturnValue:
    """Say that the answer has arrived; the device forgets its draft."""
    g.language = lang
    return sheets.note("thanks", public_id, lang, clear=True)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was sent, read and judged by one version in one language; it still has to be let into the box."""

    version_id: int
    language: str
    asked: questionnaires.Ready
    form: Questionnaire
    good: bool


def _judged_ahead(public_id: str, lang: str) -> Judged | None:
    """Judge what was sent by what this process last saw of the survey, before the database is asked; or None.

    Judging is half of the work. On SQLite one who may write keeps all others waiting, so it is done before one's turn;
    whether the survey is still open, and still the same, is asked inside it.
    """
    seen = current_app.extensions.get("surveys_seen", {}).get(public_id)
    if seen is None:
        return None
    version_id, language = seen
    g.language = lang or language
    return _judge(version_id, g.language)


def _judge(version_id: int, language: str) -> Judged:
    asked = questionnaires.ready_by_id(version_id, language)
    form = Questionnaire(asked.fields, asked.items, request.form, asked.checks)
    return Judged(version_id, language, asked, form, form.validate())


def _remember(survey: queries.PublicSurvey) -> None:
    """Keep by which version an open survey asks; like its page, it is kept as long as this process lives."""
    current_app.extensions.setdefault("surveys_seen", {})[survey.public_id] = (survey.version_id, survey.language)


def _taken(survey: queries.PublicSurvey, receipt: ballots.Receipt | None) -> ResponseReturnValue:
    """Give the receipt with the thanks: it is told this once, so there is no redirect; sending again is harmless."""
    if receipt is None or survey.manifest is None:
        return redirect(url_for("surveys.thanks", public_id=survey.public_id, lang=g.language), 303)
    told = sheets.Told(receipt.leaf.hex(), b64u(receipt.signature), manifest.fingerprint(survey.manifest))
    response = make_response(sheets.thanks(survey.public_id, g.language, told))
    # For the page's own script, which stays where it is and shows the thanks at their own address.
    response.headers[RECEIPT] = json.dumps(
        {"leaf": told.leaf, "receipt": told.signature, "fingerprint": told.fingerprint}
    )
    return response


def _door() -> Channel:
    """Return whether a phone or a computer asks: what the browser says of itself, or else its name."""
    hint = request.headers.get("Sec-CH-UA-Mobile")
    phone = hint == "?1" if hint else PHONE.search(request.user_agent.string) is not None
    return Channel.PHONE if phone else Channel.COMPUTER


def _compressed(sheet: sheets.Sheet) -> Response:
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = Response(sheet.gzipped, mimetype="text/html")
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(sheet.plain, mimetype="text/html")
    response.headers["Vary"] = "Accept-Encoding"
    return response
