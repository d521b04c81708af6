"""Pages around instruments: the list, a new one, the bank, publishing, and making a survey of a version."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import paging
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _, language
from core.terms import InvestigationState
from forms.instruments import BeginForm, ChooseInvestigationForm, PublishForm, offer_investigations
from investigations import queries as investigations
from surveys import bank, boards, designing, drafts, library, questionnaires, trials
from surveys.models import Instrument
from surveys.views.blueprint import bp
from surveys.views.design import changing, found, revision, spot


@bp.get("/app/instruments")
@requires(Permission.MANAGE_SURVEYS)
def instruments() -> ResponseReturnValue:
    """List the organisation's instruments."""
    return render_template(
        "surveys/design/index.html",
        rows=designing.cards(within=g.organisation, number=paging.asked()),
        count=lambda row: sum(1 for _item in drafts.items(row.definition)),
    )


@bp.route("/app/instruments/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def begin_instrument() -> ResponseReturnValue:
    """Begin an instrument: from nothing, or from the library."""
    form = BeginForm()
    if not form.is_submitted():
        form.lang.data = language()
    key = request.form.get("library", "")
    if request.method == "POST" and key:
        made = designing.begin(library.found(key).definition, within=g.organisation, by=g.account)
        flash(_("The questionnaire is yours now. Change what does not fit."), "success")
        return redirect(url_for("surveys.design", instrument_id=made.id), 303)
    if form.sent():
        made = designing.begin(
            None, within=g.organisation, by=g.account, title=form.title.data.strip(), lang=form.lang.data
        )
        return redirect(url_for("surveys.design", instrument_id=made.id), 303)
    page = render_template("surveys/design/new.html", form=form, library=library.listed())
    return page, 422 if form.errors else 200


@bp.get("/app/instruments/library/<string:key>")
@requires(Permission.MANAGE_SURVEYS)
def library_instrument(key: str) -> ResponseReturnValue:
    """Show what a ready instrument asks before it is taken."""
    ready = library.found(key)
    return render_template(
        "surveys/design/ready.html", ready=ready, asked=questionnaires.prepare(ready.definition, language())
    )


@bp.post("/app/instruments/<int:instrument_id>/copy")
@requires(Permission.MANAGE_SURVEYS)
def copy_instrument(instrument_id: int) -> ResponseReturnValue:
    """Copy an instrument."""
    made = designing.copy(found(instrument_id), within=g.organisation, by=g.account)
    flash(_("This is the copy."), "success")
    return redirect(url_for("surveys.design", instrument_id=made.id), 303)


@bp.post("/app/instruments/<int:instrument_id>/discard")
@requires(Permission.MANAGE_SURVEYS)
def discard_instrument(instrument_id: int) -> ResponseReturnValue:
    """Remove an instrument; surveys keep the version they ask."""
    designing.discard(found(instrument_id), by=g.account)
    flash(_("The questionnaire has been removed. Surveys made of it keep their questions."), "success")
    return redirect(url_for("surveys.instruments"), 303)


# --- the bank


@bp.get("/app/instruments/<int:instrument_id>/bank")
@requires(Permission.MANAGE_SURVEYS)
def question_bank(instrument_id: int) -> ResponseReturnValue:
    """Show the questions that can be taken into an instrument."""
    instrument = found(instrument_id)
    sources: dict[str, list[bank.Offer]] = {}
    for offer in bank.shipped():
        sources.setdefault(offer.source, []).append(offer)
    return render_template(
        "surveys/design/bank.html",
        instrument=instrument,
        own=paging.of(bank.own(within=g.organisation), paging.asked()),
        sources=sources,
        after=request.args.get("after", "")[:40],
        section=request.args.get("section", "")[:40],
    )


@bp.post("/app/instruments/<int:instrument_id>/bank")
@requires(Permission.MANAGE_SURVEYS)
@changing
def insert_from_bank(instrument: Instrument) -> ResponseReturnValue:
    """Take a question of the bank into an instrument."""
    where, place = spot(instrument)
    key = request.form.get("key", "")
    name = bank.insert(instrument, revision(), key, where=where, place=place, within=g.organisation)
    flash(_("The question was added."), "success")
    return redirect(url_for("surveys.design", instrument_id=instrument.id, item=name), 303)


@bp.post("/app/question-bank/<int:banked_id>/discard")
@requires(Permission.MANAGE_SURVEYS)
def discard_banked(banked_id: int) -> ResponseReturnValue:
    """Remove a question from the bank."""
    bank.discard(banked_id, within=g.organisation, by=g.account)
    flash(_("The question was removed from the bank. Questionnaires that took it keep it."), "success")
    back = request.form.get("instrument", "")
    if back.isascii() and back.isdecimal() and len(back) < 10:
        return redirect(url_for("surveys.question_bank", instrument_id=int(back)), 303)
    return redirect(url_for("surveys.instruments"), 303)


# --- publishing


@bp.route("/app/instruments/<int:instrument_id>/publish", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def publish(instrument_id: int) -> ResponseReturnValue:
    """Publish an instrument as a version, after a page that says what will happen."""
    instrument = found(instrument_id)
    form = PublishForm()
    if form.sent():
        if revision() != instrument.revision:
            flash(
                _("Somebody changed this questionnaire meanwhile; look at it again before it is published."), "warning"
            )
            return redirect(url_for("surveys.publish", instrument_id=instrument.id), 303)
        try:
            version = designing.publish(instrument, within=g.organisation, by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("Published as version %(number)s.", number=len(designing.versions(instrument))), "success")
            return redirect(url_for("surveys.make_survey", instrument_id=instrument.id, version=version.id), 303)
    page = render_template(
        "surveys/design/publish.html",
        instrument=instrument,
        board=boards.board(instrument),
        form=form,
        versions=designing.versions(instrument),
        trials=trials.count(instrument),
    )
    return page, 422 if form.errors else 200


@bp.route("/app/instruments/<int:instrument_id>/survey", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def make_survey(instrument_id: int) -> ResponseReturnValue:
    """Choose the investigation a survey of the newest version belongs to."""
    instrument = found(instrument_id)
    versions = designing.versions(instrument)
    running = [
        row for row in investigations.investigations(within=g.organisation) if row.state is InvestigationState.OPEN
    ]
    form = ChooseInvestigationForm()
    offer_investigations(form, [(row.id, row.title) for row in running])
    if versions and form.sent():
        return redirect(
            url_for("surveys.new", investigation_id=int(form.investigation.data), source=f"version.{versions[0].id}"),
            303,
        )
    page = render_template(
        "surveys/design/survey.html", instrument=instrument, versions=versions, form=form, running=running
    )
    return page, 422 if form.errors else 200
