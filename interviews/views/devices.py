"""What the devices of one writer keep of a talk: kept while it is typed, dropped, and laid side by side."""

import re

from flask import flash, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.i18n import _, day
from core.terms import TalkState
from forms.interviews import TalkForm
from interviews import differences, drafts, likeness, openings, queries, sheet, texts
from interviews.models import Talk
from interviews.people import People
from interviews.queries import TalkView
from interviews.texts import Text, Texts
from interviews.views.blueprint import bp, investigations, writable
from vault.errors import Locked

COOKIE = "xinsheng-device"
ROW = re.compile(r"promises-[0-9]{1,3}-[a-z_]+")
PAGE = ("device", "instead_of")  # fields that say where a text was typed, not what it says


def sent_by() -> str:
    """Return the name of the device that asks, "" for a browser without scripts."""
    return drafts.device(request.form.get("device") or request.cookies.get(COOKIE))


def typed() -> dict[str, list[str]]:
    """Return what was sent of a sheet."""
    sent = texts.without(sheet.content_of(request.form), *PAGE)
    return {name: values for name, values in sent.items() if not name.startswith("promises-") or ROW.fullmatch(name)}


def typed_from() -> list[str]:
    """Return the marks of the drafts the sheet that was sent went on from."""
    return request.form.getlist("instead_of")[:20]


def asked_by_script() -> bool:
    """Say whether a script asks, which wants to know what became of its text instead of a page."""
    return request.accept_mimetypes.best == "application/json"


def refused(form: TalkForm) -> ResponseReturnValue:
    """Tell a script what is wrong with the sheet it sent."""
    faults = [str(fault) for fault in form.form_errors]
    faults += [f"{field.label.text}: {fault}" for field in form for fault in field.errors if field.errors]
    return jsonify(message=" ".join(dict.fromkeys(map(str, faults)))), 422


def likely(notes: str, row: Talk) -> list[dict[str, str]]:
    """Return what a page says of the older notes that `notes` repeat; nothing while the writer's key is locked."""
    try:
        found = likeness.similar(notes, row, within=g.organisation, reader=g.account)
    except Locked:
        return []
    return [
        {
            "url": url_for("interviews.show", talk_id=one.talk_id),
            "says": _(
                "%(share)s%% of this stands in the talk with %(name)s on %(day)s",
                share=round(100 * one.share),
                name=one.member_name,
                day=day(one.held_on),
            ),
            "passage": one.passage,
        }
        for one in found
    ]


@bp.post("/talks/<int:talk_id>/draft")
@requires(Permission.RECORD_TALKS)
def draft(talk_id: int) -> ResponseReturnValue:
    """Keep what is being typed, and say when the talk was saved or another device wrote about it meanwhile."""
    row = queries.talk(talk_id, within=g.organisation)
    based_on = sheet.based_on(request.form.get("based_on"))
    drafts.keep(row, typed(), based_on=based_on, by=g.account, device=sent_by(), instead_of=typed_from())
    elsewhere = drafts.others(row, by=g.account, device=sent_by())
    said = {"X-Other-Device": elsewhere[0].saved_at.isoformat()} if elsewhere else {}
    if row.revision != based_on:
        said["X-Saved-Meanwhile"] = "1"
    return "", 204, said


@bp.post("/talks/<int:talk_id>/draft/discard")
@requires(Permission.RECORD_TALKS)
def discard(talk_id: int) -> ResponseReturnValue:
    """Drop what was typed and not saved: the texts that were shown, or else this device's."""
    row = queries.talk(talk_id, within=g.organisation)
    marks = request.form.getlist("mark")[:20]
    kept = drafts.find(row, by=g.account, device=sent_by())
    if not marks or (kept is not None and kept.mark in marks):
        session["saved_talk"] = talk_id
    if marks:
        drafts.drop(row, by=g.account, marks=marks)
    else:
        drafts.discard(row, by=g.account, device=sent_by())
    flash(_("The unsaved text is dropped."))
    return redirect(url_for("interviews.show", talk_id=talk_id))


