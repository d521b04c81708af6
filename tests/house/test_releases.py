"""A database that an earlier release wrote opens in this one, on both engines; a failed migration changes nothing.

`tests/gold/releases` holds the demo as each release loaded it, on SQLite and as pg_dump wrote it.
"""

import lzma
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import create_app
from core import schema
from core.db import db
from core.errors import DomainError
from core.settings import ROOT, Settings
from tests.conftest import POSTGRES, Visitor, engines

KEPT = ROOT / "tests" / "gold" / "releases"
# What the demo of each release printed for its secretary, on SQLite and on PostgreSQL.
LINES = [line.split() for line in (KEPT / "passwords.txt").read_text(encoding="ascii").splitlines()]
PASSWORDS = {release: dict(zip(("sqlite", "postgresql"), words, strict=True)) for release, *words in LINES}
RELEASES = sorted(PASSWORDS)
PAGES = (
    "/app/",
    "/app/investigations/",
    "/app/investigations/1/overview",
    "/app/investigations/1/surveys",
    "/app/surveys/1",
    "/app/surveys/1/results",
    "/app/instruments",
    "/app/talks",
    "/app/coverage",
    "/app/investigations/1/concerns",
    "/app/ledger",
    "/app/board",
    "/app/investigations/1/reports",
    "/app/members",
    "/app/organisation",
)
SOME = ("/app/", "/app/surveys/1/results", "/app/talks", "/app/investigations/1/concerns")  # the rest is the same code


def unpacked(release: str, engine: str = "sqlite") -> bytes:
    """Return the database a release wrote: an SQLite file, or SQL for psql."""
    return lzma.decompress((KEPT / f"{release}.{'sqlite' if engine == 'sqlite' else 'sql'}.xz").read_bytes())


def put_back(release: str, engine: str, folder: Path) -> str:
    """Put what a release wrote into a database; return its address."""
    if engine == "sqlite":
        (folder / "old.db").write_bytes(unpacked(release))
        return f"sqlite:///{folder / 'old.db'}"
    clean = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"
    _psql(clean + unpacked(release, engine).decode())
    return POSTGRES


def _psql(statements: str) -> None:
    url = sa.make_url(POSTGRES).set(drivername="postgresql").render_as_string(hide_password=False)
    command = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1", url]
    environment = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
    done = subprocess.run(command, input=statements, text=True, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-500:]


def opened(url: str, folder: Path):
    """Return an application on a database that is there."""
    app = create_app(Settings(data=folder / "instance", database=url, queue="inline"), TESTING=True)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Visitor
    return app


def everything() -> dict[str, list]:
    """Return how many rows each table has, and every table and index as it is written in the database."""
    with db.engine.connect() as connection:
        looker = sa.inspect(connection)
        names = sorted(looker.get_table_names())
        return {
            name: [
                connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"')),
                sorted((one["name"], str(one["type"]), one["nullable"]) for one in looker.get_columns(name)),
                sorted(str(one["name"]) for one in looker.get_indexes(name)),
            ]
            for name in names
        }


def test_every_release_has_left_a_database() -> None:
    found = {path.name.partition(".")[0] for path in KEPT.glob("*.xz")}
    assert found == set(RELEASES) and {f"{number:04}" for number in range(1, 7)} <= found
    assert all(release <= schema.head() for release in RELEASES)


@pytest.mark.parametrize("engine", engines())
@pytest.mark.parametrize("release", RELEASES)
def test_what_a_release_wrote_opens_in_this_one(release, engine, tmp_path) -> None:
    if engine == "postgresql" and shutil.which("psql") is None:
        pytest.skip("psql is missing")
    app = opened(put_back(release, engine, tmp_path), tmp_path)
    with app.app_context():
        before = {name: found[0] for name, found in everything().items()}
        assert schema.current() == release
        assert before["member"] == 60 and before["response"] >= 200 and before["talk"] >= 40
        schema.upgrade()
        after = {name: found[0] for name, found in everything().items()}
        assert schema.current() == schema.head()
        assert {name: after.get(name) for name in before} == before
        visitor = app.test_client()
        entered = visitor.post("/app/sign-in", data={"username": "shuji", "password": PASSWORDS[release][engine]})
        assert entered.status_code == 302, "the password of that release lets in"
        for page in PAGES if engine == "sqlite" else SOME:
            answer = visitor.get(page)
            assert answer.status_code == 200, f"{page}: {answer.status_code}"
        db.session.remove()
        db.engine.dispose()


# --- a migration that fails -------------------------------------------------------------------------------------------

GOOD = '''"""a table more"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9001", "{head}", None, None


def upgrade():
    op.create_table("extra", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO extra VALUES (1)")
'''
BAD = '''"""half of a change"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9002", "9001", None, None


def upgrade():
    op.execute("UPDATE member SET note = 'half'")
    op.drop_index("ix_excerpt_concern_id", "excerpt")
    op.drop_table("follow_up")
    with op.batch_alter_table("member") as batch_op:
        batch_op.add_column(sa.Column("half", sa.Integer(), nullable=True))
    {fails}
'''
FAILURES = {
    "in-the-program": "raise RuntimeError('secret of a row')",
    "in-the-database": 'op.execute("INSERT INTO member (id) VALUES (1)")',
    "a-row-that-points-nowhere": "op.execute('UPDATE member SET group_id = 4711')",
}


MARKS = {"sqlite": (), "postgresql": engines()[1].marks}
CASES = [("sqlite", fails) for fails in FAILURES] + [("postgresql", "in-the-database")]


@pytest.mark.parametrize(
    ("engine", "fails"),
    [pytest.param(engine, FAILURES[fails], id=f"{fails}-{engine}", marks=MARKS[engine]) for engine, fails in CASES],
)
def test_a_migration_that_fails_halfway_leaves_the_old_state(engine, fails, tmp_path) -> None:
    """Nor is the one before it, which went well, kept: the release before opens what is there."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9001_good.py").write_text(GOOD.replace("{head}", schema.head()))
    (folder / "versions" / "9002_bad.py").write_text(BAD.replace("{fails}", fails))
    app = opened(put_back("0006", engine, tmp_path), tmp_path)
    with app.app_context():
        before = everything()
        with pytest.raises(schema.MigrationFailed, match="failed.*as it was, at 0006") as told:
            schema.upgrade(folder)
        assert isinstance(told.value, DomainError) and "secret" not in str(told.value)
        assert schema.current() == "0006" and everything() == before
        assert db.session.scalar(sa.text("SELECT count(*) FROM member WHERE note = 'half'")) == 0
        db.session.remove()
        (folder / "versions" / "9002_bad.py").unlink()
        assert schema.upgrade(folder) == "0006 -> 9001", "mended, the same command goes through"
        db.engine.dispose()


def test_a_database_of_a_newer_version_is_left_alone(tmp_path) -> None:
    app = opened(put_back("0006", "sqlite", tmp_path), tmp_path)
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(schema.MigrationFailed, match="newer version"):
            schema.upgrade()
        assert schema.current() == "9999"
        db.engine.dispose()
