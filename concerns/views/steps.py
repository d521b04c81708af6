"""What people do to concerns and passages: each step as the page showed it, and each can be taken back."""

from collections.abc import Callable, Sequence

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concerns import curation, queries
from concerns.meanwhile import Moved, moved
from concerns.models import Concern
from concerns.views.base import back, bp, investigation_of, last_step, page_number
from concerns.views.show import page_of, targets
from core.access import Permission, requires
from core.errors import BadInput, DomainError, Stale
from core.i18n import _, ngettext
from forms.concerns import UNGROUPED, LabelForm, PassagesForm, SeenForm
from investigations import queries as investigations
from investigations.models import Investigation


@bp.post("/concerns/<int:concern_id>/rename")
@requires(Permission.CURATE_CONCERNS)
def rename(concern_id: int) -> ResponseReturnValue:
    """Give it a person's name."""
    concern = queries.concern(concern_id, within=g.organisation)
    form = LabelForm()
    if not form.sent():
        return page_of(concern, refused=form, label_form=form), 422
    try:
        curation.rename(concern, label=form.label.data, summary=form.summary.data or "", seen=form.seen(), by=g.account)
    except DomainError as error:
        form.blame(error)
        conflict = form if isinstance(error, Stale) else None
        return page_of(concern, refused=form, label_form=form, conflict=conflict), error.status
    return back(concern)


@bp.post("/concerns/<int:concern_id>/passages")
@requires(Permission.CURATE_CONCERNS)
def change_passages(concern_id: int) -> ResponseReturnValue:
    """Move, split off or hide ticked passages."""
    concern = queries.concern(concern_id, within=g.organisation)
    row = investigation_of(concern)
    form = PassagesForm()
    if not form.sent():
        return page_of(concern, refused=form, passages_form=form), 422
    try:
        return _do_with_passages(row, concern, form)
    except DomainError as error:
        form.blame(error)
        moved = _moved(row, concern, form, error)
        return page_of(concern, refused=form, passages_form=form, moved=moved), error.status


@bp.post("/concerns/<int:concern_id>/accept")
@requires(Permission.CURATE_CONCERNS)
def accept(concern_id: int) -> ResponseReturnValue:
    """Keep it as the machine made it."""
    return _step(concern_id, curation.accept)


@bp.post("/concerns/<int:concern_id>/hide")
@requires(Permission.CURATE_CONCERNS)
def hide(concern_id: int) -> ResponseReturnValue:
    """Take it out of lists and reports."""
    return _step(concern_id, curation.hide)


@bp.post("/concerns/<int:concern_id>/unhide")
@requires(Permission.CURATE_CONCERNS)
def unhide(concern_id: int) -> ResponseReturnValue:
    """Bring it back."""
    return _step(concern_id, curation.unhide)


@bp.get("/investigations/<int:investigation_id>/concerns/ungrouped")
@requires(Permission.SEE_CONCERNS)
def ungrouped(investigation_id: int) -> ResponseReturnValue:
    """Show the passages that stand in no concern."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    return _ungrouped_page(row, PassagesForm(formdata=None))


@bp.post("/investigations/<int:investigation_id>/concerns/ungrouped")
@requires(Permission.CURATE_CONCERNS)
def change_ungrouped(investigation_id: int) -> ResponseReturnValue:
    """Move, gather or hide ticked passages that stand in no concern."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    form = PassagesForm()
    if not form.sent():
        return _ungrouped_page(row, form), 422
    try:
        return _do_with_passages(row, None, form)
    except DomainError as error:
        form.blame(error)
        return _ungrouped_page(row, form, moved=_moved(row, None, form, error)), error.status


def _step(concern_id: int, verb: Callable[..., None]) -> ResponseReturnValue:
    """Do what needs nothing but the concern as it was seen."""
    concern = queries.concern(concern_id, within=g.organisation)
    form = SeenForm()
    if not form.sent():
        return page_of(concern), 422
    verb(concern, seen=form.revision.data, by=g.account)
    return back(concern)


def _do_with_passages(row: Investigation, concern: Concern | None, form: PassagesForm) -> ResponseReturnValue:
    chosen = {"excerpt_ids": form.passages.data or (), "of": row, "by": g.account}
    match form.what.data:
        case "split":
            made = curation.split(concern, label=form.label.data or "", **chosen)
            return back(made)
        case "hide":
            number = curation.set_aside(concern, **chosen)
            flash(ngettext("%(num)d passage hidden.", "%(num)d passages hidden.", number), "success")
        case "unhide":
            number = curation.bring_back(concern, **chosen)
            flash(ngettext("%(num)d passage counts again.", "%(num)d passages count again.", number), "success")
        case _ if form.to.data is None or form.to.data < UNGROUPED:
            raise BadInput(_("Choose another concern to move them to."), field="to")
        case _:
            to = None if form.to.data == UNGROUPED else queries.concern(form.to.data, within=g.organisation)
            number = curation.move(concern, to=to, **chosen)
            flash(ngettext("%(num)d passage moved.", "%(num)d passages moved.", number), "success")
    return redirect(place_of(row, concern))


def place_of(row: Investigation, concern: Concern | None) -> str:
    """Return where the passages of a concern, or of none, are read, on the page of the list that was open."""
    page = page_number() if page_number() > 1 else None
    if concern is None:
        return url_for("concerns.ungrouped", investigation_id=row.id, page=page, _anchor="passages")
    return url_for("concerns.show", concern_id=concern.id, page=page, _anchor="passages")


def _moved(row: Investigation, concern: Concern | None, form: PassagesForm, error: DomainError) -> list[Moved]:
    """What happened meanwhile to the ticked passages, when that is why the step was refused."""
    if not isinstance(error, Stale):
        return []
    return moved(form.passages.data or (), concern, row, within=g.organisation, reader=g.account)


def _ungrouped_page(row: Investigation, form: PassagesForm, moved: Sequence[Moved] = ()) -> str:
    return render_template(
        "concerns/ungrouped.html",
        investigation=row,
        page=queries.passages(row, None, within=g.organisation, reader=g.account, page=page_number()),
        passages_form=form,
        targets=targets(row, None),
        moved=moved,
        undo=last_step(row),
    )
