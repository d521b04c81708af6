"""The ledger as a sheet to be signed and hung up: A4 across, the heading again on every page."""

from collections.abc import Sequence

from flask import render_template

from concerns.ledger_rows import COLUMNS, Line, View, Words
from core import clock
from core.i18n import _, day, ngettext, speaking
from members.models import Organisation
from reports.html import setting
from reports.pdf import print_pdf

# How far a row has come, and why one cannot be done, stand together under the remarks: sixteen columns fit no sheet.
TOLD_WITH_REMARKS = ("outcome", "reason", "review")
WIDTHS: dict[View, tuple[int, ...]] = {
    View.ALL: (8, 11, 6, 5, 14, 7, 6, 8, 6, 9, 6, 7, 7),
    View.PROBLEMS: (10, 50, 18, 12, 10),
    View.OWNERS: (8, 11, 9, 22, 24, 10, 8, 8),
    View.TASKS: (11, 9, 29, 8, 11, 9, 23),
}


def columns_of(view: View) -> tuple[str, ...]:
    """Return the columns that stand on the sheet of a view, in their order."""
    return tuple(column for column in COLUMNS[view] if view is not View.ALL or column not in TOLD_WITH_REMARKS)


def printed(rows: Sequence[Line], view: View, *, within: Organisation, about: str, language: str) -> bytes:
    """Print rows of the ledger as a tagged PDF; `about` names the investigation they belong to, "" for all."""
    with speaking(language):
        words = Words(within)
        title = words.ledger if view is View.ALL else str(view.label)
        columns = columns_of(view)
        html = render_template(
            "reports/ledger_sheet.html",
            title=title,
            organisation=within.name,
            about=about,
            as_of=_("As of %(day)s", day=day(clock.today())),
            view=view.value,
            columns=[(column, words.title(column), width) for column, width in zip(columns, WIDTHS[view], strict=True)],
            rows=[[(column, _cell(words, row, column)) for column in columns] for row in rows],
            counted=ngettext("%(num)d row", "%(num)d rows", len(rows)),
            **setting(language, title),
        )
        return print_pdf(html)


def _cell(words: Words, row: Line, column: str) -> list[str]:
    """Return the paragraphs of one cell; the remarks tell what has no column of its own."""
    told = [words.told(row, column)]
    if column == "note":
        closed = row.closed_on is not None
        rest = [name for name in TOLD_WITH_REMARKS if words.told(row, name) and not (name == "outcome" and closed)]
        told += [f"{words.title(name)}{_(': ')}{words.told(row, name)}" for name in rest]
    return [text for text in told if text]
