"""Taking words out of a passage for good: marked first, read once more, then gone."""

from flask import flash, g, redirect, render_template
from flask.typing import ResponseReturnValue

from concerns import redaction
from concerns.models import Excerpt
from concerns.queries import redacted
from concerns.views.base import bp
from concerns.views.steps import place_of
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _, ngettext
from forms.concerns import RedactForm
from investigations import queries as investigations
from investigations.models import Investigation
from members.names import names


@bp.get("/passages/<int:excerpt_id>/redact")
@requires(Permission.CURATE_CONCERNS)
def choose_words(excerpt_id: int) -> ResponseReturnValue:
    """Show a passage word by word."""
    excerpt = redaction.passage(excerpt_id, within=g.organisation, reader=g.account)
    return _page(excerpt, RedactForm(formdata=None))


@bp.post("/passages/<int:excerpt_id>/redact")
@requires(Permission.CURATE_CONCERNS)
def redact(excerpt_id: int) -> ResponseReturnValue:
    """Show what would go; once that is confirmed, take it out."""
    excerpt = redaction.passage(excerpt_id, within=g.organisation, reader=g.account)
    row = _investigation(excerpt)
    form = RedactForm()
    if not form.sent():
        return _page(excerpt, form), 422
    marked = redaction.together(form.marked())
    if form.sure.data == "back":
        return _page(excerpt, form)
    if form.sure.data != "yes" and marked:
        return _sure_page(excerpt, marked)
    try:
        number = redaction.redact(excerpt, words=marked, of=row, by=g.account)
    except DomainError as error:
        form.blame(error)
        return _page(excerpt, form), error.status
    flash(ngettext("Taken out of %(num)d passage.", "Taken out of %(num)d passages.", number), "success")
    return redirect(place_of(row, excerpt.concern))


def _page(excerpt: Excerpt, form: RedactForm) -> str:
    row = _investigation(excerpt)
    return render_template(
        "concerns/redact.html",
        investigation=row,
        excerpt=excerpt,
        pieces=redaction.pieces(excerpt, names(g.organisation)),
        marked={place for start, word in form.marked() for place in range(start, start + len(word))},
        form=form,
        leads_back=place_of(row, excerpt.concern),
    )


def _sure_page(excerpt: Excerpt, marked: list[tuple[int, str]]) -> ResponseReturnValue:
    row = _investigation(excerpt)
    spans = [*excerpt.redactions, *([start, start + len(word)] for start, word in marked)]
    return render_template(
        "concerns/redact_sure.html",
        investigation=row,
        excerpt=excerpt,
        marked=marked,
        after=names(g.organisation).masked(redacted(excerpt.text, spans)),
        named=redaction.still_named(excerpt, marked),
        title=_("Take these words out for good?"),
    )


def _investigation(excerpt: Excerpt) -> Investigation:
    return investigations.investigation(excerpt.investigation_id, within=g.organisation)
