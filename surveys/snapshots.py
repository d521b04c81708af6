"""The columnar snapshot of a closed survey: one Parquet file, counted with DuckDB.

The database keeps the truth: one JSON document for each response. A snapshot is made from it when a survey is large,
can be thrown away and made again, and must give the very same counts (a test holds it to that). Its rows stand in the
order of the responses' random keys, which themselves are not in it.

Where answers were stored apart, every item taken apart fills its columns in the order of its own rows' keys. A row of
the file is then no person: only the items that stayed whole stand side by side in it, and no rows are given.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from sqlalchemy import func, select

from core import storage
from core.db import db
from core.terms import Channel, Split
from questions.base import Column, Counts, Item, Measure
from questions.paths import walk
from questions.rules import holds
from surveys import questionnaires
from surveys.counting import Cross, Totals
from surveys.models import Response, Survey
from surveys.questionnaires import Ready
from surveys.splitting import WHOLE, StoredApart, answer, apart

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LARGE = 10_000  # rows of responses from which on a survey is counted from its snapshot
CHUNK = 5_000  # responses in memory at once while a snapshot is made
CHANNEL, COMPLETE, ASKED = "channel", "complete", "asked:"
MEMORY = "512MB"


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the file and what it holds: a cell of an item, or whether a conditional item was asked."""

    name: str
    type: str


def stored_as(survey: Survey) -> str:
    """Return the name a survey's snapshot is stored under."""
    return f"snapshots/{survey.public_id}.parquet"


def file(survey: Survey) -> Path:
    """Return where DuckDB can read a survey's snapshot; nothing is there when none was made."""
    return storage.path(stored_as(survey))


@dataclass(frozen=True, slots=True)
class _Plan:
    """The columns that rows of one part fill, and what makes their cells of the row's answers."""

    fields: tuple[Field, ...]
    cells: Callable[[Mapping[str, Any]], list[Any]]


def worth_it(responses: int, asked: Ready, split: Split | None) -> bool:
    """Say whether so many responses, taken apart or not, are better counted from a snapshot."""
    return responses * len(_plans(asked, split)) > LARGE


def fields(asked: Ready, split: Split | None = None) -> list[Field]:
    """Return the columns of the file for a version."""
    return [field for plan in _plans(asked, split).values() for field in plan.fields]


def _plans(asked: Ready, split: Split | None) -> dict[str, _Plan]:
    """Return for each part of an answer what its rows fill."""
    alone = apart(asked.items, split)
    closed = [item for item in asked.items if item.kind.answerable]
    plans = {item.name: _plan_alone(item) for item in closed if item.name in alone}
    if plans and split is Split.ALL:
        return plans
    return {WHOLE: _plan(asked, [item for item in closed if item.name not in alone]), **plans}


def _plan(asked: Ready, items: Sequence[Item]) -> _Plan:
    listed = [Field(CHANNEL, "VARCHAR"), Field(COMPLETE, "BOOLEAN")]
    jumped = any(item.jumps for item in asked.items)
    for item in items:
        if item.rules or jumped:
            listed.append(Field(ASKED + item.name, "BOOLEAN"))
        listed += [Field(column.name, _type(column)) for column in item.kind.exported(item)]
    return _Plan(tuple(listed), _cells(asked, items))


def _plan_alone(item: Item) -> _Plan:
    columns = tuple(Field(column.name, _type(column)) for column in item.kind.exported(item))

    def cells(answers: Mapping[str, Any]) -> list[Any]:
        found = answer(answers)
        return [found is not None, *item.kind.cells(found or {}, item)]

    return _Plan((Field(ASKED + item.name, "BOOLEAN"), *columns), cells)


def _type(column: Column) -> str:
    if column.measure is Measure.NUMBER:
        return "DOUBLE"
    coded = bool(column.labels) and all(isinstance(value, int) for value in column.labels)
    return "SMALLINT" if coded else "VARCHAR"


