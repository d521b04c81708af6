"""The XML of a LimeSurvey file as tables of rows, each field with its line; read without entities."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from xml.parsers import expat

from core.i18n import _
from surveys.formats.base import ERROR, INFO, WARNING, Note

DEPTH = 12
FIELDS = 400_000


class NotXml(ValueError):
    """The file is no LimeSurvey survey; `line` says where that was seen."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Field:
    """One value, the line it begins on, and its number in the file: several values may stand on one line."""

    text: str
    line: int
    number: int


@dataclass(slots=True)
class Record:
    """One row of a table."""

    line: int
    fields: dict[str, Field] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        found = self.fields.get(name)
        return found.text.strip() if found else ""


@dataclass(slots=True)
class Survey:
    """All tables by name, and the simple values at the top."""

    tables: dict[str, list[Record]] = field(default_factory=dict)
    tops: dict[str, list[Field]] = field(default_factory=dict)

    def rows(self, table: str) -> list[Record]:
        """Return the rows of a table, none when it is not there."""
        return self.tables.get(table, [])


@dataclass(slots=True)
class Ledger:
    """What became of each value: in the result, or something was said about it."""

    notes: list[Note] = field(default_factory=list)
    used: dict[int, int] = field(default_factory=dict)  # number of a value -> its line
    noted: set[int] = field(default_factory=set)

    def take(self, value: Field) -> None:
        """Write down that a value is in the result."""
        self.used[value.number] = value.line

    def use(self, record: Record, *names: str) -> None:
        """Write down that these fields are in the result."""
        for name in names:
            if name in record.fields:
                self.take(record.fields[name])

    def settled(self, value: Field) -> bool:
        """Say whether a value is in the result or in a note."""
        return value.number in self.used or value.number in self.noted

    def say(self, level: str, message: str, at: Field | int | None = None) -> None:
        """Write a note on a value or on a line."""
        if isinstance(at, Field):
            self.noted.add(at.number)
            at = at.line
        self.notes.append(Note(level, message, line=at))

    def info(self, message: str, at: Field | int | None = None) -> None:
        """Write how something was understood."""
        self.say(INFO, message, at)

    def warn(self, message: str, at: Field | int | None = None) -> None:
        """Write that something is not kept."""
        self.say(WARNING, message, at)

    def fail(self, message: str, at: Field | int | None = None) -> None:
        """Write that the file cannot be used."""
        self.say(ERROR, message, at)


def parse(content: bytes) -> Survey:
    """Return the tables of a survey; raise `NotXml`."""
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise NotXml(
            _("This is not well-formed XML: %(why)s.", why=expat.ErrorString(error.code)), error.lineno
        ) from error
    except (ValueError, LookupError) as error:
        if isinstance(error, NotXml):
            raise
        raise NotXml(_("The characters of this file cannot be read.")) from error
    if reader.kind is not None and reader.kind.lower() not in ("survey", "group", "question"):
        raise NotXml(_("This is a LimeSurvey file, but no survey: “%(kind)s”.", kind=reader.kind[:40]))
    return reader.survey


class _Reader:
    """Builds the tables while the XML is read."""

    def __init__(self) -> None:
        self.survey = Survey()
        self.path: list[str] = []
        self.record: Record | None = None
        self.text: list[str] = []
        self.line = 0
        self.count = 0
        self.kind: str | None = None
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype

    def _doctype(self, *_what: object) -> None:
        raise NotXml(_("The file declares a document type; such files are not opened."), self.parser.CurrentLineNumber)

    def _start(self, tag: str, _attributes: object) -> None:
        line = self.parser.CurrentLineNumber
        if not self.path and tag != "document":
            raise NotXml(_("This is XML, but no LimeSurvey survey: it begins with <%(tag)s>.", tag=tag[:40]), line)
        self.path.append(tag)
        self.count += 1
        if len(self.path) > DEPTH or self.count > FIELDS:
            raise NotXml(_("This file is too large or nested too deeply to be a survey."), line)
        if len(self.path) == 4 and tag == "row":
            self.record = Record(line)
            self.survey.tables.setdefault(self.path[1], []).append(self.record)
        self.text, self.line = [], line

    def _data(self, text: str) -> None:
        self.text.append(text)

    def _end(self, tag: str) -> None:
        text = "".join(self.text)
        if len(self.path) == 5 and self.record is not None:
            self.record.fields[tag] = Field(text, self.line, self.count)
        elif len(self.path) == 4 and tag == "row":
            self.record = None
        elif text.strip() and self.record is None:
            self.survey.tops.setdefault("/".join(self.path[1:]), []).append(Field(text.strip(), self.line, self.count))
            if self.path[1:] == ["LimeSurveyDocType"]:
                self.kind = text.strip()
        self.path.pop()
        self.text = []


class _Plain(HTMLParser):
    """Takes the words out of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.lost: set[str] = set()
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("img", "video", "audio", "iframe", "object", "script", "a", "table"):
            self.lost.add(tag)
        if tag in ("script", "style"):
            self.silent += 1
        elif tag in ("br", "p", "div", "li", "tr"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.silent = max(0, self.silent - 1)

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def plain(text: str) -> tuple[str, set[str]]:
    """Return HTML as plain words, and the tags that hold more than words."""
    if "<" not in text:
        return _tidy(unescape(text)), set()
    reader = _Plain()
    reader.feed(text)
    reader.close()
    return _tidy("".join(reader.parts)), reader.lost


def _tidy(text: str) -> str:
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.replace("\r", "\n").split("\n"))
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()


def left(survey: Survey, ledger: Ledger) -> Iterator[tuple[str, str, Field]]:
    """Yield table, name and value of every field that is neither used nor noted."""
    for table, records in survey.tables.items():
        for record in records:
            for name, value in record.fields.items():
                if value.text.strip() and not ledger.settled(value):
                    yield table, name, value
