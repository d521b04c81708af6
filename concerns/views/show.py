"""One concern: what is said, and everything that is made of it."""

from typing import Any

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concerns import queries
from concerns.models import Concern
from concerns.views.base import bp, investigation_of, last_step, page_number
from concerns.views.parts import PARTS
from core.access import Permission, allowed, requires
from forms.base import HouseForm
from forms.concerns import LabelForm, PassagesForm
from investigations.models import Investigation


@bp.get("/concerns/<int:concern_id>")
@requires(Permission.SEE_CONCERNS)
def show(concern_id: int) -> ResponseReturnValue:
    """Show one concern with every passage it is made of."""
    concern = queries.concern(concern_id, within=g.organisation)
    if concern.merged_into_id is not None:
        return redirect(url_for("concerns.show", concern_id=concern.merged_into_id))
    return page_of(concern)


def page_of(
    concern: Concern,
    *,
    refused: HouseForm | None = None,
    label_form: LabelForm | None = None,
    passages_form: PassagesForm | None = None,
    **given: Any,
) -> str:
    """Draw one concern; a `refused` form comes back as it was filled in, `given` overrides what a part brings.

    Parts get the concern with its counts as `concern` and the row as `concern_row`.
    """
    row = investigation_of(concern)
    line = queries.line(concern, row, within=g.organisation)
    if label_form is None:
        label_form = LabelForm(formdata=None, label=line.label, summary=line.own_summary)
    label_form.revision.data = str(line.revision)
    brought: dict[str, Any] = {"conflict": None, "moved": ()}
    for draw in PARTS.values():
        brought |= draw(concern, row)
    return render_template(
        "concerns/show.html",
        investigation=row,
        concern=line,
        concern_row=concern,
        page=queries.passages(row, concern, within=g.organisation, reader=g.account, page=page_number()),
        floor=queries.quote_floor(g.organisation),
        label_form=label_form,
        passages_form=passages_form or PassagesForm(formdata=None),
        targets=targets(row, concern),
        refused=refused if refused is not None and refused.errors else None,
        undo=last_step(row),
        **(brought | given),
    )


def targets(row: Investigation, concern: Concern | None) -> list[tuple[int, str]]:
    """Return the concerns that passages of `concern` (None: the ungrouped) may be moved to, for who may move them."""
    if not allowed(Permission.CURATE_CONCERNS):
        return []
    here = concern.id if concern else None
    return [(number, label) for number, label in queries.choices(row, within=g.organisation) if number != here]
