"""Charts as pictures: the same SVG as in print, made a PNG with the house's own fonts, and told in words.

The only module that knows resvg. It reads nothing but the text it is given and the fonts named here: charts have no
pictures or addresses inside, and the renderer is given no folder to look into.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

from questions import charts
from reports.docx.xml import PICTURE, attribute, plain, run

FONTS = Path(__file__).parents[1] / "fonts"
FACES = (
    "source-sans-3/SourceSans3-Regular.ttf",
    "source-sans-3/SourceSans3-SemiBold.ttf",
    "source-sans-3/SourceSans3-Bold.ttf",
    "fandol/FandolHei-Regular.otf",
    "arphic-uming/uming.ttc",
    "noto-emoji/NotoEmoji-Regular.ttf",
)
EMU = 635  # English metric units in a twip
DOTS_PER_INCH = 220
INSTEAD = "\u25a1"
_TEXT = re.compile(r"(?<=>)[^<>]+(?=</)")


@cache
def _drawable() -> frozenset[int]:
    """Return the characters the fonts know; the renderer gives up on a line at the first that none of them has."""
    from fontTools.ttLib import TTFont

    known: set[int] = set()
    for face in FACES:
        with TTFont(FONTS / face, fontNumber=0, lazy=True) as font:
            known |= font["cmap"].getBestCmap().keys()
    return frozenset(known)


def _with_known(text: str) -> str:
    return "".join(sign if sign.isspace() or ord(sign) in _drawable() else INSTEAD for sign in text)


@lru_cache(maxsize=32)
def png(svg: str, width: int) -> bytes:
    """Return a drawn chart as a PNG `width` pixels wide, on white."""
    import resvg_py

    known = _TEXT.sub(lambda found: _with_known(found[0]), svg)
    made = resvg_py.svg_to_bytes(
        svg_string=known,
        background="#ffffff",
        skip_system_fonts=True,
        font_files=[str(FONTS / face) for face in FACES],
        font_family="Source Sans 3",
        sans_serif_family="FandolHei",
        languages=["zh-CN", "en"],
        width=width,
    )
    return bytes(made)


def pixels(width: int) -> int:
    """Return how many pixels a picture `width` twips wide is made of."""
    return round(width / 1440 * DOTS_PER_INCH)


def height(svg: str, width: int) -> int:
    """Return how high a chart `width` twips wide stands, in twips."""
    return round(charts.height_of(svg) * width / charts.WIDE)


def inline(relation: str, number: int, name: str, alt: str, size: tuple[int, int]) -> str:
    """Return the run that places a picture in the text; `size` in twips, `alt` for those who cannot see it."""
    width, high = (side * EMU for side in size)
    extent = f'cx="{width}" cy="{high}"'
    about = f'id="{number}" name={attribute(plain(name)[:250])} descr={attribute(alt)}'
    picture = (
        f'<pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name="image{number}.png"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
    )
    frame = '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
    return run(
        '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent {extent}/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:docPr {about}/>{frame}'
        f'<a:graphic><a:graphicData uri="{PICTURE}">{picture}</a:graphicData></a:graphic></wp:inline></w:drawing>'
    )
