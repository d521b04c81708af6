"""A backup holds everything but keys, and bringing one back opens no box and breaks no promise."""

import json
import sqlite3
import stat
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from core import backup, schema
from core.backup import BackupFailed, Care
from core.db import db
from core.terms import Channel, SurveyState
from investigations.models import Investigation
from members.models import Account
from surveys import ballots, closing, collecting, fielding, promises, queries
from surveys.models import Leaf, Response, SealedResponse, Survey
from tests.anonymity.test_closing import answered
from tests.surveys.conftest import DEFINITION

CARE = Care(("reports",), closing.after_restore)


def keys_of(app) -> list[bytes]:
    """Return every key on this machine: files whole, halves of the box's, and what stands between PEM's lines."""
    found = []
    for path in app.config["SETTINGS"].keys.rglob("*"):
        if path.is_file() and (content := path.read_bytes()):
            found += [content, content[:32], content[-32:], *content.split(b"\n")[1:-2]]
    assert len(found) > 10
    return [key for key in found if len(key) >= 16]


def saved(app, name: str = "saved.zip") -> Path:
    db.session.rollback()
    target = app.config["SETTINGS"].data.parent / name
    backup.backup(target, CARE.folders)
    return target


def test_a_backup_holds_everything_but_keys(any_app) -> None:
    answered(any_app)
    data = any_app.config["SETTINGS"].data
    (data / "reports").mkdir()
    (data / "reports" / "edition.pdf").write_bytes(b"%PDF a report")
    secret = next(ballots.key_folder(1).glob("box"))
    (data / "reports" / "link").symlink_to(secret)
    (data / "reports" / "folder").symlink_to(data / "keys")
    (data / "reports" / "twin").hardlink_to(secret)
    keys = keys_of(any_app)
    target = saved(any_app)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    raw = target.read_bytes()
    assert not any(key in raw for key in keys)
    with zipfile.ZipFile(target) as file:
        names = file.namelist()
        engine = db.engine.dialect.name
        assert names == ["backup.json", backup.DATABASE[engine], "data/reports/edition.pdf"]
        for name in names:
            assert not any(key in file.read(name) for key in keys), name
            assert not any(key.hex().encode() in file.read(name) for key in keys), name
        assert json.loads(file.read("backup.json"))["schema"] == schema.head()
        assert b"sealed_response" in file.read(names[1])
    assert [path.name for path in target.parent.iterdir() if path.name.startswith(".backup")] == []


def test_the_test_finds_a_key_in_a_backup(app) -> None:
    """The check above can fail: a key beside the reports is found."""
    answered(app, phones=1, slips=0)
    data = app.config["SETTINGS"].data
    (data / "reports").mkdir()
    (data / "reports" / "note").write_bytes(b"-" + next(ballots.key_folder(1).glob("box")).read_bytes())
    with zipfile.ZipFile(saved(app)) as file:
        assert any(key in file.read("data/reports/note") for key in keys_of(app))


def test_no_deleted_row_is_in_a_backup(app) -> None:
    voting = answered(app)
    boxes = list(db.session.scalars(sa.select(SealedResponse.box)))
    closing.close(voting.survey, by=voting.cast.secretary)
    with zipfile.ZipFile(saved(app)) as file:
        content = file.read("database.sqlite")
    assert not any(box[:40] in content for box in boxes) and b"secret words 1" in content


def test_a_backup_overwrites_nothing_and_stays_out_of_the_keys(app, cast) -> None:
    db.session.rollback()
    target = saved(app)
    before = target.read_bytes()
    with pytest.raises(BackupFailed):
        backup.backup(target, CARE.folders)
    assert target.read_bytes() == before
    with pytest.raises(BackupFailed):
        backup.backup(app.config["SETTINGS"].keys / "saved.zip", CARE.folders)
    with pytest.raises(BackupFailed):
        backup.backup(target.parent / "nowhere" / "saved.zip", CARE.folders)


