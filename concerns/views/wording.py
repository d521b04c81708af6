"""Words a model proposes for a concern: asked for, taken or dismissed on the concern's page."""

from typing import Any

from flask import flash, g
from flask.typing import ResponseReturnValue

from concerns import queries, wording
from concerns.models import Concern
from concerns.views.base import back, bp
from concerns.views.parts import part
from concerns.views.show import page_of
from core.access import Permission, allowed, requires
from core.errors import DomainError
from core.i18n import _, language
from forms.wording import WordingForm
from investigations.models import Investigation


@bp.post("/concerns/<int:concern_id>/wording/propose")
@requires(Permission.CURATE_CONCERNS)
def propose_wording(concern_id: int) -> ResponseReturnValue:
    """Ask the model that was set up for words."""
    concern = queries.concern(concern_id, within=g.organisation)
    wording.ask(concern, language=language(), within=g.organisation, by=g.account)
    return back(concern)


@bp.post("/concerns/<int:concern_id>/wording/take")
@requires(Permission.CURATE_CONCERNS)
def take_wording(concern_id: int) -> ResponseReturnValue:
    """Give the concern the proposed words as they stand in the form."""
    concern = queries.concern(concern_id, within=g.organisation)
    form, status = WordingForm(), 422
    if form.sent():
        try:
            wording.take(
                concern,
                label=form.label.data,
                summary=form.summary.data or "",
                seen=form.seen(),
                within=g.organisation,
                by=g.account,
            )
        except DomainError as error:
            form.blame(error)
            status = error.status
        else:
            flash(_("The concern has the proposed words now."), "success")
            return back(concern)
    return page_of(concern, refused=form, wording_form=form), status


@bp.post("/concerns/<int:concern_id>/wording/dismiss")
@requires(Permission.CURATE_CONCERNS)
def dismiss_wording(concern_id: int) -> ResponseReturnValue:
    """Forget the proposed words."""
    concern = queries.concern(concern_id, within=g.organisation)
    wording.dismiss(concern, within=g.organisation)
    flash(_("The proposal was dismissed."))
    return back(concern)


@part("wording")
def drawn(concern: Concern, row: Investigation) -> dict[str, Any]:
    """Give the section what was proposed, or whether a model may be asked."""
    if not allowed(Permission.CURATE_CONCERNS):
        return {"wording_job": None, "wording_form": None, "proposed": None, "whereto": ""}
    found = wording.proposal(concern, within=g.organisation)
    form = None
    if found is not None and found.wording:
        form = WordingForm(
            formdata=None,
            label=found.wording.label or concern.label,
            summary=found.wording.summary,
            revision=str(concern.revision),
        )
    return {
        "wording_job": wording.latest(concern, within=g.organisation),
        "wording_form": form,
        "proposed": found.wording if found is not None else None,
        "whereto": wording.whereto() if wording.available() else "",
    }
