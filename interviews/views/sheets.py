"""The sheet of a talk: written, kept while it is written, saved, and laid beside somebody else's."""

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import DomainError, NotAllowed, Stale
from core.i18n import _
from core.terms import TalkState
from forms.interviews import TalkForm
from interviews import differences, drafts, openings, queries, sheet, talks
from interviews.models import Talk
from interviews.people import People
from interviews.queries import TalkView
from interviews.views.blueprint import bp, investigations, suggestions, writable


@bp.get("/talks/<int:talk_id>/record")
@requires(Permission.RECORD_TALKS)
def record(talk_id: int) -> ResponseReturnValue:
    """Open the sheet of a talk, with whatever the reader had typed and not saved."""
    row, view = writable(talk_id)
    theirs, mine, draft = _both(row, view)
    if draft is not None and draft.based_on != view.revision:
        return redirect(url_for("interviews.conflict", talk_id=talk_id))
    if view.state is TalkState.RECORDED:
        openings.note(row, by=g.account)
    return _sheet_page(view, mine or theirs, draft=draft)


@bp.post("/talks/<int:talk_id>/record")
@requires(Permission.RECORD_TALKS)
def save(talk_id: int) -> ResponseReturnValue:
    """Save the sheet; if somebody else was faster, keep what was typed and lay both side by side."""
    row = queries.talk(talk_id, within=g.organisation)
    view = queries.view(talk_id, within=g.organisation, reader=g.account)
    if not view.writable:
        return _kept_beside_a_closed_talk(row)
    form = TalkForm()
    form.offer(investigations=investigations())
    based_on = sheet.based_on(form.based_on.data)
    verb = talks.record if view.state is TalkState.PLANNED else talks.amend
    try:
        # Asked before the fields are: what is wrong with a stale text can be put right after looking at both.
        if based_on != view.revision:
            raise Stale(_("Somebody saved this talk while you were writing; your text is kept."))
        if form.sent():
            verb(row, sheet.record(form, People(g.organisation)), by=g.account, based_on=based_on)
            drafts.discard(row, by=g.account)
            session["saved_talk"] = talk_id
            flash(_("The record is saved."))
            return redirect(url_for("interviews.show", talk_id=talk_id))
    except Stale:
        drafts.keep(row, sheet.content_of(request.form), based_on=based_on, by=g.account)
        return redirect(url_for("interviews.conflict", talk_id=talk_id), 303)
    except NotAllowed:
        return _kept_beside_a_closed_talk(row)
    except DomainError as error:
        form.blame(error)
    return _sheet_page(view, form, draft=None), 422


def _kept_beside_a_closed_talk(row: Talk) -> ResponseReturnValue:
    """Keep what was typed although somebody has closed the talk to its writer meanwhile."""
    if drafts.find(row, by=g.account) is None:
        raise NotAllowed(_("Only who held this talk or wrote it down, or a secretary who may read it, may change it."))
    based_on = sheet.based_on(request.form.get("based_on"))
    drafts.keep(row, sheet.content_of(request.form), based_on=based_on, by=g.account)
    return redirect(url_for("interviews.conflict", talk_id=row.id), 303)


@bp.post("/talks/<int:talk_id>/draft")
@requires(Permission.RECORD_TALKS)
def draft(talk_id: int) -> ResponseReturnValue:
    """Keep what is being typed."""
    row = queries.talk(talk_id, within=g.organisation)
    based_on = sheet.based_on(request.form.get("based_on"))
    drafts.keep(row, sheet.content_of(request.form), based_on=based_on, by=g.account)
    return "", 204


@bp.post("/talks/<int:talk_id>/draft/discard")
@requires(Permission.RECORD_TALKS)
def discard(talk_id: int) -> ResponseReturnValue:
    """Drop what was typed and not saved."""
    row = queries.talk(talk_id, within=g.organisation)
    drafts.discard(row, by=g.account)
    session["saved_talk"] = talk_id
    flash(_("The unsaved text is dropped."))
    return redirect(url_for("interviews.show", talk_id=talk_id))


@bp.get("/talks/<int:talk_id>/conflict")
@requires(Permission.RECORD_TALKS)
def conflict(talk_id: int) -> ResponseReturnValue:
    """Lay what somebody else saved beside what the reader typed."""
    row = queries.talk(talk_id, within=g.organisation)
    view = queries.view(talk_id, within=g.organisation, reader=g.account)
    theirs, mine, draft = _both(row, view)
    if mine is None or draft is None or (view.writable and draft.based_on == view.revision):
        return redirect(url_for("interviews.record", talk_id=talk_id))
    if not view.writable:
        return render_template("interviews/closed.html", talk=view, mine=mine, draft=draft)
    if view.state is TalkState.RECORDED:
        openings.note(row, by=g.account)
    return render_template(
        "interviews/conflict.html",
        talk=view,
        pairs=sheet.differing(theirs, mine),
        lines=differences.compare(theirs.notes.data or "", mine.notes.data or ""),
        content=sheet.with_promises_of(draft.content, theirs),
        draft=draft,
    )


@bp.post("/talks/<int:talk_id>/conflict")
@requires(Permission.RECORD_TALKS)
def take_theirs(talk_id: int) -> ResponseReturnValue:
    """Go on from what somebody else saved, the reader's own text beside it."""
    row, view = writable(talk_id)
    theirs, mine, draft = _both(row, view)
    if mine is not None and draft is not None:
        theirs.aside.data = sheet.copy_text(sheet.differing(theirs, mine), mine)
        drafts.keep(row, sheet.content_from(theirs), based_on=view.revision, by=g.account)
    return redirect(url_for("interviews.record", talk_id=talk_id))


def _both(row: Talk, view: TalkView) -> tuple[TalkForm, TalkForm | None, drafts.Draft | None]:
    """Return the sheet as it is saved, as the reader left it, and the draft that came from; none if they agree."""
    people, choices = People(g.organisation), investigations()
    saved = sheet.filled(view, people=people, investigations=choices)
    draft = drafts.find(row, by=g.account)
    if draft is None:
        return saved, None, None
    left = sheet.typed(draft.content, investigations=choices)
    same = not left.aside.data and left.notes.data == saved.notes.data and not sheet.differing(saved, left)
    return (saved, None, None) if same else (saved, left, draft)


def _sheet_page(view: TalkView, form: TalkForm, *, draft: drafts.Draft | None) -> str:
    before = queries.open_promises_to(view.member, within=g.organisation, reader=g.account)
    return render_template(
        "interviews/record.html",
        talk=view,
        form=form,
        draft=draft,
        before=[promise for promise in before if promise.talk_id != view.id],
        **suggestions(People(g.organisation)),
    )
