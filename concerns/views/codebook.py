"""The codebook: every concern under its theme, with what belongs to it; read, printed, and written one by one."""

from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concerns import codebook as book
from concerns import queries
from concerns.models import Concern
from concerns.views.base import back, bp, investigation_of, last_step, page_number
from concerns.views.parts import part
from core.access import Permission, requires
from core.errors import DomainError, Stale
from forms.concerns import CodeForm
from investigations import queries as investigations
from investigations.models import Investigation
from members.names import names


@part("code")
def notes(concern: Concern, _investigation: Investigation) -> dict[str, Any]:
    """Return a concern's notes without names, for its page."""
    written = (concern.includes, concern.excludes)
    people = names(g.organisation) if any(written) else None
    includes, excludes = (people.masked(words) for words in written) if people else written
    return {"code_includes": includes, "code_excludes": excludes}


@bp.get("/investigations/<int:investigation_id>/codebook")
@requires(Permission.SEE_CONCERNS)
def codebook(investigation_id: int) -> ResponseReturnValue:
    """Show the codebook a page at a time, or all of it to be printed."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    whole = request.args.get("all") == "1"
    return render_template(
        "concerns/codebook.html",
        investigation=row,
        book=book.codebook(row, within=g.organisation, page=None if whole else page_number()),
        whole=whole,
        floor=queries.quote_floor(g.organisation),
        undo=last_step(row),
    )


@bp.get("/concerns/<int:concern_id>/code")
@requires(Permission.CURATE_CONCERNS)
def code(concern_id: int) -> ResponseReturnValue:
    """Show a concern's entry, to be changed."""
    concern = queries.concern(concern_id, within=g.organisation)
    return _page(concern, CodeForm(formdata=None, obj=concern))


@bp.post("/concerns/<int:concern_id>/code")
@requires(Permission.CURATE_CONCERNS)
def describe(concern_id: int) -> ResponseReturnValue:
    """Write a concern's entry."""
    concern = queries.concern(concern_id, within=g.organisation)
    form = CodeForm()
    if not form.sent():
        return _page(concern, form), 422
    try:
        book.describe(
            concern,
            theme=form.theme.data or "",
            includes=form.includes.data or "",
            excludes=form.excludes.data or "",
            seen=form.seen(),
            by=g.account,
        )
    except DomainError as error:
        form.blame(error)
        return _page(concern, form, conflict=isinstance(error, Stale)), error.status
    if request.args.get("back") == "codebook":
        place = url_for(
            "concerns.codebook",
            investigation_id=concern.investigation_id,
            page=page_number() if page_number() > 1 else None,
            _anchor=f"c{concern.id}",
        )
        return redirect(place)
    return back(concern)


def _page(concern: Concern, form: CodeForm, *, conflict: bool = False) -> str:
    row = investigation_of(concern)
    form.revision.data = str(concern.revision)
    return render_template(
        "concerns/code.html",
        investigation=row,
        concern=concern,
        form=form,
        conflict=conflict,
        themes=queries.themes(row, within=g.organisation),
        coming_from={"back": "codebook", "page": page_number()} if request.args.get("back") == "codebook" else {},
    )
