"""`ballots audit`: boards judged from a file, whoever's server it came from."""

import json
import shutil
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from anonymity import manifest
from anonymity.encoding import canonical
from core.db import db
from surveys import ballot_commands, publishing
from tests.anonymity.boards import a_board
from tests.anonymity.test_publishing import voted
from tests.conftest import build


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> Any:
    """Another installation with a closed survey: its database, its zip, its survey's name and fingerprint."""
    folder = tmp_path_factory.mktemp("elsewhere")
    app = build(folder / "instance")
    with app.app_context():
        voting, _receipts = voted(app)
        (folder / "board.zip").write_bytes(publishing.bundle(voting.survey))
        (folder / "board.json").write_bytes(canonical(publishing.published(voting.survey)))
        known = voting.sid, manifest.fingerprint(voting.survey.manifest)
        db.session.remove()
        db.engine.dispose()
    return folder, folder / "instance" / "test.db", *known


def run(app: Flask, *arguments: object) -> Result:
    """Run the command in an installation that does not know the survey."""
    if "ballots" not in app.cli.commands:
        ballot_commands.init_app(app)
    return app.test_cli_runner().invoke(args=["ballots", "audit", *map(str, arguments), "--language", "en"])


@pytest.fixture
def copy(elsewhere, tmp_path) -> Path:
    """A copy of the other installation's database, to be tampered with."""
    return Path(shutil.copy(elsewhere[1], tmp_path / "copy.db"))


def change(path: Path, statement: str, *values: Any) -> None:
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def test_a_database_this_process_does_not_serve_is_judged(app, elsewhere) -> None:
    _folder, database, sid, fingerprint = elsewhere
    result = run(app, database)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    (board,) = told["boards"]
    assert told["ok"] and board["sid"] == sid and board["fingerprint"] == fingerprint
    assert (board["counted"], board["issued"], board["invited"]) == (8, 9, 13)
    assert {finding["check"] for finding in board["findings"]} >= {"signatures", "root", "limits", "answers"}
    assert "Every check holds." in result.stderr and "8 of 8 signatures verified" in result.stderr
    assert not any(path.name.startswith("test.db-") for path in database.parent.iterdir()), "it wrote beside the file"


@pytest.mark.parametrize("name", ["board.zip", "board.json"])
def test_a_download_is_judged(app, elsewhere, name) -> None:
    result = run(app, elsewhere[0] / name)
    assert result.exit_code == 0, result.output
    checks = {finding["check"] for finding in json.loads(result.stdout)["boards"][0]["findings"]}
    assert ("questionnaire" in checks) == (name == "board.zip") and "answers" not in checks


def test_a_file_nobody_may_write_is_judged(app, copy) -> None:
    copy.chmod(stat.S_IRUSR)
    copy.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert run(app, copy).exit_code == 0
    finally:
        copy.parent.chmod(stat.S_IRWXU)


TAMPERED = {
    "a leaf taken out": "DELETE FROM leaf WHERE leaf = (SELECT min(leaf) FROM leaf)",
    "a signature of another": "UPDATE leaf SET signature = (SELECT signature FROM leaf ORDER BY leaf LIMIT 1)",
    "another commitment": "UPDATE leaf SET commitment = zeroblob(32) WHERE leaf = (SELECT max(leaf) FROM leaf)",
    "an answer taken out": "DELETE FROM response WHERE id = (SELECT min(id) FROM response)",
    "another statement": """UPDATE survey SET board = replace(board, '"issued":9', '"issued":12')""",
    "another signature": "UPDATE survey SET board_signature = zeroblob(64)",
    "another questionnaire": """UPDATE instrument_version SET definition = replace(definition, 'x', 'z')""",
    "another manifest": """UPDATE survey SET manifest = replace(manifest, '"least":5', '"least":1')""",
    "no manifest": "UPDATE survey SET manifest = NULL",
    "a statement that is none": "UPDATE survey SET board = '{}'",
}


@pytest.mark.parametrize("statement", TAMPERED.values(), ids=TAMPERED)
def test_whatever_is_tampered_with_is_found(app, copy, statement) -> None:
    change(copy, statement)
    result = run(app, copy)
    assert result.exit_code == 1, result.output
    assert json.loads(result.stdout)["ok"] is False
    assert "This board cannot be trusted" in result.stderr and "✗" in result.stderr


def test_one_survey_of_several_is_chosen(app, elsewhere) -> None:
    _folder, database, sid, _fingerprint = elsewhere
    assert run(app, database, "--survey", sid).exit_code == 0
    result = run(app, database, "--survey", "another")
    assert result.exit_code == 2 and "holds no board of the survey another" in result.stderr


def test_a_database_without_a_board_says_when_there_will_be_one(app, elsewhere, copy) -> None:
    change(copy, "UPDATE survey SET board = NULL")
    result = run(app, copy)
    assert result.exit_code == 2 and "it is made when a survey closes" in result.stderr


@pytest.mark.parametrize(
    "content",
    [b"", b"nothing", b"PK\x03\x04broken", b"SQLite format 3\0 broken", b"\xff\xfe", b"[]", b'{"a": 1}'],
    ids=str,
)
def test_what_cannot_be_read_is_told_so(app, tmp_path, content) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    result = run(app, path)
    assert result.exit_code == 2 and result.stderr and "Traceback" not in result.output, result.output


def test_no_file_and_a_folder_are_told_so(app, tmp_path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        assert run(app, path).exit_code == 2


def test_a_database_of_something_else_is_told_so(app, tmp_path) -> None:
    path = tmp_path / "other.db"
    change(path, "CREATE TABLE t (x)")
    result = run(app, path)
    assert result.exit_code == 2 and "none of this product" in result.stderr


def test_a_board_in_another_spelling_is_not_taken(app, tmp_path) -> None:
    path = tmp_path / "board.json"
    path.write_text(json.dumps(a_board(), indent=1), encoding="utf-8")
    assert run(app, path).exit_code == 2
