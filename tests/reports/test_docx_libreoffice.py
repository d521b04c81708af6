"""The Word document opened by another program and printed by it, where LibreOffice is installed.

Not in Word and not in WPS: neither runs here. Without `soffice` these tests are left out.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from core.settings import ROOT
from reports import docx
from reports.blocks import Document, Heading
from tests.reports import invented, measured
from tests.reports.word import W, Word, style_of, words

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")
LENDS = {
    "仿宋_GB2312": "FandolFang", "楷体_GB2312": "FandolKai", "楷体": "FandolKai", "黑体": "FandolHei",
    "微软雅黑": "FandolHei", "宋体": "FandolSong", "方正小标宋简体": "Fandol BiaoSong",
    "Times New Roman": "Liberation Serif",
}  # fmt: skip


@pytest.fixture(scope="module")
def reprinted(stage: object, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    """Write the invented documents, have all of them printed at once, and return each by its name."""
    folder = tmp_path_factory.mktemp("office")
    lent = "".join(
        f'<match target="pattern"><test name="family"><string>{escape(asked)}</string></test>'
        f'<edit name="family" mode="prepend" binding="strong"><string>{given}</string></edit></match>'
        for asked, given in LENDS.items()
    )
    fonts = folder / "fonts.conf"
    fonts.write_text(f"<fontconfig><include>{ROOT / 'reports/fonts/fonts.conf'}</include>{lent}</fontconfig>")
    documents = {"letter": (invented.GONGWEN, "gongwen"), "text": (invented.TEXT_ONLY, "gongwen"),
                 "summary": (invented.SUMMARY, "summary")}  # fmt: skip
    for name, (document, style) in documents.items():
        (folder / f"{name}.docx").write_bytes(docx.write(document, style=style))
    subprocess.run(
        [str(OFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf",
         "--outdir", str(folder), *(str(folder / f"{name}.docx") for name in documents)],
        check=True, capture_output=True, timeout=300, env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
    )  # fmt: skip
    return lambda name: Path(folder / f"{name}.pdf").read_bytes()


def test_a_page_has_22_lines_of_28_characters(reprinted: Callable[[str], bytes]) -> None:
    pages = measured.open_pages(reprinted("text"))
    full = [measured.body_lines(page) for page in pages[1:-1]]
    assert len(full) >= 2 and [len(lines) for lines in full] == [22] * len(full)
    for lines in full:
        assert abs(lines[0].baseline - 0.88 * 5.571 - 37) < 1
        assert abs(lines[-1].baseline + 0.12 * 5.571 - 262) < 1
        mean = (lines[-1].baseline - lines[0].baseline) / 21
        assert abs(mean - 10.44) < 0.05
    pure = [line for lines in full for line in lines if line.right > 180 and line.ems == len(line.characters)]
    filled = [len(line.characters) + round((line.left - 28) / 5.571) for line in pure]
    assert len(filled) > 20
    assert filled.count(28) / len(filled) > 0.7
    assert set(filled) <= {27, 28, 29}  # a mark may hang over the edge


def test_the_page_number_stands_outside_under_the_text(reprinted: Callable[[str], bytes]) -> None:
    for number, page in enumerate(measured.open_pages(reprinted("text")), start=1):
        signs = measured.page_number(page)
        assert "".join(sign["text"] for sign in signs) == f"—{number}—"
        assert abs((signs[0]["top"] + signs[0]["bottom"]) / 2 * measured.MM - 269) < 1.2
        edge = signs[-1]["x1"] if number % 2 else signs[0]["x0"]
        assert abs(edge * measured.MM - (179.06 if number % 2 else 32.94)) < 0.6


@pytest.mark.parametrize(
    ("name", "document", "style"),
    [("letter", invented.GONGWEN, "gongwen"), ("text", invented.TEXT_ONLY, "gongwen"),
     ("summary", invented.SUMMARY, "summary")],
)  # fmt: skip
def test_it_has_about_as_many_pages_as_the_print(
    reprinted: Callable[[str], bytes],
    printed: Callable[[Document, str], bytes],
    name: str,
    document: Document,
    style: str,
) -> None:
    ours, theirs = printed(document, style), reprinted(name)
    assert abs(len(measured.open_pages(ours)) - len(measured.open_pages(theirs))) <= 1


def test_the_expected_pages_are_nearly_right(reprinted: Callable[[str], bytes], stage: object) -> None:
    word = Word(docx.write(invented.GONGWEN, style="gongwen"))
    lines = [words(each).split("\t") for each in word.body.iter(f"{W}p") if style_of(each) in ("TOC1", "TOC2")]
    expected = {text: int(page) for text, page in lines}
    found = {}
    for page in measured.open_pages(reprinted("letter"))[1:]:
        told = measured.page_number(page)
        number = int("".join(sign["text"] for sign in told).strip("—") or 0)
        for line in page.extract_text().splitlines():
            found.setdefault("".join(line.split()), number)
    headings = [text for text in expected if "".join(text.split()) in found]
    assert len(headings) >= sum(isinstance(b, Heading) and b.level < 3 for b in invented.GONGWEN.blocks) - 2
    assert all(abs(expected[text] - found["".join(text.split())]) <= 1 for text in headings)
