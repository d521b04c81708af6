"""A survey beside a really earlier one: other order, other words, other bands; only what both asked is compared."""

from datetime import date

import pytest

from core.db import db
from core.terms import Channel, Split, SurveyState
from questions.paths import walk
from surveys import comparisons, fielding, questionnaires, tallies
from surveys.models import Response
from tests.surveys.test_results import browser
from tests.surveys.test_splitting import PLAIN, Content, stored

FIVE = {"min": 1, "max": 5, "labels": ["很不满意", "不满意", "一般", "满意", "很满意"]}
GLAD = (1, 2, 3, 4, 4, 4, 5, 5, 5, 5)
SHOPS = [{"v": "a", "t": "检修"}, {"v": "b", "t": "运行"}, {"v": "c", "t": "机关"}]
ROWS = [{"v": "r1", "t": "饭菜"}, {"v": "r2", "t": "排队"}, {"v": "r3", "t": "价格"}]
EARLIER = {
    "title": "去年调查", "lang": "zh",
    "items": [
        {"id": "q1", "type": "single", "title": "您在哪个部门？", "options": SHOPS},
        {"id": "q2", "type": "scale", "title": "您对食堂满意吗？", "scale": FIVE},
        {"id": "q3", "type": "scale", "title": "您对停车满意吗？", "scale": FIVE},
        {"id": "q4", "type": "number", "title": "您的工龄是几年？", "min": 0, "max": 60, "unit": "年"},
        {"id": "q5", "type": "single", "title": "您常坐哪种车？", "options": SHOPS},
        {"id": "q6", "type": "yes_no", "title": "您住在宿舍吗？"},
        {"id": "q7", "type": "matrix", "title": "请评价食堂", "rows": ROWS, "scale": FIVE},
        {"id": "q8", "type": "number", "title": "上下班要多久？", "min": 0, "max": 300, "unit": "分钟"},
    ],
}  # fmt: skip
LATER = {
    "title": "今年调查", "lang": "zh",
    "items": [
        # the same two questions under each other's names: words decide, names do not
        {"id": "q2", "type": "scale", "title": "您对停车满意吗？", "scale": FIVE},
        {"id": "q3", "type": "scale", "title": "您对食堂  满意吗？", "scale": FIVE},
        {"id": "q1", "type": "single", "title": "您在哪个部门？", "options": SHOPS[::-1]},
        {"id": "q4", "type": "number", "title": "您的工龄有几年？", "min": 0, "max": 60, "unit": "年"},
        {"id": "q5", "type": "single", "title": "您常坐哪种车？", "options": [*SHOPS[:2], {"v": "c", "t": "通勤车"}]},
        {"id": "q7", "type": "matrix", "title": "请评价食堂", "rows": ROWS[1:], "scale": FIVE},
        {"id": "q8", "type": "number", "title": "上下班要多久？", "min": 0, "max": 300, "unit": "小时"},
        {"id": "q9", "type": "yes_no", "title": "您愿意加入工会小组吗？"},
    ],
}  # fmt: skip


def closed(cast, definition, answers, day):
    survey = fielding.create(cast.investigation, definition, within=cast.branch, by=cast.secretary)
    asked = questionnaires.ready(survey.version)
    for number, given in enumerate(answers):
        kept = walk(asked.items, given)[1]
        row = Response(
            id=f"{survey.id:04}{number:028}", survey_id=survey.id, channel=Channel.PHONE, complete=True, answers=kept
        )
        db.session.add(row)
    survey.state, survey.opened_on, survey.closed_on = SurveyState.CLOSED, day, day
    db.session.commit()
    return survey


@pytest.fixture
def two(app, cast):
    """Sixty answers each; the canteen fell, parking stayed; the later staff are older, so bands part elsewhere."""
    before = [
        {
            "q1": "abc"[n % 3], "q2": GLAD[n % 10], "q3": 1 + n % 5, "q4": n % 12, "q5": "abc"[n % 3],
            "q6": ("yes", "no")[n % 2], "q7": {"r1": 1 + n % 5, "r2": GLAD[n % 10], "r3": 1 + n % 5}, "q8": n,
        }
        for n in range(60)
    ]  # fmt: skip
    after = [
        {
            "q1": "abc"[n % 3], "q2": 1 + n % 5, "q3": 6 - GLAD[n % 10], "q4": n % 40, "q5": "abc"[n % 3],
            "q7": {"r2": 6 - GLAD[n % 10], "r3": 1 + n % 5}, "q8": n % 3, "q9": ("yes", "no")[n % 2],
        }
        for n in range(60)
    ]  # fmt: skip
    return (
        closed(cast, LATER, after, date(2026, 11, 1)),
        closed(cast, EARLIER, before, date(2025, 11, 1)),
    )


