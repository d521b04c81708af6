"""The sheets of an XLSForm as lines with named columns, and the languages its words are in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _
from core.spreadsheet import Row
from surveys.formats.account import Account, Cell, cells

# Every way to write a header that means a column, by the column's own name.
COLUMNS = {
    "type": ("type", "command"),
    "name": ("name", "tag", "value"),
    "list_name": ("list_name",),
    "label": ("label", "caption"),
    "hint": ("hint",),
    "guidance_hint": ("guidance_hint",),
    "required": ("required", "bind::required"),
    "required_message": ("required_message", "requiredmsg", "bind::jr:requiredmsg"),
    "relevant": ("relevant", "relevance", "bind::relevant"),
    "constraint": ("constraint", "bind::constraint"),
    "constraint_message": ("constraint_message", "constraining_message", "bind::jr:constraintmsg", "jr:constraintmsg"),
    "appearance": ("appearance", "control::appearance", "body::appearance"),
    "choice_filter": ("choice_filter",),
    "parameters": ("parameters",),
    "default": ("default",),
    "calculation": ("calculation", "calculate", "bind::calculate"),
    "readonly": ("readonly", "read_only", "bind::readonly"),
    "repeat_count": ("repeat_count", "jr:count", "control::jr:count", "count"),
    "disabled": ("disabled",),
    "trigger": ("trigger",),
    "image": ("image", "media::image", "big-image", "media::big-image"),
    "audio": ("audio", "media::audio"),
    "video": ("video", "media::video"),
}
KNOWN = {written: column for column, ways in COLUMNS.items() for written in ways}
SPOKEN = ("label", "hint", "guidance_hint", "required_message", "constraint_message", "image", "audio", "video")
TONGUES = {
    "en": ("en", "english", "eng", "en-us", "en-gb", "英文", "英语"),
    "zh": ("zh", "chinese", "中文", "汉语", "简体中文", "zh-cn", "zh-hans", "chi", "zho", "cn", "mandarin", "普通话"),
}
HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet: its cells by column and language, those of columns nobody knows, and all of them."""

    number: int
    known: Mapping[tuple[str, str], Cell]
    extra: Mapping[str, Cell]
    every: tuple[Cell, ...]

    def cell(self, column: str) -> Cell | None:
        """Return the cell of a column, in any language."""
        found = self.known.get((column, ""))
        return found or next((cell for (name, _tongue), cell in self.known.items() if name == column), None)

    def text(self, column: str) -> str:
        """Return the text of that cell, "" when it is empty."""
        found = self.cell(column)
        return found.text if found else ""


@dataclass(slots=True)
class Table:
    """A sheet: its lines, the languages its headers name in their order, and the headers by what they mean."""

    sheet: str
    lines: list[Line] = field(default_factory=list)
    tongues: list[str] = field(default_factory=list)
    headers: dict[tuple[str, str], Cell] = field(default_factory=dict)
    strangers: dict[str, Cell] = field(default_factory=dict)


def tongue(written: str) -> str:
    """Return "zh" or "en" for a language as headers name it, or what was written, in small letters."""
    inner = re.search(r"\(([A-Za-z-]{2,10})\)\s*$", written)
    for text in ([inner.group(1)] if inner else []) + [written.partition("(")[0]]:
        plain = text.strip().lower().replace("_", "-")
        for code, ways in TONGUES.items():
            if plain in ways:
                return code
    return written.strip().lower()


def header(text: str) -> tuple[str, str] | None:
    """Return the column and the language a header names, or None when nobody knows it."""
    parts = [part.strip() for part in text.split("::" if "::" in text else ":")]
    base = re.sub(r"\s+", "_", parts[0].lower())
    if base in ("bind", "control", "body", "media") and len(parts) > 1:
        rest = parts[1:]
        if rest[0].lower() == "jr" and len(rest) > 1:
            rest = [f"jr:{rest[1]}", *rest[2:]]
        base, parts = f"{base}::{rest[0].lower()}", [parts[0], *rest[1:]]
    elif base == "jr" and len(parts) > 1:
        base, parts = f"jr:{parts[1].lower()}", [parts[0], *parts[2:]]
    column = KNOWN.get(base)
    if column is None:
        return None
    if column not in SPOKEN:
        return (column, "") if len(parts) == 1 else None
    return column, tongue(":".join(parts[1:])) if len(parts) > 1 else ""


