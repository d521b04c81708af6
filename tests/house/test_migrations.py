"""The migrations lead to the models, and back, with data, on both engines."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade

from app import create_app
from core import schema
from core.db import Model, db
from core.settings import ROOT, Settings
from surveys import fielding, invitations
from tests.conftest import POSTGRES, engines, people

FOLDER = str(ROOT / "migrations")


@pytest.fixture(params=engines())
def empty(request: pytest.FixtureRequest, tmp_path: Path):
    """An application whose database has no table yet."""
    url = POSTGRES if request.param == "postgresql" else f"sqlite:///{tmp_path / 'migrated.db'}"
    app = create_app(Settings(data=tmp_path / "instance", database=url, queue="inline"), TESTING=True)
    with app.app_context():
        schema.prepare()
        if request.param == "postgresql":
            with db.engine.begin() as connection:
                connection.execute(sa.text("DROP SCHEMA public CASCADE"))
                connection.execute(sa.text("CREATE SCHEMA public"))
        yield app
        db.session.remove()
        db.engine.dispose()


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_the_newest_is_known_without_loading_the_scripts() -> None:
    assert schema.head() == ScriptDirectory(FOLDER).get_current_head()


def test_upgrading_twice_does_nothing_the_second_time(empty) -> None:
    assert schema.upgrade().startswith("new -> ")
    assert schema.upgrade().endswith("nothing to do")


def test_the_newest_migration_equals_the_models(empty) -> None:
    upgrade(directory=FOLDER)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []


def test_up_with_data_down_and_up_again(empty) -> None:
    upgrade(directory=FOLDER)
    people(empty)
    before = db.session.scalar(sa.text("SELECT count(*) FROM member"))
    db.session.remove()
    assert before == 4
    downgrade(directory=FOLDER, revision="base")
    assert tables() == set()
    upgrade(directory=FOLDER)
    assert tables() == set(Model.metadata.tables)


def rows() -> dict[str, int]:
    with db.engine.connect() as connection:
        return {name: connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0 for name in sorted(tables())}


def test_each_step_down_and_up_keeps_every_row(empty) -> None:
    upgrade(directory=FOLDER)
    cast = people(empty)
    definition = fielding.sample("opinion-zh")
    survey = fielding.create(cast.investigation, definition, within=cast.branch, by=cast.secretary)
    invitations.invite(survey, members=[], spares=8, within=cast.branch, by=cast.secretary)
    db.session.commit()
    db.session.remove()
    before = rows()
    assert before["member"] == 4 and before["invitation"] == 8 and before["survey"] == 1
    for step in list(ScriptDirectory(FOLDER).walk_revisions())[:-1]:
        downgrade(directory=FOLDER, revision=step.down_revision)
        below = rows()
        assert below == {name: before[name] for name in below}
        upgrade(directory=FOLDER, revision=step.revision)
        assert {name: count for name, count in rows().items() if name in below} == below
        with db.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_evidence_and_reasons_find_their_columns_and_the_way_back(empty) -> None:
    upgrade(directory=FOLDER)
    cast = people(empty)
    place = {"organisation": cast.branch.id, "investigation": cast.investigation.id}
    db.session.commit()
    db.session.remove()
    downgrade(directory=FOLDER, revision="0004")
    with db.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO concern (id, organisation_id, investigation_id, label, summary, terms, curated, hidden,"
                " revision) VALUES (1, :organisation, :investigation, '路灯', '', '[]', true, false, 1)"
            ),
            place,
        )
        for number, (state, outcome) in enumerate([("done", "已装灯"), ("cannot", "无经费"), ("under_way", "在询价")]):
            connection.execute(
                sa.text(
                    "INSERT INTO action (id, organisation_id, concern_id, measure, owner, due_on, state, outcome,"
                    " revision) VALUES (:id, :organisation, 1, '装灯', '后勤', '2026-12-01', :state, :outcome, 1)"
                ),
                {"id": number + 1, "state": state, "outcome": outcome, "organisation": place["organisation"]},
            )
    upgrade(directory=FOLDER, revision="0005")
    query = sa.text("SELECT state, outcome, evidence, reason, review_on FROM action ORDER BY id")
    with db.engine.begin() as connection:
        found = connection.execute(query).all()
        assert [row[:4] for row in found] == [
            ("done", "", "已装灯", ""),
            ("cannot", "", "", "无经费"),
            ("under_way", "在询价", "", ""),
        ]
        assert [str(row.review_on) for row in found] == ["None", "2026-12-01", "None"]
        connection.execute(sa.text("UPDATE action SET state = 'closed' WHERE id = 1"))
    downgrade(directory=FOLDER, revision="0004")
    with db.engine.connect() as connection:
        found = connection.execute(sa.text("SELECT state, outcome FROM action ORDER BY id")).all()
        assert [tuple(row) for row in found] == [("done", "已装灯"), ("cannot", "无经费"), ("under_way", "在询价")]


def test_editions_are_numbered_within_their_year(empty) -> None:
    upgrade(directory=FOLDER)
    cast = people(empty)
    place = {"organisation": cast.branch.id, "investigation": cast.investigation.id, "account": cast.secretary.id}
    db.session.commit()
    db.session.remove()
    downgrade(directory=FOLDER, revision="0005")
    with db.engine.begin() as connection:
        for number, day in enumerate(["2025-12-30", "2026-01-02", "2026-03-04"], start=1):
            connection.execute(
                sa.text(
                    "INSERT INTO edition (id, organisation_id, investigation_id, style, language, title, document,"
                    " file, pages, sha256, issued_at, issued_by) VALUES (:id, :organisation, :investigation, 'gongwen',"
                    " 'zh', '报告', '{}', '', 0, '', :at, :account)"
                ),
                {"id": number, "at": f"{day} 08:00:00+00:00", **place},
            )
    upgrade(directory=FOLDER, revision="0006")
    query = sa.text("SELECT id, year, number, variant FROM edition ORDER BY id")
    with db.engine.begin() as connection:
        assert [tuple(row) for row in connection.execute(query)] == [
            (1, 2025, 1, "pdf/ua-1"),
            (2, 2026, 1, "pdf/ua-1"),
            (3, 2026, 2, "pdf/ua-1"),
        ]
