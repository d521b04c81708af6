"""The summary of an appraisal: every grid of a closed survey as a table of grades, to be signed by the counters.

Its rows stand as the questionnaire names them, never in an order of results: an appraisal is no league table. Grades
stand best first, as such summaries have them. What a small branch must not tell is hidden as on the page of results.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template

from core.errors import DomainError
from core.i18n import _, day, speaking
from questions.base import Bar, Item, Shape, Tally
from questions.matrix import NOT_CONCERNED
from reports.html import setting
from reports.pdf import print_pdf
from surveys.models import Survey
from surveys.tallies import Results


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody or something appraised: how many gave each grade, and the share of each, in the order of the table."""

    label: str
    answered: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """One question of the appraisal: its grades, and a line for each row."""

    title: str
    grades: tuple[str, ...]
    lines: tuple[Line, ...]


def printed(survey: Survey, results: Results, *, organisation: str, language: str) -> bytes:
    """Print the summary as a tagged PDF.

    Raises `DomainError` when too few answered to tell anything, or the survey has no question with rows and grades.
    """
    with speaking(language):
        if not results.items:
            raise DomainError(_("Too few answered this survey for a summary to be printed; nothing was changed."))
        grids = [_grid(item, tally) for item, tally in results.items if tally.shape is Shape.GRID and tally.rows]
        if not grids:
            raise DomainError(
                _("A summary of an appraisal needs a question with rows and grades; this survey has none.")
            )
        title = survey.version.title
        html = render_template(
            "reports/appraisal_sheet.html",
            title=title,
            organisation=organisation,
            facts=_facts(survey, results),
            grids=grids,
            floor=results.floor,
            **setting(language, title),
        )
        return print_pdf(html)


def _facts(survey: Survey, results: Results) -> list[tuple[str, str]]:
    """Return what stands above the tables: when, how many sheets went out, came back and were complete."""
    facts = [
        (_("Counted on"), day(survey.closed_on)),
        (_("Sheets handed out"), str(results.asked) if results.asked else "–"),
        (_("Sheets collected"), str(results.answered)),
        (_("Complete sheets"), str(results.complete)),
    ]
    return [(name, told) for name, told in facts if told]


def _grid(item: Item, tally: Tally) -> Grid:
    grades = tuple(bar.label for bar in _best_first(tally.rows[0].tally))
    return Grid(item.title, grades, tuple(_line(row.label, row.tally) for row in tally.rows))


def _best_first(tally: Tally) -> list[Bar]:
    """Return the grades from the best to the worst, for scales run the other way, and last who gave none."""
    grades = [bar for bar in tally.bars if bar.value != NOT_CONCERNED]
    return [*reversed(grades), *(bar for bar in tally.bars if bar.value == NOT_CONCERNED)]


def _line(label: str, tally: Tally) -> Line:
    answered = _("hidden") if tally.answered is None else str(tally.answered)
    return Line(label, answered, tuple(_cells(tally)))


def _cells(tally: Tally) -> Iterable[tuple[str, str]]:
    for bar in _best_first(tally):
        share = tally.share(bar)
        yield (_("hidden") if bar.count is None else str(bar.count), "" if share is None else f"{share:.1f}%")
