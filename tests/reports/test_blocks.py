"""Every block survives being kept as JSON, and each has its drawing."""

import json

import pytest
from flask import Flask

from questions.charts import Likert
from reports import blocks
from reports.blocks import BLOCKS, Annex, Document, Heading, Paragraph, Question, from_json, kind_of, to_json
from reports.html import page
from tests.reports import invented


def test_the_sample_has_every_block() -> None:
    assert {type(block) for block in invented.every_block("文")} == set(BLOCKS)


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
