"""What a PDF for the archive holds beside its pages: the data of the document, and the claims it makes of itself.

Knows the objects of the PDF being written, not the engine that writes it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.i18n import speaking
from core.spreadsheet import Sheet, write_csv
from core.terms import PdfVariant
from reports import cjk
from reports.blocks import Document, KeyFigures, to_json

RELATION = "Data"
BLOCKS = "data.json"
_RDF_END = b"</rdf:RDF>"
# PDF/A takes properties it does not know only with a description of their schema beside them.
ACCESSIBLE_TOO = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates which part of ISO 14289 is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file inside a PDF; `made_on` is the day it says it was made, the document's own."""

    name: str
    description: str
    content: bytes
    made_on: date


def attached(document: Document, variant: PdfVariant) -> tuple[Attached, ...]:
    """Return what goes into a document's PDF: its data in the variant that carries them, otherwise nothing."""
    return tuple(data_of(document)) if variant is PdfVariant.ARCHIVE_WITH_DATA else ()


def data_of(document: Document) -> Iterator[Attached]:
    """Yield all the blocks as JSON, then the figures, tables and charts as CSV in reading order; names ascend."""
    blocks = json.dumps(to_json(document), ensure_ascii=False, sort_keys=True, indent=1)
    yield Attached(BLOCKS, _plain(document.title), _encoded(blocks), document.date)
    opening = (KeyFigures(document.key_figures),) if document.key_figures else ()
    with speaking(document.language):
        tables = [
            (_plain(sheet.title), _csv(sheet)) for block in (*opening, *document.blocks) for sheet in block.sheets()
        ]
    digits = max(len(str(len(tables))), 2)
    for number, (caption, content) in enumerate(tables, start=1):
        yield Attached(f"table-{number:0{digits}}.csv", caption, content, document.date)


def finish(variant: PdfVariant, pdf: Any) -> None:
    """Complete what the engine leaves out: heads of tables and links told in full, and what an archive asks for.

    `pdf` is the `pydyf.PDF` about to be written.
    """
    _tell_heads(pdf)
    _gather_links(pdf)
    if variant is PdfVariant.ACCESSIBLE:
        return
    for each in pdf.objects:
        if getattr(each, "extra", {}).get("Type") == "/Metadata":
            each.stream = [part.replace(_RDF_END, ACCESSIBLE_TOO + _RDF_END) for part in each.stream]
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = list(dict.fromkeys(pdf.catalog["AF"]))


def _tell_heads(pdf: Any) -> None:
    """Say of every head of a table whether it stands above a column or beside a row."""
    for head in _tagged(pdf, "/TH"):
        row = _meant(pdf, head["P"])
        above = _meant(pdf, row["P"])["S"] == "/THead"
        head["A"]["Scope"] = "/Column" if above else "/Row"


def _gather_links(pdf: Any) -> None:
    """Hand a link that hangs on a span inside a link to the link: only there it counts as one."""
    for span in _tagged(pdf, "/Span"):
        outer = _meant(pdf, span["P"])
        if outer.get("S") != "/Link":
            continue
        for kid in [each for each in span["K"] if isinstance(each, bytes) and "Obj" in _meant(pdf, each)]:
            span["K"].remove(kid)
            outer["K"].append(kid)
            place = _meant(pdf, _meant(pdf, kid)["Obj"])["StructParent"]
            numbers = _meant(pdf, _meant(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])["Nums"]
            numbers[2 * place + 1] = outer.reference


def _tagged(pdf: Any, kind: str) -> list[Any]:
    """Return the elements of the structure of one kind."""
    found = (each for each in pdf.objects if isinstance(each, dict) and each.get("Type") == "/StructElem")
    return [each for each in found if each["S"] == kind]


def _meant(pdf: Any, reference: bytes) -> Any:
    """Return the object a reference stands for."""
    return pdf.objects[int(reference.split()[0])]


def _plain(text: str) -> str:
    """Return one line a PDF can hold."""
    return " ".join(cjk.clean(text).split())


def _csv(sheet: Sheet) -> bytes:
    rows = ([_encoded(str(cell)).decode() for cell in row] for row in sheet.rows)
    return write_csv([_encoded(str(column)).decode() for column in sheet.columns], rows)


def _encoded(text: str) -> bytes:
    """Return UTF-8 of any text; halves of signs, which it cannot hold, become question marks."""
    return text.encode(errors="replace")
