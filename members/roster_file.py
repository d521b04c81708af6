"""The roster as a file: reading one, the template, the export."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core import spreadsheet
from core.errors import BadInput
from core.i18n import _
from core.mail import ADDRESS
from core.spreadsheet import Row
from core.terms import MemberCategory, Standing
from members import cells, columns
from members.columns import LABELS, Columns
from members.models import Member, Organisation
from members.words import category_word

PEOPLE = 20_000
LIMITS = {
    "number": 40,
    "name": 80,
    "gender": 10,
    "group": 80,
    "post": 80,
    "duty": 80,
    "shift": 40,
    "phone": 40,
    "email": 120,
    "note": 500,
}
TOTALS = frozenset({"合计", "小计", "总计", "共计", "total", "subtotal", "sum"})


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person as the file has them: the fields of the columns it has, `number` missing if it has none.

    `values` may go into JSON: terms stand in it by value, the group by its name. `place` is the row's 序号.
    """

    line: int
    values: dict[str, Any]
    remarks: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is not taken over, and why."""

    line: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class ParsedRoster:
    """A roster read from a file: people, refused rows, and the columns that were left out or not used."""

    file_name: str
    rows: tuple[RosterRow, ...]
    refused: tuple[Refusal, ...]
    dropped: tuple[str, ...]
    unused: tuple[str, ...]


def parse(content: bytes, name: str) -> ParsedRoster:
    """Read a roster from an .xlsx or .csv file; raise `BadInput` when it is none.

    ID-card numbers and addresses are left out here, before anything is stored or shown.
    """
    name = name.strip()[:200] or "-"
    table = spreadsheet.read(content, name)
    found, place = columns.find(table, name)
    body = _with_octobers(table[place + 1 :], found)
    if len(body) > PEOPLE:
        raise BadInput(_("%(name)s has more than %(count)s rows; split it.", name=name, count=PEOPLE))
    rows: list[RosterRow] = []
    refused: list[Refusal] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in body:
        who = _cell(row, found, "name")
        if columns.is_name_header(who) or (not who and not any(_cell(row, found, field) for field in found.at)):
            continue
        try:
            person = _person(row, found)
            _check_once(person, seen)
        except BadInput as no:
            refused.append(Refusal(row.line, cells.without_identity(who)[0][:80], str(no)))
        else:
            rows.append(person)
    if not rows and not refused:
        raise BadInput(_("%(name)s has a header but no people under it.", name=name))
    return ParsedRoster(name, tuple(rows), tuple(refused), found.dropped, found.unused)


def _cell(row: Row, found: Columns, field: str) -> str:
    at = found.at.get(field, -1)
    return row.cells[at].strip() if 0 <= at < len(row.cells) else ""


def _with_octobers(body: Sequence[Row], found: Columns) -> Sequence[Row]:
    for field in ("birth_year", "joined_on"):
        at = found.at.get(field)
        if at is None:
            continue
        before = [_cell(row, found, field) for row in body]
        after = cells.october(before)
        if after is not before:
            body = [
                Row(row.line, (*row.cells[:at], new, *row.cells[at + 1 :])) if new != old else row
                for row, old, new in zip(body, before, after, strict=True)
            ]
    return body


def _check_once(person: RosterRow, seen: dict[tuple[str, ...], int]) -> None:
    """Refuse a second row for the same number, or for the same name and group in a file without numbers."""
    values = person.values
    key = (values["number"],) if "number" in values else (values["name"], values.get("group", ""))
    if key in seen:
        raise BadInput(
            _("the same person already stands in line %(line)s", line=seen[key])
            if "number" not in values
            else _("the number %(number)s already stands in line %(line)s", number=values["number"], line=seen[key])
        )
    seen[key] = person.line


def _person(row: Row, found: Columns) -> RosterRow:
    remarks: list[str] = []
    texts: dict[str, str] = {}
    for field, at in found.at.items():
        if field == "place":
            continue
        text, private = cells.without_identity(cells.tidy(_cell(row, found, field)))
        if private:
            remarks.append(_("an ID-card number in “%(column)s” was left out", column=found.headers[at]))
        texts[field] = text
    texts["name"] = cells.name(texts["name"])
    if not texts["name"]:
        raise BadInput(_("there is no name"))
    if texts["name"].casefold() in TOTALS:
        raise BadInput(_("this is a total, not a person"))
    if "number" in texts and not texts["number"]:
        raise BadInput(
            _("the number is an ID-card number; use another one")
            if _cell(row, found, "number")
            else _("there is no number for this person")
        )
    values = _values(texts, remarks)
    return RosterRow(row.line, values, tuple(remarks), cells.tidy(_cell(row, found, "place"))[:40])


def _values(texts: Mapping[str, str], remarks: list[str]) -> dict[str, Any]:
    """Return the fields of a person; what stands in two columns of office is joined, the Party's first."""
    values: dict[str, Any] = {}
    offices = [texts[field] for field in ("duty", "group_duty") if field in texts]
    if offices:
        values["duty"] = cells.short("、".join(dict.fromkeys(filter(None, offices))), LIMITS["duty"], LABELS["duty"])
    for field in ("number", "name", "gender", "group", "post", "shift", "phone", "note"):
        if field in texts:
            values[field] = cells.short(texts[field], LIMITS[field], LABELS[field])
    if "email" in texts:
        if texts["email"] and not ADDRESS.fullmatch(texts["email"]):
            remarks.append(_("“%(text)s” is no mail address and was left out", text=texts["email"][:20]))
        else:
            values["email"] = cells.short(texts["email"], LIMITS["email"], LABELS["email"])
    if "birth_year" in texts:
        born = cells.period(texts["birth_year"], LABELS["birth_year"])
        values["birth_year"] = int(born[:4]) if born else None
    if "joined_on" in texts:
        values["joined_on"] = cells.period(texts["joined_on"], LABELS["joined_on"])
    # An empty cell says nothing about membership or standing: what the roster has stays.
    if "category" in texts:
        category = cells.category(texts["category"])
        if category is None:
            remarks.append(_("membership is empty: a new person counts as not a member"))
        values["category"] = category.value if category else None
    if "standing" in texts:
        found = cells.standing(texts["standing"])
        if found:
            values["standing"], values["standing_note"] = found[0].value, cells.short(found[1], 80, LABELS["standing"])
            if not cells.known_standing(texts["standing"]):
                remarks.append(_("“%(text)s” is kept as written and counts as in post", text=texts["standing"][:20]))
    return values


