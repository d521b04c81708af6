"""A backup is sealed and holds everything but keys, and bringing one back opens no box and breaks no promise."""

import base64
import hashlib
import json
import sqlite3
import stat
import tarfile
import zipfile
from contextlib import closing as ended
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from core import backup, schema
from core.backup import BackupFailed, Care, archive, passphrases, sealing
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
        if path.is_file() and (content := path.read_bytes().strip()):
            found += [content, content[:32], content[-32:], *content.split(b"\n")[1:-2]]
    assert len(found) > 10
    return [key for key in found if len(key) >= 16]


def saved(app, name: str = "saved.age") -> Path:
    db.session.rollback()
    target = app.config["SETTINGS"].data.parent / name
    backup.backup(target, CARE)
    return target


def inside(target: Path) -> dict[str, bytes]:
    """Return the members of a backup of this machine by name, in their order."""
    with sealing.opened(target, backup.own_opener()) as stream, tarfile.open(fileobj=stream, mode="r|gz") as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def resealed(target: Path, parts: dict[str, bytes], name: str) -> Path:
    """Seal other members in the place of a backup's, to the same machine."""
    made = target.with_name(name)
    made.unlink(missing_ok=True)
    with made.open("wb") as out:
        sealing.seal(archive.Source(iter(parts.items())), out, backup.own_lock())
    return made


def table(parts: dict[str, bytes], name: str) -> bytes:
    """Return all lines of a table."""
    return b"".join(content for part, content in parts.items() if part.startswith(f"tables/{name}/"))


