"""The ledger as a file: out as a workbook, in with every row judged and shown before anything is written."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import select

from concerns import actions, ledger, ledger_columns
from concerns.actions import Plan, Registers
from concerns.curation import hold
from concerns.ledger_columns import squeezed
from concerns.ledger_reading import RawRow, Reader, Target
from concerns.ledger_rows import ALL_COLUMNS, COLUMNS, View, Words
from concerns.models import Action, Concern
from core import spreadsheet
from core.db import db
from core.errors import BadInput
from core.i18n import _, lazy
from core.spreadsheet import Row, Sheet
from core.terms import Term
from members.models import Account, Organisation

ROWS = 1000  # a preview carries them all along
LABEL = 120


class Fate(Term):
    """What becomes of a row."""

    NEW = "new", lazy("New")
    SAME = "same", lazy("Already there")
    REFUSED = "refused", lazy("Refused")


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row with its fate: `plan` is set for a new one, `faults` for a refused one.

    `label` is the concern it goes to, `made` whether that one has yet to be made; `told` is how its words were read.
    """

    line: int
    fate: Fate
    texts: dict[str, str]
    label: str
    made: bool
    plan: Plan | None = None
    faults: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows were written, were there already, and were left out; and how many concerns were made for them."""

    new: int
    same: int
    left_out: int
    concerns: int


def workbook(wish: ledger.Wish, *, within: Organisation) -> bytes:
    """Return the rows as an .xlsx: the whole ledger, which an import reads back, and its three lists."""
    words, out = Words(within), io.BytesIO()
    rows, sheets = ledger.lines(wish, within=within), []
    told = {row.id: {column: words.told(row, column) for column in ALL_COLUMNS} for row in rows}
    for view in View:
        columns = COLUMNS[view]
        title = words.ledger if view is View.ALL else str(view.label)
        cells = [[told[row.id][column] for column in columns] for row in ledger.in_order(rows, view)]
        sheets.append(Sheet(title, [words.title(column) for column in columns], cells))
    spreadsheet.write_book(sheets, out)
    return out.getvalue()


def read(content: bytes, name: str, *, within: Organisation) -> list[RawRow]:
    """Return the rows of an .xlsx or .csv ledger; raise `BadInput` when it is none.

    An empty problem is the one above, as merged cells are read.
    """
    name = name.strip()[-200:] or "-"
    table, words = spreadsheet.read(content, name), Words(within)
    at, columns = ledger_columns.header(table, name, {column: words.title(column) for column in ALL_COLUMNS})
    rows = list(_rows(table[at + 1 :], columns))
    if not rows:
        raise BadInput(_("%(name)s has a header but no rows.", name=name))
    if len(rows) > ROWS:
        raise BadInput(_("%(name)s has more than %(count)s rows; split it.", name=name, count=ROWS))
    return rows


def _rows(table: Sequence[Row], columns: dict[int, str]) -> Iterator[RawRow]:
    above: dict[str, str] = {}
    for row in table:
        texts = {name: row.cells[at] for at, name in columns.items() if at < len(row.cells) and row.cells[at]}
        filled = [cell for cell in row.cells if cell]
        if not texts or (not texts.get("measure") and ledger_columns.FOOT.match(filled[0])):
            continue  # who filled it in, sums, remarks under the table
        if not texts.get("problem") and texts.get("measure"):
            texts = {name: above[name] for name in ("problem", "source", "category") if name in above} | texts
        above = texts
        yield RawRow(row.line, texts)


def packed(rows: Iterable[RawRow]) -> str:
    """Return rows as text that a page carries along."""
    return json.dumps([asdict(row) for row in rows], ensure_ascii=False, separators=(",", ":"))


def unpacked(text: str) -> list[RawRow]:
    """Return rows a page carried along; raise `BadInput` when they are none."""
    try:
        rows = [
            RawRow(int(row["line"]), {str(name): _plain(cell) for name, cell in row["texts"].items()})
            for row in json.loads(text)
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadInput(_("These are not the rows of a file. Choose the file again.")) from error
    if not rows or len(rows) > ROWS:
        raise BadInput(_("These are not the rows of a file. Choose the file again."))
    return rows


def _plain(cell: object) -> str:
    """Text a database takes, whatever a page sent."""
    return str(cell).replace("\0", "").encode("utf-8", "ignore").decode()


def judge(rows: Sequence[RawRow], target: Target, *, within: Organisation) -> list[JudgedRow]:
    """Return every row with its fate, in the order of the file; nothing is written."""
    known = _Known(target, within)
    return [known.judged(row) for row in rows]


def write(
    rows: Sequence[RawRow], target: Target, *, within: Organisation, by: Account, leave_out_faulty: bool = False
) -> Outcome:
    """Write the new rows, all of them or none; raise `BadInput` while one is refused and not left out."""
    hold(target.investigation.id)
    judged = judge(rows, target, within=within)
    refused = [row for row in judged if row.fate is Fate.REFUSED]
    if refused and not leave_out_faulty:
        raise BadInput(
            _(
                "Line %(line)s: %(reason)s Nothing was imported. Correct the file, or choose to leave out faulty rows.",
                line=refused[0].line,
                reason=" ".join(refused[0].faults),
            )
        )
    concerns, registers, made = _concerns(target), Registers(within), 0
    for row in judged:
        if row.plan is None:
            continue
        concern = target.concern or concerns.get(squeezed(row.label))
        if concern is None:
            concern = Concern(
                organisation_id=within.id, investigation_id=target.investigation.id, label=row.label, curated=True
            )
            db.session.add(concern)
            db.session.flush()
            concerns[squeezed(row.label)] = concern
            made += 1
        plan = row.plan if not concern.category else replace(row.plan, category=None)
        actions.put(concern, plan, registers, by=by, brought=True)
    return Outcome(
        new=sum(row.fate is Fate.NEW for row in judged),
        same=sum(row.fate is Fate.SAME for row in judged),
        left_out=len(refused),
        concerns=made,
    )


def _concerns(target: Target) -> dict[str, Concern]:
    """The concerns rows may go to by name, those that are shown before those that are hidden."""
    rows = db.session.scalars(
        select(Concern)
        .where(Concern.investigation_id == target.investigation.id, Concern.merged_into_id.is_(None))
        .order_by(Concern.hidden.desc(), Concern.id.desc())
    )
    return {squeezed(row.label): row for row in rows}


class _Known:
    """What is there already, and what was met earlier in the same file."""

    def __init__(self, target: Target, within: Organisation) -> None:
        self._target, self._reader = target, Reader(target, within)
        self._labels = {key: row.label for key, row in _concerns(target).items()}
        there = select(Action, Concern.label).join(Concern).where(Action.organisation_id == within.id)
        self._numbers: dict[str, tuple[str, str]] = {}
        self._contents: set[tuple[str, ...]] = set()
        for action, label in db.session.execute(there):
            if action.number:
                self._numbers[action.number] = (squeezed(action.measure), squeezed(action.owner))
            self._contents.add((squeezed(label), squeezed(action.measure), squeezed(action.owner)))

    def judged(self, row: RawRow) -> JudgedRow:
        """Return a row with its fate, and take note of it."""
        plan, faults, told = self._reader.read(row)
        named = " ".join(self._reader.names.masked(row.texts.get("problem", "")).split())[:LABEL]
        label = self._target.concern.label if self._target.concern else self._labels.get(squeezed(named), named)
        made = self._target.concern is None and squeezed(named) not in self._labels
        if plan is not None and not faults:
            plan = replace(plan, problem="" if squeezed(plan.problem) == squeezed(label) else plan.problem)
            essence = (squeezed(plan.measure), squeezed(plan.owner))
            there = self._numbers.get(plan.number)
            if there == essence or (not plan.number and (squeezed(label), *essence) in self._contents):
                return JudgedRow(row.line, Fate.SAME, row.texts, label, False, told=told)
            if there is None:
                if plan.number:
                    self._numbers[plan.number] = essence
                self._contents.add((squeezed(label), *essence))
                return JudgedRow(row.line, Fate.NEW, row.texts, label, made, plan, told=told)
            faults = (
                _(
                    "Another row already has the number %(number)s. An import never overwrites: change that row on its "
                    "page, or give this one another number.",
                    number=plan.number,
                ),
            )
        return JudgedRow(row.line, Fate.REFUSED, row.texts, label, made, faults=faults, told=told)