def shown(field: str, value: Any, within: Organisation) -> str:
    """Return a stored value in the reader's words."""
    if value is None or value == "":
        return ""
    if field == "category":
        return category_word(within, MemberCategory(value))
    if field == "standing":
        return str(Standing(value).label)
    return str(value)


EXPORTED = (
    "number",
    "name",
    "gender",
    "birth_year",
    "group",
    "post",
    "duty",
    "category",
    "joined_on",
    "shift",
    "standing",
    "phone",
    "email",
    "note",
)


def headers(within: Organisation) -> list[str]:
    """Return the columns of the template and the export, in the organisation's words."""
    return [columns.label(field, within) for field in EXPORTED]


def template(within: Organisation) -> bytes:
    """Return an .xlsx with the columns an import understands and one example row."""
    example = {
        "number": "A001",
        "name": _("Name of a person"),
        "birth_year": 1990,
        "group": _("Team one"),
        "category": category_word(within, MemberCategory.FULL),
        "joined_on": "2016-09",
        "standing": str(Standing.ACTIVE.label),
        "note": _("Example: delete this row"),
    }
    return spreadsheet.write_xlsx(_("Roster"), headers(within), [[example.get(field, "") for field in EXPORTED]])


def export(members: Iterable[Member], within: Organisation) -> bytes:
    """Return the roster as .xlsx, with the columns an import reads back unchanged."""
    rows = [[_exported(member, field, within) for field in EXPORTED] for member in members]
    return spreadsheet.write_xlsx(_("Roster"), headers(within), rows)


def _exported(member: Member, field: str, within: Organisation) -> object:
    if field == "group":
        return member.group.name if member.group else ""
    if field == "standing" and member.standing_note:
        return member.standing_note
    value = getattr(member, field)
    return value if isinstance(value, int) else shown(field, value, within)
