"""The board: for members who sign in, for everybody with the link, and on paper."""

from typing import Any

from flask import Response, current_app, flash, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from concerns import board as notice_board
from concerns import openers, replies, satisfaction
from concerns.satisfaction import Question
from concerns.views.base import bp
from core.access import Permission, allowed, public, requires
from core.errors import DomainError, NotFound
from core.i18n import HTML_LANG, LANGUAGES, _
from core.numbers import row_number
from core.qr import drawn as qr
from core.terms import BoardAccess, InvestigationState, ReplyOutcome
from forms.replies import NEW, AskForm, BoardForm, StepForm
from investigations import queries as investigations
from surveys import designing

ADDRESS = "/gs/<token>"  # outside /app, so that no session is sent along
openers.listen()


@bp.get("/board")
@requires(Permission.READ_BOARD)
def board() -> ResponseReturnValue:
    """Show the board, and to whoever works on it what still waits."""
    chosen = _outcome()
    works = allowed(Permission.APPROVE_REPLIES)
    return render_template(
        "concerns/board.html",
        setting=notice_board.setting(g.organisation),
        page=notice_board.page(notice_board.lines(g.organisation, outcome=chosen), _page()),
        counts=notice_board.counts(g.organisation),
        chosen=chosen,
        to_approve=replies.to_approve(g.account) if works else [],
        waiting=replies.waiting(g.organisation) if works else [],
        link=_link(),
    )


@bp.route("/board/settings", methods=["GET", "POST"])
@requires(Permission.CURATE_CONCERNS)
def set_up_board() -> ResponseReturnValue:
    """Say who may read the board and what stands above it."""
    setting = notice_board.setting(g.organisation)
    known = {"title": setting.own_title, "introduction": setting.introduction, "access": setting.access.value}
    form, status = BoardForm(data=known | {"revision": setting.revision}), 200
    if form.sent():
        try:
            notice_board.set_up(
                g.organisation,
                access=BoardAccess(form.access.data),
                title=form.title.data or "",
                introduction=form.introduction.data or "",
                seen=form.revision.data,
                by=g.account,
            )
        except DomainError as error:
            form.blame(error)
            status = error.status
        else:
            flash(_("The board has been set up."), "success")
            return redirect(url_for("concerns.board"))
    elif form.errors:
        status = 422
    form.revision.data = setting.revision
    page = render_template("concerns/board_settings.html", form=form, setting=setting, link=_link())
    return page, status


@bp.post("/board/link")
@requires(Permission.CURATE_CONCERNS)
def renew_board_link() -> ResponseReturnValue:
    """Give the board another link."""
    form = StepForm()
    notice_board.renew_link(g.organisation, seen=form.revision.data if form.sent() else 0, by=g.account)
    flash(_("The board has a new link. The one before leads nowhere from now on."), "success")
    return redirect(url_for("concerns.set_up_board"))


@bp.get("/board/print")
@requires(Permission.READ_BOARD)
def print_board() -> ResponseReturnValue:
    """Lay the board out on A3."""
    link = _link()
    return render_template(
        "concerns/board_print.html",
        setting=notice_board.setting(g.organisation),
        lines=notice_board.lines(g.organisation, outcome=_outcome()),
        code=qr(link) if link else "",
    )


@bp.route("/board/ask", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def ask_about_replies() -> ResponseReturnValue:
    """Ask people about answers: in a survey of its own, or in a questionnaire that is being designed."""
    lines = notice_board.lines(g.organisation)
    form, status = _ask_form(), 200
    if form.sent():
        try:
            return _ask(form)
        except DomainError as error:
            form.blame(error)
            status = error.status
    elif form.errors:
        status = 422
    return render_template("concerns/board_ask.html", form=form, lines=lines), status


def _ask(form: AskForm) -> ResponseReturnValue:
    chosen = [
        replies.reply(number, within=g.organisation) for number in dict.fromkeys(form.replies.data or ()) if number
    ]
    question = Question(form.question.data)
    if form.into.data != NEW:
        instrument = designing.instrument(form.into.data, within=g.organisation)
        satisfaction.add_to(instrument, chosen, question, within=g.organisation)
        flash(_("The questions stand at the end of the questionnaire."), "success")
        return redirect(url_for("surveys.design", instrument_id=instrument.id))
    of = investigations.investigation(form.investigation.data, within=g.organisation)
    survey = satisfaction.ask(chosen, question, of=of, within=g.organisation, by=g.account)
    flash(_("The survey is a draft: invite people, then open it."), "success")
    return redirect(url_for("surveys.show", survey_id=survey.id))


def _ask_form() -> AskForm:
    ticked = request.args.getlist("reply", type=int)
    form = AskForm(data={"question": Question.SATISFIED.value, "replies": ticked, "into": NEW})
    rows = investigations.investigations(within=g.organisation)
    form.offer(
        questions=[
            (Question.SATISFIED.value, _("Whether the answer satisfies")),
            (Question.STANDS.value, _("How it is now: settled, better, as before, worse")),
        ],
        instruments=[(row.id, row.title) for row in satisfaction.instruments(g.organisation)],
        investigations=[(row.id, row.title) for row in rows if row.state is InvestigationState.OPEN],
    )
    return form


def _page() -> int | None:
    return row_number(request.args.get("page"))


def _outcome() -> ReplyOutcome | None:
    wanted = request.args.get("outcome", "")
    return next((one for one in ReplyOutcome if one.value == wanted), None)


def _link() -> str:
    setting = notice_board.setting(g.organisation)
    return url_for("concerns.public_board", token=setting.token, _external=True) if setting.linked else ""


@public
def public_board(token: str, lang: str = "") -> ResponseReturnValue:
    """Show the board to everybody with the link: no cookie, no session, the same for all."""
    g.language = lang or "zh"
    try:
        organisation = notice_board.public(token)
    except NotFound:
        return _draw(token, setting=None, page=None, organisation=""), 404
    g.language = lang or organisation.language
    answer = Response(
        _draw(
            token,
            setting=notice_board.setting(organisation),
            page=notice_board.page(notice_board.lines(organisation), _page()),
            organisation=organisation.name,
        )
    )
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _draw(token: str, **given: Any) -> str:
    """Draw the page straight from the template environment, so that nothing of a session can get into it."""
    links = {spoken: url_for("concerns.public_board", token=token, lang=spoken) for spoken in LANGUAGES}
    return current_app.jinja_env.get_template("concerns/board_public.html").render(
        lang=g.language,
        html_lang=HTML_LANG[g.language],
        languages=LANGUAGES,
        links=links,
        home=links[g.language],
        **given,
    )


def _outside(state: BlueprintSetupState) -> None:
    state.app.add_url_rule(ADDRESS, "concerns.public_board", public_board)
    state.app.add_url_rule(f"{ADDRESS}/<any(zh,en):lang>", "concerns.public_board", public_board)


bp.record(_outside)