def build(survey: Survey, asked: Ready, *, progress: Callable[[float], None] = lambda share: None) -> Path:
    """Write a closed survey's snapshot, a chunk at a time; a half-made one never replaces a whole one."""
    plans = _plans(asked, survey.split)
    size = _size(survey)
    with tempfile.TemporaryDirectory(dir=storage.scratch(), prefix="making-") as making, _connection() as duck:
        names, done = {part: f"{place:03}" for place, part in enumerate(plans)}, 0
        for part, name in names.items():
            _write(duck, plans[part].fields, [], Path(making) / f"{name}-00000.parquet")
        for number, (part, rows) in enumerate(_chunks(survey, plans), start=1):
            _write(duck, plans[part].fields, rows, Path(making) / f"{names[part]}-{number:05}.parquet")
            done += len(rows)
            progress(done / max(size, 1))
        pieces = " POSITIONAL JOIN ".join(f"read_parquet('{making}/{name}-*.parquet')" for name in names.values())
        whole = Path(making) / "whole"
        duck.execute(f"COPY (SELECT * FROM {pieces}) TO '{whole}' (FORMAT parquet, COMPRESSION zstd)")
        storage.put(stored_as(survey), whole)
    return file(survey)


def _chunks(survey: Survey, plans: Mapping[str, _Plan]) -> Iterator[tuple[str, list[list[Any]]]]:
    """Yield the cells of many rows of one part, each part's in the order of its rows' keys."""
    held: dict[str, list[list[Any]]] = {part: [] for part in plans}
    for part, channel, complete, answers in _rows(survey.id):
        cells = plans[part].cells(answers)
        held[part].append(cells if part != WHOLE else [channel and channel.value, complete, *cells])
        if len(held[part]) == CHUNK:
            yield part, held[part]
            held[part] = []
    yield from held.items()


def _rows(survey_id: int) -> Iterator[tuple[str, Channel | None, bool, Mapping[str, Any]]]:
    """Yield what a closed survey's rows say, in the order of their keys.

    They are asked for lot by lot, each after the last key of the one before: a job reports progress between two, which
    ends the transaction, and on PostgreSQL every cursor with it.
    """
    query = (
        select(Response.id, Response.part, Response.channel, Response.complete, Response.answers)
        .where(Response.survey_id == survey_id)
        .order_by(Response.id)
        .limit(CHUNK)
    )
    after = ""
    while lot := db.session.execute(query.where(Response.id > after)).all():
        for _key, *told in lot:
            yield tuple(told)
        after = lot[-1][0]


def _cells(asked: Ready, items: Sequence[Item]) -> Callable[[Mapping[str, Any]], list[Any]]:
    """Return what turns a response's answers into the cells of its row, in the order of `fields`.

    Answers off the path were never stored, so a rule can be judged on all answers at once; only jumps need the walk.
    """
    plan = [(item, item.kind.cells, item.rules) for item in items]
    jumped = any(item.jumps for item in asked.items)

    def cells(answers: Mapping[str, Any]) -> list[Any]:
        on_path = {item.name for item in walk(asked.items, answers)[0]} if jumped else ()
        row: list[Any] = []
        for item, of, rules in plan:
            if jumped:
                row.append(item.name in on_path)
            elif rules:
                row.append(all(holds(rule, answers) for rule in rules))
            row += of(answers, item)
        return row

    return cells


def _write(duck: "DuckDBPyConnection", listed: Sequence[Field], rows: Sequence[Sequence[Any]], path: Path) -> None:
    import numpy as np  # here: web workers that show small surveys need neither numpy nor DuckDB

    columns = list(zip(*rows, strict=True)) if rows else [()] * len(listed)
    chunk: dict[str, Any] = {}
    for place, (field, values) in enumerate(zip(listed, columns, strict=True)):
        array = np.empty(len(values), dtype=object)
        array[:] = [None if value is None else str(value) for value in values] if field.type == "VARCHAR" else values
        chunk[f"c{place}"] = array
    told = ", ".join(
        f"TRY_CAST(c{place} AS {field.type}) AS {_quoted(field.name)}" for place, field in enumerate(listed)
    )
    duck.register("chunk", chunk)
    duck.execute(f"COPY (SELECT {told} FROM chunk) TO '{path}' (FORMAT parquet)")
    duck.unregister("chunk")


