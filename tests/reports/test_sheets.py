"""What is hung up or signed, measured on the PDF itself: the ledger, the board, the summary of an appraisal."""

import io
import re
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pdfplumber
import pytest

from concerns.board import Line as Notice
from concerns.board import Setting
from concerns.ledger_rows import Line, View
from core.errors import DomainError
from core.terms import ActionState, BoardAccess, OrganisationKind, ReplyOutcome, SourceKind
from questions.base import Bar, Shape, Tally
from questions.counting import Row
from reports import appraisal_sheet, board_sheet, ledger_sheet
from surveys.tallies import Results
from tests.reports import measured

BRANCH = SimpleNamespace(name="青石支部", kind=OrganisationKind.PARTY_BRANCH)
MM = 25.4 / 72
ROW = Line(
    id=1, number="ZG-2026-001", concern_id=1, investigation_id=1, concern="夜班供餐", problem="夜班供餐只有馒头咸菜",
    source="", sources=(SourceKind.SURVEY, SourceKind.TALK), category="生活后勤", measure="零点前加供一餐热菜",
    unit="后勤保障部", owner="周敏", owner_id=None, checker="党员丙", due_on=date(2026, 12, 31), due_working_days=15,
    state=ActionState.UNDER_WAY, outcome="已定供应商", evidence="", reason="", review_on=None, closed_on=None, note="",
    late=False, soon=False,
)  # fmt: skip
NOTICE = Notice(
    id=1, concern_id=1, said="夜班吃不上热饭。", did="自11月起零点前加供一餐。\n窗口由两个增为三个。",
    outcome=ReplyOutcome.SETTLED, first_on=date(2026, 11, 1), changed_on=date(2026, 11, 20), measures=2, finished=1,
)  # fmt: skip
SETTING = Setting("token", BoardAccess.LINK, "民声回音", "", "大家说的，办到哪一步。", date(2026, 11, 20), 1)


def pages(printed: bytes) -> list[tuple[float, float, str]]:
    """Return width and height in mm and the text of every page."""
    with pdfplumber.open(io.BytesIO(printed)) as opened:
        return [(p.width * MM, p.height * MM, re.sub(r"\s+", "", p.extract_text())) for p in opened.pages]


def rows(count: int) -> list[Line]:
    return [replace(ROW, id=number, number=f"ZG-2026-{number:03d}") for number in range(1, count + 1)]


def ledger(count: int, view: View = View.ALL, language: str = "zh", **changes: object) -> bytes:
    lines = [replace(row, **changes) for row in rows(count)]
    return ledger_sheet.printed(lines, view, within=BRANCH, about="2026年调研", language=language)


def test_the_ledger_lies_across_and_repeats_its_head(stage) -> None:
    found = pages(ledger(40))
    assert len(found) > 2
    assert all(abs(width - 297) < 0.5 and abs(height - 210) < 0.5 for width, height, _text in found)
    assert all("编号" in text and "销号日期" in text for _width, _height, text in found[:-1])
    assert sum(len(re.findall(r"ZG-2026-\d{3}", text)) for _width, _height, text in found) == 40
    assert "整改台账" in found[0][2] and "青石支部" in found[0][2] and "共40项" in found[-1][2]


def test_every_list_has_its_own_columns(stage) -> None:
    (_, _, problems), (_, _, tasks) = pages(ledger(1, View.PROBLEMS))[0], pages(ledger(1, View.TASKS))[0]
    assert "问题清单" in problems and "夜班供餐只有馒头咸菜" in problems and "周敏" not in problems
    assert "任务清单" in tasks and "周敏" in tasks and "已定供应商" in tasks
    assert "Listoftasks" in pages(ledger(1, View.TASKS, language="en"))[0][2]


@pytest.mark.parametrize("view", list(View))
def test_the_widths_of_a_list_make_a_whole(view: View) -> None:
    assert sum(ledger_sheet.WIDTHS[view]) == 100
    assert len(ledger_sheet.WIDTHS[view]) == len(ledger_sheet.columns_of(view))


def test_what_has_no_column_stands_under_the_remarks(stage) -> None:
    ((_, _, text),) = pages(
        ledger(1, state=ActionState.CANNOT, reason="管网须由市政改造", review_on=date(2027, 3, 1), note="与工会推进")
    )
    assert "管网须" in text and "2027-03-01" in text and "与工会推进" in text
    ((_, _, closed),) = pages(ledger(1, state=ActionState.CLOSED, closed_on=date(2026, 11, 3), outcome="不再重复"))
    assert "不再重复" not in closed and "2026-11-03" in closed


