"""Concerns that recur from one investigation to the next: all of them, and one with what a person says of it."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concerns import lineage, queries, threads
from concerns.lineage import Trend
from concerns.models import Concern
from concerns.views.base import bp, investigation_of
from concerns.views.parts import part
from core.access import Permission, requires
from core.errors import BadInput, DomainError
from core.i18n import _, ngettext
from core.terms import JobState
from forms.threads import ThreadForm
from investigations.models import Investigation


@part("thread")
def shown_thread(concern: Concern, _investigation: Investigation) -> dict[str, Any]:
    """What the section on earlier investigations on a concern's page needs."""
    return {"lineage": lineage.line(concern, within=g.organisation, brief=True)}


@bp.get("/concerns/over-time")
@requires(Permission.SEE_CONCERNS)
def recurring() -> ResponseReturnValue:
    """List what recurs from one investigation to the next, all of it or what moves one way."""
    history = lineage.history(within=g.organisation)
    wanted = request.args.get("show", "")
    lines = [line for line in history.lines if not wanted or line.trend.value == wanted]
    counts = {trend: sum(line.trend is trend for line in history.lines) for trend in Trend}
    job = threads.comparing(g.organisation)
    return render_template(
        "concerns/threads.html",
        history=history,
        lines=lines,
        counts=counts,
        wanted=wanted,
        # One that ended well shows in the lists themselves.
        job=job if job is not None and job.state is not JobState.DONE else None,
    )


@bp.post("/concerns/over-time")
@requires(Permission.CURATE_CONCERNS)
def recognise() -> ResponseReturnValue:
    """Look again for the same concern in different investigations."""
    if threads.compare_anew(g.organisation) is None:
        number = threads.tied(g.organisation)
        flash(
            ngettext(
                "%(num)d concern is tied to one of another investigation.",
                "%(num)d concerns are tied to those of other investigations.",
                number,
            ),
            "success",
        )
    return redirect(url_for("concerns.recurring"))


@bp.get("/concerns/<int:concern_id>/over-time")
@requires(Permission.SEE_CONCERNS)
def thread(concern_id: int) -> ResponseReturnValue:
    """Show how one concern fared from one investigation to the next."""
    concern = queries.concern(concern_id, within=g.organisation)
    if concern.merged_into_id is not None:
        return redirect(url_for("concerns.thread", concern_id=concern.merged_into_id))
    return _page(concern, ThreadForm(formdata=None))


@bp.post("/concerns/<int:concern_id>/over-time")
@requires(Permission.CURATE_CONCERNS)
def change_thread(concern_id: int) -> ResponseReturnValue:
    """Confirm, detach, tie, name, or leave it to the likeness again."""
    concern, form = queries.concern(concern_id, within=g.organisation), ThreadForm()
    if not form.sent():
        return _page(concern, form), 422
    try:
        flash(_done(concern, form), "success")
    except DomainError as error:
        form.blame(error)
        return _page(concern, form), error.status
    return redirect(url_for("concerns.thread", concern_id=concern.id))


def _done(concern: Concern, form: ThreadForm) -> str:
    """Do what was asked and say what came of it."""
    seen = {"seen": form.seen(), "by": g.account}
    match form.what.data:
        case "confirm":
            threads.confirm(concern, **seen)
            return _("Confirmed. Grouping again keeps it.")
        case "detach":
            threads.detach(concern, **seen)
            return _("This concern now stands for itself. Grouping again keeps it so.")
        case "release":
            threads.release(concern, **seen)
            return _("The likeness of the words decides again.")
        case "rename":
            threads.rename(concern, label=form.label.data or "", **seen)
            return _("The name has been saved.")
        case "tie" if form.chosen():
            threads.tie(concern, to=queries.concern(form.chosen(), within=g.organisation), **seen)
            return _("Tied: from now on the two are told as one concern over time.")
        case _:
            raise BadInput(_("Choose a concern of another investigation."), field="to")


def _page(concern: Concern, form: ThreadForm) -> str:
    line = lineage.line(concern, within=g.organisation)
    form.offer(lineage.elsewhere(concern, within=g.organisation))
    form.thread.data = str(line.id if line else 0)
    if line is not None and not form.errors:
        form.label.data = line.label
    return render_template(
        "concerns/thread.html", investigation=investigation_of(concern), concern=concern, lineage=line, form=form
    )
