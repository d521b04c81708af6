"""Talks as a document: a record form a page, as it is filled in by hand."""

from core.documents import Box, Writer
from core.errors import BadInput
from core.i18n import _, lazy
from exchange.talks.base import Bundle, Format, ToldTalk
from interviews import columns

WIDTHS = (4, 6, 4, 6)
PROMISE_WIDTHS = (7, 4, 4, 4)
TITLE = lazy("Record of a talk")
MOST = 1000  # talks; a page each, nobody prints more at once


class Docx(Format):
    """A form with labels for each talk, its promises below, and the lines to sign on."""

    key = "docx"
    label = lazy("Word document")
    hint = lazy("A record form for each talk, a page each. It can be imported again.")
    order = 20
    mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    returns = True

    def write(self, bundle: Bundle) -> bytes:
        """Return the document; raise `BadInput` when it would have too many pages."""
        if len(bundle.talks) > MOST:
            raise BadInput(
                _("A Word document holds up to %(most)s talks; choose a shorter time, or another format.", most=MOST)
            )
        paper = Writer(bundle.title or str(TITLE), language=bundle.language)
        for talk in bundle.talks:
            paper.page()
            paper.heading(str(TITLE))
            paper.form(_form(bundle, talk), WIDTHS)
            if talk.promises:
                paper.table(
                    [columns.title(name) for name in ("promise", "owner", "due_on", "state")],
                    [
                        [one.promise, one.owner, bundle.when(one.due_on), _state(one.state.label, one.outcome)]
                        for one in talk.promises
                    ],
                    PROMISE_WIDTHS,
                )
        return paper.content()


def _state(label: object, outcome: str) -> str:
    return f"{label}\n{outcome}" if outcome else str(label)


def _form(bundle: Bundle, talk: ToldTalk) -> list[list[Box]]:
    told = {
        "number": talk.number,
        "held_on": bundle.when(talk.held_on),
        "member": talk.member,
        "interviewer": talk.interviewer,
        "occasion": talk.occasion,
        "mode": str(talk.mode.label),
        "place": talk.place,
        "minutes": "" if talk.minutes is None else str(talk.minutes),
    }
    names = list(told)
    rows = [
        [part for name in names[at : at + 2] for part in (Box(columns.title(name), label=True), Box(told[name]))]
        for at in range(0, len(names), 2)
    ]
    rows.append([Box(columns.title("visibility"), label=True), Box(str(talk.visibility.label), span=3)])
    rows.append([Box(columns.title("notes"), label=True), Box(talk.notes, span=3)])
    if bundle.named:
        signed = [Box(_("Signature of the interviewer"), label=True), Box("")]
        rows.append([Box(_("Signature of the member"), label=True), Box(""), *signed])
    return rows