def table(sheet: str, rows: Iterable[Row], account: Account) -> Table:
    """Return a sheet read by its header, the first row that is not empty."""
    made = Table(sheet)
    meant: dict[int, tuple[str, str]] = {}
    strange: dict[int, str] = {}
    began = False
    for row in rows:
        found = cells(sheet, row)
        if not began:
            began = True
            _head(made, found, meant, strange, account)
            continue
        known = {meant[at]: cell for at, cell in found.items() if at in meant}
        extra = {strange[at]: cell for at, cell in found.items() if at in strange}
        for at, cell in found.items():
            if at not in meant and at not in strange:
                account.warn(_("This cell stands under no header and was left out."), cell)
        made.lines.append(Line(row.line, known, extra, tuple(found.values())))
    return made


def _head(
    made: Table,
    found: Mapping[int, Cell],
    meant: dict[int, tuple[str, str]],
    strange: dict[int, str],
    account: Account,
) -> None:
    for at, cell in found.items():
        what = header(cell.text)
        if what is None:
            strange[at] = cell.text
            made.strangers[cell.text] = cell
        elif what in made.headers:
            account.fail(_("The column “%(name)s” stands there twice.", name=cell.text), cell)
        else:
            meant[at] = what
            made.headers[what] = cell
            account.use(cell)
            if what[0] in SPOKEN and what[1] not in made.tongues:
                made.tongues.append(what[1])


@dataclass(frozen=True, slots=True)
class Speech:
    """Which columns the words are taken from: our language -> the language in the headers, the main one first."""

    main: str
    taken: Mapping[str, str]

    def words(self, line: Line, column: str, account: Account) -> Any:
        """Return the words of a column, {zh, en} when they are in both, "" when there are none."""
        found = {}
        for ours, theirs in self.taken.items():
            cell = line.known.get((column, theirs))
            if cell is not None:
                found[ours] = cell.text
                account.use(cell)
        if not found and (plain := line.known.get((column, ""))) is not None:
            account.use(plain)
            return plain.text
        if not found:
            spare = line.cell(column)
            if spare is None:
                return ""
            account.use(spare)
            account.warn(_("Words in the main language are missing; these were taken instead."), spare)
            return spare.text
        if len(found) == 1:
            return next(iter(found.values()))
        return found

    def others(self, line: Line) -> list[tuple[str, Cell]]:
        """Return the cells of a line with words in languages that are not kept."""
        kept = set(self.taken.values())
        return [(name, cell) for (column, name), cell in line.known.items() if column in SPOKEN and name not in kept]


def speech(tables: Iterable[Table], default: str) -> Speech:
    """Decide which languages are kept: Chinese and English, or whatever comes first."""
    tables = list(tables)
    order = list(dict.fromkeys(name for made in tables for name in made.tongues))
    plain = _plain_language(tables)
    wished = tongue(default) if default else ""
    meaning = {name: (wished if wished in TONGUES else plain) if name == "" else name for name in order}
    kept: dict[str, str] = {}
    for name in order:
        if meaning[name] in TONGUES and (meaning[name] not in kept or kept[meaning[name]] == ""):
            kept[meaning[name]] = name
    if not kept:
        return Speech(plain, {plain: order[0] if order else ""})
    main = wished if wished in kept else next(iter(kept))
    return Speech(main, {main: kept[main], **{code: name for code, name in kept.items() if code != main}})


def _plain_language(tables: Iterable[Table]) -> str:
    words = [cell.text for made in tables for line in made.lines for (c, _t), cell in line.known.items() if c in SPOKEN]
    return "zh" if any(HAN.search(text) for text in words) else "en"
