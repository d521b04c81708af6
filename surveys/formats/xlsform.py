"""XLSForm (.xlsx, .xls, .csv, .md): questionnaires as ODK, KoboToolbox and Ona keep them."""

import csv
from collections.abc import Mapping
from typing import Any

from core.errors import BadInput
from core.i18n import _, lazy
from core.spreadsheet import Row, decode, read_book
from surveys.formats.account import NAMELESS, Account, Cell, cells, from_csv, from_markdown
from surveys.formats.base import INFO, Format, Note, Reading, Written, unreadable
from surveys.formats.xlsform_columns import Table, speech, table
from surveys.formats.xlsform_lists import TICKED, read_lists, settle_lists
from surveys.formats.xlsform_survey import Survey
from surveys.formats.xlsform_write import write

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
SHEETS = ("survey", "choices", "settings")
TITLES, IDS = ("form_title", "set_form_title", "title"), ("form_id", "set_form_id", "id_string")


class XLSForm(Format):
    """Spreadsheets with the sheets survey, choices and settings."""

    key = "xlsform"
    label = lazy("XLSForm (KoboToolbox, ODK)")
    order = 30
    extensions = (".xlsx", ".xls", ".xlsm", ".csv", ".md")
    mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    writes = True

    def claims(self, content: bytes, name: str) -> float:
        """Say how sure it is: by the first bytes for workbooks, by the sheet names for text."""
        if content[:4] == ZIP:
            return 0.95 if b"xl/" in content or self.named_like(name) else 0.3
        if content[:4] == OLE:
            return 0.9
        head = content[:4000].decode("utf-8-sig", "replace").lower().lstrip()
        if head.startswith("|") and "survey" in head.split("\n", 1)[0]:
            return 0.98
        first = head.split("\n", 1)[0].replace('"', "").strip(" ,\r\t")
        if first in SHEETS and "type" in head:
            return 0.97
        if "," in first and {"type", "name"} <= {part.strip() for part in first.split(",")}:
            return 0.9
        return 0.5 if self.named_like(name) else 0.0

    def read(self, content: bytes, name: str, *, language: str = "zh") -> Reading:
        """Return the form as a definition, with every non-empty cell used or in a note."""
        try:
            sheets, notes = _sheets(content, name)
        except (BadInput, csv.Error) as error:
            return unreadable(self.key, str(error))
        if not any(sheets.values()):
            return unreadable(self.key, _("%(name)s holds no cells.", name=name))
        account = Account(notes=notes)
        parts = _parts(sheets, account)
        definition = _definition(parts, name, account)
        _settle_all(parts, account)
        if definition is not None and not any(note.level == "error" for note in account.notes):
            account.notes += _second_opinion(sheets)
        return Reading(self.key, definition, tuple(account.notes), frozenset(account.used))

    def write(self, definition: Mapping[str, Any], *, language: str = "") -> Written:
        """Return the definition as an .xlsx, with notes on what XLSForm cannot hold."""
        return write(definition, language)


def _sheets(content: bytes, name: str) -> tuple[dict[str, list[Row]], list[Note]]:
    if content[:2] == b"PK" or content[:4] == OLE:
        return read_book(content, name), []
    text = decode(content, name)
    if text.lstrip().startswith("|") or name.lower().endswith(".md"):
        found, left = from_markdown(text)
        said = [Note(INFO, _("This line is no part of a table and was left out: %(text)s", text=t), n) for n, t in left]
        return found, said
    return from_csv(text), []


def _parts(sheets: Mapping[str, list[Row]], account: Account) -> dict[str, Table]:
    """Return the sheets a form is made of; what stands on others gets its notes."""
    found: dict[str, Table] = {}
    for title, rows in sheets.items():
        key = title.strip().lower()
        if key in ("choices and columns", "columns"):
            key = "choices"
        if key not in SHEETS and (len(sheets) == 1 or (title == NAMELESS and "survey" not in sheets)):
            key = "survey"
        if key in SHEETS and key not in found:
            found[key] = table(title, rows, account)
        elif rows:
            every = [cell for row in rows for cell in cells(title, row).values()]
            account.warn(_("The sheet “%(sheet)s” is no part of a form and was left out.", sheet=title), every[0])
            account.settle(every, _("This sheet was left out."))
    return found


