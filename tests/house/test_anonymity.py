"""The tables of anonymous answers know no member, no moment and no order."""

import sqlalchemy as sa

from core.db import Model, db
from surveys import models as survey_tables

ANONYMOUS = ("sealed_response", "response")
FORBIDDEN = ("member", "account", "invitation", "user", "ip", "agent", "cookie", "at", "on", "time", "created", "seq")
# Every table has been looked at; a new one must be put on one side or the other before it may exist.
KNOWN = {
    "account", "action", "audit_entry", "banked_item", "concern", "curation_undo", "design_step", "edition",
    "excerpt", "follow_up", "instrument", "instrument_version", "investigation", "invitation", "job",
    "keyed_sheet", "member", "member_group", "organisation", "reminder", "response", "roster_draft",
    "sealed_response", "survey", "talk", "talk_draft", "talk_import", "talk_revision", "trial_answer",
}  # fmt: skip


def test_every_table_has_been_looked_at(app) -> None:
    assert set(Model.metadata.tables) == KNOWN


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
    for name in (*ANONYMOUS, "invitation"):
        created = db.session.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = :name").bindparams(name=name))
        assert created.rstrip().upper().endswith("WITHOUT ROWID"), name


def test_the_invitation_does_not_say_whether_it_was_used() -> None:
    columns = set(survey_tables.Invitation.__table__.columns.keys())
    assert columns == {"code_hash", "survey_id", "member_id"}


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
