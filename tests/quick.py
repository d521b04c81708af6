"""What every test would make anew although it is always the same: made once per process, then copied."""

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.pool import StaticPool
from werkzeug.routing import Rule

from core import schema
from core.db import Model


def make_tables(connection: Connection) -> None:
    """Write every table in one go, so that no test waits for the migrations."""
    Model.metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": schema.head()})


@cache
def empty_database() -> bytes:
    """Return the bytes of an SQLite file with every table and no row."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        make_tables(connection)
    with engine.connect() as connection:
        content: bytes = connection.connection.driver_connection.serialize()  # type: ignore[union-attr]
    engine.dispose()
    return content


class CompiledTemplates(BytecodeCache):
    """Templates compiled by one test, for the next: an entry counts only while its source is the same."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill `bucket` when its template is known."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what has just been compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = CompiledTemplates()


def keep_address_builders() -> None:
    """Let the applications of all tests share the functions that build addresses.

    Werkzeug compiles two for each rule of each application, most of the time an application needs to start. They
    depend on the rule alone: what they fill in, they ask of the rule they are bound to.
    """
    compile_builder: Callable[[Rule, bool], Any] = Rule._compile_builder
    kept: dict[tuple[object, ...], Any] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Any:
        key = (tuple(rule._trace), tuple(sorted((rule.defaults or {}).items())), append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = compiled  # type: ignore[method-assign]
