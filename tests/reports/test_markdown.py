"""Markdown: the same words and numbers as in print, and what people typed is text to every reader."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings

from core.terms import FileFormat
from reports import blocks, cjk, formats
from reports.blocks import Annex, Claim, Document, Heading, Items, Paragraph, Quote, Quotes, Table, Trace
from reports.formats.markdown import begun, escaped
from tests.reports import hostile, invented

ACTIVE = set("\\`*_[]{}<>#|~^$&@")
LINE_BEGINS = re.compile(r"[-+=:>#]|\d{1,9}[.)](\s|$)")


def written(document: Document, style: blocks.Style = "gongwen") -> str:
    return formats.write(document, style=style, format=FileFormat.MARKDOWN).decode()


def body(*content: blocks.Block, style: blocks.Style = "gongwen", language: str = "en") -> list[str]:
    """Return the pieces a document of these blocks has below its title and its date."""
    document = Document("Title", "Union", invented.GONGWEN.date, language, content)
    return written(document, style).removesuffix("\n").split("\n\n")[2:]


def read(line: str) -> str:
    """Read escaped text as CommonMark does, where nothing in it is markup: a sign after a backslash is itself."""
    plain = re.sub(r"\\([!-/:-@\[-`{-~])", lambda found: found[1], line)
    left = re.sub(r"\\[!-/:-@\[-`{-~]", "", line)
    assert not ACTIVE & set(left), f"{left!r} may be markup"
    return plain


def as_typed(text: str) -> str:
    return re.sub(r"[ \t\n]+", " ", cjk.clean(text)).strip()


def test_a_report_reads_from_top_to_bottom(stage: Flask) -> None:
    text = written(invented.GONGWEN)
    assert text.startswith(
        "# 关于车间食堂、轮班安排和技能培训情况的调研报告\n\n云溪区总工会文件 · 云工发〔2026〕18号\n\n"
    )
    places = [text.index(each) for each in ("## 一、调研基本情况", "### （一）调研背景", "#### 1. 问卷调查", "**表1　")]
    assert places == sorted(places)
    assert "\n\n\n" not in text and text.endswith("\n") and not re.search(r"[ \t]$", text, re.MULTILINE)


def test_every_block_is_written(stage: Flask) -> None:
    for block in invented.every_block("独特的话"):
        assert "独特的话" in "\n".join(body(Annex("附"), block)), type(block).__name__


def test_a_table_is_a_table(stage: Flask) -> None:
    table = Table("Meals", ("What", "%"), (("Taste", "46.1"), ("a|b", "")), align="lr", note="n = 612")
    caption, table_, note = body(table)
    assert caption == "**Table 1\u2003Meals**"
    assert table_.split("\n") == ["| What | % |", "| :--- | ---: |", "| Taste | 46.1 |", r"| a\|b |  |"]
    assert note == "Note: n = 612"


def test_a_chart_is_the_table_of_its_numbers(stage: Flask) -> None:
    text = written(invented.SUMMARY, "summary")
    assert "| Hygiene | hidden | 7.5% | 21.6% | 43.8% | 24.2% |" in text
    assert "| Clashes with shifts | 58.3% | 357 |" in text
    assert "| 2023年 | 41.5% | 62.3% | 48.2% |" in written(invented.GONGWEN)


def test_a_large_number_keeps_its_digits(stage: Flask) -> None:
    bars = blocks.Chart("Money", invented.Bars((invented.Bar("spent", 1234567.0),), unit=" yuan"))
    assert "| spent | 1234567 yuan |" in "\n".join(body(bars))


def test_footnotes_are_called_and_stand_at_the_end(stage: Flask) -> None:
    first, second, *notes = body(Paragraph("Yes!", notes=("See chapter 2.", "一句话")), Paragraph("No.", notes=("x",)))
    assert first == r"Yes\![^1][^2]" and second == "No.[^3]"
    assert notes == ["[^1]: See chapter 2.", "[^2]: 一句话 &#8203;", "[^3]: x &#8203;"]


def test_a_claim_names_its_grounds(stage: Flask) -> None:
    grounds = (Trace("Survey, question 3", "survey_results", 1), Trace("Coverage", "coverage"))
    assert body(Claim("Nights are cold.", grounds)) == ["Nights are cold. (based on: Survey, question 3; Coverage)"]
    assert body(Claim("Nights are cold.")) == ["Nights are cold."]


def test_quotations_that_follow_each_other_stay_apart(stage: Flask) -> None:
    told = body(Quotes((Quote("One.\nTwo.", "a miner"), Quote("Three."))))
    assert told == ["> One.\n>\n> Two.\n>\n> — a miner", "> Three."]


def test_lists_that_follow_each_other_stay_apart(stage: Flask) -> None:
    one, two = body(Items(("a",)), Items(("b",)))
    assert one[0] != two[0]
    one, two = body(Items(("a", "b"), ordered=True), Items(("c",), ordered=True))
    assert one[1] != two[1] and one.split("\n")[1].startswith("2")


def test_an_annex_is_a_chapter_and_its_headings_stand_below(stage: Flask) -> None:
    assert body(Heading(1, "A"), Annex("Data"), Heading(1, "B"), style="summary")[-3:] == [
        "## A",
        "## Annex\u2003Data",
        "### B",
    ]


def test_text_that_needs_no_escape_has_none() -> None:
    for text in ("满意度由28降至−29.7，占46.1%。", "“Quoted”, (bracketed); it’s 3.5 / 5!", "2026-09-18"):
        assert begun(escaped(text)) == text


@pytest.mark.parametrize("text", hostile.EVERY, ids=range(len(hostile.EVERY)))
def test_what_was_typed_is_read_back(text: str) -> None:
    line = begun(escaped(text))
    assert read(line) == as_typed(text)
    assert not LINE_BEGINS.match(line) and "\n" not in line and not line.startswith((" ", "\t"))
    assert "://" not in line and "www." not in line


@settings(max_examples=300, deadline=None)
@given(text=hostile.texts)
def test_anything_typed_is_read_back(text: str) -> None:
    for typed in (text, text.removeprefix("文")):
        line = begun(escaped(typed))
        assert read(line) == as_typed(typed)
        assert not LINE_BEGINS.match(line)


def shape(text: str) -> tuple[list[str], str]:
    """Return what a CommonMark reader (with tables) makes of Markdown: the kinds of its pieces, and its plain text."""
    reader = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable("table")
    kinds, words = [], []
    for token in reader.parse(text):
        kinds.append(token.type)
        for inner in token.children or ():
            if inner.type != "text":
                kinds.append(inner.type)
            else:
                words.append(inner.content)
    return kinds, "".join(words)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=hostile.texts)
@example(text="文[x]: y")
@example(text="文!")
def test_a_reader_sees_the_same_pieces_whatever_was_typed(stage: Flask, text: str) -> None:
    typed = as_typed(text)
    kinds, words = shape(written(hostile.document(typed)))
    harmless, plain = shape(written(hostile.document("文")))
    assert kinds == harmless
    assert words.count(typed) >= plain.count("文") or typed in "文"


@pytest.mark.parametrize("text", hostile.EVERY, ids=range(len(hostile.EVERY)))
def test_a_reader_takes_no_hostile_text_for_markup(stage: Flask, text: str) -> None:
    typed = as_typed(text)
    kinds, words = shape(written(replace(hostile.document(typed), title=f"题 {typed}")))
    harmless, _plain = shape(written(hostile.document("文")))
    assert kinds == harmless
    assert typed in words
