"""The page for readers: one file that fetches nothing, whose links lead somewhere, and where words stay words."""

import re
from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings

from core.terms import FileFormat
from reports import blocks, formats
from reports.blocks import Annex, Document, Heading, Paragraph, Table, Trace
from reports.formats.html import policy, style_sheet
from tests.reports import hostile, invented
from tests.reports.hostile import skeleton, text_of, tree

ADDRESSES = ("src", "href", "action", "data", "poster", "srcset", "background", "formaction", "cite", "ping")


def drawn(document: Document, style: blocks.Style = "gongwen") -> str:
    return formats.write(document, style=style, format=FileFormat.HTML).decode()


@pytest.fixture(scope="module", params=blocks.STYLES)
def web(request: pytest.FixtureRequest, stage: Flask) -> Element:
    document = replace(invented.GONGWEN, blocks=invented.every_block("独特的话"), key_figures=())
    return tree(drawn(document, request.param))


def test_it_is_one_page_in_its_language(web: Element) -> None:
    assert web.get("lang") == "zh-CN"
    assert [text_of(each) for each in web.iter("title")] == [invented.GONGWEN.title]
    assert len(list(web.iter("h1"))) == 1
    assert len(list(web.iter("main"))) == 1
    assert [each.get("name") for each in web.iter("meta") if each.get("name") == "viewport"] == ["viewport"]


def test_nothing_runs_and_nothing_is_fetched(web: Element) -> None:
    assert {each.tag for each in web.iter()} & {"script", "link", "iframe", "object", "embed", "img", "form"} == set()
    for element in web.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on") and name != "style", (element.tag, name)
            assert name.split("}")[-1] not in ADDRESSES or value.startswith("#"), (element.tag, name, value)
    [style] = web.iter("style")
    assert "url(" not in text_of(style) and "@import" not in text_of(style) and "//" not in text_of(style)


def test_the_policy_allows_its_own_style_and_no_more(web: Element) -> None:
    [given] = [each.get("content") for each in web.iter("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    [style] = web.iter("style")
    assert given == policy(text_of(style)) == policy(style_sheet())
    assert given.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in given


def test_every_link_leads_to_a_place_of_its_own(web: Element) -> None:
    places = [each.get("id") for each in web.iter() if each.get("id")]
    assert len(places) == len(set(places))
    links = [each.get("href") for each in web.iter("a")]
    assert links and {link.removeprefix("#") for link in links} <= set(places)


def test_notes_are_linked_there_and_back(web: Element) -> None:
    calls = {each.get("id"): each.get("href") for each in web.iter("a") if each.get("class") == "call"}
    notes = {each.get("id"): each.find("a").get("href") for each in web.iter("p") if each.get("class") == "endnote"}
    assert len(calls) == 2
    assert {call: f"#{note}" for note, call in ((note, link[1:]) for note, link in notes.items())} == calls


def test_tables_have_heads_and_a_caption(web: Element) -> None:
    for table in web.iter("table"):
        assert all(each.get("scope") in ("col", "row") for each in table.iter("th"))
        assert [each.get("scope") for each in table.find("thead").iter("th")]
    captions = [text_of(each) for each in web.iter("caption")]
    assert captions and all("独特的话" in each for each in captions)


def test_charts_say_what_they_show(web: Element) -> None:
    charts = [each for each in web.iter() if str(each.tag).endswith("svg")]
    assert len(charts) == 6, "each in two widths: a phone's and a desk's"
    for chart in charts:
        inside = {str(each.tag).split("}")[-1]: text_of(each) for each in chart}
        assert chart.get("role") == "img"
        assert "独特的话" in inside["title"] and inside["desc"]
        assert "style" not in inside


def test_headings_go_down_step_by_step(web: Element) -> None:
    levels = [int(each.tag[1]) for each in web.find("body").iter() if re.fullmatch(r"h[1-6]", str(each.tag))]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_headings_are_numbered_as_in_print(stage: Flask) -> None:
    told = [text_of(each) for each in tree(drawn(invented.GONGWEN)).iter("h2")]
    assert "一、调研基本情况" in told
    found = text_of(tree(drawn(invented.SUMMARY, "summary")).find("body"))
    assert "Table 1" in found and "Figure 2" in found


def test_a_heading_stands_above_its_paragraph(stage: Flask) -> None:
    short = replace(invented.GONGWEN, blocks=(Heading(3, "问卷"), Paragraph("发放640份。")))
    [heading] = tree(drawn(short)).iter("h4")
    assert text_of(heading) == "1. 问卷"


def test_a_short_document_has_no_contents(stage: Flask) -> None:
    short = replace(invented.GONGWEN, blocks=(Heading(1, "章"), Heading(1, "章")))
    assert not list(tree(drawn(short)).iter("nav"))
    longer = replace(short, blocks=(*short.blocks, Annex("数据")))
    assert len(list(tree(drawn(longer)).iter("nav"))) == 1


def test_text_can_be_copied_as_it_was_typed(stage: Flask) -> None:
    said = "他说：“‘夜班’（含‘小夜班’）最低。”Cohen’s κ＝0.81"
    document = replace(invented.GONGWEN, blocks=(Paragraph(said),))
    assert said in text_of(tree(drawn(document)).find("body")), "no invisible signs among the words"


def test_what_stands_around_the_text_is_there(stage: Flask) -> None:
    document = replace(hostile.document("云"), masthead="红头", number="文号", addressee="主送", edition="2026年第3号")
    for style in blocks.STYLES:
        told = text_of(tree(drawn(document, style)).find("body"))
        assert all(each in told for each in ("红头", "文号", "主送：", "2026年第3号", "2026年9月20日"))


def test_the_sheet_keeps_to_its_size(stage: Flask) -> None:
    page = drawn(replace(invented.GONGWEN, blocks=(Paragraph("字"),)))
    assert len(page) < 16_000


@pytest.fixture(scope="module")
def harmless(stage: Flask) -> list[tuple[str, tuple[str, ...]]]:
    return list(skeleton(tree(drawn(hostile.document("文")))))


@pytest.mark.parametrize("text", hostile.EVERY, ids=range(len(hostile.EVERY)))
def test_words_never_become_elements(stage: Flask, harmless: list, text: str) -> None:
    assert list(skeleton(tree(drawn(hostile.document(hostile.on_one_line(text)))))) == harmless


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=hostile.texts)
@example(text="文</style>")
def test_no_text_whatever_becomes_an_element(stage: Flask, harmless: list, text: str) -> None:
    assert list(skeleton(tree(drawn(hostile.document(hostile.on_one_line(text)))))) == harmless


def test_traces_are_not_addresses(stage: Flask) -> None:
    """A file that is sent around must not name a server."""
    trace = Trace("调查", "survey_results", 3, "q1")
    document = replace(
        invented.GONGWEN,
        blocks=(Paragraph("九成。", traces=(trace,)), Table("题", ("甲",), (("一",),), traces=(trace,))),
    )
    assert "survey_results" not in drawn(document)