def _connected() -> "DuckDBPyConnection":
    import duckdb  # here: see _write

    duck = duckdb.connect(":memory:")
    duck.execute(f"SET memory_limit = '{MEMORY}'")
    # Nothing is fetched, ever: not an extension, not a remote file; and nothing is spilled where it could stay behind.
    duck.execute("SET autoinstall_known_extensions = false")
    duck.execute("SET temp_directory = ''")
    return duck


@contextmanager
def _connection() -> Iterator["DuckDBPyConnection"]:
    duck = _connected()
    try:
        yield duck
    finally:
        duck.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def rows(survey: Survey, asked: Ready) -> Iterator[Sequence[Any]]:
    """Yield every response as (complete, cell, cell, ...), cells in the order of the exported columns.

    Raises `StoredApart` where something was taken apart.
    """
    if apart(asked.items, survey.split):
        raise StoredApart
    path = ready(survey, asked)
    columns = [column for item in asked.items if item.kind.answerable for column in item.kind.exported(item)]
    told = ", ".join([COMPLETE, *(_quoted(column.name) for column in columns)])
    mended = [(place, column) for place, column in enumerate(columns, start=1) if _needs_mending(column)]
    with _connection() as duck:
        found = duck.execute(f"SELECT {told} FROM read_parquet('{path}')")
        while part := found.fetchmany(CHUNK):
            for cells in part:
                row = list(cells)
                for place, column in mended:
                    if row[place] is not None:
                        row[place] = _value(row[place], column)
                yield row


def ready(survey: Survey, asked: Ready) -> Path:
    """Return a survey's snapshot, made now when it is not there or is not of these responses."""
    path = file(survey)
    return path if fresh(survey, path) else build(survey, asked)


def fresh(survey: Survey, path: Path) -> bool:
    """Say whether a snapshot is of as many responses as the database holds; they never change once closed."""
    if not path.exists():
        return False
    with _connection() as duck:
        held = duck.execute(f"SELECT num_rows FROM parquet_file_metadata('{path}')").fetchone()
    parts = len(_plans(questionnaires.ready(survey.version), survey.split))
    return held is not None and held[0] * parts == _size(survey)


def _size(survey: Survey) -> int:
    return db.session.scalar(select(func.count()).select_from(Response).where(Response.survey_id == survey.id)) or 0


def _needs_mending(column: Column) -> bool:
    """Say whether a column's values come back from the file as something else than they went in."""
    return column.measure is Measure.NUMBER or any(not isinstance(value, str) for value in column.labels)


class Texts(Sequence[str]):
    """The texts of one column, read from the file when they are asked for, in the order of their words."""

    def __init__(self, ask: Callable[[str], list[tuple[Any, ...]]], name: str) -> None:
        self._ask, self._name = ask, _quoted(name)
        self._size: int | None = None

    def __len__(self) -> int:
        if self._size is None:
            self._size = int(self._ask(f"SELECT count({self._name}) FROM answers")[0][0])
        return self._size

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            return self._read(start, max(stop - start, 0))[::step] if step > 0 else list(self)[place]
        return self._read(range(len(self))[place], 1)[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read(0, len(self)))

    def _read(self, start: int, count: int) -> list[str]:
        query = (
            f"SELECT {self._name} FROM answers WHERE {self._name} IS NOT NULL ORDER BY 1 LIMIT {count} OFFSET {start}"
        )
        return [text for (text,) in self._ask(query)]


