"""What pages filter by is indexed, on both engines: no page reads a table that grows from end to end."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Executable, Select, create_engine, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement

from core.db import Model, db
from tests.conftest import POSTGRES

# Tables that have thousands of rows in a large organisation, or that grow with every year.
LARGE = {
    "account_session", "action", "audit_entry", "concern", "envelope", "envelope_key", "excerpt", "follow_up",
    "invitation", "job", "leaf", "member", "reply", "response", "sealed_response", "search_place", "talk",
    "talk_correction", "talk_draft", "talk_event", "talk_passage", "talk_reader", "talk_revision", "talk_scan",
}  # fmt: skip
# Read from end to end on purpose: (page, table), and why.
WHOLE: dict[tuple[str, str], str] = {}
# Foreign keys nothing is looked up by: what they point to is never deleted, or only with everything.
NEVER_LOOKED_UP = {
    "audit_entry.account_id": "accounts are closed, never deleted; the trail is read by organisation and number",
    "invitation.member_id": "the anonymous side keeps no order by person that is not needed",
    "reply.drafted_by": "accounts are closed, never deleted",
    "reply.approved_by": "accounts are closed, never deleted",
    "talk.created_by": "accounts are closed, never deleted; an index over several columns holds it",
    "talk.changed_by": "accounts are closed, never deleted",
    "talk.guide_id": "guides are put away, never deleted",
    "talk_event.added_by": "accounts are closed, never deleted",
    "talk_revision.written_by": "accounts are closed, never deleted",
    "talk_scan.added_by": "accounts are closed, never deleted",
}
ALIAS = re.compile(r"(\w+)\s+AS\s+(\w+)")


class Explained(Executable, ClauseElement):
    """A statement to be explained instead of carried out."""

    inherit_cache = False

    def __init__(self, statement: Any) -> None:
        self.statement = statement


@compiles(Explained)
def _explained(element: Explained, compiler: Any, **options: Any) -> str:
    return "EXPLAIN " + compiler.process(element.statement, **options)


@contextmanager
def postgresql() -> Iterator[Any]:
    """A connection to empty tables, where reading a table whole is what the planner does only for want of an index."""
    engine = create_engine(POSTGRES)
    with engine.begin() as connection:
        for line in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "SET enable_seqscan = off"):
            connection.execute(text(line))
        Model.metadata.create_all(connection)
        yield connection
        connection.rollback()
    engine.dispose()


def test_sqlite_finds_what_pages_ask_for_by_an_index(pages) -> None:
    known: dict[str, set[str]] = {}
    found: dict[tuple[str, str], str] = {}
    with pages.world.app.app_context():
        for page, seen in pages.many.items():
            for statement, bound in seen.statements:
                if not statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
                    continue
                if statement not in known:
                    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", bound).all()
                    aliases = {alias: table for table, alias in ALIAS.findall(statement)}
                    names = [match[1] for row in plan if (match := re.match(r"SCAN (\w+)", row[3]))]
                    known[statement] = {aliases.get(name, name) for name in names} & LARGE
                found |= {(page, table): statement for table in known[statement]}
        db.session.remove()
    assert len(known) > 200
    assert {place: found[place] for place in set(found) - set(WHOLE)} == {}
    assert set(WHOLE) <= set(found), "may be read whole, but is not"


@pytest.mark.postgres
@pytest.mark.skipif(not POSTGRES, reason="XINSHENG_TEST_POSTGRES is not set")
def test_postgresql_finds_what_pages_ask_for_by_an_index(pages) -> None:
    known: dict[str, set[str]] = {}
    found: dict[tuple[str, str], str] = {}
    with pages.world.app.app_context(), postgresql() as connection:
        for page, seen in pages.many.items():
            for clause, bound in seen.asked:
                if not isinstance(clause, Select):
                    continue
                statement = str(clause)
                if statement not in known:
                    told = connection.execute(Explained(clause), bound or {}).cursor  # plain text, of no column's type
                    plan = "\n".join(line for (line,) in told.fetchall())
                    known[statement] = set(re.findall(r"Seq Scan on (\w+)", plan)) & LARGE
                found |= {(page, table): statement for table in known[statement]}
    assert len(known) > 150
    assert {place: found[place] for place in set(found) - set(WHOLE)} == {}


def test_what_points_to_another_row_can_be_found_from_there() -> None:
    missing = set()
    for table in (Model.metadata.tables[name] for name in LARGE):
        led = {list(index.columns)[0].name for index in table.indexes}
        led |= {list(each.columns)[0].name for each in table.constraints if getattr(each, "columns", None)} - {
            key.parent.name for key in table.foreign_keys
        }
        led |= {list(table.primary_key.columns)[0].name}
        missing |= {f"{table.name}.{key.parent.name}" for key in table.foreign_keys if key.parent.name not in led}
    assert missing == set(NEVER_LOOKED_UP)
