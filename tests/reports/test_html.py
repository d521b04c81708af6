"""Numbers, widths and titles as the template receives them."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from flask import Flask
from hypothesis import example, given, settings

from core.i18n import speaking
from questions.canvas import text_width
from reports.blocks import Annex, Chart, Claim, Document, Heading, Imprint, Paragraph, Signature, Table, Trace
from reports.html import balanced, page
from reports.parts import chinese_number, imprint, note_mark, sections
from tests.reports import hostile, invented

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
    [
        (1, 1, "一、"),
        (10, 1, "十、"),
        (11, 2, "（十一）"),
        (20, 1, "二十、"),
        (35, 2, "（三十五）"),
        (3, 3, "3. "),
        (100, 1, "一百、"),
        (105, 1, "一百零五、"),
        (110, 1, "一百一十、"),
        (2034, 1, "二千零三十四、"),
        (3005, 2, "（三千零五）"),
        (4100, 1, "四千一百、"),
        (10001, 1, "10001、"),
    ],
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


@settings(max_examples=200, deadline=None)
@given(title=hostile.texts)
@example(title="W" * 200)
def test_any_title_keeps_its_signs(title: str) -> None:
    assert "".join(balanced(title)) == title.replace("\n", "")


def test_a_title_may_choose_its_own_lines() -> None:
    assert balanced("关于夜班\n的调研报告") == ["关于夜班", "的调研报告"]


def test_widths_follow_the_words() -> None:
    table = Table("题", ("序号", "重点任务", "占比"), (("1", "夜间现做热餐供应覆盖十二个以上食堂", "46.1"),))
    widths = table.measured()
    assert sum(widths) == 100
    assert widths[1] > 2 * widths[0]
    many = Table("题", tuple("甲乙丙丁戊己庚辛壬癸"), (tuple("1234567890"),))
    assert sum(many.measured()) == 100


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


NOTED = replace(
    DOCUMENT,
    blocks=(
        Heading(3, "条"),
        Paragraph("第一段。\n第二段。", "key.1", ("注一", "注二"), (Trace("调查", "survey_results"),), "原文"),
        Paragraph("第三段。", notes=("注三",)),
        Annex("数据"),
        Paragraph("第四段。", notes=("注四",)),
    ),
)


def test_notes_are_counted_through_the_document(stage: Flask) -> None:
    body, annex = sections(NOTED, "gongwen")
    assert [(note.number, note.mark, note.text) for note in (*body.notes, *annex.notes)] == [
        (1, "①", "注一"),
        (2, "②", "注二"),
        (3, "③", "注三"),
        (4, "④", "注四"),
    ]
    assert [note.mark for note in sections(replace(NOTED, language="en"), "gongwen")[0].notes] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("number", "mark"), [(1, "①"), (20, "⑳"), (21, "㉑"), (35, "㉟"), (36, "㊱"), (50, "㊿"), (51, "[51]")]
)
def test_marks_of_notes(number: int, mark: str) -> None:
    assert note_mark(number, "zh") == mark
    assert note_mark(number, "en") == str(number)


def test_a_passage_keeps_what_belongs_to_it_over_its_lines(stage: Flask) -> None:
    first, second = sections(NOTED, "summary")[0].parts[1:3]
    assert (first.block.key, second.block.key) == ("key.1", "key.1")
    assert first.notes == () and first.block.traces == ()
    assert (
        [note.mark for note in second.notes] == ["①", "②"] and second.block.traces and second.block.generated == "原文"
    )


@pytest.mark.parametrize("style", ["gongwen", "summary"])
def test_notes_stand_on_their_page_or_at_the_end(stage: Flask, style: str) -> None:
    on_page = page(replace(NOTED, notes_at="page"), style=style)
    assert on_page.count('class="footnote" data-mark=') == 4 and 'class="endnote"' not in on_page
    at_end = page(replace(NOTED, notes_at="end"), style=style)
    assert at_end.count('class="endnote"') == at_end.count('class="call"') == 4 and "footnote" not in at_end
    assert at_end.index("注三") < at_end.index('class="annex"') < at_end.index("注四")


def test_headings_may_stand_above_their_paragraph(stage: Flask) -> None:
    assert [part.run_in for part in sections(NOTED, "gongwen", run_in=False)[0].parts] == [None] * 4


@pytest.mark.parametrize("style", ["gongwen", "summary"])
def test_the_imprint_is_the_last_thing(stage: Flask, style: str) -> None:
    written = Imprint("市总工会", "办公室", invented.GONGWEN.date)
    for document in (
        replace(DOCUMENT, copies_to="市总工会", printed_by="办公室"),
        replace(DOCUMENT, blocks=(written, *DOCUMENT.blocks), copies_to="别人"),
    ):
        assert imprint(document).block == replace(written, printed_on=invented.GONGWEN.date)
        html = page(document, style=style)
        assert html.count('class="imprint"') == 1 and "别人" not in html
        assert html.index("</section>") < html.index('class="imprint"') < html.index("市总工会")
    assert imprint(DOCUMENT) is None and "imprint" not in page(DOCUMENT, style=style)


@pytest.mark.parametrize("style", ["gongwen", "summary"])
def test_an_edition_is_named(stage: Flask, style: str) -> None:
    assert page(replace(DOCUMENT, edition="2026年第3号"), style=style).count("2026年第3号") == 1


def test_a_claim_names_what_it_rests_on(stage: Flask) -> None:
    grounds = (Trace("调查第3题", "survey_results", 1), Trace("谈话覆盖", "coverage"))
    html = page(replace(DOCUMENT, blocks=(Claim("供餐不足。", grounds), Claim("没有依据。"))), style="gongwen")
    assert html.index("供餐不足。") < html.index("调查第3题；谈话覆盖") < html.index("没有依据。")
    assert html.count('class="grounds t"') == 1


@pytest.mark.parametrize("notes_at", ["page", "end"])
@pytest.mark.parametrize("style", ["gongwen", "summary"])
def test_words_never_become_elements(stage: Flask, style: str, notes_at: str) -> None:
    def drawn(text: str) -> list:
        document = replace(hostile.document(hostile.on_one_line(text)), title="题", notes_at=notes_at)
        return list(hostile.skeleton(hostile.tree(page(document, style=style))))

    harmless = drawn("")
    assert [text for text in hostile.HTML if drawn(text) != harmless] == []
