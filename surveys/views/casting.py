"""What a device asks for and sends to answer with a ballot: no cookie, no session, every request of one length."""

from flask import Response, jsonify, request

from anonymity.encoding import Malformed, b64u
from core.access import public
from core.errors import DomainError
from core.terms import Channel
from forms import ballots as sent
from forms.questionnaire import Questionnaire
from surveys import ballots, collecting, queries, questionnaires, turns
from surveys.queries import PublicSurvey
from surveys.views.blueprint import bp

REFUSED: dict[type[DomainError], tuple[str, int]] = {
    collecting.AlreadyCollected: ("collected", 409),
    collecting.BlankSlip: ("slip", 409),
    collecting.NotBlinded: ("malformed", 400),
    ballots.UnknownCode: ("code", 403),
    ballots.NotOpen: ("closed", 409),
    ballots.NotABallot: ("signature", 403),
    ballots.AlreadyAnswered: ("spent", 409),
}


@bp.get("/s/<public_id>/manifest")
@public
def manifest(public_id: str) -> Response:
    """Give the survey's manifest, byte for byte the same to everybody."""
    survey = queries.public_survey(public_id)
    if survey is None or survey.manifest is None:
        return _error("unknown", 404)
    return Response(survey.manifest, mimetype="application/json")


@bp.post("/s/<public_id>/collect")
@public
def collect(public_id: str) -> Response:
    """Sign a device's ballot blindly, once for each code."""
    body = _body()  # all of it first: a slow line must keep nobody else waiting
    turns.take()
    survey = queries.public_survey(public_id, hold=True)
    if survey is None or survey.manifest is None:
        return _error("unknown", 404)
    try:
        asked = sent.collecting(body, ballots.sizes(survey.manifest).collect)
        signature = collecting.collect(survey, code=asked.code, blinded=asked.blinded)
    except Malformed:
        return _error("malformed", 400)
    except tuple(REFUSED) as error:
        return _error(*REFUSED[type(error)])
    return jsonify(signature=b64u(signature))


@bp.post("/b/<public_id>/cast")
@public
def cast(public_id: str) -> Response:
    """Take a ballot and its answers into the sealed box, and give the receipt."""
    body = _body()  # all of it first: a slow line must keep nobody else waiting
    turns.take()
    survey = queries.public_survey(public_id, hold=True)
    if survey is None or survey.manifest is None:
        return _error("unknown", 404)
    try:
        ballot = sent.casting(body, ballots.sizes(survey.manifest).cast)
        return _cast(survey, ballot)
    except Malformed:
        return _error("malformed", 400)
    except tuple(REFUSED) as error:
        return _error(*REFUSED[type(error)])


def _cast(survey: PublicSurvey, ballot: sent.Casting) -> Response:
    token = ballots.Token(ballot.prefix, ballot.signature, ballot.salt, ballot.text)
    asked = questionnaires.ready_by_id(survey.version_id, survey.language)
    form = Questionnaire(asked.fields, asked.items, ballot.fields, asked.checks, by_code=False)
    if not form.validate():
        return _error("answers", 422, items=[item.name for item in form.wrong()])
    receipt = ballots.cast_token(
        survey,
        token,
        answers=form.answers,
        channel=Channel.PHONE if ballot.door == Channel.PHONE.value else Channel.COMPUTER,
        size=asked.sealed_size,
    )
    return jsonify(leaf=receipt.leaf.hex(), receipt=b64u(receipt.signature))


def _body() -> bytes:
    request.max_content_length = ballots.MOST
    return request.get_data(cache=False)


def _error(kind: str, status: int, **more: object) -> Response:
    response = jsonify(error=kind, **more)
    response.status_code = status
    return response
