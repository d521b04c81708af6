"""Every block survives being kept as JSON, and each has its drawing."""

import json

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questions.charts import Likert
from reports import blocks
from reports.blocks import Annex, Document, Heading, Paragraph, Question, from_json, kind_of, kinds, to_json
from reports.html import page
from tests.reports import invented

EMPTY = {"block": "document", "title": "x", "organisation": "x", "date": "2026-09-18", "language": "zh", "blocks": []}


def test_the_sample_has_every_block() -> None:
    assert {type(block) for block in invented.every_block("文")} == set(kinds.values())


@pytest.mark.parametrize("document", [invented.GONGWEN, invented.SUMMARY], ids=["gongwen", "summary"])
def test_a_document_survives_json(document: Document) -> None:
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


@pytest.mark.parametrize("block", invented.every_block("文字"), ids=kind_of)
def test_a_block_survives_json(block: blocks.Block) -> None:
    again = from_json(json.loads(json.dumps(to_json(block))))
    assert again == block
    assert type(again) is type(block)


@pytest.mark.parametrize("block", invented.every_block("独特的话"), ids=kind_of)
@pytest.mark.parametrize("style", blocks.STYLES)
def test_a_block_is_drawn_in_every_style(stage: Flask, block: blocks.Block, style: blocks.Style) -> None:
    around = (Annex("附"), block) if isinstance(block, Question) else (block,)
    document = Document("题", "组织", invented.GONGWEN.date, "zh", around)
    assert "独特的话" in page(document, style=style)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"block": "virus", "text": "x"},
        {"block": "heading", "text": "x"},
        {"block": "heading", "level": "1", "text": "x"},
        {"block": "heading", "level": 1, "text": None},
        {"block": "paragraph", "text": "x", "colour": "red"},
        {"block": "items", "items": "abc"},
        {"block": "key_figures", "figures": ["x"]},
        {"block": "signature", "organisation": "x", "date": "yesterday"},
        {"block": "chart", "caption": "x", "drawing": {"block": "paragraph", "text": "x"}},
        {"block": "question", "number": "1", "text": "x", "kind": "telepathy"},
        {"block": "paragraph", "text": "x", "traces": [{"label": "x", "list": "diary"}]},
        {"block": "paragraph", "text": "x", "traces": [{"list": "talks"}]},
        {"block": "claim", "text": "x", "grounds": ["talks"]},
        {"block": "block"},
        {"block": ["heading"]},
        EMPTY | {"blocks": [{"block": "bars", "bars": []}]},
        EMPTY | {"notes_at": "margin"},
        [],
        "heading",
    ],
)
def test_what_is_not_a_block_is_refused(data: object) -> None:
    with pytest.raises(ValueError):
        from_json(data)


def test_a_hidden_share_stays_hidden() -> None:
    chart = next(block for block in invented.SUMMARY.blocks if isinstance(getattr(block, "drawing", None), Likert))
    again = from_json(json.loads(json.dumps(to_json(chart))))
    assert again.drawing.rows[2].shares[0] is None


def test_blocks_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Heading(1, "x").text = "y"
    assert hash(Paragraph("x")) == hash(Paragraph("x"))


OLD = {
    "block": "document",
    "title": "题",
    "organisation": "组织",
    "date": "2026-09-18",
    "language": "zh",
    "blocks": [
        {"block": "paragraph", "text": "段"},
        {
            "block": "table",
            "caption": "表",
            "columns": ["甲"],
            "rows": [["一"]],
            "align": "l",
            "widths": [100],
            "note": "",
        },
        {"block": "chart", "caption": "图", "drawing": {"block": "bars", "bars": [{"label": "甲", "value": None}]}},
        {"block": "quotes", "items": [{"text": "话", "source": ""}]},
        {"block": "key_figures", "figures": [{"value": "1", "label": "一", "note": ""}]},
    ],
    "key_figures": [{"value": "1", "label": "一", "note": ""}],
}


def test_a_document_kept_by_an_older_program_is_read() -> None:
    document = from_json(OLD)
    assert (document.notes_at, document.copies_to, document.edition) == ("page", "", "")
    assert all(getattr(block, "traces", ()) == () for block in document.blocks)
    assert document.blocks[0] == Paragraph("段")


def _any(kind: type) -> st.SearchStrategy:
    """Return blocks with anything in them that JSON can hold."""
    return st.builds(kind)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_anything_survives_json(data: st.DataObject) -> None:
    block = data.draw(st.sampled_from(list(kinds.values())).flatmap(_any))
    document = Document(block.__class__.__name__, "组织", invented.GONGWEN.date, "zh", (block,))
    kept = json.dumps(to_json(document))
    assert json.dumps(to_json(from_json(json.loads(kept)))) == kept


def test_every_block_is_a_file_of_its_own() -> None:
    assert len({kind.__module__ for kind in kinds.values()}) == len(kinds)
    assert all(kind.__module__ == f"reports.blocks.{name}" for name, kind in kinds.items())


def test_data_can_be_taken_from_tables_and_charts(stage: Flask) -> None:
    carried = {kind_of(block): list(block.sheets()) for block in invented.every_block("文")}
    assert {kind for kind, sheets in carried.items() if sheets} == {"table", "chart", "key_figures"}
    for sheets in carried.values():
        for sheet in sheets:
            assert sheet.rows and all(len(row) == len(sheet.columns) for row in sheet.rows)


def test_a_chart_is_told_in_words(stage: Flask) -> None:
    told = [block.alternative() for block in invented.SUMMARY.blocks if isinstance(block, blocks.Chart)]
    assert "Night-shift meals" in told[0] and "58.3" in told[1]
    assert all("<" not in each for each in told)
    hostile = blocks.Chart("x", blocks.chart.Bars((blocks.chart.charts.Bar("<&>", 1.0),)))
    assert "<&>" in hostile.alternative()
