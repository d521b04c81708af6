"""DDI-Codebook 2.5 (ddialliance.org): the survey described for an archive, with the published counts."""

from typing import BinaryIO
from xml.etree import ElementTree as ET

from core.i18n import _, lazy
from questions.base import Measure, Tally
from surveys.exports.base import Dataset, Export, Variable

NAMESPACE = "ddi:codebook:2_5"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
NATURE = {
    Measure.NOMINAL: "nominal",
    Measure.ORDINAL: "ordinal",
    Measure.NUMBER: "ratio",
    Measure.DAY: "interval",
    Measure.CLOCK: "interval",
    Measure.TEXT: "nominal",
}


class Ddi(Export):
    """Study, file and variables; categories carry their frequencies where those are not hidden."""

    key = "ddi"
    ending = "xml"
    label = lazy("DDI-Codebook")
    hint = lazy("For archives and data catalogues.")
    order = 50
    mimetype = "application/xml"

    def write(self, dataset: Dataset, out: BinaryIO) -> None:
        """Write the document."""
        ET.register_namespace("", NAMESPACE)
        book = ET.Element(
            _tag("codeBook"), {"version": "2.5", "{http://www.w3.org/XML/1998/namespace}lang": dataset.language}
        )
        _study(book, dataset)
        data = ET.SubElement(book, _tag("dataDscr"))
        tallies = {item.name: tally for item, tally in dataset.results.items}
        for number, variable in enumerate(dataset.variables, start=1):
            _variable(data, number, variable, tallies.get(variable.item.name))
        ET.indent(book)
        ET.ElementTree(book).write(out, encoding="utf-8", xml_declaration=True)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: ET.Element, tag: str, text: object = None, /, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, _tag(tag), attributes)
    if text is not None:
        element.text = clean(str(text))
    return element


def clean(text: str) -> str:
    """Return text without the characters XML 1.0 has no place for."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )


def _study(book: ET.Element, dataset: Dataset) -> None:
    study = _add(book, "stdyDscr")
    citation = _add(study, "citation")
    title = _add(citation, "titlStmt")
    _add(title, "titl", dataset.title)
    _add(title, "IDNo", dataset.key)
    _add(_add(citation, "rspStmt"), "AuthEnty", dataset.organisation)
    info = _add(study, "stdyInfo")
    if dataset.intro:
        _add(info, "abstract", dataset.intro)
    facts = _add(info, "sumDscr")
    for event, day in zip(("start", "end"), dataset.days, strict=True):
        if day:
            _add(facts, "collDate", day, date=day, event=event)
    method = _add(_add(study, "method"), "dataColl")
    _add(method, "respRate", f"{dataset.results.answered} / {dataset.results.asked}")
    if dataset.anonymous:
        access = _add(_add(study, "dataAccs"), "useStmt")
        _add(
            access,
            "restrctn",
            _(
                "Anonymous survey: only counts are published, numbers under %(floor)s are hidden.",
                floor=dataset.results.floor,
            ),
        )
    file = _add(_add(book, "fileDscr"), "fileTxt")
    _add(file, "fileName", dataset.title)
    dimensions = _add(file, "dimensns")
    _add(dimensions, "caseQnty", dataset.results.answered)
    _add(dimensions, "varQnty", len(dataset.variables))


def _variable(data: ET.Element, number: int, variable: Variable, tally: Tally | None) -> None:
    column = variable.column
    numeric = bool(variable.codes) or column.measure is Measure.NUMBER
    var = _add(data, "var", ID=f"V{number}", name=column.name, nature=NATURE[column.measure])
    _add(var, "labl", column.label)
    _add(_add(var, "qstn"), "qstnLit", variable.item.title)
    if variable.item.help:
        _add(var, "txt", variable.item.help)
    counts = frequencies(variable, tally)
    for value, code in variable.codes.items():
        category = _add(var, "catgry")
        _add(category, "catValu", code)
        _add(category, "labl", column.labels[value])
        if counts.get(str(value)) is not None:
            _add(category, "catStat", counts[str(value)], type="freq")
    _add(var, "varFormat", type="numeric" if numeric else "character")


def frequencies(variable: Variable, tally: Tally | None) -> dict[str, int | None]:
    """Return the published counts by value of a column, where its values are the bars of the tally."""
    if tally is None:
        return {}
    part = variable.column.name.partition(".")[2]
    if part and tally.rows:
        tally = next((row.tally for row in tally.rows if row.value == part), None) or Tally(tally.shape, None)
    elif part and set(variable.column.labels) == {0, 1}:
        count = next((bar.count for bar in tally.bars if bar.value == part), None)
        hidden = count is None or tally.answered is None
        return {} if hidden else {"1": count, "0": (tally.answered or 0) - (count or 0)}
    elif part and part != "1":  # a deeper level of a cascade: only the first is counted
        return {}
    known = {str(value) for value in variable.codes}
    return {bar.value: bar.count for bar in tally.bars if bar.value in known}