def test_an_empty_ledger_says_so(stage) -> None:
    assert "台账中暂无内容" in pages(ledger(0))[0][2]


def board(count: int, link: str = "http://192.168.1.20/gs/token", **changes: object) -> bytes:
    lines = [replace(NOTICE, id=number, said=f"第{number}条意见。", **changes) for number in range(count)]
    return board_sheet.printed(lines, SETTING, organisation="青石支部", link=link, language="zh")


def test_the_board_is_a3_and_tells_state_and_day(stage) -> None:
    (width, height, text), *more = pages(board(4))
    assert (round(width), round(height), more) == (420, 297, [])
    assert "民声回音" in text and "自11月起零点前加供一餐" in text and "窗口由两个增为三个" in text
    assert str(ReplyOutcome.SETTLED.label) in text or "已解决" in text
    assert "2026年11月20日" in text and "扫码" in text


def test_a_board_for_members_shows_no_way_in(stage) -> None:
    assert "扫码" not in pages(board(1, link=""))[0][2]


def test_no_notice_is_split(stage) -> None:
    found = pages(board(40, did="自11月起零点前加供KEPT。" * 6))
    assert len(found) > 1
    for number in range(40):
        assert sum(f"第{number}条意见" in text for _width, _height, text in found) == 1
    told = [text.count("KEPT") for _width, _height, text in found]
    assert sum(told) == 240 and all(count % 6 == 0 for count in told)


def grades(*counts: int | None) -> Tally:
    names = ("不合格", "基本合格", "合格", "优秀")
    bars = [Bar(str(place + 1), name, count) for place, (name, count) in enumerate(zip(names, counts, strict=False))]
    if len(counts) > len(names):
        bars.append(Bar("na", "不了解", counts[-1]))
    return Tally(Shape.PARTS, sum(count or 0 for count in counts) or None, bars=tuple(bars))


def results(*lines: tuple[str, Tally]) -> Results:
    item = SimpleNamespace(title="您对下列同志的总体评价是？", name="q4")
    grid = Tally(
        Shape.GRID, 30, rows=tuple(Row(str(place), label, tally) for place, (label, tally) in enumerate(lines))
    )
    return Results(30, 29, 32, (), ((item, grid),), 5)  # type: ignore[arg-type]


SURVEY = SimpleNamespace(version=SimpleNamespace(title="民主评议党员测评表"), closed_on=date(2026, 11, 20))


def test_an_appraisal_keeps_its_order_and_tells_the_best_grade_first(stage) -> None:
    told = results(("同志一", grades(6, 6, 12, 6, 6)), ("同志二", grades(None, None, 8, 20, 7)))
    printed = appraisal_sheet.printed(SURVEY, told, organisation="青石支部", language="zh")
    ((width, height, text),) = pages(printed)
    assert (round(width), round(height)) == (210, 297)
    heads = [text.index(word) for word in ("优秀", "不了解")]
    assert heads == sorted(heads) and text.index("同志一") < text.index("同志二")
    shares = text[text.index("同志二") :]
    assert [shares.index(share) for share in ("57.1%", "22.9%", "20.0%")] == sorted(
        shares.index(share) for share in ("57.1%", "22.9%", "20.0%")
    )
    assert shares.count("隐去") == 3  # two grades, and the line that says what it means
    assert "发出：32" in text and "收回：30" in text
    assert measured.structure(printed).header_scopes


def test_an_appraisal_without_grades_is_refused(stage) -> None:
    item = SimpleNamespace(title="意见", name="q1")
    words = Results(30, 30, 30, (), ((item, Tally(Shape.TEXTS, 12)),), 5)  # type: ignore[arg-type]
    with pytest.raises(DomainError, match=re.escape("有行有档")):
        appraisal_sheet.printed(SURVEY, words, organisation="青石支部", language="zh")
    with pytest.raises(DomainError):
        appraisal_sheet.printed(SURVEY, replace(words, items=()), organisation="青石支部", language="zh")


@pytest.mark.parametrize("sheet", ["ledger", "board", "appraisal"])
def test_the_sheets_can_be_read_without_eyes(stage, sheet: str) -> None:
    made = {
        "ledger": lambda: ledger(2),
        "board": lambda: board(2),
        "appraisal": lambda: appraisal_sheet.printed(
            SURVEY, results(("同志一", grades(6, 6, 12, 6))), organisation="青石支部", language="zh"
        ),
    }[sheet]()
    found = measured.structure(made)
    assert found.language == "zh-CN" and found.marked and found.shows_title and found.headings[0] == 1
    assert measured.missing_glyphs(made) == 0
