"""The draft as respondents will see it: the preview beside the designer, and trying it out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core import paging
from core.access import Permission, requires
from core.headers import CONTENT_SECURITY_POLICY
from core.i18n import _
from core.terms import Access, Secrecy, SurveyState
from forms.questionnaire import CODE, Questionnaire
from questions.paths import part
from surveys import previews, sheets, trials
from surveys.definitions import spoken
from surveys.models import Instrument
from surveys.queries import PublicSurvey
from surveys.questionnaires import Ready
from surveys.views.blueprint import bp
from surveys.views.design import found

TRIAL = "trial"


@bp.get("/app/instruments/<int:instrument_id>/preview/<any(zh,en,xx):lang>")
@requires(Permission.MANAGE_SURVEYS)
def preview(instrument_id: int, lang: str) -> ResponseReturnValue:
    """Show the respondent's page drawn from the draft, for the frame beside the designer."""
    instrument = found(instrument_id)
    ready = _ready(instrument, lang)
    if ready is None:
        page = render_template("surveys/design/nothing.html", instrument=instrument)
    else:
        address = url_for("surveys.preview", instrument_id=instrument.id, lang="zh").rpartition("/")[0]
        page = _page(instrument, ready, Questionnaire(ready.fields, ready.items), address, "js/preview.js")
    response = make_response(page)
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@bp.route("/app/instruments/<int:instrument_id>/try", methods=["GET", "POST"])
@bp.route("/app/instruments/<int:instrument_id>/try/<string:lang>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def try_it(instrument_id: int, lang: str = "") -> ResponseReturnValue:
    """Ask the draft exactly as a respondent is asked, and keep the answer apart."""
    instrument = found(instrument_id)
    ready = _ready(instrument, lang)
    if ready is None:
        flash(_("There is no question yet that could be asked."), "warning")
        return redirect(url_for("surveys.design", instrument_id=instrument.id), 303)
    form = Questionnaire(ready.fields, ready.items, request.form if request.method == "POST" else None, ready.checks)
    form[CODE].data = TRIAL
    if request.method == "POST" and form.validate():
        trials.keep(instrument, form.answers)
        return redirect(url_for("surveys.tried", instrument_id=instrument.id, lang=ready.language), 303)
    address = url_for("surveys.try_it", instrument_id=instrument.id)
    page = _page(instrument, ready, form, address, "js/trial.js")
    return page, 422 if request.method == "POST" else 200


@bp.get("/app/instruments/<int:instrument_id>/try/<any(zh,en):lang>/thanks")
@requires(Permission.MANAGE_SURVEYS)
def tried(instrument_id: int, lang: str) -> ResponseReturnValue:
    """Say that the trial answer was kept apart."""
    instrument = found(instrument_id)
    return render_template("surveys/design/tried.html", instrument=instrument, kept=trials.count(instrument))


@bp.get("/app/instruments/<int:instrument_id>/trials")
@requires(Permission.MANAGE_SURVEYS)
def trial_results(instrument_id: int) -> ResponseReturnValue:
    """List the trial answers in words."""
    instrument = found(instrument_id)
    ready = previews.drawable(instrument.definition)
    rows = paging.of(trials.listed(instrument), paging.asked(), 20)
    rows = replace(rows, rows=[_told(answers, ready) for answers in rows])
    return render_template("surveys/design/trials.html", instrument=instrument, rows=rows)


@bp.post("/app/instruments/<int:instrument_id>/trials")
@requires(Permission.MANAGE_SURVEYS)
def wipe_trials(instrument_id: int) -> ResponseReturnValue:
    """Wipe the trial answers."""
    instrument = found(instrument_id)
    trials.wipe(instrument)
    flash(_("The trial answers have been wiped."), "success")
    return redirect(url_for("surveys.trial_results", instrument_id=instrument.id), 303)


def _ready(instrument: Instrument, lang: str) -> Ready | None:
    own = spoken(instrument.definition)
    language = lang if lang in ("zh", "en") else own
    g.language = language
    return previews.drawable(instrument.definition, language)


def _page(instrument: Instrument, ready: Ready, form: Questionnaire, address: str, script: str) -> str:
    """Return the respondent's own page with our address in it, the token, and a script that keeps it in the house."""
    form[CODE].data = TRIAL
    name = f"{Path(script).stem}-{instrument.id}-{instrument.revision}"  # under it the device keeps what was typed
    survey = PublicSurvey(
        id=0,
        public_id=name,
        version_id=0,
        language=ready.language,
        state=SurveyState.OPEN,
        opens_on=None,
        closes_on=None,
        access=Access.LINK,
        secrecy=Secrecy.ANONYMOUS,
    )
    page = sheets.returned(survey, ready, form).replace(url_for("surveys.answer", public_id=name), address)
    source = url_for("static", filename=script)
    token = current_app.jinja_env.get_template("components/forms.html").module.token()  # type: ignore[attr-defined]
    page = page.replace(
        'content="no-referrer"', 'content="same-origin"', 1
    )  # the token is judged by where it comes from
    page = page.replace("</head>", Markup('<script src="%s"></script></head>') % source, 1)
    return page.replace("</form>", f"{token}</form>", 1)


def _told(answers: dict[str, Any], ready: Ready | None) -> list[tuple[int, str, str]]:
    """Return number, title and words of each answer to a question that is still there."""
    rows = []
    for item in ready.items if ready else ():
        own = part(answers, item)
        if own:
            rows.append((item.number, item.title, item.kind.words(own, item)))
    return rows
