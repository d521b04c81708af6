"""Who has been heard."""

import io
from datetime import date, timedelta

from flask import g, render_template, request, send_file
from flask.typing import ResponseReturnValue

from core import clock
from core.access import Permission, requires
from core.terms import MemberCategory
from forms.interviews import CoverageForm
from interviews import coverage_book, events
from interviews.coverage import Coverage
from interviews.coverage import coverage as work_out
from interviews.views.blueprint import bp
from members import words

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/coverage")
@requires(Permission.SEE_COVERAGE)
def coverage() -> ResponseReturnValue:
    """Show who has been heard and who has not, the last twelve months unless asked otherwise."""
    form = _form()
    found = _found(form)
    return render_template(
        "interviews/coverage.html",
        form=form,
        coverage=found,
        word=_category_word,
        full=MemberCategory.FULL,
        events=_events(found),
        kept={name: value for name, value in request.args.items() if value},
    )


@bp.get("/coverage.xlsx")
@requires(Permission.SEE_COVERAGE)
def coverage_file() -> ResponseReturnValue:
    """Hand out the same counts as a workbook."""
    found = _found(_form())
    content = io.BytesIO(coverage_book.book(found, _events(found), within=g.organisation))
    return send_file(content, SHEET, as_attachment=True, download_name=coverage_book.name(found))


def _form() -> CoverageForm:
    until = clock.today()
    form = CoverageForm(request.args, data={"since": _a_year_before(until), "until": until})
    form.offer(categories=[(one, words.category_word(g.organisation, one)) for one in MemberCategory])
    form.validate()  # what cannot be read counts as not asked for, and is told beside its field
    return form


def _found(form: CoverageForm) -> Coverage:
    until = clock.today()
    since, until = form.since.data or _a_year_before(until), form.until.data or until
    chosen = form.category.data if form.category.data in list(MemberCategory) else None
    return work_out(
        within=g.organisation,
        since=min(since, until),
        until=max(since, until),
        category=MemberCategory(chosen) if chosen else None,
    )


def _events(found: Coverage) -> events.InTime:
    return events.answered_in_time(g.organisation, found.since, found.until)


def _category_word(category: MemberCategory) -> str:
    return words.category_word(g.organisation, category)


def _a_year_before(day: date) -> date:
    """Return the first day of the twelve months that end on `day`."""
    following = day + timedelta(days=1)
    try:
        return following.replace(year=following.year - 1)
    except ValueError:  # 29 February
        return following.replace(year=following.year - 1, day=28)