def everything() -> dict[str, int]:
    db.session.rollback()
    with db.engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return {name: connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) for name in sorted(names)}


def test_a_backup_brings_everything_back(any_app) -> None:
    voting = answered(any_app)
    report = any_app.config["SETTINGS"].data / "reports" / "one" / "edition.pdf"
    report.parent.mkdir(parents=True)
    report.write_bytes(b"%PDF a report")
    before, title = everything(), voting.survey.version.title
    target = saved(any_app)
    report.unlink()
    closing.close(voting.survey, by=voting.cast.secretary)
    db.session.rollback()
    assert everything() != before
    with pytest.raises(BackupFailed, match="replace"):
        backup.restore(target, CARE)
    told = backup.restore(target, CARE, replace=True)
    assert everything() == before and report.read_bytes() == b"%PDF a report"
    db.session.expire_all()
    (aside,) = any_app.config["SETTINGS"].data.glob("before-restore-*.zip")
    assert aside.name in told[0] and any(title in line for line in told)
    # And what was there before is not lost either.
    assert backup.restore(aside, CARE, replace=True)
    db.session.expire_all()
    assert db.session.get_one(Survey, 1).state is SurveyState.CLOSED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Leaf)) == 10


def test_a_restore_opens_no_closed_box(any_app) -> None:
    voting = answered(any_app, phones=6, slips=1)
    target = saved(any_app)
    survey_id, sid = voting.survey.id, voting.sid
    phone = voting.phones[8]
    phone.load()
    closing.close(voting.survey, by=voting.cast.secretary)
    db.session.rollback()
    told = backup.restore(target, CARE, replace=True)
    db.session.expire_all()
    assert any("can no longer be opened" in line for line in told)
    survey, public = db.session.get_one(Survey, survey_id), queries.public_survey(sid)
    assert survey.state is SurveyState.OPEN, "so says the old database"
    with pytest.raises(ballots.NotOpen):
        collecting.collect(public, code=phone.code, blinded=phone.device.blinded)
    with pytest.raises(ballots.NotOpen):
        ballots.cast(public, code=voting.slips[2], answers={"a": "y"}, channel=Channel.PHONE, size=1024)
    with pytest.raises(closing.CannotClose):
        closing.close(survey, by=voting.cast.secretary)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Response)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SealedResponse)) == 7
    assert not ballots.key_folder(survey_id).exists(), "nothing brings a key back"
    db.session.rollback()


@pytest.mark.parametrize(("column", "value"), [("split", "'none'"), ("rounds", "1"), ("manifest", "NULL")])
def test_a_backup_that_was_tampered_with_switches_no_anonymity_off(app, column, value) -> None:
    voting = answered(app, phones=3, slips=0)
    survey_id = voting.survey.id
    target, changed = saved(app), app.config["SETTINGS"].data.parent / "changed.zip"
    copy = target.with_name("copy.sqlite")
    with zipfile.ZipFile(target) as file:
        copy.write_bytes(file.read("database.sqlite"))
        note = file.read("backup.json")
    with sqlite3.connect(copy) as connection:
        connection.execute(f"DROP TRIGGER {promises.TRIGGER}_update")
        connection.execute(f"UPDATE survey SET {column} = {value}")
    connection.close()
    with zipfile.ZipFile(changed, "w") as file:
        file.writestr("backup.json", note)
        file.write(copy, "database.sqlite")
    backup.restore(changed, CARE, replace=True)
    db.session.expire_all()
    with pytest.raises((promises.Altered, closing.CannotClose)):
        closing.close(db.session.get_one(Survey, survey_id), by=None)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Response)) == 0
    db.session.rollback()


