"""Planning an investigation: dates, clarities, two people at once."""

from datetime import date

import pytest

from core.db import db
from core.errors import DomainError, NotFound, Stale
from core.terms import InvestigationState
from investigations import plans, queries

PLAN = plans.Plan(title="食堂调研", purpose="摸清就餐意见", starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1))


def test_a_plan_begins_and_is_found_only_at_home(cast) -> None:
    row = plans.begin(PLAN, within=cast.branch, by=cast.secretary)
    db.session.flush()
    assert queries.investigation(row.id, within=cast.branch) is row
    with pytest.raises(NotFound):
        queries.investigation(row.id, within=cast.elsewhere)


def test_the_last_day_may_not_come_first(cast) -> None:
    wrong = plans.Plan(title="x", purpose="y", starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1))
    with pytest.raises(DomainError) as refused:
        plans.begin(wrong, within=cast.branch, by=cast.secretary)
    assert refused.value.field == "ends_on"


def test_who_comes_second_is_told_and_overwrites_nothing(cast) -> None:
    row = cast.investigation
    seen = row.revision
    plans.revise(row, plans.Wording(causes="甲写的"), based_on=seen, by=cast.secretary)
    db.session.commit()
    with pytest.raises(Stale):
        plans.revise(row, plans.Wording(causes="乙写的"), based_on=seen, by=cast.secretary)
    assert row.causes == "甲写的"


def test_the_clarities_missing_are_named(cast) -> None:
    assert len(plans.clarities_missing(cast.investigation)) == 3
    cast.investigation.guiding_idea = cast.investigation.arrangement = cast.investigation.emphasis = "有"
    assert plans.clarities_missing(cast.investigation) == []


def test_close_and_reopen(cast) -> None:
    plans.close(cast.investigation, by=cast.secretary)
    assert queries.current(within=cast.branch) is None
    plans.reopen(cast.investigation, by=cast.secretary)
    assert cast.investigation.state is InvestigationState.OPEN
