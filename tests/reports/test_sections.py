"""What single sections say: what changed, what comes next, which groups, and what must not be said."""

from datetime import date

import pytest

from core.db import db
from core.i18n import speaking
from core.terms import ActionState, ReportStyle, SourceKind
from members.models import Member
from questions import types
from questions.base import Bar, Item, Row, Shape, Tally
from reports.blocks import Paragraph, Table
from reports.sections import sections
from reports.sections.key_findings import KeyFindings
from reports.sections.next_steps import NextSteps
from reports.sections.satisfaction import Satisfaction
from reports.sections.survey_results import _grid
from reports.sections.survey_trend import SurveyTrend
from tests.reports.plays import Twice, asked_twice, fill


@pytest.fixture
def twice(app, cast) -> Twice:
    return asked_twice(cast)


def blocks(twice: Twice, section, language: str = "en") -> list:
    """Return what one section says."""
    gathered = twice.gathered(language)
    with speaking(language):
        return list(section.blocks(gathered))


def said(found: list) -> str:
    return " ".join(block.text for block in found if isinstance(block, Paragraph))


def test_what_both_surveys_asked_stands_side_by_side(twice) -> None:
    found = blocks(twice, SurveyTrend())
    assert "“去年调查”" in said(found) and "1 May 2025" in said(found)
    table = next(block for block in found if isinstance(block, Table))
    rows = {row[0] or "": row for row in table.rows if row[0]}
    assert "您愿意加入工会小组吗？" not in rows and "您对停车满意吗？" in rows
    shares = [row for row in table.rows if row[1] == "检修"]
    assert shares and all(cell.endswith("%") for cell in shares[0][2:4])
    mean = rows["您对停车满意吗？"]
    assert mean[1] == "Mean" and "%" not in mean[2] and mean[4].lstrip("+−").replace(".", "").rstrip("*").isdigit()
    assert table.traces[0].item.startswith("earlier:")
    starred = [row for row in table.rows if row[4].endswith("*")]
    assert starred and "more than chance explains: " in said(found)


def test_concerns_that_rise_fall_go_and_come(twice) -> None:
    fill(twice)
    found = blocks(twice, sections["concern_trend"])
    assert "Raised more often: 食堂." in said(found) and "Raised less often: 停车." in said(found)
    assert "No longer raised: 宿舍." in said(found) and "New: 网络." in said(found)
    rows = {row[0]: row[2:] for row in next(b for b in found if isinstance(b, Table)).rows}
    assert rows["食堂"] == ("8", "30", "Rising") and rows["宿舍"] == ("6", "–", "No longer raised")
    assert rows["班车"] == ("hidden", "hidden", "not told")


def test_the_first_investigation_is_compared_with_nothing(app, cast) -> None:
    twice = Twice(cast, cast.investigation, cast.investigation)
    twice.concern(cast.investigation, "食堂", survey=9)
    assert not blocks(twice, sections["concern_trend"]) and not blocks(twice, SurveyTrend())


def test_what_happens_next_is_what_is_open_by_date(twice) -> None:
    concern = twice.concern(twice.this, "食堂", survey=9)
    for number in range(10):
        twice.measure(concern, f"办{number}", due_on=date(2026, 12, 28 - number))
    twice.measure(concern, "办好了", state=ActionState.DONE, outcome="办了", evidence="照片")
    found = blocks(twice, NextSteps())
    assert said(found) == "10 measures are still to be done. The first 8 by date:"
    assert [row[0] for row in found[1].rows] == [f"办{number}" for number in range(9, 1, -1)]


def test_groups_are_named_where_enough_of_them_raised_it(app, cast, twice) -> None:
    talks = []
    for _each in range(12):
        talks.append(twice.talk())
        db.session.query(Member).order_by(Member.id.desc()).first().group_id = cast.east.id
    db.session.commit()
    concern = twice.concern(twice.this, "食堂", survey=9)
    for talk in talks[:6]:
        twice.say(concern, SourceKind.TALK, talk)
    db.session.commit()
    text = said(blocks(twice, sections["main_concerns"], "zh"))
    assert "东班6" in text.replace(" ", "")
    alone = twice.talk()  # somebody of no group: with the sum known, either number would tell the other
    twice.say(concern, SourceKind.TALK, alone)
    db.session.commit()
    assert "东班" not in said(blocks(twice, sections["main_concerns"], "zh"))


@pytest.mark.parametrize("hidden", [False, True], ids=["all told", "one hidden"])
def test_the_best_of_a_grid_is_the_best_only_of_what_may_be_told(app, hidden) -> None:
    bars = (Bar("1", "差", 10), Bar("2", "好", 10))
    rows = [
        Row(str(number), label, Tally(Shape.PARTS, 20, bars=bars, mean=mean))
        for number, (label, mean) in enumerate([("饭菜", 1.2), ("停车", 1.8), ("宿舍", None if hidden else 1.9)])
    ]
    item = Item("q1", types["matrix"], "请评价", number=1)
    with app.test_request_context("/"), speaking("en"):
        told = _grid(item, Tally(Shape.GRID, 20, rows=tuple(rows)))
    assert ("of the 2 of 3 lines whose mean may be told" in told) is hidden
    assert ("宿舍" in told) is not hidden


def test_no_lowest_is_named_while_one_is_hidden(twice) -> None:
    found = twice.gathered("en")
    grids = [tally for _item, tally in found.surveys[0].results if tally.shape is Shape.GRID]
    whole = all(row.tally.mean is not None for tally in grids for row in tally.rows)
    with speaking("en"):
        assert ("is rated lowest" in said(list(KeyFindings().blocks(found)))) is whole


def test_replies_nobody_was_asked_about_say_nothing(twice) -> None:
    assert blocks(twice, Satisfaction()) == []


@pytest.mark.parametrize("style", ReportStyle, ids=lambda style: style.value)
def test_sections_stand_in_an_order_of_their_own(style) -> None:
    places = [section.place(style) for section in sections.values() if style in section.styles]
    assert len(places) == len(set(places))
