"""Who has been heard."""

from datetime import date, timedelta

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from core import clock
from core.access import Permission, requires
from core.terms import MemberCategory
from forms.interviews import CoverageForm
from interviews.coverage import coverage as work_out
from interviews.views.blueprint import bp
from members import words


@bp.get("/coverage")
@requires(Permission.SEE_COVERAGE)
def coverage() -> ResponseReturnValue:
    """Show who has been heard and who has not, the last twelve months unless asked otherwise."""
    until = clock.today()
    form = CoverageForm(request.args, data={"since": _a_year_before(until), "until": until})
    form.offer(categories=[(one, words.category_word(g.organisation, one)) for one in MemberCategory])
    form.validate()
    since, until = form.since.data or _a_year_before(until), form.until.data or until
    chosen = form.category.data if form.category.data in list(MemberCategory) else None
    result = work_out(
        within=g.organisation,
        since=min(since, until),
        until=max(since, until),
        category=MemberCategory(chosen) if chosen else None,
    )
    return render_template(
        "interviews/coverage.html", form=form, coverage=result, word=_category_word, full=MemberCategory.FULL
    )


def _category_word(category: MemberCategory) -> str:
    return words.category_word(g.organisation, category)


def _a_year_before(day: date) -> date:
    """Return the first day of the twelve months that end on `day`."""
    following = day + timedelta(days=1)
    try:
        return following.replace(year=following.year - 1)
    except ValueError:  # 29 February
        return following.replace(year=following.year - 1, day=28)
