"""What the rules for archives and for readers without eyes need to look into a PDF, and the list they stand in."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from xml.etree import ElementTree

import pikepdf
from fontTools.ttLib import TTFont

from core.terms import PdfVariant

Found = Iterator[str]
Check = Callable[[pikepdf.Pdf], Found]
SHOWING = {"Tj", "TJ", "'", '"'}
PAINTING = SHOWING | {"f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "Do", "sh", "BI", "INLINE IMAGE"}
UA, A2, A3 = PdfVariant.ACCESSIBLE, PdfVariant.ARCHIVE, PdfVariant.ARCHIVE_WITH_DATA
BOTH, EVERY = (A2, A3), (UA, A2, A3)
NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/", "a": "http://www.aiim.org/pdfa/ns/id/",
    "ua": "http://www.aiim.org/pdfua/ns/id/", "schema": "http://www.aiim.org/pdfa/ns/schema#",
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One rule: where it is written, what it asks for, and what looks for its faults."""

    name: str
    clause: str
    says: str
    variants: tuple[PdfVariant, ...]
    check: Check


RULES: dict[str, Rule] = {}


def rule(clause: str, variants: tuple[PdfVariant, ...]) -> Callable[[Check], Check]:
    """Register a check under its name; its docstring says what is asked for."""

    def register(check: Check) -> Check:
        RULES[check.__name__] = Rule(check.__name__, clause, check.__doc__ or "", variants, check)
        return check

    return register


def xmp(pdf: pikepdf.Pdf) -> ElementTree.Element:
    """Read the metadata packet."""
    return ElementTree.fromstring(pdf.Root.Metadata.read_bytes().decode("utf-8"))


def attribute(pdf: pikepdf.Pdf, space: str, name: str) -> str:
    """Return a property written as an attribute of one of the descriptions, "" where there is none."""
    key = f"{{{NAMES[space]}}}{name}"
    return next((each.attrib[key] for each in xmp(pdf).iter() if key in each.attrib), "")


def said(pdf: pikepdf.Pdf, path: str) -> str:
    """Return the text of the first property at a path below a description, "" where there is none."""
    found = xmp(pdf).find(f"rdf:RDF/rdf:Description/{path}", NAMES)
    return (found.text or "") if found is not None else ""


def streams(pdf: pikepdf.Pdf) -> list[Any]:
    """Return every stream of the file."""
    return [each for each in pdf.objects if isinstance(each, pikepdf.Stream)]


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every dictionary, those inside others too."""
    for each in pdf.objects:
        yield from _inside(each)


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
        yield value
        for key in value:
            inner = value[key]
            if isinstance(inner, (pikepdf.Dictionary, pikepdf.Array)) and not inner.is_indirect:
                yield from _inside(inner)
    elif isinstance(value, pikepdf.Array):
        for inner in value:
            if isinstance(inner, (pikepdf.Dictionary, pikepdf.Array)) and not inner.is_indirect:
                yield from _inside(inner)


def strings(value: Any) -> Iterator[bytes]:
    """Yield the texts in operands, a dictionary or an array; not those it only refers to."""
    if isinstance(value, pikepdf.String):
        yield bytes(value)
    elif isinstance(value, (pikepdf.Array, list)):
        for each in value:
            if not getattr(each, "is_indirect", False):
                yield from strings(each)
    elif isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
        for key in value:
            if not getattr(value[key], "is_indirect", False):
                yield from strings(value[key])


def content(pdf: pikepdf.Pdf) -> Iterator[list[Any]]:
    """Yield the operations of every page and of every form drawn on one."""
    for page in pdf.pages:
        yield list(pikepdf.parse_content_stream(page))
    for each in streams(pdf):
        if str(each.get("/Subtype")) == "/Form":
            yield list(pikepdf.parse_content_stream(each))


def codes(text: bytes) -> list[int]:
    """Return the two-byte codes of drawn text."""
    return [int.from_bytes(text[place : place + 2]) for place in range(0, len(text), 2)]


def fonts(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every font."""
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and str(each.get("/Type")) == "/Font" and "/DescendantFonts" in each:
            yield each


def told_widths(descendant: Any) -> dict[int, float]:
    """Return code -> width as a font dictionary tells it, in thousandths of the size."""
    found: dict[int, float] = {}
    given = iter(descendant.get("/W", []))
    for first in given:
        then = next(given)
        if isinstance(then, pikepdf.Array):
            found |= {int(first) + place: float(width) for place, width in enumerate(then)}
        else:
            width = float(next(given))
            found |= dict.fromkeys(range(int(first), int(then) + 1), width)
    return found


def true_widths(descriptor: Any) -> dict[int, float]:
    """Return glyph -> width as the embedded font has it, in thousandths of the size."""
    program = next(descriptor[key] for key in ("/FontFile2", "/FontFile3") if key in descriptor)
    font = TTFont(io.BytesIO(program.read_bytes()), lazy=True)
    scale = 1000 / font["head"].unitsPerEm
    return {font.getGlyphID(name): width * scale for name, (width, _left) in font["hmtx"].metrics.items()}


def elements(node: Any) -> Iterator[Any]:
    """Yield the elements of the structure below a node, in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def structure(pdf: pikepdf.Pdf) -> list[Any]:
    """Return every element of the structure, in reading order."""
    return list(elements(pdf.Root.get("/StructTreeRoot", {})))


def few(found: Iterator[str], most: int = 5) -> list[str]:
    """Return the first of what was found."""
    return list(islice(found, most))
