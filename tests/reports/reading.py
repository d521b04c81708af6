"""A ruler for printed pages: millimetres, lines and structure read back from the PDF itself."""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pdfplumber
import pikepdf

MM = 25.4 / 72
BODY_SIZE = 15.79
SHOWING = {"Tj", "TJ", "'", '"'}


@dataclass(frozen=True)
class Line:
    """One line of body text: its characters from left to right, and where they stand in mm."""

    characters: list
    baseline: float

    @property
    def text(self) -> str:
        return "".join(character["text"] for character in self.characters)

    @property
    def left(self) -> float:
        return self.characters[0]["x0"] * MM

    @property
    def right(self) -> float:
        return self.characters[-1]["x1"] * MM

    @property
    def ink_right(self) -> float:
        """Where the line ends to the eye: a mark that closed up at its end hangs its empty half outside."""
        hangs = self.text[-1] in "，。、；：！？）》”’" and self.right > 186
        return self.right - BODY_SIZE / 2 * MM if hangs else self.right

    @property
    def ems(self) -> float:
        return sum(1 if ord(character["text"][0]) > 0x2000 else 0.5 for character in self.characters)


def open_pages(pdf: bytes) -> list:
    """Return the pages of a PDF for measuring."""
    return pdfplumber.open(io.BytesIO(pdf)).pages


def body_lines(page) -> list[Line]:
    """Return the lines of size-3 text on a page, top to bottom."""
    rows = defaultdict(list)
    for character in page.chars:
        if character["text"].strip() and abs(character["size"] - BODY_SIZE) < 0.25:
            rows[round(character["matrix"][5], 2)].append(character)
    lines: list[tuple[float, list]] = []
    for height in sorted(rows, reverse=True):
        if lines and lines[-1][0] - height < 6:
            lines[-1][1].extend(rows[height])
        else:
            lines.append((height, list(rows[height])))
    return [
        Line(sorted(characters, key=lambda c: c["x0"]), (float(page.height) - height) * MM)
        for height, characters in lines
    ]


def page_number(page) -> list:
    """Return the characters of the page number: size 4, below the text block."""
    found = [c for c in page.chars if c["top"] * MM > 262 and abs(c["size"] - 14) < 0.2 and c["text"].strip()]
    return sorted(found, key=lambda c: c["x0"])


def fonts(pdf: bytes) -> dict[str, bool]:
    """Return every font of the document and whether it is embedded with a way back to Unicode."""
    found = {}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            for font in page.get("/Resources", {}).get("/Font", {}).values():
                inner = font.DescendantFonts[0].FontDescriptor
                embedded = any(key in inner for key in ("/FontFile", "/FontFile2", "/FontFile3"))
                found[str(font.BaseFont)] = embedded and "/ToUnicode" in font
    return found


def missing_glyphs(pdf: bytes) -> int:
    """Count the characters for which no font had a shape: drawn as glyph 0, or as a code that stands for it."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return sum(_missing_on(page) for page in document.pages)


def _missing_on(page) -> int:
    boxes = {name: _boxes(font) for name, font in page.get("/Resources", {}).get("/Font", {}).items()}
    count, current = 0, {0}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            current = boxes.get(str(operands[0]), {0})
        elif str(operator) in SHOWING:
            count += sum(code in current for operand in operands for code in _codes(operand))
    return count


def _boxes(font) -> set[int]:
    """Return the codes a font has no shape for; the printer lists them in a map of its own."""
    encoding = font.get("/Encoding")
    if not isinstance(encoding, pikepdf.Stream):
        return {0}
    return {int(code, 16) for code in re.findall(rb"<([0-9a-f]{4})> 0\b", encoding.read_bytes())} | {0}


def characters_drawn(pdf: bytes) -> int:
    """Count the glyphs a PDF draws, those without a shape included."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return sum(
            1
            for page in document.pages
            for operands, operator in pikepdf.parse_content_stream(page)
            if str(operator) in SHOWING
            for operand in operands
            for _ in _codes(operand)
        )


def _codes(operand) -> Iterator[int]:
    if isinstance(operand, pikepdf.Array):
        for each in operand:
            yield from _codes(each)
    elif isinstance(operand, pikepdf.String):
        glyphs = bytes(operand)
        yield from (int.from_bytes(glyphs[place : place + 2]) for place in range(0, len(glyphs), 2))


@dataclass
class Structure:
    """What a reader who cannot see the page is told."""

    language: str
    marked: bool
    shows_title: bool
    ua_part: str
    outlined: bool
    alternatives: list[str]
    header_scopes: list[bool]
    headings: list[int]
    untagged: int


def structure(pdf: bytes) -> Structure:
    """Read the accessibility structure of a PDF."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        root = document.Root
        meta = root.Metadata.read_bytes().decode()
        part = re.search(r"pdfuaid:part[^\d]*(\d)", meta)
        found = Structure(
            language=str(root.get("/Lang", "")),
            marked=bool(root.MarkInfo.get("/Marked", False)),
            shows_title=bool(root.ViewerPreferences.get("/DisplayDocTitle", False)) and "dc:title" in meta,
            ua_part=part[1] if part else "",
            outlined="/Outlines" in root,
            alternatives=[],
            header_scopes=[],
            headings=[],
            untagged=sum(_untagged(page) for page in document.pages),
        )
        _walk(root.StructTreeRoot.K, found)
    return found


def _walk(node, found: Structure) -> None:
    if isinstance(node, pikepdf.Array):
        for each in node:
            _walk(each, found)
        return
    if not isinstance(node, pikepdf.Dictionary) or "/S" not in node:
        return
    tag = str(node.S)
    if tag == "/Figure":
        found.alternatives.append(str(node.get("/Alt", "")))
    elif tag == "/TH":
        found.header_scopes.append("/A" in node)
    elif re.fullmatch(r"/H\d", tag):
        found.headings.append(int(tag[2]))
    if "/K" in node:
        _walk(node.K, found)


def _untagged(page) -> int:
    depth = count = 0
    for _, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(name, 0)
        count += depth == 0 and name in {"Tj", "TJ", "f", "f*", "S", "B", "Do"}
    return count
