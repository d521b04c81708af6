"""Merging a concern into another one: the likest ones are offered, any other is searched for."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from concerns import curation, queries
from concerns.candidates import candidates
from concerns.models import Concern
from concerns.views.base import back, bp, investigation_of
from core.access import Permission, requires
from core.errors import DomainError
from forms.concerns import MergeForm


@bp.get("/concerns/<int:concern_id>/merge")
@requires(Permission.CURATE_CONCERNS)
def choose_merge(concern_id: int) -> ResponseReturnValue:
    """Show which concerns may be the same thing."""
    concern = queries.concern(concern_id, within=g.organisation)
    return _page(concern, MergeForm(formdata=None))


@bp.post("/concerns/<int:concern_id>/merge")
@requires(Permission.CURATE_CONCERNS)
def merge(concern_id: int) -> ResponseReturnValue:
    """Merge it into another one."""
    concern = queries.concern(concern_id, within=g.organisation)
    form = MergeForm()
    if not form.sent():
        return _page(concern, form), 422
    into = queries.concern(form.into.data, within=g.organisation)
    try:
        curation.merge(concern, into=into, seen=form.revision.data, by=g.account)
    except DomainError as error:
        form.blame(error)
        return _page(concern, form), error.status
    return back(into)


def _page(concern: Concern, form: MergeForm) -> str:
    row = investigation_of(concern)
    wanted = request.args.get("q", "")[:120].strip()
    found = candidates(concern, row, within=g.organisation, wanted=wanted)
    form.offer((one.id, one.label) for one in found)
    return render_template(
        "concerns/merge.html",
        investigation=row,
        concern=queries.line(concern, row, within=g.organisation),
        found=found,
        wanted=wanted,
        form=form,
    )