def test_keys_of_a_survey_the_backup_does_not_know_are_never_used_for_another(app, cast) -> None:
    empty = saved(app)
    survey = fielding.create(cast.investigation, DEFINITION, within=cast.branch, by=cast.secretary)
    fielding.open_(survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    by_id = cast.secretary.id
    number, old = survey.id, ballots.keys(survey.id).seal_key()
    later = saved(app, "later.zip")
    told = backup.restore(empty, CARE, replace=True)
    assert any(f"survey-{number}" in line and "aside-1" in line for line in told)
    by = db.session.get_one(Account, by_id)
    investigation = db.session.scalars(sa.select(Investigation)).one()
    again = fielding.create(investigation, DEFINITION, within=by.organisation, by=by)
    fielding.open_(again, within=by.organisation, by=by)
    db.session.commit()
    assert again.id == number and ballots.keys(number).seal_key() != old
    # The other way round: the number is known, but the keys are another survey's.
    backup.restore(later, CARE, replace=True)
    assert not ballots.key_folder(number).exists()
    assert (app.config["SETTINGS"].keys / "aside-2").is_dir()


def test_what_is_no_backup_changes_nothing(app) -> None:
    voting = answered(app, phones=2, slips=0)
    survey_id = voting.survey.id
    target = saved(app)
    before, folder = everything(), app.config["SETTINGS"].data.parent
    with zipfile.ZipFile(target) as file:
        parts = {name: file.read(name) for name in file.namelist()}

    def packed(**changes: bytes | None) -> Path:
        path = folder / "bad.zip"
        path.unlink(missing_ok=True)
        with zipfile.ZipFile(path, "w") as file:
            for name, content in (parts | changes).items():
                if content is not None:
                    file.writestr(name, content)
        return path

    text = folder / "text.zip"
    text.write_text("not a zip")
    bad = [
        lambda: folder / "missing.zip",
        lambda: text,
        lambda: packed(**{"backup.json": None}),
        lambda: packed(**{"database.sqlite": None}),
        lambda: packed(**{"backup.json": b"{}"}),
        lambda: packed(**{"backup.json": b"nonsense"}),
        lambda: packed(**{"backup.json": parts["backup.json"].replace(b"sqlite", b"postgresql")}),
        lambda: packed(**{"backup.json": parts["backup.json"].replace(schema.head().encode(), b"9999")}),
        lambda: packed(**{"database.sqlite": parts["database.sqlite"][:5000]}),
        lambda: packed(**{"database.sqlite": b"nonsense"}),
    ]
    for number, make in enumerate(bad):
        with pytest.raises(BackupFailed):
            backup.restore(make(), CARE, replace=True)
        assert everything() == before, number
        assert ballots.keys(survey_id).exist()


def test_a_backup_writes_nowhere_else(app, cast) -> None:
    target = saved(app)
    data = app.config["SETTINGS"].data
    evil = target.with_name("evil.zip")
    with zipfile.ZipFile(target) as file, zipfile.ZipFile(evil, "w") as made:
        for name in file.namelist():
            made.writestr(name, file.read(name))
        for name in (
            "data/keys/survey-1/box",
            "data/../../out",
            "data/reports/../keys/box",
            "/data/reports/x",
            "keys/x",
        ):
            made.writestr(name, b"evil")
        made.writestr("data/reports/good", b"good")
    backup.restore(evil, CARE, replace=True)
    assert [path for path in data.parent.rglob("*") if path.is_file() and path.read_bytes() == b"evil"] == []
    assert (data / "reports" / "good").read_bytes() == b"good"


def test_the_commands(app, cast, tmp_path) -> None:
    db.session.rollback()
    runner = app.test_cli_runner()
    target = tmp_path / "saved.zip"
    made = runner.invoke(args=["backup", str(target)])
    assert made.exit_code == 0 and "without any key" in made.output, made.output
    again = runner.invoke(args=["backup", str(target)])
    assert again.exit_code == 1 and "Error" in again.output and "Traceback" not in again.output
    refused = runner.invoke(args=["restore", str(target)])
    assert refused.exit_code == 1 and "--replace" in refused.output
    assert runner.invoke(args=["restore", str(target), "--replace"]).exit_code == 0
