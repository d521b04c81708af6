"""Search through passages: what is looked for travels sealed, so that no log and no history has it."""

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concerns import searching
from concerns.searching import Found, Query
from concerns.views.base import bp
from concerns.views.seeing import page_asked
from core.access import Permission, requires
from core.errors import DomainError
from core.terms import ExcerptKind, SourceKind
from forms.seeing import PassageSearchForm
from investigations import queries as investigations
from investigations.models import Investigation


@bp.get("/investigations/<int:investigation_id>/concerns/search")
@requires(Permission.SEE_CONCERNS)
def search(investigation_id: int) -> ResponseReturnValue:
    """Show the form, and what was found where a search was sent before."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    sealed = request.args.get("s", "")
    query = searching.recall(sealed, row, by=g.account) if sealed else None
    if query is None:
        return _page(row, _form(None), sealed=sealed)
    found = searching.search(query, row, within=g.organisation, reader=g.account, number=page_asked())
    return _page(row, _form(query), found=found, sealed=sealed)


@bp.post("/investigations/<int:investigation_id>/concerns/search")
@requires(Permission.SEE_CONCERNS)
def look(investigation_id: int) -> ResponseReturnValue:
    """Take what is looked for, and lead on to what is found."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    form = _form(None)
    if form.sent():
        query = Query(
            words=form.words.data or "",
            source=next((source for source in SourceKind if source == form.source.data), None),
            kind=next((kind for kind in ExcerptKind if kind == form.kind.data), None),
        )
        try:
            sealed = searching.prepare(query, row, by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            return redirect(url_for("concerns.search", investigation_id=row.id, s=sealed), 303)
    return _page(row, form), 422


def _form(query: Query | None) -> PassageSearchForm:
    if query is None:
        form = PassageSearchForm()
    else:
        values = {"words": query.words, "source": query.source or "", "kind": query.kind or ""}
        form = PassageSearchForm(formdata=None, data=values)
    form.offer()
    return form


def _page(row: Investigation, form: PassageSearchForm, *, found: Found | None = None, sealed: str = "") -> str:
    return render_template("concerns/search.html", investigation=row, form=form, found=found, sealed=sealed)
