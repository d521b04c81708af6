"""Pages where replies are written by one person and let out by another."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concerns import queries, replies, satisfaction
from concerns.models import Concern, Reply
from concerns.replies import Wording
from concerns.views.base import bp, investigation_of
from concerns.views.parts import part
from core.access import Permission, allowed, requires
from core.errors import DomainError
from core.i18n import _
from core.terms import ReplyClass, ReplyOutcome, ReplyState
from forms.replies import ApproveForm, ClassForm, ReasonForm, ReplyForm, StepForm
from investigations.models import Investigation
from members import queries as members


@bp.route("/concerns/<int:concern_id>/reply", methods=["GET", "POST"])
@requires(Permission.CURATE_CONCERNS)
def write_reply(concern_id: int) -> ResponseReturnValue:
    """Begin a reply, or a new wording of the one that is out."""
    concern = queries.concern(concern_id, within=g.organisation)
    standing = replies.standing(concern, within=g.organisation)
    if standing.open is not None:
        return redirect(url_for("concerns.change_reply", reply_id=standing.open.id))
    form, status = ReplyForm(obj=standing.published), 200
    if form.sent():
        try:
            made = replies.draft(concern, _wording(form), by=g.account)
        except DomainError as error:
            form.blame(error)
            status = error.status
        else:
            return redirect(url_for("concerns.reply", reply_id=made.id))
    elif form.errors:
        status = 422
    return _write_page(concern, form, reply=None, published=standing.published), status


@bp.get("/replies/<int:reply_id>")
@requires(Permission.SEE_CONCERNS)
def reply(reply_id: int) -> ResponseReturnValue:
    """Show a reply with what the secrecy check finds in it."""
    return _reply_page(replies.reply(reply_id, within=g.organisation))


@bp.route("/replies/<int:reply_id>/words", methods=["GET", "POST"])
@requires(Permission.CURATE_CONCERNS)
def change_reply(reply_id: int) -> ResponseReturnValue:
    """Change the words of a reply that is not out."""
    row = replies.reply(reply_id, within=g.organisation)
    if row.state not in replies.OPEN:
        return redirect(url_for("concerns.write_reply", concern_id=row.concern_id))
    form, status = ReplyForm(obj=row), 200
    if form.sent():
        try:
            replies.change(row, _wording(form), seen=form.revision.data, by=g.account)
        except DomainError as error:
            form.blame(error)
            status = error.status
        else:
            return redirect(url_for("concerns.reply", reply_id=row.id))
    elif form.errors:
        status = 422
    form.revision.data = row.revision
    return _write_page(row.concern, form, reply=row, published=None, stands=row if status == 409 else None), status


@bp.post("/replies/<int:reply_id>/hand-in")
@requires(Permission.CURATE_CONCERNS)
def hand_in_reply(reply_id: int) -> ResponseReturnValue:
    """Ask a second person to let a draft out."""

    def verb(row: Reply, form: StepForm) -> None:
        replies.hand_in(row, seen=form.revision.data, by=g.account)

    return _step(reply_id, StepForm(), verb, _("Handed in: a second person can let it out now."))


@bp.post("/replies/<int:reply_id>/approve")
@requires(Permission.APPROVE_REPLIES)
def approve_reply(reply_id: int) -> ResponseReturnValue:
    """Let a reply out onto the board."""

    def verb(row: Reply, form: ApproveForm) -> None:
        replies.approve(row, set(form.ticked.data or ()), seen=form.revision.data, by=g.account)

    return _step(reply_id, ApproveForm(), verb, _("It stands on the board now."))


@bp.post("/replies/<int:reply_id>/send-back")
@requires(Permission.APPROVE_REPLIES)
def send_reply_back(reply_id: int) -> ResponseReturnValue:
    """Give a reply back to be written anew."""

    def verb(row: Reply, form: ReasonForm) -> None:
        replies.send_back(row, form.reason.data or "", seen=form.revision.data, by=g.account)

    return _step(reply_id, ReasonForm(prefix="back"), verb, _("Sent back with your reason."))


@bp.post("/replies/<int:reply_id>/withdraw")
@requires(Permission.APPROVE_REPLIES)
def withdraw_reply(reply_id: int) -> ResponseReturnValue:
    """Take a reply off the board."""

    def verb(row: Reply, form: ReasonForm) -> None:
        replies.withdraw(row, form.reason.data or "", seen=form.revision.data, by=g.account)

    return _step(
        reply_id, ReasonForm(prefix="off"), verb, _("It is off the board; the reply and your reason are kept.")
    )


@bp.post("/replies/<int:reply_id>/discard")
@requires(Permission.CURATE_CONCERNS)
def discard_reply(reply_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    row = replies.reply(reply_id, within=g.organisation)
    concern_id, form = row.concern_id, StepForm()
    replies.discard(row, seen=form.revision.data if form.sent() else 0, by=g.account)
    flash(_("The draft is gone."))
    return redirect(url_for("concerns.show", concern_id=concern_id) + "#replies")


@bp.post("/concerns/<int:concern_id>/reply-class")
@requires(Permission.CURATE_CONCERNS)
def classify(concern_id: int) -> ResponseReturnValue:
    """Say how soon a concern must be answered."""
    concern, form = queries.concern(concern_id, within=g.organisation), ClassForm()
    if form.sent():
        replies.classify(concern, ReplyClass(form.reply_class.data), by=g.account)
        flash(_("The time to answer has been set."), "success")
    else:
        flash(_("Choose how soon it must be answered."), "warning")
    return redirect(url_for("concerns.show", concern_id=concern.id) + "#replies")


def _step(reply_id: int, form: Any, verb: Callable[[Reply, Any], None], done: str) -> ResponseReturnValue:
    """Do something with a reply and show it again; a refusal keeps what was typed."""
    row = replies.reply(reply_id, within=g.organisation)
    if not form.sent():
        return _reply_page(row, refused=form), 422
    try:
        verb(row, form)
    except DomainError as error:
        form.blame(error)
        return _reply_page(row, refused=form), error.status
    flash(done, "success")
    return redirect(url_for("concerns.reply", reply_id=row.id))


def _wording(form: ReplyForm) -> Wording:
    return Wording(form.said.data or "", form.did.data or "", ReplyOutcome(form.outcome.data))


def _write_page(
    concern: Concern, form: ReplyForm, *, reply: Reply | None, published: Reply | None, stands: Reply | None = None
) -> str:
    """The form; `stands` is what somebody else saved while it was being filled in."""
    row = investigation_of(concern)
    return render_template(
        "concerns/reply_write.html",
        investigation=row,
        concern=queries.line(concern, row, within=g.organisation),
        form=form,
        reply=reply,
        published=published,
        stands=stands,
    )


def _reply_page(row: Reply, *, refused: Any = None) -> str:
    found = replies.check(row, within=g.organisation) if row.state in replies.OPEN else ()
    revision = str(row.revision)
    forms = {
        "approve_form": refused if isinstance(refused, ApproveForm) else ApproveForm(formdata=None),
        "back_form": _reasons("back", refused),
        "off_form": _reasons("off", refused),
    }
    people = {account.id: account.name for account in members.accounts(g.organisation)}
    return render_template(
        "concerns/reply.html",
        investigation=investigation_of(row.concern),
        concern=row.concern,
        reply=row,
        revision=revision,
        blocks=[one for one in found if one.blocks],
        warnings=[one for one in found if not one.blocks],
        second=replies.may_approve(row, g.account),
        drafted_by=people.get(row.drafted_by, ""),
        approved_by=people.get(row.approved_by or 0, ""),
        states=ReplyState,
        refused=refused,
        **forms,
    )


def _reasons(prefix: str, refused: Any) -> ReasonForm:
    if isinstance(refused, ReasonForm) and refused._prefix == f"{prefix}-":
        return refused
    return ReasonForm(formdata=None, prefix=prefix)


@part("replies")
def replies_part(concern: Concern, investigation: Investigation) -> dict[str, Any]:
    """Return what the concern's page tells of its replies."""
    standing = replies.standing(concern, within=g.organisation)
    return {
        "reply_standing": standing,
        "reply_form": ClassForm(formdata=None, reply_class=concern.reply_class.value),
        "reply_asked": satisfaction.results(concern, within=g.organisation) if allowed(Permission.SEE_RESULTS) else [],
    }