@bp.get("/talks/<int:talk_id>/conflict")
@requires(Permission.RECORD_TALKS)
def conflict(talk_id: int) -> ResponseReturnValue:
    """Lay what somebody else saved, or what another device typed, beside what the reader typed here."""
    row = queries.talk(talk_id, within=g.organisation)
    view = queries.view(talk_id, within=g.organisation, reader=g.account)
    if not view.writable or row.filed_on is not None:
        return _closed(row, view)
    held = _held(row, view)
    mine = held.typed
    if mine is None or (mine.draft.based_on == view.revision and not held.elsewhere):
        return redirect(url_for("interviews.record", talk_id=talk_id))
    if view.state is TalkState.RECORDED:
        openings.note(row, by=g.account)
    other = None if mine.draft.based_on != view.revision else held.elsewhere[0]
    theirs = other.form if other else held.saved
    return render_template(
        "interviews/conflict.html",
        talk=view,
        pairs=sheet.differing(theirs, mine.form),
        lines=differences.compare(theirs.notes.data or "", mine.form.notes.data or ""),
        content=sheet.with_promises_of(mine.draft.content, theirs),
        mine=mine,
        other=other,
        here=held.here,
        waiting=len(held.elsewhere) - (1 if other else 0),
    )


@bp.post("/talks/<int:talk_id>/conflict")
@requires(Permission.RECORD_TALKS)
def take_theirs(talk_id: int) -> ResponseReturnValue:
    """Go on from what somebody else saved, the reader's own text beside it."""
    row, view = writable(talk_id)
    held = _held(row, view)
    if held.typed is not None:
        saved, mine = held.saved, held.typed.form
        kept = [mine.aside.data or "", sheet.copy_text(sheet.differing(saved, mine), mine)]
        saved.aside.data = "\n\n".join(part for part in kept if part)
        _keep(row, sheet.content_from(saved), view.revision, held.marks)
    return redirect(url_for("interviews.record", talk_id=talk_id))


@bp.post("/talks/<int:talk_id>/conflict/devices")
@requires(Permission.RECORD_TALKS)
def choose(talk_id: int) -> ResponseReturnValue:
    """Go on with the text of one device, what the other one holds beside it to copy from."""
    row, view = writable(talk_id)
    held = _held(row, view)
    shown = set(request.form.getlist("mark"))
    pair = [held.typed, *held.elsewhere[:1]]
    if None in pair or {text.draft.mark for text in pair if text} != shown:
        # One of them was written on meanwhile: what was chosen between is no longer what there is.
        return redirect(url_for("interviews.conflict", talk_id=talk_id))
    one, other = pair if request.form.get("take") != "other" else pair[::-1]
    assert one is not None and other is not None
    _keep(row, texts.without(texts.joined(one, other.form), "typed_at"), one.draft.based_on, list(shown))
    return redirect(url_for("interviews.record", talk_id=talk_id))


def _keep(row: Talk, content: dict[str, list[str]], based_on: int, marks: list[str]) -> None:
    device = sent_by()
    # First the others go: what is kept now may take the place of one of them.
    drafts.drop(row, by=g.account, marks=marks)
    drafts.keep(row, content, based_on=based_on, by=g.account, device=device)


def _held(row: Talk, view: TalkView) -> Texts:
    people, choices = People(g.organisation), investigations()
    return texts.of(row, view, by=g.account, device=sent_by(), people=people, investigations=choices)


def _closed(row: Talk, view: TalkView) -> ResponseReturnValue:
    """Show what was typed about a talk that can no longer be written, to be copied."""
    choices = investigations()
    mine = [Text(sheet.typed(kept.content, investigations=choices), kept) for kept in drafts.all_of(row, by=g.account)]
    if not mine:
        return redirect(url_for("interviews.show", talk_id=row.id))
    return render_template("interviews/closed.html", talk=view, mine=mine, filed=row.filed_on is not None)
