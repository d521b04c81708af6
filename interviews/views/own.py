"""The record of a talk as the member it was held with reads it."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from forms.filing import CorrectionForm, FileForm
from interviews import corrections, openings, queries
from interviews.models import Talk
from interviews.queries.words import Sealed
from interviews.views.blueprint import bp
from vault.errors import Locked, NotHanded


@bp.get("/own-talks")
@requires(Permission.READ_OWN_TALKS)
def own_talks() -> ResponseReturnValue:
    """List the talks with the reader whose records were opened to him or her."""
    return render_template("interviews/own_talks.html", talks=corrections.own(reader=g.account))


@bp.get("/own-talks/<int:talk_id>")
@requires(Permission.READ_OWN_TALKS)
def own_talk(talk_id: int) -> ResponseReturnValue:
    """Show the record of one talk to the member it was held with."""
    row = queries.talk(talk_id, within=g.organisation)
    if not corrections.is_shown(row, g.account):
        flash(_("The record of this talk has not been opened to you."), "warning")
        return redirect(url_for("interviews.own_talks"))
    return _page(row, CorrectionForm(formdata=None))


@bp.post("/own-talks/<int:talk_id>/agree")
@requires(Permission.READ_OWN_TALKS)
def agree_own(talk_id: int) -> ResponseReturnValue:
    """Agree to the record."""
    row = queries.talk(talk_id, within=g.organisation)
    corrections.agree(row, by=g.account, based_on=FileForm().revision.data or 0)
    flash(_("Thank you. It is written down that you agree to this record."))
    return redirect(url_for("interviews.own_talk", talk_id=talk_id))


@bp.post("/own-talks/<int:talk_id>/correct")
@requires(Permission.READ_OWN_TALKS)
def correct_own(talk_id: int) -> ResponseReturnValue:
    """Ask for a correction."""
    row, form = queries.talk(talk_id, within=g.organisation), CorrectionForm()
    if form.sent():
        try:
            corrections.write(row, form.wish.data or "", by=g.account)
        except DomainError as error:
            if not corrections.is_shown(row, g.account):
                raise
            form.blame(error)
        else:
            flash(_("Your correction is with whoever wrote the record. The record is not filed before it is answered."))
            return redirect(url_for("interviews.own_talk", talk_id=talk_id))
    return _page(row, form), 422


def _page(row: Talk, form: CorrectionForm) -> str:
    view = corrections.view(row, within=g.organisation, reader=g.account)
    if view.sealed is Sealed.LOCKED:
        raise Locked()
    if view.sealed is Sealed.NOT_HANDED:
        raise NotHanded()
    told = corrections.of(row, reader=g.account)
    if not form.is_submitted():
        openings.note(row, by=g.account)
    return render_template("interviews/own_talk.html", talk=view, corrections=told, form=form)
