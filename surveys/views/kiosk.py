"""A shared tablet: one starts with the code of a slip, nothing stays on the device, and the next finds it empty."""

from flask import current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.access import public
from core.errors import DomainError
from core.i18n import HTML_LANG, LANGUAGES
from core.terms import Access, Channel
from forms.questionnaire import CODE, Questionnaire
from surveys import ballots, queries, questionnaires, sheets
from surveys.queries import PublicSurvey
from surveys.views.blueprint import bp

BEGIN = "begin"  # sent by the start page: a code, no answers yet
SECONDS = 15  # the thanks stay on the screen


@bp.route("/k/<public_id>", methods=["GET", "POST"])
@bp.route("/k/<public_id>/<any(zh,en):lang>", methods=["GET", "POST"])
@public
def kiosk(public_id: str, lang: str = "") -> ResponseReturnValue:
    """Ask for the slip's code, then the questionnaire, and take one answer: no cookie, no session, no draft."""
    g.language = lang or "zh"
    request.max_content_length = ballots.MOST
    survey = queries.public_survey(public_id, hold=request.method == "POST")
    if survey is None:
        return sheets.note("unknown", public_id, g.language), 404
    g.language = lang or survey.language
    if not survey.answerable:
        return sheets.note("closed", public_id, g.language), 409 if request.method == "POST" else 200
    if request.method == "GET":
        return _start(survey)
    asked = questionnaires.ready_by_id(survey.version_id, g.language)
    if BEGIN in request.form:
        return _begin(survey, asked)
    form = Questionnaire(asked.fields, asked.items, request.form, asked.checks)
    if not form.validate():
        return _questions(survey, asked, form), 422
    try:
        ballots.cast(
            survey, code=form[CODE].data, answers=form.answers, channel=Channel.COMPUTER, size=asked.sealed_size
        )
    except ballots.AlreadyAnswered:
        return _end(survey, "taken"), 409
    except DomainError as error:
        return _start(survey, form[CODE].data, str(error)), error.status
    return redirect(url_for("surveys.kiosk_end", public_id=public_id, lang=g.language), 303)


@bp.get("/k/<public_id>/<any(zh,en):lang>/thanks")
@public
def kiosk_end(public_id: str, lang: str) -> ResponseReturnValue:
    """Say that the answer has arrived, and make room for the next."""
    g.language = lang
    survey = queries.public_survey(public_id)
    if survey is None:
        return sheets.note("unknown", public_id, lang), 404
    return _end(survey, "thanks")


def _begin(survey: PublicSurvey, asked: questionnaires.Ready) -> ResponseReturnValue:
    """Show the empty questionnaire to whoever holds a slip of this survey."""
    code = ballots.nonce() if survey.access is Access.LINK else request.form.get(CODE, "")[:60].strip()
    form = Questionnaire(asked.fields, asked.items)
    form[CODE].data = code
    try:
        ballots.right_to_answer(survey, code)
    except DomainError as error:
        return _start(survey, code, str(error)), error.status
    return _questions(survey, asked, form)


def _questions(survey: PublicSurvey, asked: questionnaires.Ready, form: Questionnaire) -> str:
    """Return the respondent's own page with our address in it, and before all others the script that keeps nothing."""
    own, ours = (url_for(f"surveys.{page}", public_id=survey.public_id) for page in ("answer", "kiosk"))
    page = sheets.returned(survey, asked, form).replace(f'"{own}/', f'"{ours}/')
    page = page.replace("</head>", f"{_page('surveys/kiosk_head.html', survey, seconds=0)}</head>", 1)
    return page.replace("</body>", f"{_page('surveys/kiosk_watch.html', survey)}</body>", 1)


def _start(survey: PublicSurvey, code: str = "", error: str = "") -> str:
    return _headed("surveys/kiosk.html", survey, code=code, error=error)


def _end(survey: PublicSurvey, kind: str) -> str:
    return _headed("surveys/kiosk_end.html", survey, kind=kind, seconds=0 if "stay" in request.args else SECONDS)


def _headed(template: str, survey: PublicSurvey, *, seconds: int = 0, **given: object) -> str:
    """Draw a page of ours; after `seconds` a browser without scripts goes back to the start."""
    head = _page("surveys/kiosk_head.html", survey, seconds=seconds)
    return _page(template, survey, seconds=seconds, **given).replace("</head>", f"{head}</head>", 1)


def _page(template: str, survey: PublicSurvey, **given: object) -> str:
    """Draw a page straight from the template environment: nothing of a session comes near it."""
    links = {spoken: url_for("surveys.kiosk", public_id=survey.public_id, lang=spoken) for spoken in LANGUAGES}
    return current_app.jinja_env.get_template(template).render(
        survey=survey,
        by_link=survey.access is Access.LINK,
        title=questionnaires.ready_by_id(survey.version_id, g.language).title,
        links=links,
        start=links[g.language],
        lang=g.language,
        html_lang=HTML_LANG[g.language],
        languages=LANGUAGES,
        **given,
    )