class SnapshotSource:
    """Counts from a snapshot: the same protocol, and the same numbers, as counting in the database."""

    def __init__(self, path: Path, asked: Ready, *, split: Split | None = None, known: Totals | None = None) -> None:
        self.apart = apart(asked.items, split)
        self._asked, self._known = asked, known
        self._fields = {field.name for field in fields(asked, split)}
        self._counted: dict[str, Counts] = {}
        self._duck = _connected()
        self._duck.execute(f"CREATE VIEW answers AS SELECT * FROM read_parquet('{path}')")

    def size(self) -> int:
        """Return how many responses there are."""
        return int(self._one("SELECT count(*) FROM answers")[0])

    def complete(self) -> int:
        """Return how many have every required answer."""
        if self._known or COMPLETE not in self._fields:
            return self._known.complete if self._known else 0
        return int(self._one(f"SELECT count(*) FILTER ({COMPLETE}) FROM answers")[0])

    def channels(self) -> Mapping[Channel, int]:
        """Return how many came through each door."""
        if self._known or CHANNEL not in self._fields:
            return self._known.channels if self._known else {}
        rows = self._all(f"SELECT {CHANNEL}, count(*) FROM answers WHERE {CHANNEL} IS NOT NULL GROUP BY 1")
        return {Channel(value): times for value, times in rows}

    def counts(self, item: Item) -> Counts:
        """Return an item's counts; all items are counted in one go, in one pass over the file."""
        if not self._counted:
            self._counted = self._count([item for item in self._asked.items if item.kind.answerable])
        return self._counted[item.name]

    def _count(self, items: Sequence[Item]) -> dict[str, Counts]:
        wanted: list[str] = ["count(*)"]
        for item in items:
            columns = item.kind.exported(item)
            given = " OR ".join(f"{_quoted(column.name)} IS NOT NULL" for column in columns)
            flag = ASKED + item.name
            wanted.append(f"count(*) FILTER ({_quoted(flag)})" if flag in self._fields else "count(*)")
            wanted.append(f"count(*) FILTER ({given})")
            wanted += [f"histogram({_quoted(column.name)})" for column in columns if column.measure is not Measure.TEXT]
        told = iter(self._one(f"SELECT {', '.join(wanted)} FROM answers"))
        size, counted = next(told), {}
        for item in items:
            asked, answered = next(told), next(told)
            columns = item.kind.exported(item)
            by = {
                column.name: {_value(value, column): times for value, times in (next(told) or {}).items()}
                for column in columns
                if column.measure is not Measure.TEXT
            }
            texts = {column.name: Texts(self._all, column.name) for column in columns if column.measure is Measure.TEXT}
            counted[item.name] = Counts(asked, answered, size - asked, by, texts)
        return counted

    def cross(self, a: Item, b: Item) -> Cross:
        """Return how two different items were answered together; raise `StoredApart`."""
        if {a.name, b.name} & self.apart:
            raise StoredApart
        on_path = " AND ".join(
            [_quoted(ASKED + item.name) for item in (a, b) if ASKED + item.name in self._fields] or ["true"]
        )
        both: dict[tuple[str, Any, str, Any], int] = {}
        columns = [
            [column for column in item.kind.exported(item) if column.measure is not Measure.TEXT] for item in (a, b)
        ]
        for left in columns[0]:
            for right in columns[1]:
                query = (
                    f"SELECT {_quoted(left.name)}, {_quoted(right.name)}, count(*) FROM answers "
                    f"WHERE {on_path} GROUP BY ALL"
                )
                for value, other, times in self._all(query):
                    both[left.name, _value(value, left), right.name, _value(other, right)] = times
        asked = self._one(f"SELECT count(*) FROM answers WHERE {on_path}")[0]
        return Cross(asked, both)

    def _one(self, query: str) -> tuple[Any, ...]:
        return self._all(query)[0]

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self._duck.execute(query).fetchall()
        return rows


def _value(value: Any, column: Column) -> Any:
    """Return a value as `cells` gave it: whole numbers whole, words where a coded column holds both."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value not in column.labels:
        return next((known for known in column.labels if str(known) == value), value)
    return value
