"""Every sign a report may hold has a shape: the 8,105 standard characters, the marks, and the reader's own fonts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from reports import pdf
from tests.reports import measured

STANDARD = Path(__file__).parent / "standard_characters.txt"
LEVELS = (3500, 3000, 1605)
FACES = {
    "gongwen": ("fang", "kai", "hei", "biao", "song"),
    "summary": ("serif", "sans"),
}  # fmt: skip


def levels() -> list[str]:
    """Return the standard characters, level by level."""
    found: list[str] = []
    for line in STANDARD.read_text(encoding="utf-8").splitlines():
        if line.startswith("# level"):
            found.append("")
        elif not line.startswith("#"):
            found[-1] += line
    return found


def typed() -> str:
    """Return the symbols and marks of GB 2312, rows 1 to 9, and what people paste from elsewhere."""
    cells = (bytes([row, cell]) for row in range(0xA1, 0xAA) for cell in range(0xA1, 0xFF))
    symbols = "".join(cell.decode("gb2312", "ignore") for cell in cells)
    pasted = "①②⑳㉑㉟㊱㊿❶❿✓✔✗☐☑☒★☆◆●■□▲△※→←↑↓⇒℃㎡㎏‰№℡￥€£"
    return symbols + pasted + "§±×÷≤≥≠≈∞−–—…·•・“”‘’《》〈〉【】〔〕『』〇々〆＠＃％＆＊"


def sheet(style: str, face: str, text: str) -> str:
    """Return a page that sets `text` in one of the stacks of a style sheet, ten characters a word."""
    groups = " ".join(text[place : place + 10] for place in range(0, len(text), 10))
    return (
        f'<html lang=zh-CN><meta charset=utf-8><title>x</title><link rel=stylesheet href="house:styles/{style}.css">'
        f"<style>p {{ font: 9pt/12pt var(--{face}) !important; margin: 0; text-indent: 0 !important }}</style>"
        f"<body><p>{groups}</p></body>"
    )


def test_the_list_is_the_whole_table() -> None:
    found = levels()
    assert tuple(map(len, found)) == LEVELS
    characters = "".join(found)
    assert len(set(characters)) == 8105
    assert not any(character.isspace() or ord(character) < 0x3400 for character in characters)
    assert found[0][:3] == "一乙二" and found[1][0] == "乂" and found[2][:2] == "亍尢" and found[2][-1] == "蠼"


@pytest.mark.parametrize(("style", "face"), [(style, face) for style, faces in FACES.items() for face in faces])
def test_every_standard_character_has_a_shape(style: str, face: str) -> None:
    made = pdf.print_pdf(sheet(style, face, "".join(levels())))
    assert measured.missing_glyphs(made) == 0
    assert measured.characters_drawn(made) >= 8105
    assert all(measured.fonts(made).values())
    assert not any("Noto-S" in name for name in measured.fonts(made)), "the machine's fonts must not be needed"


@pytest.mark.parametrize(("style", "face"), [(style, face) for style, faces in FACES.items() for face in faces])
def test_every_mark_people_type_has_a_shape(style: str, face: str) -> None:
    made = pdf.print_pdf(sheet(style, face, typed()))
    assert measured.missing_glyphs(made) == 0


@pytest.mark.parametrize("emoji", ["😡", "👍", "🎉", "❤", "✅", "🙏"])
def test_emoji_fall_back_to_the_one_colour_font(emoji: str) -> None:
    made = pdf.print_pdf(sheet("gongwen", "fang", f"好{emoji}"))
    assert measured.missing_glyphs(made) == 0
    assert any("Emoji" in name or "Rare" in name or "UMing" in name for name in measured.fonts(made))


def test_a_missing_shape_is_found() -> None:
    made = pdf.print_pdf(sheet("gongwen", "fang", "好\U0010fffd"))
    assert measured.missing_glyphs(made) == 1


PRINT = """
import sys
from pathlib import Path
from reports import pdf
html = Path(sys.argv[1]).read_text(encoding="utf-8")
Path(sys.argv[2]).write_bytes(pdf.print_pdf(html))
"""


def stand_in(source: Path, family: str, to: Path) -> None:
    """Make a font that says it is `family`, out of one of ours."""
    font = TTFont(source)
    for record in list(font["name"].names):
        if record.nameID in (1, 4, 6, 16, 17, 3):
            font["name"].removeNames(nameID=record.nameID)
    for number, text in {1: family, 2: "Regular", 4: family, 6: family.replace(" ", "")}.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font.save(to)


def printed_with(home: Path, face: str) -> set[str]:
    """Print 永 in a process of its own whose user has the fonts in `home`, and return the names of the fonts used."""
    (home / "page.html").write_text(sheet("gongwen", face, "永"), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "FONTCONFIG_FILE"}
    environment |= {"HOME": str(home), "XDG_DATA_HOME": str(home / "share"), "XDG_CACHE_HOME": str(home / "cache")}
    command = [sys.executable, "-c", PRINT, str(home / "page.html"), str(home / "page.pdf")]
    subprocess.run(command, env=environment, cwd=pdf.ROOT.parent, check=True, timeout=120)
    made = (home / "page.pdf").read_bytes()
    assert all(measured.fonts(made).values())
    return {name.split("+")[-1] for name in measured.fonts(made)}


@pytest.mark.parametrize(
    ("face", "family"), [("fang", "FangSong_GB2312"), ("biao", "FZXiaoBiaoSong-B05"), ("kai", "KaiTi_GB2312")]
)
def test_the_readers_own_font_wins(face: str, family: str, tmp_path: Path) -> None:
    assert not any(family in name for name in printed_with(tmp_path, face))
    fonts = tmp_path / "share" / "fonts"
    fonts.mkdir(parents=True)
    stand_in(pdf.ROOT / "fonts" / "fandol" / "FandolKai-Regular.otf", family, fonts / "own.otf")
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    page_number = {"FandolSong"}
    assert {name.replace("-Regular", "") for name in printed_with(tmp_path, face)} - page_number == {family}
