"""Sheets of a survey to hand out: slips with codes, and the questionnaire on paper, numbered."""

from collections.abc import Sequence

from flask import render_template

from core.errors import BadInput
from core.i18n import _, speaking
from reports.html import balanced, setting
from reports.pdf import print_copies
from surveys import promises
from surveys import slips as drawn
from surveys.models import Survey
from surveys.paper import on_paper
from surveys.questionnaires import Ready
from surveys.slips import Printed

MOST_SHEETS = 200
SLIPS = 2000
POSTER_CHARACTERS = 14  # Chinese characters on a line of a poster's title


def slip_sheets(slips: Sequence[Printed], *, title: str, address: str, language: str, fingerprint: str = "") -> str:
    """Draw slips, eight to a page with lines to cut along, as one HTML page for the printer.

    Members' slips come first; the blank ones, without name or number, begin on a page of their own, so that they can be
    cut and mixed apart. `fingerprint`: of the survey's manifest, "" where there is none yet.
    """
    named, blank = [slip for slip in slips if slip.name], [slip for slip in slips if not slip.name]
    with speaking(language):
        pages = [part[start : start + 8] for part in (named, blank) for start in range(0, len(part), 8)]
        given = setting(language, title) | {"title": title, "address": address, "fingerprint": fingerprint}
        return render_template("reports/slips.html", pages=pages, **given)


def paper_forms(asked: Ready, *, organisation: str, first: int = 0, last: int = 0) -> bytes:
    """Print the questionnaire to be filled in by hand, once for each sheet number; once without a number for 0.

    Raises `BadInput` for numbers that are no range, or too many at once.
    """
    if first < 0 or last < first or last - first >= MOST_SHEETS or (not first and last):
        raise BadInput(
            _("Please print 1 to %(most)s sheets at a time, the first number before the last.", most=MOST_SHEETS)
        )
    with speaking(asked.language):
        language = setting(asked.language, asked.title)
        sheet = render_template(
            "reports/paper_form.html",
            asked=on_paper(asked),
            title=asked.title,
            organisation=organisation,
            **language,
        )
        numbers = range(first, last + 1) if first else ()
        codes = {number: drawn.qr(f"{number:04d}") for number in numbers}
        labels = render_template("reports/paper_numbers.html", codes=codes, title=asked.title, **language)
    return print_copies(sheet, labels)


def poster(survey: Survey, link: str) -> str:
    """Draw a poster with a survey's link as a large QR code, as one HTML page for the printer."""
    language, title = survey.version.language, survey.version.title
    with speaking(language):
        lines = balanced(title, POSTER_CHARACTERS) if language == "zh" else [title]
        given = setting(language, title) | {"title_lines": lines, "fingerprint": promises.fingerprint(survey)}
        return render_template("reports/poster.html", survey=survey, title=title, link=link, qr=drawn.qr(link), **given)