def _definition(parts: Mapping[str, Table], name: str, account: Account) -> dict[str, Any] | None:
    survey = parts.get("survey")
    if survey is None:
        account.fail(_("The sheet “survey” is missing."))
        account.used.clear()
        return None
    if ("type", "") not in survey.headers:
        head = next(iter([*survey.headers.values(), *survey.strangers.values()]), None)
        account.fail(_("The sheet “survey” has no column “type”."), head)
        account.used.clear()
        return None
    told = _settings(parts.get("settings"), account)
    listed = parts.get("choices") or Table("choices")
    spoken = speech([survey, listed], told.get("default_language", ""))
    twice = told.get("allow_choice_duplicates", "").lower() in TICKED
    lists = read_lists(listed, spoken, account, twice=twice)
    walk = Survey(survey.lines, lists, spoken, account)
    walk.walk()
    settle_lists(lists, spoken, account)
    _headers(parts, lists, spoken.taken.values(), account)
    if not any(section["items"] for section in walk.sections):
        account.fail(_("There is no question in this form."))
        return None
    made: dict[str, Any] = {
        **({"id": told["id"]} if "id" in told else {}),
        **({"version": told["version"]} if "version" in told else {}),
        "lang": spoken.main,
        "title": told.get("title") or told.get("id") or _stem(name),
    }
    if len(spoken.taken) > 1:
        made["languages"] = list(spoken.taken)
    if walk.intro:
        made["intro"] = walk.intro
    made["sections"] = walk.sections
    if walk.checks:
        made["checks"] = walk.checks
    return made


def _settings(found: Table | None, account: Account) -> dict[str, str]:
    told: dict[str, str] = {}
    if found is None:
        return told
    for place, line in enumerate(found.lines):
        every = {**line.extra, **{column: cell for (column, _t), cell in line.known.items()}}
        for header, cell in every.items():
            plain = header.strip().lower().replace(" ", "_")
            key = "title" if plain in TITLES else "id" if plain in IDS else plain
            if place or key not in ("title", "id", "version", "default_language", "allow_choice_duplicates"):
                account.info(
                    _("This setting has no meaning here: %(name)s = %(text)s", name=header, text=cell.text), cell
                )
                continue
            told.setdefault(key, cell.text)
            account.use(cell, found.strangers.get(header))
    return told


def _headers(parts: Mapping[str, Table], lists: Mapping[str, Any], taken: Any, account: Account) -> None:
    """Give the headers of columns nobody knows their notes; columns choice filters use are known after all."""
    filters = {name.lower() for made in lists.values() for name in made.columns}
    for key, made in parts.items():
        for text, cell in made.strangers.items():
            if cell.place in account.used:
                continue
            if key == "choices" and text.lower() in filters:
                account.use(cell)
            else:
                account.info(_("The column “%(name)s” has no meaning here.", name=text), cell)
        for (column, tongue), cell in made.headers.items():
            if tongue not in taken and (column, "") not in made.headers and tongue:
                account.info(_("Words in “%(language)s” were not taken.", language=tongue), cell)


def _settle_all(parts: Mapping[str, Table], account: Account) -> None:
    """Give whatever cell has slipped through until here its note: nothing is dropped silently."""
    for made in parts.values():
        every: list[Cell] = [*made.headers.values(), *made.strangers.values()]
        every += [cell for line in made.lines for cell in line.every]
        account.settle(every, _("This was left out."))


def _second_opinion(sheets: Mapping[str, list[Row]]) -> list[Note]:
    """Return a note when pyxform, by which other tools read forms, refuses what was read here."""
    from pyxform.xls2xform import convert  # here: web workers that import nothing need not load it

    book: dict[str, Any] = {"sheet_names": list(sheets)}
    for title, rows in sheets.items():
        key = title.strip().lower()
        if key not in SHEETS or not rows:
            continue
        heads = rows[0].cells
        told: list[dict[str, str]] = []
        for row in rows[1:]:
            told += [{} for _gap in range(row.line - rows[0].line - 1 - len(told))]
            told.append({head: text for head, text in zip(heads, row.cells, strict=False) if head and text})
        book[key], book[f"{key}_header"] = told, [{head: None for head in heads if head}]
    if "survey" not in book:
        return []
    try:
        convert(book)
    except Exception as error:  # it raises its own errors and, for odd forms, anything else
        said = " ".join(str(error).split())[:300]
        return [Note("warning", _("Other tools would refuse this form: %(message)s", message=said))]
    return []


def _stem(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0] or name
