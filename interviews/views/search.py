"""Search through the notes one may read: what is looked for travels sealed, so that no log and no history has it."""

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import DomainError
from core.numbers import row_number
from forms.searching import SearchForm
from interviews import queries, searching
from interviews.searching import Found, Query
from interviews.shelves import Filled
from interviews.views.blueprint import bp
from members import queries as member_queries


@bp.get("/talks/search")
@requires(Permission.RECORD_TALKS)
def search() -> ResponseReturnValue:
    """Show the form, and what was found where a search was sent before."""
    sealed = request.args.get("s", "")
    recalled = searching.recall(sealed, by=g.account) if sealed else None
    if recalled is None:
        return _page(_form(None), sealed=sealed)
    query, filled = recalled
    page = row_number(request.args.get("page")) or 1
    found = searching.search(query, within=g.organisation, reader=g.account, number=page)
    return _page(_form(query), found=found, filled=filled, sealed=sealed)


@bp.post("/talks/search")
@requires(Permission.RECORD_TALKS)
def look() -> ResponseReturnValue:
    """Make ready to search, and lead on to what is found."""
    form = _form(None)
    if form.sent():
        query = Query(
            words=form.words.data or "",
            group_id=row_number(form.group.data),
            interviewer_id=row_number(form.interviewer.data),
            since=form.since.data,
            until=form.until.data,
        )
        try:
            sealed = searching.prepare(query, within=g.organisation, by=g.account)
        except DomainError as error:
            if error.field is None:
                raise
            form.blame(error)
        else:
            return redirect(url_for("interviews.search", s=sealed), 303)
    return _page(form), 422


def _form(query: Query | None) -> SearchForm:
    if query is None:
        form = SearchForm()
    else:
        values = {"words": query.words, "group": str(query.group_id or ""), "since": query.since, "until": query.until}
        form = SearchForm(formdata=None, data={**values, "interviewer": str(query.interviewer_id or "")})
    form.offer(
        groups=[(group.id, group.name) for group in member_queries.groups(g.organisation)],
        interviewers=queries.interviewers(within=g.organisation),
    )
    return form


def _page(form: SearchForm, *, found: Found | None = None, filled: Filled | None = None, sealed: str = "") -> str:
    return render_template("interviews/search.html", form=form, found=found, filled=filled, sealed=sealed)
