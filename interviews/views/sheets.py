"""The sheet of a talk: opened with what was typed before, written, and saved."""

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import DomainError, NotAllowed, Stale
from core.i18n import _
from core.terms import TalkState
from forms.interviews import TalkForm
from interviews import drafts, openers, openings, queries, sheet, talks, texts
from interviews.models import Talk
from interviews.people import People
from interviews.queries import TalkView
from interviews.talks import NOTES
from interviews.texts import Texts
from interviews.views.blueprint import bp, investigations, suggestions, writable
from interviews.views.devices import asked_by_script, likely, refused, sent_by, typed, typed_from


@bp.get("/talks/<int:talk_id>/record")
@requires(Permission.RECORD_TALKS)
def record(talk_id: int) -> ResponseReturnValue:
    """Open the sheet of a talk, with whatever the reader had typed and not saved."""
    row, view = writable(talk_id)
    if row.filed_on is not None:
        return _filed(row)
    held = texts.of(
        row, view, by=g.account, device=sent_by(), people=People(g.organisation), investigations=investigations()
    )
    if held.elsewhere or (held.typed and held.typed.draft.based_on != view.revision):
        return redirect(url_for("interviews.conflict", talk_id=talk_id))
    if view.state is TalkState.RECORDED:
        openings.note(row, by=g.account)
    return _sheet_page(view, held.typed.form if held.typed else held.saved, held=held)


@bp.post("/talks/<int:talk_id>/record")
@requires(Permission.RECORD_TALKS)
def save(talk_id: int) -> ResponseReturnValue:
    """Save the sheet; if somebody else was faster, keep what was typed and lay both side by side."""
    row = queries.talk(talk_id, within=g.organisation)
    view = queries.view(talk_id, within=g.organisation, reader=g.account)
    if not view.writable or row.filed_on is not None:
        return _kept(row)
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
            return _saved(row, form.notes.data)
    except (Stale, NotAllowed):
        return _kept(row)
    except DomainError as error:
        form.blame(error)
    return refused(form) if asked_by_script() else (_sheet_page(view, form, held=None), 422)


def _saved(row: Talk, notes: str) -> ResponseReturnValue:
    """Forget the draft this device kept and those it went on from; what other devices typed otherwise stays."""
    drafts.discard(row, by=g.account, device=sent_by())
    drafts.drop(row, by=g.account, marks=typed_from())
    if asked_by_script():
        return {"saved": url_for("interviews.show", talk_id=row.id), "like": likely(notes, row)}
    session["saved_talk"] = row.id
    flash(_("The record is saved."))
    return redirect(url_for("interviews.show", talk_id=row.id))


@bp.post("/talks/<int:talk_id>/likeness")
@requires(Permission.RECORD_TALKS)
def likeness(talk_id: int) -> ResponseReturnValue:
    """Say which older notes the text being written repeats; nothing of it is kept."""
    row, _view = writable(talk_id)
    return {"like": likely(request.form.get("notes", "")[:NOTES], row)}


def _kept(row: Talk) -> ResponseReturnValue:
    """Keep what was typed although it cannot be saved as it is, and send its writer to look at both texts.

    Raises `NotAllowed` for somebody who never had anything to write here.
    """
    based_on = sheet.based_on(request.form.get("based_on"))
    drafts.keep(row, typed(), based_on=based_on, by=g.account, device=sent_by(), instead_of=typed_from())
    address = url_for("interviews.conflict", talk_id=row.id)
    return ({"look": address}, 202) if asked_by_script() else redirect(address, 303)


def _filed(row: Talk) -> ResponseReturnValue:
    """Send to what was typed before the record was filed, or else to the record."""
    if drafts.all_of(row, by=g.account):
        return redirect(url_for("interviews.conflict", talk_id=row.id))
    flash(_("This record is filed and stays as it is."))
    return redirect(url_for("interviews.show", talk_id=row.id))


def _sheet_page(view: TalkView, form: TalkForm, *, held: Texts | None) -> str:
    before = queries.open_promises_to(view.member, within=g.organisation, reader=g.account)
    return render_template(
        "interviews/record.html",
        talk=view,
        form=form,
        held=held,
        draft=held.typed.draft if held and held.typed else None,
        marks=held.marks if held else typed_from(),
        before=[promise for promise in before if promise.talk_id != view.id],
        topics=openers.topics(view, within=g.organisation) if view.state is TalkState.PLANNED else [],
        planned=[],
        **suggestions(People(g.organisation)),
    )
