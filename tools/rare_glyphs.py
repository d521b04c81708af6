"""Cut small fonts for rare characters out of Noto CJK: `tools/rare_glyphs.py [FOLDER OF NOTO CJK]`.

The fonts of the reports have 7,822 of the 8,105 characters of 通用规范汉字表; people whose names hold one of the
others must not find a box there. Written to `reports/fonts/noto-rare`, under family names of their own, so that
they never hide a whole Noto CJK of the machine. Needs fontTools (it comes with WeasyPrint). Nothing here runs on a
customer's machine.
"""

import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "reports" / "fonts"
OUT = FONTS / "noto-rare"
STANDARD = ROOT / "tests" / "reports" / "standard_characters.txt"
NOTO = Path("/usr/share/fonts/opentype/noto")
BASIC_HAN = range(0x4E00, 0xA000)
# Ticks, arrows, signs of sets, numbers in discs: what people paste from a word processor.
SIGNS = "⁂⁈ℊℏ℧Å⇄⇆⇐⇒⇦⇨⇩∀∃∅∇∉∋∓∦∬∭≃≅≪≫≲≳⊂⊃⊄⊆⊇⊊⊖⊗⋚⋛▢▣▤▥▦▧▨▩▱▷◁◉◯☏☖☗☜☞☟♡♢♤♧♭♮♽✓✚✿❀❖" + "".join(
    chr(code)
    for first, last in ((0x24EB, 0x24FF), (0x2776, 0x2793), (0x3244, 0x324F))
    for code in range(first, last + 1)
)

# A space after a rare character is set in the same font: without one of its own, a box would be drawn.
SPACES = (0x20, 0xA0, 0x3000)


def standard_characters() -> set[str]:
    """Return the 8,105 characters of 通用规范汉字表."""
    lines = STANDARD.read_text(encoding="utf-8").splitlines()
    return {character for line in lines if not line.startswith("#") for character in line}


def known(*fonts: str) -> set[str]:
    """Return the characters that the first face of any of these files of ours can draw."""
    return {chr(code) for font in fonts for code in TTFont(FONTS / font, fontNumber=0, lazy=True).getBestCmap()}


def simplified(path: Path) -> TTFont:
    """Open the face for simplified Chinese in a collection of Noto CJK."""
    faces = TTCollection(path, lazy=True).fonts
    return next(face for face in faces if face["name"].getDebugName(1).split(" Bold")[0].endswith("CJK SC"))


def cut(source: Path, family: str, file: str, characters: set[str]) -> int:
    """Write the shapes of `characters` as a TrueType font of their own and return how many it has."""
    noto = simplified(source)
    found = noto.getBestCmap()
    wanted = {code: found[code] for code in sorted({*SPACES, *map(ord, characters)}) if code in found}
    names = {".notdef": ".notdef"} | {name: f"glyph{number:05}" for number, name in enumerate(wanted.values(), 1)}
    shapes, advances = noto.getGlyphSet(), noto["hmtx"]
    outlines = {}
    for old, new in names.items():
        pen = TTGlyphPen(None)
        shapes[old].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        outlines[new] = pen.glyph()
    builder = FontBuilder(noto["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(list(outlines))
    builder.setupCharacterMap({code: names[old] for code, old in wanted.items()})
    builder.setupGlyf(outlines)
    left = {name: getattr(outline, "xMin", 0) for name, outline in outlines.items()}
    builder.setupHorizontalMetrics({new: (advances[old][0], left[new]) for old, new in names.items()})
    builder.setupHorizontalHeader(ascent=noto["hhea"].ascent, descent=noto["hhea"].descent)
    builder.setupNameTable(
        {"familyName": family, "styleName": "Regular", "fullName": family, "psName": file.removesuffix(".ttf")}
        | {"uniqueFontIdentifier": f"{family}, from {source.stem}", "version": "Version 1.0"}
        | {"copyright": noto["name"].getDebugName(0), "licenseDescription": noto["name"].getDebugName(13)}
    )
    lines = noto["OS/2"]
    builder.setupOS2(
        sTypoAscender=lines.sTypoAscender, sTypoDescender=lines.sTypoDescender, sTypoLineGap=lines.sTypoLineGap,
        usWinAscent=lines.usWinAscent, usWinDescent=lines.usWinDescent, fsType=0, fsSelection=0x40,
    )  # fmt: skip
    builder.setupPost(keepGlyphNames=False)
    head = builder.font["head"]
    head.created = head.modified = noto["head"].created
    builder.font.recalcTimestamp = False
    OUT.mkdir(exist_ok=True)
    builder.save(OUT / file)
    return len(wanted) - len(SPACES)


def main(noto: Path = NOTO) -> None:
    """Cut the three fonts: 宋 regular at the end of every stack, 宋 bold for titles, 黑 for headings."""
    fandol, uming = "fandol/FandolFang-Regular.otf", "arphic-uming/uming.ttc"
    signs, standard = set(SIGNS), standard_characters()
    for source, family, file, characters in (
        ("NotoSerifCJK-Regular.ttc", "House Rare Serif", "HouseRareSerif-Regular.ttf",
         (standard | set(map(chr, BASIC_HAN)) | signs) - known(fandol, uming)),
        ("NotoSerifCJK-Bold.ttc", "House Rare Title", "HouseRareTitle-Regular.ttf",
         standard - known("fandol/FandolSong-Bold.otf")),
        ("NotoSansCJK-Regular.ttc", "House Rare Sans", "HouseRareSans-Regular.ttf",
         (standard - known("fandol/FandolHei-Regular.otf")) | signs),
    ):  # fmt: skip
        count = cut(noto / source, family, file, characters)
        print(f"{file}: {count} characters, {(OUT / file).stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
