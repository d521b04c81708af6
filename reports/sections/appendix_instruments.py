"""The questions as they were asked."""

from collections.abc import Iterator

from core.i18n import _
from questions.base import Item, Shape
from reports.blocks import Annex, Asking, Block, Question
from reports.evidence import Evidence
from reports.sections.base import Section, quoted


class AppendixInstruments(Section):
    """One annex for each survey's questionnaire."""

    key = "appendix_instruments"
    order = 110
    summary_order = 125

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield every question with its options, rows and scale."""
        for survey in evidence.surveys:
            if survey.results and not survey.again:
                yield Annex(_("Questionnaire %(title)s", title=quoted(survey.title)))
                for number, (item, tally) in enumerate(survey.results, start=1):
                    yield _question(number, item, tally.shape)


def _question(number: int, item: Item, shape: Shape) -> Question:
    settings = item.settings
    options = tuple(option.label for option in settings.get("options", ()))
    points = tuple(point.label for point in settings.get("points", ()))
    rows = tuple(row.label for row in settings.get("rows", ())) if shape is Shape.GRID else ()
    if shape is Shape.GRID:
        kind, options = Asking.MATRIX, ()
    elif shape is Shape.TEXTS:
        kind = Asking.LONG if item.kind.key == "long_text" else Asking.SHORT
    elif shape is Shape.MARKS:
        kind = Asking.SEVERAL
    else:
        kind, options = (Asking.ONE, options) if options else (Asking.SCALE, points)
    return Question(
        number=str(number),
        text=item.title,
        hint=item.help,
        kind=kind,
        options=options,
        rows=rows,
        columns=points if shape is Shape.GRID else (),
    )
