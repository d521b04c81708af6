"""The doctor: every fault it knows is planted here, and found, with what to do about it."""

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from core import audit, clock, doctor, jobs, storage, workers
from core.db import db
from core.doctor import Finding, database, machine, usage
from core.settings import Settings
from core.storage import Unavailable
from core.terms import JobState, Weight
from desk import checks
from surveys import ballots, fielding, invitations

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def well(app, monkeypatch) -> Settings:
    """An installation with nothing wrong: a worker, a closed folder, and only settings there are."""
    return sound(app, monkeypatch)


def sound(app, monkeypatch) -> Settings:
    for name in [name for name in os.environ if name.startswith("XINSHENG_")]:
        monkeypatch.delenv(name)
    settings = replace(app.config["SETTINGS"], queue="local")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    workers.sign()
    return settings


def found(settings: Settings, key: str) -> list[Finding]:
    db.session.commit()
    result = doctor.examine(settings)
    other = [finding for finding in result.findings if finding.key != key]
    assert other == [], "only what was planted is wrong"
    told = list(result.findings)
    for finding in told:
        assert finding.what and finding.why and finding.do
    left_out = [each for each in doctor.CHECKS.values() if each.needs in {finding.key for finding in told}]
    assert len(result.sound) == len(doctor.CHECKS) - bool(told) - len(left_out)
    return told


def one(settings: Settings, key: str, weight: Weight = Weight.TROUBLE) -> Finding:
    (finding,) = found(settings, key)
    assert finding.weight is weight
    return finding


def test_a_sound_installation_has_no_finding(well, cast) -> None:
    assert doctor.examine(well).findings == () and len(doctor.CHECKS) >= 14


def test_missing_libraries_are_named_with_their_packages(well, monkeypatch) -> None:
    real = machine.loads
    monkeypatch.setattr(machine, "loads", lambda names: "harfbuzz" not in names[0] and real(names))
    finding = one(well, "libraries")
    assert "HarfBuzz" in finding.what and "libharfbuzz-subset0" in finding.do and "Pango" not in finding.what
    assert not machine.loads(("libthere-is-none.so.0",))


def test_missing_fonts(well, monkeypatch, tmp_path) -> None:
    for name in checks.WANTED[1:]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "face.otf").write_bytes(b"x")
    (tmp_path / checks.WANTED[0]).mkdir()
    (tmp_path / checks.WANTED[0] / "face.otf").touch()  # of no size: cut off when it was copied
    monkeypatch.setattr(checks, "FONTS", tmp_path)
    assert checks.WANTED[0] in one(well, "fonts").what


def test_folders_that_cannot_be_written_or_that_others_read(well, monkeypatch) -> None:
    real = os.access
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda path, mode: Path(path) != well.keys and real(path, mode))
        assert str(well.keys) in one(well, "folders").what
    well.data.chmod(0o755)
    assert "chmod" in one(well, "folders", Weight.WARNING).do
    (well.keys / "secret_key").chmod(0o644)
    assert "secret_key" in one(well, "folders").what
    well.data.chmod(0o700)
    (well.keys / "secret_key").chmod(0o600)
    (well.keys / ".mark").touch(mode=0o644)  # of no size: no key
    assert found(well, "folders") == []


def test_a_full_disk(well, monkeypatch) -> None:
    monkeypatch.setattr(machine, "free", lambda folder: 500 * 1024**2)
    assert "500 MB" in one(well, "disk", Weight.WARNING).what
    monkeypatch.setattr(machine, "free", lambda folder: 10 * 1024**2)
    assert "10 MB" in one(well, "disk").what


def test_a_clock_that_is_late_or_was_ahead_and_a_machine_without_a_zone(well, cast, monkeypatch, tmp_path) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: datetime(2001, 1, 1, tzinfo=UTC))
        told = [finding for finding in doctor.examine(well).findings if finding.key == "clock"]
        assert told and all("2001-01-01" in finding.what for finding in told)
    real = clock.now
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: real() + timedelta(days=3))
        audit.note("close", cast.investigation, by=cast.secretary)
        db.session.commit()
    assert "timedatectl" in one(well, "clock").do
    db.session.execute(sa.text("DELETE FROM audit_entry"))
    db.session.execute(sa.text("DELETE FROM audit_head"))
    with monkeypatch.context() as patch:
        patch.setattr(machine, "_zone_is_set", lambda: False)
        assert "Asia/Shanghai" in one(well, "clock", Weight.WARNING).do
    nowhere = tmp_path / "localtime"
    assert machine._zone_is_set({"TZ": "UTC"}, nowhere)
    assert machine._zone_is_set({}, nowhere) is bool(datetime.now().astimezone().utcoffset())


