"""The respondent's pages: no cookie, no session, the same for everybody."""

import json
import re

from flask import Response, g, make_response, redirect, request, url_for
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
    survey = queries.public_survey(public_id, hold=request.method == "POST")
    if survey is None:
        return sheets.note("unknown", public_id, g.language), 404
    g.language = lang or survey.language
    if not survey.answerable:
        return sheets.note("closed", public_id, g.language), 409 if request.method == "POST" else 200
    if request.method != "POST":
        return _compressed(sheets.blank(survey, g.language))
    asked = questionnaires.ready_by_id(survey.version_id, g.language)
    form = Questionnaire(asked.fields, asked.items, request.form, asked.checks)
    if form.validate():
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
