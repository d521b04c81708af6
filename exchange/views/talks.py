"""Talks taken out as a file."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.clock import today
from core.errors import BadInput
from core.i18n import _, language
from core.numbers import row_number
from exchange import talks
from exchange.talks import Wish, gathering
from exchange.talks.base import Format
from exchange.views.base import bp, handed_out
from forms.exchange import TalksExportForm
from investigations import queries as investigations


@bp.route("/talks/export", methods=["GET", "POST"])
@requires(Permission.RECORD_TALKS)
def export_talks() -> ResponseReturnValue:
    """Show what would be in a file of talks, and hand it out."""
    kind = talks.named(request.args.get("format", "xlsx"))
    form = TalksExportForm(data={"without_names": kind.masks})
    form.offer(investigations=[(row.id, row.title) for row in investigations.investigations(within=g.organisation)])
    wish = Wish()
    if form.is_submitted() and form.sent():
        wish = _wish(form)
        try:
            return _file(kind, wish, with_names=not form.without_names.data)
        except BadInput as error:
            form.blame(error)
    extent = gathering.extent(wish, within=g.organisation, reader=g.account)
    page = render_template("exchange/talks.html", form=form, formats=talks.formats.values(), chosen=kind, extent=extent)
    return page, 422 if form.is_submitted() else 200


def _file(kind: Format, wish: Wish, *, with_names: bool) -> ResponseReturnValue:
    content = talks.exported(
        kind, wish, with_names=with_names, within=g.organisation, by=g.account, language=language()
    )
    return handed_out(content, kind.mimetype, f"{_('Talks')} {today().isoformat()}.{kind.file_ending()}")


def _wish(form: TalksExportForm) -> Wish:
    about = row_number(form.investigation.data)
    chosen = investigations.investigation(about, within=g.organisation) if about else None
    return Wish(chosen, form.since.data, form.until.data)