def test_a_database_that_is_away_old_new_or_takes_no_writes(any_app, monkeypatch) -> None:
    def refuse(*given: object) -> None:
        raise sa.exc.OperationalError("SELECT", {}, ConnectionError("password of the host"))

    well = sound(any_app, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(database.schema, "current", refuse)
        told = one(well, "database").what
        assert "ConnectionError" in told and "password" not in told
    for version, words in (("0001", "flask --app app upgrade"), ("9999", "9999")):
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = :at"), {"at": version})
        finding = one(well, "database")
        assert words in finding.do + finding.what
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = :at"), {"at": database.schema.head()})
    db.session.commit()
    lock = "PRAGMA query_only=ON" if db.engine.dialect.name == "sqlite" else "SET default_transaction_read_only=on"
    db.session.remove()
    db.engine.dispose()

    @sa.event.listens_for(db.engine, "connect")
    def read_only(connection, record) -> None:
        connection.execute(lock).close()
        getattr(connection, "commit", lambda: None)()

    assert one(well, "database").what
    sa.event.remove(db.engine, "connect", read_only)
    db.session.remove()
    db.engine.dispose()
    assert found(well, "database") == []
    assert not sa.inspect(db.engine).has_table("doctor_was_here")


MOUNTS = """rootfs / ext4 rw 0 0
server:/home /srv/data nfs4 rw 0 0
tmpfs /srv/data/fast tmpfs rw 0 0
//nas/my\\040share /mnt/my\\040share cifs rw 0 0
odd
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/srv/data/x.db", "nfs4"),
        ("/srv/data/fast/x.db", "tmpfs"),
        ("/srv/database/x.db", "ext4"),
        ("/mnt/my share/x.db", "cifs"),
    ],
)
def test_sqlite_on_a_network_disk(well, monkeypatch, tmp_path, place, kind) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS.replace("odd\n", ""), encoding="utf-8")
    assert database.file_system(Path(place), mounts) == kind
    monkeypatch.setattr(database, "MOUNTS", mounts)
    told = database.place(replace(well, database=f"sqlite:///{place}"))
    assert [kind in finding.what for finding in told] == [True] * (kind in database.REMOTE)
    assert database.place(replace(well, database="postgresql+psycopg://x")) == []


def test_files_that_cannot_be_reached(well, monkeypatch) -> None:
    def away() -> None:
        raise Unavailable

    monkeypatch.setattr(storage, "check", away)
    assert "XINSHENG_STORAGE" in one(well, "files").do


def test_a_trail_that_was_cut(well, cast) -> None:
    for _number in range(3):
        audit.note("close", cast.investigation, by=cast.secretary)
    db.session.commit()
    assert found(well, "trail") == []
    db.session.execute(sa.text("DELETE FROM audit_entry WHERE seq = 3"))
    assert "audit verify" in one(well, "trail").do


def test_a_silent_worker_waiting_jobs_and_work_in_line(well, cast, monkeypatch) -> None:
    real = clock.now
    assert found(well, "worker") == []
    with monkeypatch.context() as patch:
        patch.setattr(workers, "now", lambda: real() - timedelta(minutes=3))
        workers.sign()
    assert "flask --app app work" in one(well, "worker").do
    workers.sign()
    job = jobs.Job(
        organisation_id=cast.branch.id,
        name="concerns.regroup",
        arguments={},
        created_at=clock.now() - timedelta(minutes=11),
        state=JobState.WAITING,
    )
    db.session.add(job)
    one(well, "worker", Weight.WARNING)
    job.state = JobState.DONE
    workers.leave()
    one(well, "worker")
    assert "inline" in one(replace(well, queue="inline"), "worker", Weight.WARNING).what


def test_a_worker_signs_again_and_again_and_the_dead_are_forgotten(app, monkeypatch) -> None:
    real = clock.now
    monkeypatch.setattr(workers, "now", lambda: real() - timedelta(days=2))
    monkeypatch.setattr(workers, "name", lambda: "an old one")
    workers.sign()
    monkeypatch.undo()
    ended = workers.start_signing(app)
    for _attempt in range(500):
        seen = workers.last_seen()
        if seen is not None and seen > real() - timedelta(minutes=1):
            break
    ended.set()
    assert [row.name for row in db.session.query(workers.Worker)] == [workers.name()]


def test_postgresql_s_program_and_only_where_it_is_used(well, monkeypatch) -> None:
    monkeypatch.setattr(database.shutil, "which", lambda name: None)
    assert database.programs(well) == []
    (finding,) = database.programs(replace(well, database="postgresql+psycopg://x"))
    assert "psql" in finding.what and finding.weight is Weight.WARNING


def test_backups_too_old_and_a_new_house_without_any(well, cast, monkeypatch) -> None:
    folder = well.data / "backups"
    kept = replace(well, backups=folder)
    audit.note("close", cast.investigation, by=cast.secretary)
    assert found(kept, "backup") == []
    real = clock.now
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: real() + timedelta(days=3))
        assert usage.backup(well) == [], "none are wanted"
        assert [finding.weight for finding in usage.backup(kept)] == [Weight.WARNING]
        folder.mkdir(mode=0o700)
        (folder / "2026-11-01.age").touch(mode=0o600)
        os.utime(folder / "2026-11-01.age", (clock.now().timestamp(),) * 2)
        assert usage.backup(kept) == []
        patch.setattr(clock, "now", lambda: real() + timedelta(days=20))
        (finding,) = usage.backup(kept)
        assert finding.weight is Weight.TROUBLE and "17" in finding.what


def test_misspelt_and_contradicting_settings(well, monkeypatch) -> None:
    monkeypatch.setenv("XINSHENG_QUEUE", "local")
    monkeypatch.setenv("XINSHENG_WEB_WORKERS", "2")
    assert found(well, "settings") == []
    monkeypatch.setenv("XINSHENG_QEUE", "local")
    assert "XINSHENG_QEUE" in one(well, "settings", Weight.WARNING).what
    monkeypatch.delenv("XINSHENG_QEUE")
    for wrong, word in (
        ({"mail": "smtp://host"}, "XINSHENG_MAIL_FROM"),
        ({"storage": "s3://bucket/x"}, "XINSHENG_STORAGE"),
        ({"queue": "redis://host"}, "XINSHENG_QUEUE"),
    ):
        assert word in one(replace(well, **wrong), "settings", Weight.WARNING).what


def test_an_open_survey_whose_keys_are_gone(well, cast) -> None:
    survey = fielding.create(cast.investigation, fielding.sample("opinion-zh"), within=cast.branch, by=cast.secretary)
    invitations.invite(survey, members=[], spares=8, within=cast.branch, by=cast.secretary)
    fielding.open_(survey, within=cast.branch, by=cast.secretary)
    assert found(well, "keys") == []
    ballots.keys(survey.id).folder.rename(well.data / "elsewhere")
    (well.data / "elsewhere").chmod(0o700)
    finding = one(well, "keys")
    assert str(survey.id) in finding.what and survey.public_id not in finding.what + finding.do


def test_a_check_that_fails_is_told_and_the_others_go_on(well, monkeypatch) -> None:
    def fail(settings: Settings) -> list[Finding]:
        raise RuntimeError("书记甲的电话")

    monkeypatch.setitem(doctor.CHECKS, "fonts", doctor.Check("fonts", "Fonts", fail))
    finding = one(well, "fonts", Weight.WARNING)
    assert "RuntimeError" in finding.do and "电话" not in finding.do


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_command_and_the_page_say_the_same(well, app, cast, client_for, monkeypatch, language) -> None:
    run = app.test_cli_runner()
    sound = run.invoke(args=["doctor", "--language", language])
    assert sound.exit_code == 0, sound.output
    monkeypatch.setattr(machine, "free", lambda folder: 500 * 1024**2)
    assert run.invoke(args=["doctor", "--json"]).exit_code == 0, "a warning is no failure"
    monkeypatch.setattr(machine, "free", lambda folder: 10 * 1024**2)
    told = run.invoke(args=["doctor", "--language", language])
    assert told.exit_code == 1 and "10 MB" in told.output and bool(HAN.search(told.output)) is (language == "zh")
    answer = run.invoke(args=["doctor", "--json", "--language", language])
    said = json.loads(answer.output)
    assert answer.exit_code == 1 and said["ok"] is False and set(said["checks"]) == set(doctor.CHECKS)
    (finding,) = said["findings"]
    assert finding["check"] == "disk" and finding["weight"] == "trouble"
    client = client_for("secretary")
    client.post("/app/language", data={"language": language, "back": "/app/"})
    page = client.get("/app/diagnostics").text
    assert finding["what"] in page and finding["do"].replace("“", "“") in page