def former(app, name: str = "former.zip") -> Path:
    """Return a backup as version 1 wrote it: a plain zip of the whole SQLite file."""
    db.session.rollback()
    target = app.config["SETTINGS"].data.parent / name
    copy = target.with_suffix(".sqlite")
    with ended(sqlite3.connect(db.engine.url.database)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    with zipfile.ZipFile(target, "w") as file:
        note = {"format": 1, "engine": "sqlite", "schema": schema.current(), "day": "2026-10-31"}
        file.writestr("backup.json", json.dumps(note))
        file.write(copy, "database.sqlite")
    copy.unlink()
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
    target = saved(any_app)
    keys = keys_of(any_app)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    raw, parts = target.read_bytes(), inside(target)
    assert raw.startswith(b"age-encryption.org/v1\n") and not any(key in raw for key in keys)
    assert not any(title.encode() in raw for title in ("青石支部", "sealed_response"))
    assert [name for name in parts if not name.startswith("tables/")] == [
        "backup.json",
        "files/reports/edition.pdf",
        "manifest.json",
    ]
    for name, content in parts.items():
        assert not any(key in content or key.hex().encode() in content for key in keys), name
    assert json.loads(parts["backup.json"])["schema"] == schema.head()
    assert len(table(parts, "sealed_response").splitlines()) == 10
    assert [path.name for path in target.parent.iterdir() if path.name.startswith(".backup")] == []


def test_the_test_finds_a_key_in_a_backup(app) -> None:
    """The check above can fail: a key beside the reports is found."""
    answered(app, phones=1, slips=0)
    data = app.config["SETTINGS"].data
    (data / "reports").mkdir()
    (data / "reports" / "note").write_bytes(b"-" + next(ballots.key_folder(1).glob("box")).read_bytes())
    note = inside(saved(app))["files/reports/note"]
    assert any(key in note for key in keys_of(app))


def test_no_deleted_row_and_no_order_of_arrival_is_in_a_backup(any_app) -> None:
    """What is deleted is gone, rows stand in the order of their random keys, and so they do once restored."""
    voting = answered(any_app)
    boxes = list(db.session.scalars(sa.select(SealedResponse.box)))
    lines = table(inside(saved(any_app, "open.age")), "sealed_response").splitlines()
    assert len(lines) == len(boxes) and lines == sorted(lines, key=_key)
    closing.close(voting.survey, by=voting.cast.secretary)
    parts = inside(saved(any_app))
    assert table(parts, "sealed_response") == b"" and "secret words 1" in table(parts, "response").decode()
    for name in ("leaf", "response"):
        lines = table(parts, name).splitlines()
        assert len(lines) > 5 and lines == sorted(lines, key=_key), name


def _key(line: bytes) -> bytes:
    """Return the bytes of the first column, the key: a hex string, or base64 of what is binary."""
    value = json.loads(line)[0]
    return value.encode() if len(value) == 32 else base64.b64decode(value)


def test_a_backup_overwrites_nothing_and_stays_out_of_the_keys(app, cast) -> None:
    db.session.rollback()
    target = saved(app)
    before = target.read_bytes()
    with pytest.raises(BackupFailed):
        backup.backup(target, CARE)
    assert target.read_bytes() == before
    with pytest.raises(BackupFailed):
        backup.backup(app.config["SETTINGS"].keys / "saved.age", CARE)
    with pytest.raises(BackupFailed):
        backup.backup(target.parent / "nowhere" / "saved.age", CARE)


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
    (aside,) = any_app.config["SETTINGS"].data.glob("before-restore-*.age")
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
    target, changed = former(app), app.config["SETTINGS"].data.parent / "changed.zip"
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
    later = saved(app, "later.age")
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
    target, old = saved(app), former(app)
    before, raw, parts = everything(), target.read_bytes(), inside(target)
    with zipfile.ZipFile(old) as file:
        zipped = {name: file.read(name) for name in file.namelist()}

    def changed(**changes: bytes | None) -> Path:
        told = {name: changes.get(name, content) for name, content in parts.items()}
        return resealed(target, {name: content for name, content in told.items() if content is not None}, "bad.age")

    def cut(content: bytes) -> Path:
        path = target.with_name("cut.age")
        path.write_bytes(content)
        return path

    def packed(**changes: bytes | None) -> Path:
        path = target.with_name("bad.zip")
        with zipfile.ZipFile(path, "w") as file:
            for name, content in (zipped | changes).items():
                if content is not None:
                    file.writestr(name, content)
        return path

    note, members = parts["backup.json"], "tables/member/000001.jsonl"
    bad = [
        lambda: target.with_name("missing.age"),
        lambda: cut(b"neither"),
        lambda: cut(raw[:-1000]),
        lambda: cut(raw[:150]),
        lambda: cut(raw[:-20] + b"x" * 20),
        lambda: changed(**{"backup.json": None}),
        lambda: changed(**{"backup.json": b"{}"}),
        lambda: changed(**{"backup.json": b"nonsense"}),
        lambda: changed(**{"backup.json": note.replace(schema.head().encode(), b"9999")}),
        lambda: changed(**{"backup.json": note.replace(b'"birth_year"', b'"no_such"')}),
        lambda: changed(**{"manifest.json": None}),
        lambda: changed(**{members: parts[members].replace("书记甲".encode(), "书记乙".encode())}),
        lambda: changed(**{members: parts[members].splitlines(keepends=True)[0]}),
        lambda: changed(**{members: b"nonsense\n"}),
        lambda: changed(**{members: None}),
        lambda: packed(**{"backup.json": None}),
        lambda: packed(**{"database.sqlite": None}),
        lambda: packed(**{"backup.json": b"nonsense"}),
        lambda: packed(**{"backup.json": zipped["backup.json"].replace(b"sqlite", b"postgresql")}),
        lambda: packed(**{"backup.json": zipped["backup.json"].replace(schema.head().encode(), b"9999")}),
        lambda: packed(**{"database.sqlite": zipped["database.sqlite"][:5000]}),
        lambda: packed(**{"database.sqlite": b"nonsense"}),
    ]
    for number, make in enumerate(bad):
        with pytest.raises(BackupFailed):
            backup.restore(make(), CARE, replace=True)
        assert everything() == before, number
        assert ballots.keys(survey_id).exist()
        assert list(app.config["SETTINGS"].data.glob(".restore-*")) == [], number


def test_a_backup_writes_nowhere_else(app, cast) -> None:
    data = app.config["SETTINGS"].data
    (data / "reports").mkdir()
    (data / "reports" / "good").write_bytes(b"good")
    target, old = saved(app), former(app)
    evil_names = ("data/keys/survey-1/box", "data/../../out", "data/reports/../keys/box", "/data/reports/x", "keys/x")
    evil = target.with_name("evil.zip")
    with zipfile.ZipFile(old) as file, zipfile.ZipFile(evil, "w") as made:
        for name in file.namelist():
            made.writestr(name, file.read(name))
        for name in evil_names:
            made.writestr(name, b"evil")
        made.writestr("data/reports/fine", b"good")
    backup.restore(evil, CARE, replace=True)
    assert (data / "reports" / "fine").read_bytes() == b"good"
    parts = inside(target)
    for name in (
        "files/keys/box",
        "files/reports/../keys/box",
        "files/../../out",
        "keys/secret_key",
        "files/reports/a\\b",
    ):
        manifest = parts.pop("manifest.json")
        told = json.loads(manifest)
        told["files"][name] = [4, hashlib.sha256(b"evil").hexdigest()]
        parts |= {name: b"evil", "manifest.json": json.dumps(told).encode()}
        with suppress(BackupFailed):
            backup.restore(resealed(target, parts, "evil.age"), CARE, replace=True)
        del parts[name]
        parts["manifest.json"] = manifest
    assert [path for path in data.parent.rglob("*") if path.is_file() and path.read_bytes() == b"evil"] == []


def test_the_commands(app, cast, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(passphrases, "WORK", 4)
    db.session.rollback()
    runner = app.test_cli_runner()
    target = tmp_path / "saved.age"
    made = runner.invoke(args=["backup", str(target)])
    assert made.exit_code == 0 and "without any key of a survey" in made.output and "on paper" in made.output
    again = runner.invoke(args=["backup", str(target)])
    assert again.exit_code == 1 and "Error" in again.output and "Traceback" not in again.output
    whole = runner.invoke(args=["backup-verify", str(target)])
    assert whole.exit_code == 0 and "4  member\n" in whole.output and "whole" in whole.output
    refused = runner.invoke(args=["restore", str(target)])
    assert refused.exit_code == 1 and "--replace" in refused.output
    assert runner.invoke(args=["restore", str(target), "--replace"]).exit_code == 0
    pair = runner.invoke(args=["backup-key"]).output.split()
    identity, recipient = (next(word for word in pair if word.startswith(start)) for start in ("AGE-", "XINSHENG_"))
    public, other, key = recipient.partition("=")[2], tmp_path / "other.age", tmp_path / "key"
    key.write_text(f"# created by hand\n{identity}\n")
    assert runner.invoke(args=["backup", str(other), "--to", public]).exit_code == 0
    assert runner.invoke(args=["backup-verify", str(other)]).exit_code == 1, "this machine cannot read it"
    assert runner.invoke(args=["backup-verify", str(other), "--identity", str(key)]).exit_code == 0
    words, third = tmp_path / "words", tmp_path / "third.age"
    words.write_text("four words are enough\n")
    assert runner.invoke(args=["backup", str(third), "--passphrase-file", str(words)]).exit_code == 0
    assert "--passphrase-file" in runner.invoke(args=["backup-verify", str(third)]).output
    assert runner.invoke(args=["backup-verify", str(third), "--passphrase-file", str(words)]).exit_code == 0
    words.write_text("other words\n")
    assert runner.invoke(args=["backup-verify", str(third), "--passphrase-file", str(words)]).exit_code == 1
