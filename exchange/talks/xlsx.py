"""Talks as a workbook: a row for each talk, and one for each promise on a second sheet."""

import io
from collections.abc import Iterator

from core.i18n import _, lazy
from core.spreadsheet import Sheet, write_book
from exchange.talks.base import Bundle, Format
from interviews import columns

TALKS = (
    *("key", "number", "member", "held_on", "occasion", "interviewer", "place", "mode", "minutes", "visibility"),
    "notes",
)
PROMISES = ("key", "promise", "owner", "due_on", "state", "outcome")


class Xlsx(Format):
    """Two sheets that an import reads back as they were; a third says what the file holds."""

    key = "xlsx"
    label = lazy("Excel workbook")
    hint = lazy("A row for each talk, the promises on a second sheet. It can be imported again.")
    order = 10
    mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    returns = True

    def write(self, bundle: Bundle) -> bytes:
        """Return the workbook; every text is written as text, so that no program runs it as a formula."""
        out = io.BytesIO()
        write_book(
            [
                Sheet(_("Talks"), [columns.title(name) for name in TALKS], _talks(bundle)),
                Sheet(_("Promises"), [columns.title(name) for name in PROMISES], _promises(bundle)),
                Sheet(_("About this file"), [_("What is in this file")], [[line] for line in bundle.told]),
            ],
            out,
        )
        return out.getvalue()


def _talks(bundle: Bundle) -> Iterator[list[object]]:
    for key, talk in enumerate(bundle.talks, start=1):
        yield [
            f"R{key}",
            talk.number,
            talk.member,
            bundle.when(talk.held_on),
            talk.occasion,
            talk.interviewer,
            talk.place,
            talk.mode.label,
            talk.minutes,
            talk.visibility.label,
            talk.notes,
        ]


def _promises(bundle: Bundle) -> Iterator[list[object]]:
    for key, talk in enumerate(bundle.talks, start=1):
        for promise in talk.promises:
            due = bundle.when(promise.due_on)
            yield [f"R{key}", promise.promise, promise.owner, due, promise.state.label, promise.outcome]
