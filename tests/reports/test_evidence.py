"""What a report is made from: how much it asks the database, and what of small numbers may be told."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest

from concerns.lineage import Trend
from core.clock import now
from core.db import db
from core.terms import ActionState, ReportStyle, SourceKind
from investigations.models import Investigation
from reports import evidence
from reports.models import Edition
from surveys import queries as surveys
from surveys import statistics
from surveys.models import Invitation
from tests.reports.plays import AFTER, LATER, Twice, asked_twice, closed, counting, fill
from tests.surveys.test_results import browser


@pytest.fixture
def twice(app, cast) -> Twice:
    return asked_twice(cast)


def test_as_many_queries_for_fifty_concerns_as_for_five(app, twice) -> None:
    def asked() -> int:
        twice.gathered()  # questionnaires are made ready once
        db.session.expire_all()
        with counting() as sent:
            evidence.gather(twice.this, within=twice.cast.branch, language="zh")
            return sent()

    def more(numbers: range) -> None:
        for number in numbers:
            concern = twice.concern(twice.this, f"事{number}", survey=6)
            twice.measure(concern, f"办{number}", due_on=date(2026, 12, 1))

    more(range(5))
    few = asked()
    more(range(5, 50))
    gathered = twice.gathered()
    assert len(gathered.concerns) == 50 and len(gathered.ledger) == 50
    assert asked() == few
    assert few < 90


@pytest.mark.parametrize(
    ("voices", "total", "sources"),
    [
        ({"survey": 8}, 8, {SourceKind.SURVEY: 8}),
        ({"survey": 8, "talk": 6}, 14, {SourceKind.SURVEY: 8, SourceKind.TALK: 6}),
        ({"survey": 8, "talk": 1}, 9, {}),
        ({"survey": 3, "talk": 3}, 6, {}),
        ({"survey": 4}, None, {}),
        ({"survey": 1, "talk": 1, "meeting": 1}, None, {}),
    ],
    ids=["one", "two", "small rest", "both small", "few", "few of three"],
)
def test_what_may_be_told_of_a_concern(app, twice, voices, total, sources) -> None:
    twice.concern(twice.this, "事", **voices)
    gathered = twice.gathered()
    told = gathered.told(gathered.concerns[0])
    assert (told.voices, dict(told.sources)) == (total, sources)
    assert len(told.kinds) == (len(voices) if total else 0)


def test_the_margin_is_that_of_the_page_of_results(app, cast, twice) -> None:
    found = twice.gathered().surveys[0]
    page = browser(app, cast.secretary).get(f"/app/surveys/{found.id}/results").get_data(as_text=True)
    assert found.margin == pytest.approx(statistics.margin(60)) and not found.exact
    assert f"±{found.margin:.1f}" in page.replace("± ", "±")


def test_the_margin_is_reckoned_for_those_invited(app, cast, twice) -> None:
    survey = surveys.surveys(twice.this, within=cast.branch)[0]
    db.session.add_all(Invitation(code_hash=bytes([number]) * 32, survey_id=survey.id) for number in range(80))
    db.session.commit()
    found = twice.gathered().surveys[0]
    page = browser(app, cast.secretary).get(f"/app/surveys/{found.id}/results").get_data(as_text=True)
    assert found.margin == pytest.approx(statistics.margin(60, 80)) and found.exact
    assert f"±{found.margin:.1f}" in page.replace("± ", "±")


@pytest.mark.parametrize(("people", "few"), [(60, False), (300, True)], ids=["everybody", "few"])
def test_no_margin_where_it_says_nothing(app, twice, people, few) -> None:
    twice.this.population_size = people
    db.session.commit()
    found = twice.gathered().surveys[0]
    assert found.margin is None and found.few is few
    said = [block.text for block in twice.told().blocks if getattr(block, "key", "").startswith("method.margin")]
    assert bool(said) is few and "±" not in "".join(said)


def test_concerns_beside_those_of_the_last_investigation(app, twice) -> None:
    fill(twice)
    recurring = twice.gathered().recurring
    assert recurring.title == "上年调研"
    moves = {move.label: (move.before, move.now, move.trend) for move in recurring.moves}
    assert moves == {
        "食堂": (8, 30, Trend.RISING),
        "停车": (20, 9, Trend.FALLING),
        "宿舍": (6, 0, Trend.GONE),
        "班车": (None, None, None),
    }
    assert [label for _number, label in recurring.new] == ["网络"]


def test_several_concerns_of_a_thread_are_not_told_by_their_sum(app, twice) -> None:
    thread = twice.thread("食堂")
    twice.concern(twice.last, "食堂", thread, survey=9)
    twice.concern(twice.this, "食堂", thread, survey=12)
    twice.concern(twice.this, "夜餐", thread, survey=2)
    move = twice.gathered().recurring.moves[0]
    assert (move.before, move.now, move.trend) == (9, None, None)


def test_nothing_is_compared_with_a_later_investigation(app, cast, twice) -> None:
    fill(twice)
    before = evidence.gather(twice.last, within=cast.branch, language="zh")
    assert before.recurring is None and before.surveys[0].then is None
    assert before.since.day == twice.last.starts_on


def test_the_survey_stands_beside_that_of_the_last_investigation(app, cast, twice) -> None:
    much_before = Investigation(
        organisation_id=cast.branch.id,
        title="更早的调研",
        starts_on=date(2023, 1, 1),
        ends_on=date(2023, 2, 1),
        created_at=now(),
    )
    db.session.add(much_before)
    db.session.flush()
    place = SimpleNamespace(branch=cast.branch, secretary=cast.secretary, investigation=much_before)
    closed(place, LATER, AFTER, date(2023, 2, 1))
    then = twice.gathered().surveys[0].then
    assert then.title == "去年调查" and then.closed_on == date(2025, 5, 1)
    compared = {one.item.title: bool(one.changes) for one in then.compared}
    assert compared["您对停车满意吗？"] and not compared["您愿意加入工会小组吗？"]


def test_what_was_done_counts_from_the_last_edition(app, cast, twice) -> None:
    fill(twice)
    since = twice.gathered().since
    assert since.day == twice.last.ends_on
    assert [row.measure for row in since.done] == ["划车位"] and [row.measure for row in since.cannot] == ["建车棚"]
    edition = Edition(
        organisation_id=cast.branch.id,
        investigation_id=twice.last.id,
        year=2026,
        number=1,
        style=ReportStyle.GONGWEN,
        language="zh",
        title="上年调研",
        document={},
        issued_at=datetime(2026, 6, 1, 8),
        issued_by=cast.secretary.id,
    )
    db.session.add(edition)
    db.session.commit()
    since = twice.gathered().since
    assert since.day == date(2026, 6, 1) and since.done == ()
    edition.withdrawn_at = now()
    db.session.commit()
    assert twice.gathered().since.day == twice.last.ends_on


def test_what_is_reported_as_done_waits_among_what_was_done(app, twice) -> None:
    concern = twice.concern(twice.this, "食堂", survey=9)
    twice.measure(concern, "换厨师", state=ActionState.DONE, outcome="已换", evidence="照片")
    assert [row.measure for row in twice.gathered().since.done] == ["换厨师"]
