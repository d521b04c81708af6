"""Numbers, widths and titles as the template receives them."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from flask import Flask

from core.i18n import speaking
from questions.canvas import text_width
from reports.blocks import Annex, Chart, Document, Heading, Paragraph, Signature, Table
from reports.html import balanced, chinese_number, measured_widths, page, sections
from tests.reports import invented

TABLE = Table("题", ("甲", "乙"), (("一", "二"),))
DOCUMENT = Document(
    "题",
    "组织",
    invented.GONGWEN.date,
    "zh",
    (
        Heading(1, "章"),
        Heading(2, "节"),
        Heading(3, "条"),
        Paragraph("条文"),
        Heading(3, "条"),
        Heading(4, "款"),
        Heading(2, "节"),
        Heading(1, "章"),
        Heading(2, "节"),
        TABLE,
        TABLE,
        Signature("组织", invented.GONGWEN.date),
        Annex("数据"),
        Heading(1, "附章"),
        TABLE,
        Annex("问卷"),
        TABLE,
    ),
)


def test_headings_are_numbered_as_official_documents_do(stage: Flask) -> None:
    body, *annexes = sections(DOCUMENT, "gongwen")
    numbers = [part.number for part in body.parts if part.kind == "heading"]
    assert numbers == ["一、", "（一）", "1. ", "2. ", "（1）", "（二）", "二、", "（一）"]
    assert [part.number for part in annexes[0].parts if part.kind == "heading"] == [""]


def test_a_third_level_heading_runs_into_its_paragraph(stage: Flask) -> None:
    body, *_ = sections(DOCUMENT, "gongwen")
    assert body.parts[2].run_in == Paragraph("条文")
    assert all(part.kind != "paragraph" for part in body.parts)
    assert "条。" in page(DOCUMENT, style="gongwen")
    plain, *_ = sections(DOCUMENT, "summary")
    assert plain.parts[2].run_in is None and plain.parts[3].kind == "paragraph"


def test_every_line_typed_is_a_paragraph(stage: Flask) -> None:
    typed = replace(DOCUMENT, blocks=(Paragraph("　　第一段。\n\n　　第二段。\n"), Paragraph("  \n")))
    body, *_ = sections(typed, "gongwen")
    assert [part.block for part in body.parts] == [Paragraph("第一段。"), Paragraph("第二段。")]


def test_headings_of_a_summary_carry_no_number(stage: Flask) -> None:
    assert {part.number for part in sections(DOCUMENT, "summary")[0].parts if part.kind == "heading"} == {""}


def test_tables_are_counted_apart_in_body_and_annexes(stage: Flask) -> None:
    english = replace(DOCUMENT, language="en")
    html = page(english, style="summary")
    assert [html.count(f">{label}") for label in ("Table 1", "Table 2", "Table 3")] == [1, 1, 0]
    assert [html.count(label) for label in ("Annex table 1", "Annex table 2")] == [1, 1]
    assert "Annex 1" in html and "Annex 2" in html


def test_a_single_annex_has_no_number(stage: Flask) -> None:
    english = replace(DOCUMENT, language="en", blocks=(Annex("Data"), TABLE))
    with speaking("en"):
        assert [section.number for section in sections(english, "gongwen")] == ["", "Annex"]


def test_annexes_are_listed_before_the_signature(stage: Flask) -> None:
    html = page(DOCUMENT, style="gongwen")
    assert html.index('class="attached"') < html.index('class="signature"') < html.index('class="annex"')
    unsigned = replace(DOCUMENT, blocks=DOCUMENT.blocks[:2] + DOCUMENT.blocks[-2:])
    assert page(unsigned, style="gongwen").count('class="attached"') == 1


@pytest.mark.parametrize(
    ("number", "level", "written"),
    [(1, 1, "一、"), (10, 1, "十、"), (11, 2, "（十一）"), (20, 1, "二十、"), (35, 2, "（三十五）"), (3, 3, "3. ")],
)
def test_chinese_numbers(number: int, level: int, written: str) -> None:
    assert chinese_number(number, level) == written


@pytest.mark.parametrize(
    "title",
    [
        "关于车间食堂、轮班安排和技能培训情况的调研报告",
        "关于2026年度青石支部党员群众思想状况和急难愁盼问题的调研报告",
        "调研报告",
        "很" * 61,
    ],
)
def test_a_long_title_is_broken_into_even_lines(title: str) -> None:
    lines = balanced(title)
    assert "".join(lines) == title
    assert all(text_width(line, 1) <= 20 for line in lines)
    assert not any(line[0] in "、，的" and len(line) < 3 for line in lines)
    assert "2026" in "\n".join(lines) or "2026" not in title


def test_a_title_may_choose_its_own_lines() -> None:
    assert balanced("关于夜班\n的调研报告") == ["关于夜班", "的调研报告"]


def test_widths_follow_the_words() -> None:
    table = Table("题", ("序号", "重点任务", "占比"), (("1", "夜间现做热餐供应覆盖十二个以上食堂", "46.1"),))
    widths = measured_widths(table)
    assert sum(widths) == 100
    assert widths[1] > 2 * widths[0]
    many = Table("题", tuple("甲乙丙丁戊己庚辛壬癸"), (tuple("1234567890"),))
    assert sum(measured_widths(many)) == 100


class _Names(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.inline: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.links += [given["href"] for _ in [0] if tag == "link"]


@pytest.mark.parametrize("style", ["gongwen", "summary"])
def test_the_page_keeps_to_the_house(stage: Flask, style: str) -> None:
    names = _Names()
    names.feed(page(replace(invented.GONGWEN, contents=True), style=style))
    assert len(names.ids) == len(set(names.ids))
    assert names.inline == []
    assert names.links and all(link.startswith("house:") for link in names.links)


def test_figures_take_whole_lines_of_the_grid(stage: Flask) -> None:
    body, *_ = sections(invented.GONGWEN, "gongwen")
    heights = [part.lines for part in body.parts if isinstance(part.block, Chart | Table)]
    assert heights and all(3 <= lines <= 22 for lines in heights)