@pytest.fixture
def compared(two, cast):
    """Each question of the later survey by its name."""
    now, before = (tallies.book(survey, within=cast.branch) for survey in two)
    return {one.item.name: one for one in comparisons.compare(now, before)}


def test_words_decide_what_is_the_same_question(compared) -> None:
    parking, canteen = compared["q2"], compared["q3"]
    assert not parking.why_not and not any(change.clear for change in parking.changes)
    mean = canteen.changes[0]
    assert (mean.before, mean.now) == (pytest.approx(3.8), pytest.approx(2.2)) and mean.clear
    assert mean.difference is not None and mean.difference.high < -1


def test_options_in_another_order_are_the_same(compared) -> None:
    third = (pytest.approx(100 / 3),) * 2
    told = {change.label: (change.before, change.now) for change in compared["q1"].changes}
    assert told == {"机关": third, "运行": third, "检修": third}


def test_other_words_for_an_option_another_unit_and_a_new_question_are_not_compared(compared) -> None:
    assert all(compared[name].why_not and not compared[name].changes for name in ("q5", "q8", "q9"))
    assert "q6" not in compared


def test_a_changed_wording_is_told(compared) -> None:
    assert "您的工龄是几年？" in compared["q4"].note and not compared["q1"].note


def test_only_the_rows_both_have_are_compared(compared) -> None:
    assert [change.label[:2] for change in compared["q7"].changes] == ["排队", "价格"]


def test_bands_are_joined_until_both_are_cut_alike(two, cast, compared) -> None:
    now, before = (tallies.book(survey, within=cast.branch) for survey in two)
    bands = [{bar.value: bar.count for bar in book.shown["q4"].bars} for book in (now, before)]
    assert bands[0].keys() != bands[1].keys(), "the example must differ"
    shares = {change.label: change for change in compared["q4"].changes if change.difference}
    assert shares and all(change.before is not None for change in shares.values())
    assert sum(change.now for change in shares.values()) == pytest.approx(100)
    assert sum(change.before for change in shares.values()) == pytest.approx(100)


def test_the_comparison_tells_nothing_but_sums_of_published_numbers(two, cast, compared) -> None:
    now, before = (tallies.book(survey, within=cast.branch) for survey in two)
    for one in compared.values():
        like = comparisons._like(one.item, now, before)
        for side, item, told in ((now, one.item, one.now_n), (before, like, one.before_n)):
            if one.why_not or told is None:
                continue
            tally = side.shown[item.name]
            assert told == tally.answered
            sums = {0} if tally.rows else _sums([bar.count for bar in tally.bars if bar.count is not None])
            for change in one.changes:
                value = change.now if side is now else change.before
                known = {tally.mean, *(row.tally.mean for row in tally.rows), *(f.value for f in tally.figures)}
                assert value is None or value in known or round(value * told / 100) in sums, (item.name, change)


def _sums(counts):
    """Return every sum of neighbouring bars."""
    return {sum(counts[low:high]) for low in range(len(counts)) for high in range(low, len(counts) + 1)}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_it_in_plain_words(app, two, cast, language) -> None:
    cast.secretary.language = language
    db.session.commit()
    client = browser(app, cast.secretary)
    page = client.get(f"/app/surveys/{two[0].id}/results/earlier?earlier={two[1].id}")
    text = page.get_data(as_text=True)
    assert page.status_code == 200 and "去年调查" in text and "您的工龄是几年？" in text
    if language == "en":
        assert "differences are larger than chance explains" in text and "Not comparable:" in text
        assert "The earlier survey did not ask this." in text
    else:
        assert "Not comparable" not in text
    assert client.get(f"/app/surveys/{two[1].id}/results/earlier?earlier={two[0].id}").status_code == 200


def test_a_survey_taken_apart_is_compared_with_an_earlier_whole_one(app, cast) -> None:
    contents = [Content(Channel.PHONE, True, {"a": "xy"[n % 2]}) for n in range(40)]
    books = []
    for split in (Split.NONE, Split.ALL):
        survey = fielding.create(cast.investigation, PLAIN, within=cast.branch, by=cast.secretary)
        stored(survey, contents, split)
        books.append(tallies.book(survey, within=cast.branch))
    (compared,) = comparisons.compare(books[1], books[0])
    assert not compared.why_not and [change.now for change in compared.changes] == [50, 50]
