"""Pages where concerns are seen from several sides: by group, by source, over time, and what is no concern."""

from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from concerns import matrix as matrices
from concerns import queries
from concerns.breadth import told
from concerns.models import Concern
from concerns.views.base import bp
from concerns.views.parts import part
from concerns.views.show import targets
from core.access import Permission, requires
from core.numbers import row_number
from core.terms import ExcerptKind
from forms.concerns import PassagesForm
from investigations import queries as investigations
from investigations.models import Investigation

BY = {"group": matrices.by_group, "source": matrices.by_source}
ASIDE = (ExcerptKind.PRAISE, ExcerptKind.INFO, ExcerptKind.COMMITMENT)


@bp.get("/investigations/<int:investigation_id>/concerns/matrix")
@requires(Permission.SEE_CONCERNS)
def matrix(investigation_id: int) -> ResponseReturnValue:
    """Show concerns side by side with the groups or the sources they come from."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    by = request.args.get("by") if request.args.get("by") in BY else "group"
    return render_template(
        "concerns/matrix.html",
        investigation=row,
        by=by,
        matrix=BY[by](row, within=g.organisation, page=page_asked()),
    )


@bp.get("/investigations/<int:investigation_id>/concerns/timeline")
@requires(Permission.SEE_CONCERNS)
def timeline(investigation_id: int) -> ResponseReturnValue:
    """Show when concerns were raised."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    found = matrices.over_time(row, within=g.organisation, page=page_asked())
    return render_template("concerns/timeline.html", investigation=row, matrix=found)


@bp.get("/investigations/<int:investigation_id>/concerns/also-said")
@requires(Permission.SEE_CONCERNS)
def also_said(investigation_id: int) -> ResponseReturnValue:
    """List praise and information, which stand in no concern."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    kind = next((kind for kind in ASIDE if kind == request.args.get("kind")), ASIDE[0])
    return render_template(
        "concerns/also_said.html",
        investigation=row,
        kind=kind,
        kinds=ASIDE,
        counts=queries.standing_alone(row, within=g.organisation),
        page=queries.passages(row, None, within=g.organisation, reader=g.account, page=page_asked(), kinds=(kind,)),
        form=PassagesForm(formdata=None),
        targets=targets(row, None),
    )


@part("seen")
def shown_breadth(concern: Concern, investigation: Investigation) -> dict[str, Any]:
    """What the section on who raised a concern needs."""
    asked = {
        "within": g.organisation,
        "only": queries.ranked_one(concern, investigation, within=g.organisation),
        "known": told(investigation, within=g.organisation),
    }
    return {
        "seen": {
            "group": matrices.by_group(investigation, **asked),
            "source": matrices.by_source(investigation, **asked),
            "time": matrices.over_time(investigation, **asked),
        }
    }


def page_asked() -> int:
    """Return the page of a long list that was asked for, the first unless it is a number."""
    return row_number(request.args.get("page")) or 1
