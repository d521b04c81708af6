"""Every table as lines of JSON that mean the same on either database, in the order of its key.

A line is a row, an array with a value for each column. Values are typed: what JSON cannot say is text of one spelling
(bytes in base64, days and moments in ISO 8601, moments in UTC), and JSON columns are kept as the text they are. Rows
stand in the order of the primary key, by bytes where it is text. For anonymous tables that key is random: neither the
order of arrival nor a deleted row nor a free page of the database gets into a backup.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.backup.base import BackupFailed
from core.i18n import _

VERSION = "alembic_version"  # which migration a database stands at is told by the manifest
AT_ONCE = 500  # rows


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of one kind of column travel: `out` makes JSON's value, `back` what the database's driver takes."""

    out: Callable[[Any], Any]
    back: Callable[[Any], Any]


def _moment(value: Any) -> str:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    aware = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return aware.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else date.fromisoformat(value[:10]).isoformat()


KINDS = {
    "text": Kind(str, str),
    "json": Kind(str, str),
    "int": Kind(int, int),
    "bool": Kind(bool, bool),
    "float": Kind(float, float),
    "bytes": Kind(lambda value: base64.b64encode(value).decode(), base64.b64decode),
    "date": Kind(_day, date.fromisoformat),
    "moment": Kind(_moment, datetime.fromisoformat),
}
TYPES: tuple[tuple[type, str], ...] = (
    (sa.JSON, "json"),
    (sa.Boolean, "bool"),
    (sa.Integer, "int"),
    (sa.LargeBinary, "bytes"),
    (sa.DateTime, "moment"),
    (sa.Date, "date"),
    (sa.Float, "float"),
    (sa.Numeric, "float"),
    (sa.String, "text"),
)
# What SQLite writes into a file: text, of the spelling SQLAlchemy gives it there.
WRITTEN = {
    "date": lambda value: value.isoformat(),
    "moment": lambda value: value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands in a database: columns in their order with the kind of each, and its primary key."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    def told(self) -> list[list[str]]:
        """Return the columns as a note has them."""
        return [list(column) for column in self.columns]


def tables(connection: Connection) -> list[Table]:
    """Return the tables of this database by name; raise `BackupFailed` when one has a column of no known kind."""
    looker = sa.inspect(connection)
    keys = {name: found["constrained_columns"] for (_schema, name), found in looker.get_multi_pk_constraint().items()}
    found = sorted((name, columns) for (_schema, name), columns in looker.get_multi_columns().items())
    return [
        Table(name, tuple((one["name"], _kind(name, one)) for one in columns), tuple(keys[name]))
        for name, columns in found
        if name != VERSION
    ]


def _kind(table: str, column: Any) -> str:
    for type_, kind in TYPES:
        if isinstance(column["type"], type_):
            return kind
    raise BackupFailed(
        _("The column %(name)s is of a kind no backup knows.", name=f"{table}.{column['name']}: {column['type']}")
    )


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Yield the rows of a table as lines, ends included, a few at a time in memory."""
    dialect = connection.dialect.name
    wanted = [_asked(name, kind, dialect) for name, kind in table.columns]
    query = sa.select(*wanted).select_from(sa.table(table.name)).order_by(*_order(table, dialect))
    outs = [KINDS[kind].out for _name, kind in table.columns]
    options = {"stream_results": True, "yield_per": AT_ONCE}
    for row in connection.execute(query, execution_options=options):
        values = [None if value is None else out(value) for value, out in zip(row, outs, strict=True)]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _asked(name: str, kind: str, dialect: str) -> Any:
    column: sa.ColumnClause[Any] = sa.column(name)
    if dialect == "postgresql" and kind == "json":
        return sa.cast(column, sa.Text)  # as it was written, not as a driver understands it
    return column


def _order(table: Table, dialect: str) -> list[Any]:
    """Return what sorts by the key; text by its bytes, as SQLite does, whatever the language of the server."""
    kinds = dict(table.columns)
    names = table.key or tuple(kinds)
    columns = [sa.column(name, sa.Text() if kinds[name] == "text" else None) for name in names]
    if dialect != "postgresql":
        return list(columns)
    return [sa.collate(one, "C") if kinds[one.name] == "text" else one for one in columns]


def load(connection: Connection, table: Table, written: Iterable[bytes]) -> None:
    """Put lines of `lines` into an empty table; raise `BackupFailed` when one does not fit."""
    backs = [KINDS[kind].back for _name, kind in table.columns]
    driver: Any = connection.dialect.dbapi
    rows = (_row(table, line, backs) for line in written)
    try:
        if connection.dialect.name == "postgresql":
            _copy(connection, table, rows)
        else:
            _insert(connection, table, rows)
    except (ValueError, TypeError, KeyError) as error:
        raise BackupFailed(_("The table %(name)s of this backup is damaged.", name=table.name)) from error
    except sa.exc.DBAPIError as error:
        raise _refused(table, error.orig) from error
    except driver.Error as error:
        raise _refused(table, error) from error


def _refused(table: Table, error: Any) -> BackupFailed:
    # Only the kind of the error: what the database says of it may hold the value.
    return BackupFailed(
        _("The database refused a row of the table %(name)s (%(kind)s).", name=table.name, kind=type(error).__name__)
    )


def _row(table: Table, line: bytes, backs: Sequence[Callable[[Any], Any]]) -> list[Any]:
    values = json.loads(line)
    if not isinstance(values, list):
        raise ValueError("a row is an array")
    return [None if value is None else back(value) for value, back in zip(values, backs, strict=True)]


def _insert(connection: Connection, table: Table, rows: Iterator[list[Any]]) -> None:
    names = ", ".join(f'"{name}"' for name, _kind in table.columns)
    places = ", ".join("?" for _column in table.columns)
    spelled = [WRITTEN.get(kind) for _name, kind in table.columns]
    connection.connection.driver_connection.executemany(  # type: ignore[union-attr]
        f'INSERT INTO "{table.name}" ({names}) VALUES ({places})',
        (
            [write(value) if write and value is not None else value for value, write in zip(row, spelled, strict=True)]
            for row in rows
        ),
    )


def _copy(connection: Connection, table: Table, rows: Iterator[list[Any]]) -> None:
    names = ", ".join(f'"{name}"' for name, _kind in table.columns)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
