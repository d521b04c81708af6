"""A REFI-QDA project or codebook being read, whichever program wrote it; XML is read without entities."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET
from xml.parsers import expat

from core.errors import BadInput
from core.i18n import _

UNPACKED = 200 * 1024 * 1024  # bytes an archive may unpack to: larger is a mistake or an attack
ELEMENTS = 2_000_000
DEPTH = 60
MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class ReadCode:
    """A code of a file: `theme` is the code it stands in, "" at the top; `above` says that others stand in it."""

    guid: str
    name: str
    theme: str
    description: str
    above: bool


@dataclass(frozen=True, slots=True)
class ReadSource:
    """A text of a project, and its passages as (first code point, code point after the last, GUID of the code)."""

    name: str
    text: str
    coded: tuple[tuple[int, int, str], ...]


@dataclass(slots=True)
class ReadProject:
    """What a file holds that we know: its codes in order, its texts, and how many texts could not be read."""

    codes: list[ReadCode] = field(default_factory=list)
    sources: list[ReadSource] = field(default_factory=list)
    unread: int = 0


def read_codebook(content: bytes, name: str) -> ReadProject:
    """Return the codes of a .qdc; raise `BadInput` saying what is wrong."""
    root = _root(content, name)
    if _plain(root.tag) != "CodeBook":
        raise _not_refi(name)
    return ReadProject(codes=list(_codes(root)))


def read_project(content: bytes, name: str) -> ReadProject:
    """Return the codes and the coded texts of a .qdpx; raise `BadInput` saying what is wrong."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED:
                raise BadInput(_("%(name)s unpacks to more than 200 MB and was not opened.", name=name))
            inside = {entry.lower(): entry for entry in archive.namelist()}
            project = next((entry for entry in inside if entry.endswith(".qde")), None)
            if project is None:
                raise _not_refi(name)
            root = _root(archive.read(inside[project]), name)
            if _plain(root.tag) != "Project":
                raise _not_refi(name)
            return _project(root, archive, inside)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise _not_refi(name) from error


def _project(root: ET.Element, archive: zipfile.ZipFile, inside: dict[str, str]) -> ReadProject:
    found = ReadProject()
    book = _child(root, "CodeBook")
    if book is not None:
        found.codes = list(_codes(book))
    sources = _child(root, "Sources")
    for source in sources if sources is not None else ():
        if _plain(source.tag) != "TextSource":
            continue
        text = _text(source, archive, inside)
        if text is None:
            found.unread += 1
        else:
            found.sources.append(ReadSource(source.get("name", ""), text, tuple(_coded(source, len(text)))))
    return found


def _text(source: ET.Element, archive: zipfile.ZipFile, inside: dict[str, str]) -> str | None:
    content = _child(source, "PlainTextContent")
    if content is not None:
        return content.text or ""
    path = re.sub(r"^(?:internal|relative):/*", "", source.get("plainTextPath", "")).lower()
    entry = inside.get(f"sources/{path}") or inside.get(path)
    if not path or entry is None:
        return None
    try:
        return archive.read(entry).decode("utf-8").removeprefix(MARK)
    except UnicodeDecodeError:
        return None


def _coded(source: ET.Element, length: int) -> Iterator[tuple[int, int, str]]:
    for selection in source:
        if _plain(selection.tag) != "PlainTextSelection":
            continue
        places = [selection.get(f"{edge}Position", "") for edge in ("start", "end")]
        if not all(re.fullmatch(r"\d{1,9}", place) for place in places):
            continue
        start, end = map(int, places)
        if not start < end <= length:
            continue
        for reference in selection.iter():
            if _plain(reference.tag) == "CodeRef":
                yield start, end, reference.get("targetGUID", "").lower()


def _codes(book: ET.Element) -> Iterator[ReadCode]:
    holder = _child(book, "Codes")
    yield from _below(holder, "") if holder is not None else ()


def _below(parent: ET.Element, theme: str) -> Iterator[ReadCode]:
    for code in parent:
        if _plain(code.tag) != "Code":
            continue
        name = " ".join(code.get("name", "").split())
        described = _child(code, "Description")
        inner = any(_plain(child.tag) == "Code" for child in code)
        description = (described.text or "").strip() if described is not None else ""
        yield ReadCode(code.get("guid", "").lower(), name, theme, description, inner)
        yield from _below(code, name)


def _child(parent: ET.Element, tag: str) -> ET.Element | None:
    return next((child for child in parent if _plain(child.tag) == tag), None)


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]


def _not_refi(name: str) -> BadInput:
    return BadInput(_("%(name)s is no REFI-QDA file. Export the project as .qdpx, or its codebook as .qdc.", name=name))


def _root(content: bytes, name: str) -> ET.Element:
    """Return the element at the top; a document type, where entities hide, is refused."""
    builder, count, depth = ET.TreeBuilder(), 0, 0
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def refuse(*_what: object) -> None:
        raise _not_refi(name)

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count, depth
        count, depth = count + 1, depth + 1
        if count > ELEMENTS or depth > DEPTH:
            raise _not_refi(name)
        builder.start(_plain(tag), {_plain(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_plain(tag))

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _not_refi(name) from error
    return builder.close()
