"""The tables of anonymous answers know no member, no moment and no order; the attack knows every table there is."""

import pytest
import sqlalchemy as sa

from core.db import Model, db
from surveys import footprints
from surveys import models as survey_tables
from tests.anonymity.attack.schema import ANONYMOUS, COLUMNS, NAMING

FORBIDDEN = ("member", "account", "invitation", "user", "ip", "agent", "cookie", "at", "on", "time", "created", "seq")


def test_the_attack_has_looked_at_every_table() -> None:
    assert set(Model.metadata.tables) == set(COLUMNS)


@pytest.mark.parametrize("table", sorted(Model.metadata.tables))
def test_the_attack_has_looked_at_every_column(table: str) -> None:
    assert set(Model.metadata.tables[table].columns.keys()) == COLUMNS[table]


def test_the_attack_knows_where_people_are_named() -> None:
    found: dict[str, set[str]] = {name: {"id"} for name in ("member", "account")}
    for table in Model.metadata.tables.values():
        for key in table.foreign_keys:
            if key.column.table.name in ("member", "account"):
                found.setdefault(table.name, set()).add(key.parent.name)
    assert found == NAMING
    told = {(entry["table"], entry["id"]) for entry in footprints.naming_members()}
    members = {"member": {"id"}, "account": {"member_id"}, "invitation": {"member_id"}}
    members |= {"talk": {"member_id", "interviewer_id"}, "follow_up": {"owner_id"}, "talk_event": {"member_id"}}
    members["action"] = {"owner_id"}
    assert told == {(table, column) for table, columns in members.items() for column in columns}


def test_anonymous_tables_hold_nothing_that_ties(app) -> None:
    for name in ANONYMOUS:
        table = Model.metadata.tables[name]
        for column in table.columns:
            words = column.name.split("_")
            assert not set(words) & set(FORBIDDEN), f"{name}.{column.name}"
            assert not isinstance(column.type, (sa.DateTime, sa.Date, sa.Time)), f"{name}.{column.name} is a time"
            assert column.identity is None and column.autoincrement is not True, f"{name}.{column.name} counts"
        targets = {key.column.table.name for key in table.foreign_keys}
        assert targets <= {"survey"}, f"{name} points at {targets}"
        key = list(table.primary_key.columns)
        assert len(key) == 1 and not isinstance(key[0].type, sa.Integer), f"{name} has a counting key"


def test_nothing_points_at_an_answer(app) -> None:
    for table in Model.metadata.tables.values():
        for key in table.foreign_keys:
            assert key.column.table.name not in ANONYMOUS, f"{table.name} points at {key.column.table.name}"


def test_sqlite_keeps_no_row_number(app) -> None:
    for name in (*ANONYMOUS, "invitation", "keyed_sheet"):
        created = db.session.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = :name").bindparams(name=name))
        assert created.rstrip().upper().endswith("WITHOUT ROWID"), name


def test_the_invitation_says_no_time_and_not_whether_it_was_used() -> None:
    columns = survey_tables.Invitation.__table__.columns
    assert set(columns.keys()) == {"code_hash", "survey_id", "member_id", "collected", "drew_slip"}
    assert isinstance(columns["collected"].type, sa.LargeBinary) and isinstance(columns["drew_slip"].type, sa.Boolean)


def test_statements_never_show_their_values(app) -> None:
    assert app.config["SQLALCHEMY_ENGINE_OPTIONS"]["hide_parameters"] is True
    assert db.engine.hide_parameters is True


def test_sqlite_overwrites_and_syncs(app) -> None:
    with db.engine.connect() as connection:
        pragma = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }
    assert pragma == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 15000,
    }  # fmt: skip
