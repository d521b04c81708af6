"""A new block is one file, and so is a new section: every format and every report finds them."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

import reports.blocks
import reports.sections
from core.registry import Registry
from core.terms import FileFormat, ReportStyle
from reports import compose, evidence, formats
from reports.blocks import Document, Heading, storage
from reports.sections.base import Section
from tests.reports import invented

BLOCK = '''
"""A thermometer."""

from dataclasses import dataclass
from typing import ClassVar

from reports.blocks.base import Block


@dataclass(frozen=True, slots=True)
class Thermometer(Block):
    """How warm it is."""

    place: str
    degrees: float = 0.0

    counted: ClassVar[str] = "figure"
    HTML: ClassVar[str] = '<p class="warm">{{ pen.numbered(part, part.block.place) }}: {{ part.block.degrees }}</p>'

    def lines(self, room):
        """Return one line."""
        return room.lines_for(8)

    def markdown(self, out):
        """Write a line."""
        out.paragraph(f"{out.number} {self.place}: {self.degrees}")

    def docx(self, out):
        """Write a line."""
        out.paragraph(f"{out.number} {self.place}: {self.degrees}")
'''
SECTION = '''
from reports.blocks import Paragraph
from reports.sections.base import Chapter, Section


class Weather(Section):
    """What the sky did."""

    key = "weather"
    chapter = Chapter.FACTS
    title = "天气"
    order = 21
    summary_order = 21

    def blocks(self, evidence):
        """Yield one line."""
        yield Paragraph(f"调研期间多云，{evidence.organisation.name}。", key="weather.sky")
'''


def drop_in(package: ModuleType, name: str, source: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a file where a developer would put it, for one test."""
    folder.mkdir()
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])


@pytest.fixture
def thermometer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type]:
    drop_in(reports.blocks, "thermometer", BLOCK, tmp_path / "blocks", monkeypatch)
    monkeypatch.setattr(storage, "kinds", storage.Kinds())
    yield storage.kinds["thermometer"]
    del sys.modules["reports.blocks.thermometer"], reports.blocks.thermometer


def test_one_file_makes_a_block(thermometer: type, stage: Flask) -> None:
    block = thermometer("食堂 <b>*后厨*</b>", 36.5)
    chart = next(each for each in invented.GONGWEN.blocks if isinstance(each, reports.blocks.Chart))
    document = replace(invented.GONGWEN, contents=False, blocks=(Heading(1, "冷暖"), chart, block))
    assert storage.from_json(storage.to_json(document)) == document
    files = {format: formats.write(document, style="gongwen", format=format) for format in FileFormat}
    assert "图2\u3000食堂 &lt;b&gt;*后厨*&lt;/b&gt;: 36.5" in files[FileFormat.HTML].decode()
    assert r"图2 食堂 \<b\>\*后厨\*\</b\>: 36.5" in files[FileFormat.MARKDOWN].decode()
    assert all(len(content) > 1000 for format, content in files.items() if format is not FileFormat.MARKDOWN)


def test_what_it_needs_is_checked(thermometer: type) -> None:
    with pytest.raises(ValueError):
        storage.from_json({"block": "thermometer", "place": "x", "degrees": "warm"})


def test_and_it_is_gone_again() -> None:
    assert "thermometer" not in storage.kinds
    with pytest.raises(ValueError):
        storage.from_json({"block": "thermometer", "place": "x"})


@pytest.fixture
def weather(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    assert reports.sections.sections, "the real sections are found before the new one is there"
    drop_in(reports.sections, "weather", SECTION, tmp_path / "sections", monkeypatch)
    monkeypatch.setattr(compose, "sections", Registry("reports.sections", Section))
    yield
    del sys.modules["reports.sections.weather"], reports.sections.weather


def test_one_file_makes_a_section(weather: None, cast, app: Flask) -> None:
    found = evidence.gather(cast.investigation, within=cast.branch, language="zh")
    for style in ReportStyle:
        document: Document = compose.compose(found, style=style)
        texts = [getattr(block, "text", "") for block in document.blocks]
        assert texts.index("天气") + 1 == texts.index("调研期间多云，青石支部。")
        assert compose.passages(document.blocks)["weather.sky"] == "调研期间多云，青石支部。"
        assert "调研期间多云" in formats.write(document, style=style.value, format=FileFormat.MARKDOWN).decode()
