"""A REFI-QDA project or codebook being written: its elements in XML, and the archive they travel in."""

import io
import uuid
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree as ET

from core.documents import printable

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
ORIGIN = "Xinsheng"
COLOURS = ("#1F77B4", "#D62728", "#2CA02C", "#9467BD", "#FF7F0E", "#8C564B", "#E377C2", "#17BECF", "#BCBD22", "#7F7F7F")
SNIPPET = 60  # characters of a passage that name its selection


@dataclass(frozen=True, slots=True)
class Code:
    """A concern as a code: `description` is what a person wrote about it, `theme` the heading it stands under."""

    id: int
    name: str
    description: str
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Coded:
    """A passage of a text under a code: code points `start` to `end` of the text as it is written."""

    start: int
    end: int
    code_id: int


def guid() -> str:
    """Return a fresh GUID: no two files share one, so that a file without names cannot be laid beside one with."""
    return str(uuid.uuid4()).upper()


class Project:
    """A project being written: `texts` holds the sources by the name of their file."""

    def __init__(self, name: str, author: str, made_on: date, codes: Sequence[Code]) -> None:
        self._at = f"{made_on.isoformat()}T00:00:00Z"
        self._user = guid()
        self._codes, self._guids = codes, {code.id: guid() for code in codes}
        self.texts: dict[str, str] = {}
        made = {"creatingUserGUID": self._user, "creationDateTime": self._at}
        made |= {"modifyingUserGUID": self._user, "modifiedDateTime": self._at}
        self.root = ET.Element("Project", {"xmlns": PROJECT, "name": printable(name), "origin": ORIGIN, **made})
        users = add(self.root, "Users")
        add(users, "User", guid=self._user, name=printable(author) or ORIGIN)
        if codes:
            write_codes(add(self.root, "CodeBook"), codes, self._guids)

    def sources(self, facts: Iterable[Mapping[str, str]]) -> tuple[ET.Element, dict[str, str]]:
        """Declare what will be known of the sources; return where they go and the variables' GUIDs by name."""
        used = {name: guid() for told in facts for name, text in told.items() if text}
        if used:
            variables = add(self.root, "Variables")
            for name, id_ in used.items():
                add(variables, "Variable", guid=id_, name=name, typeOfVariable="Text")
        return add(self.root, "Sources"), used

    def source(self, sources: ET.Element, name: str, text: str, coded: Iterable[Coded]) -> ET.Element:
        """Write a text with its passages under their codes; return its element."""
        id_, made = guid(), {"creatingUser": self._user, "creationDateTime": self._at}
        self.texts[f"{id_}.txt"] = text
        source = add(sources, "TextSource", guid=id_, name=name, plainTextPath=f"internal://{id_}.txt", **made)
        for one in coded:
            snippet = " ".join(text[one.start : one.end].split())[:SNIPPET]
            place = {"startPosition": str(one.start), "endPosition": str(one.end)}
            selection = add(source, "PlainTextSelection", guid=guid(), name=snippet, **place, **made)
            coding = add(selection, "Coding", guid=guid(), **made)
            add(coding, "CodeRef", targetGUID=self._guids[one.code_id])
        return source

    def archive(self, told: Sequence[str]) -> bytes:
        """Return the project as a .qdpx; texts have no byte order mark and single line feeds, so that places agree."""
        add(self.root, "Description", "\n".join(told))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("project.qde", written(self.root))
            for name, text in self.texts.items():
                archive.writestr(f"sources/{name}", text.encode())
        return out.getvalue()


def codebook(codes: Sequence[Code], made_on: date) -> bytes:
    """Return a codebook of its own (.qdc)."""
    root = ET.Element("CodeBook", {"xmlns": CODEBOOK, "origin": f"{ORIGIN} {made_on.isoformat()}"})
    write_codes(root, codes, {code.id: guid() for code in codes})
    return written(root)


def write_codes(parent: ET.Element, codes: Sequence[Code], guids: Mapping[int, str]) -> None:
    """Write codes, those of a theme inside it: a reader takes a Code with others in it for a category."""
    holder, themes = add(parent, "Codes"), {}
    taken = {code.name.casefold() for code in codes}
    for at, code in enumerate(codes):
        above = holder
        if code.theme:
            if code.theme not in themes:
                name = unlike(code.theme, taken)
                themes[code.theme] = add(holder, "Code", guid=guid(), name=name, isCodable="false")
            above = themes[code.theme]
        colour = COLOURS[at % len(COLOURS)]
        element = add(above, "Code", guid=guids[code.id], name=code.name, isCodable="true", color=colour)
        if code.description:
            add(element, "Description", code.description)


def unlike(name: str, taken: set[str]) -> str:
    """Return a name unlike those `taken` (in small letters), which it joins: of two alike, readers keep only one."""
    wanted, number = name, 2
    while wanted.casefold() in taken:
        wanted, number = f"{name} ({number})", number + 1
    taken.add(wanted.casefold())
    return wanted


def file_name(*parts: str) -> str:
    """Return the name of a source, fit for the name of a file."""
    return "".join(c for c in printable(" ".join(parts)) if c.isprintable() and c not in '\\/:*?"<>|').strip()


def add(parent: ET.Element, tag: str, text: str | None = None, /, **attributes: str) -> ET.Element:
    """Add an element below another; return it."""
    element = ET.SubElement(parent, tag, {name: printable(value) for name, value in attributes.items()})
    if text is not None:
        element.text = printable(text)
    return element


def written(root: ET.Element) -> bytes:
    """Return an element and all below it as an XML file."""
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
