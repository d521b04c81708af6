"""One model, every format: each kind of file is found, and has every block and every number of the others."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask

from core.terms import FileFormat
from reports import blocks, formats, pdf
from reports.blocks import Document
from tests.reports import invented

TEXT = "独特的话"
EVERY_BLOCK = replace(
    invented.GONGWEN,
    blocks=invented.every_block(TEXT),
    key_figures=(invented.KeyFigure("612", TEXT),),
    copies_to="抄送谁",
    printed_by="谁印发",
    edition="2026年第3号",
    kicker="栏目",
    dek="提要",
    subtitle="副题",
)


def plain(content: bytes, format: FileFormat) -> str:
    """Return the words of a file, for those formats whose bytes are text."""
    text = content.decode()
    if format is FileFormat.HTML:
        text = unescape(re.sub(r"<[^>]*>", "\0", text.split("<body", 1)[1]))
    return text.replace("\0", "").replace("\\", "")


def test_the_four_kinds_are_found() -> None:
    assert set(formats.formats) == set(FileFormat)
    for key, each in formats.formats.items():
        assert each.extension == key.value
        assert "/" in each.media_type
    assert len({each.media_type for each in formats.formats.values()}) == 4


@pytest.mark.parametrize("style", blocks.STYLES)
@pytest.mark.parametrize("format", FileFormat)
def test_every_block_goes_into_every_format(stage: Flask, format: FileFormat, style: blocks.Style) -> None:
    content = formats.write(EVERY_BLOCK, style=style, format=format)
    begins = {FileFormat.PDF: b"%PDF", FileFormat.DOCX: b"PK", FileFormat.HTML: b"<!DOCTYPE html>"}
    assert content.startswith(begins.get(format, b"# "))
    assert len(content) > 1000


@pytest.mark.parametrize("format", [FileFormat.PDF, FileFormat.HTML, FileFormat.MARKDOWN])
@pytest.mark.parametrize("style", blocks.STYLES)
def test_the_same_document_gives_the_same_bytes(stage: Flask, format: FileFormat, style: blocks.Style) -> None:
    document = replace(EVERY_BLOCK, blocks=EVERY_BLOCK.blocks[:6])
    assert formats.write(document, style=style, format=format) == formats.write(document, style=style, format=format)


@pytest.mark.parametrize("format", [FileFormat.HTML, FileFormat.MARKDOWN])
@pytest.mark.parametrize(
    ("document", "style"), [(invented.GONGWEN, "gongwen"), (invented.SUMMARY, "summary")], ids=["letter", "summary"]
)
def test_all_words_of_a_report_are_there(
    stage: Flask, format: FileFormat, document: Document, style: blocks.Style
) -> None:
    text = plain(formats.write(document, style=style, format=format), format)
    wanted = [block.text for block in document.blocks if isinstance(block, blocks.Paragraph | blocks.Heading)]
    wanted += [
        cell for block in document.blocks if isinstance(block, blocks.Table) for row in block.rows for cell in row
    ]
    missing = [each for each in wanted if each not in text]
    assert not missing


@pytest.mark.parametrize("style", blocks.STYLES)
def test_numbers_are_the_same_in_every_format(stage: Flask, style: blocks.Style) -> None:
    both = [_text(format, style) for format in (FileFormat.HTML, FileFormat.MARKDOWN)]
    numbered = [re.findall(r"(?:附)?[表图]\d+(?=\u3000)", text) for text in both]
    assert numbered[0] == numbered[1] and len(numbered[0]) > 5


def _text(format: FileFormat, style: blocks.Style) -> str:
    return plain(formats.write(invented.GONGWEN, style=style, format=format), format)


def test_printing_tells_how_far_it_is(stage: Flask) -> None:
    told: list[float] = []
    short = replace(invented.TEXT_ONLY, blocks=(blocks.Paragraph("字"),))
    content = formats.write(short, style="gongwen", format=FileFormat.PDF, progress=told.append)
    assert pdf.count_pages(content) == 1
    assert told and told == sorted(told) and all(0 < each <= 1 for each in told)


def test_a_format_nobody_wrote_is_refused(stage: Flask) -> None:
    with pytest.raises(KeyError):
        formats.write(EVERY_BLOCK, style="gongwen", format="rtf")


def test_letter_and_file_say_the_same(printed: Callable[[Document, str], bytes], stage: Flask) -> None:
    """The format adds nothing to the page the printer is given."""
    short = replace(invented.TEXT_ONLY, blocks=(blocks.Paragraph("字"),))
    assert formats.write(short, style="gongwen", format=FileFormat.PDF) == printed(short, "gongwen")
