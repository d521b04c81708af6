"""Backups are sealed as age seals them, mean the same on either database, and survive what kills them."""

import base64
import hashlib
import io
import itertools
import os
import resource
import signal
import tarfile
import tracemalloc
from pathlib import Path

import pyrage
import pytest
import sqlalchemy as sa

from core import audit, backup, chain, schema
from core.backup import (
    BackupFailed,
    Care,
    Lock,
    Opener,
    archive,
    files,
    making,
    passphrases,
    rows,
    sealing,
    staging,
)
from core.db import db
from members.models import Member, Organisation
from tests.conftest import POSTGRES, build, engines, people

CARE = Care(("reports",), list)
WORDS = "four words are enough"
IDENTITY, RECIPIENT = sealing.pair()
LOCK, KEY = Lock((RECIPIENT,)), Opener((IDENTITY,))


@pytest.fixture
def quick(monkeypatch) -> None:
    """Stretch passphrases a little only."""
    monkeypatch.setattr(passphrases, "WORK", 4)


def sealed(content: bytes, passphrase: str) -> bytes:
    out = io.BytesIO()
    passphrases.seal(io.BytesIO(content).read, out, passphrase)
    return out.getvalue()


def unsealed(content: bytes, passphrase: str) -> bytes:
    parts: list[bytes] = []
    passphrases.unseal(io.BytesIO(content), parts.append, passphrase)
    return b"".join(parts)


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 3 * 65536, 200_000])
def test_passphrases_are_those_of_age(quick, size) -> None:
    content = os.urandom(size)
    assert pyrage.passphrase.decrypt(sealed(content, WORDS), WORDS) == content
    assert unsealed(sealed(content, WORDS), WORDS) == content


# "心声" twenty times, sealed by pyrage under WORDS.
BY_AGE = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCAxLzRTbVVmNXd5ZyswR1E2TWRGMFZBIDE3CnM5dVZiT1dTZWNBWTdaSzRO"
    "TkI2dEpjWEVKNG42bERMOXhpUDVCK1FpeU0KLS0tIFpNWmxIU3NycE9GcDZUemQ5bXVFcjdYakM2V0k5b1hSZWhaS2tFYm9ia28K"
    "1KDranlWLp7LhkaAvC09y46NFE6qMlrpts/7ozPztm/fDFb6XRaCDRD5k4nZIIOmI6OtVc9r4+wZuyuUU/W6XZCd2BFqlZKAT0Ee"
    "4YwsLuoQfr+GQ7/Ne4pqA7oel3rDP//kkhpyhYlLOmE0XN/ayQLv6DSXXq3ZdQAPO24OGHgrvBI+xnwiq5kwiqyYzcVZ50IL6ZFV"
    "scg="
)


def test_what_age_seals_under_a_passphrase_opens_here() -> None:
    assert unsealed(BY_AGE, WORDS).decode() == "心声" * 20


def test_a_wrong_passphrase_and_a_changed_file_open_nothing(quick) -> None:
    whole = sealed(b"x" * 150_000, WORDS)
    bad = [(whole, "other words")]
    bad += [(whole[:at], WORDS) for at in (0, 10, 60, 130, 190, 66_000, len(whole) - 1)]
    bad += [(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], WORDS) for at in (3, 30, 60, 100, 180, 70_000, -1)]
    bad += [(whole.replace(b" 4\n", b" 40\n"), WORDS), (whole + b"more", WORDS)]
    for number, (content, words) in enumerate(bad):
        with pytest.raises(passphrases.Wrong):
            unsealed(content, words)
            pytest.fail(f"number {number} opened")


def test_a_key_on_this_machine_is_made_once_for_its_owner_alone(tmp_path) -> None:
    first = sealing.own_identity(tmp_path / "keys")
    assert sealing.own_identity(tmp_path / "keys") == first
    assert (tmp_path / "keys" / sealing.KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [sealing.KEY_FILE]


@pytest.mark.parametrize("lock", [LOCK, Lock(passphrase=WORDS)], ids=["key", "passphrase"])
def test_memory_does_not_grow_with_a_backup(quick, app, tmp_path, lock) -> None:
    """Thirty megabytes go in and come out again, fifteen of them as they are: hex packs to half."""
    target, lines = tmp_path / "large.age", 30
    made = archive.members({"tables": {"it": []}}, [("it", (_line(at) for at in range(lines)))], [])
    tracemalloc.start()
    with target.open("wb") as out:
        sealing.seal(archive.Source(made), out, lock)
    opener = Opener((IDENTITY,), WORDS)
    with sealing.opened(target, opener) as stream, archive.reading(stream) as found:
        for part in found.parts():
            assert sum(len(line) for line in part.lines) > 30_000_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert target.stat().st_size > 15_000_000 and peak < 14_000_000


def _line(at: int) -> bytes:
    return hashlib.shake_256(bytes([at])).hexdigest(500_000).encode() + b"\n"


def sums(target: Path, opener: Opener = KEY) -> dict:
    """Return counts and hashes of every table and file of a backup."""
    with sealing.opened(target, opener) as stream, archive.reading(stream) as found:
        for part in found.parts():
            for _line in part.lines:
                pass
        return found.sums


def filled(app) -> Path:
    """Write people, an audit trail, and two files; return where the files are."""
    cast = people(app)
    for _number in range(3):
        audit.note("organisation.change", cast.branch, by=cast.secretary)
    cast.branch.parent_id = cast.elsewhere.id  # a row that points at a later one of its table
    cast.branch.rules = {"talks.yearly": 1.5, "text": "“引号”\n\\ \u2028 é"}
    db.session.commit()
    reports = app.config["SETTINGS"].data / "reports"
    reports.mkdir()
    (reports / "1.pdf").write_bytes(os.urandom(3000))
    (reports / "二.docx").write_bytes(b"")
    return reports


def test_the_standard_tool_opens_a_backup(app, tmp_path) -> None:
    filled(app)
    told = backup.backup(tmp_path / "one.age", CARE, LOCK)
    content = pyrage.decrypt((tmp_path / "one.age").read_bytes(), [pyrage.x25519.Identity.from_str(IDENTITY)])
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as tar:
        names = tar.getnames()
        assert tar.extractfile("tables/member/000001.jsonl").read().count(b"\n") == told.tables["member"] == 4
    assert names[0] == "backup.json" and names[-1] == "manifest.json" and "files/reports/二.docx" in names
    assert told.sha256 == hashlib.sha256((tmp_path / "one.age").read_bytes()).hexdigest()
    assert backup.verify(tmp_path / "one.age", KEY) == told


CROSSINGS = [
    pytest.param(*pair, marks=[] if pair == ("sqlite", "sqlite") else engines()[1].marks, id="-to-".join(pair))
    for pair in itertools.product(("sqlite", "postgresql"), repeat=2)
]


def cleared(folder: Path, engine: str):
    """Return an application on an empty database of that kind, on a machine of its own."""
    return build(folder / "instance", POSTGRES if engine == "postgresql" else "")


@pytest.mark.parametrize(("source", "target"), CROSSINGS)
def test_a_backup_comes_back_on_a_clean_machine(tmp_path, source, target) -> None:
    file, again = tmp_path / "one.age", tmp_path / "two.age"
    first = cleared(tmp_path / "a", source)
    with first.app_context():
        content = {path.name: path.read_bytes() for path in filled(first).iterdir()}
        backup.backup(file, CARE, LOCK)
        db.session.remove()
        db.engine.dispose()
    second = cleared(tmp_path / "b", target)
    with second.app_context():
        told = backup.restore(file, CARE, KEY)
        assert "restored and compared" in told[0]
        backup.backup(again, CARE, LOCK)
        assert sums(again) == sums(file)
        reports = second.config["SETTINGS"].data / "reports"
        assert {path.name: path.read_bytes() for path in reports.iterdir()} == content
        # Counting goes on above what came back, and the trail of records is unbroken.
        newest = db.session.scalar(sa.select(sa.func.max(Member.id)))
        branch = db.session.scalars(sa.select(Organisation).order_by(Organisation.id)).first()
        member = Member(organisation_id=branch.id, number="Z1", name="后来者", category="full")
        db.session.add(member)
        db.session.commit()
        assert member.id == newest + 1
        assert branch.rules == {"talks.yearly": 1.5, "text": "“引号”\n\\ \u2028 é"}
        assert chain.check(branch.id).sound
        db.session.remove()
        left = list(second.config["SETTINGS"].data.glob(".restore-*"))
        with db.engine.connect() as connection:
            assert left == [] and not [name for name in sa.inspect(connection).get_schema_names() if "restore" in name]
            if target == "sqlite":
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None
        db.engine.dispose()


def test_whoever_writes_meanwhile_need_not_wait_and_is_not_seen(any_app, tmp_path) -> None:
    """Between any two tables somebody else writes, at once, into all of them that matter."""
    filled(any_app)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Member))
    db.session.commit()
    shares = []

    def write(share: float) -> None:
        shares.append(share)
        with db.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA busy_timeout=0")
            connection.execute(
                sa.insert(Member).values(organisation_id=1, number=f"N{len(shares)}", name="同时写入", category="full")
            )

    told = backup.backup(tmp_path / "one.age", CARE, LOCK, watch=write)
    assert len(shares) > 40 and shares == sorted(shares) and shares[0] >= 0 and shares[-1] <= 1
    assert told.tables["member"] == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == before + len(shares)


def test_sessions_are_left_out_and_named_keys_come_back(app, tmp_path) -> None:
    filled(app)
    care = Care(("reports",), list, passing=("member_group",), keys=("second_factor_key",))
    keys = app.config["SETTINGS"].keys
    (keys / "second_factor_key").write_bytes(b"k" * 32)
    (keys / "survey-1").mkdir()
    (keys / "survey-1" / "box").write_bytes(b"never")
    db.session.execute(sa.text("UPDATE member SET group_id = NULL"))
    db.session.commit()
    told = backup.backup(tmp_path / "one.age", care, LOCK)
    assert told.tables["member_group"] == 0 and told.tables["member"] == 4
    (keys / "second_factor_key").write_bytes(b"another key that was made since")
    backup.restore(tmp_path / "one.age", care, KEY, replace=True)
    assert (keys / "second_factor_key").read_bytes() == b"k" * 32
    (aside,) = keys.glob("second_factor_key.before-restore-*")
    assert aside.read_bytes() == b"another key that was made since"
    # A product that names no key takes none from a backup.
    (keys / "second_factor_key").unlink()
    backup.restore(tmp_path / "one.age", CARE, KEY, replace=True)
    assert not (keys / "second_factor_key").exists()
    assert not any("box" in name for name in sums(tmp_path / "one.age")["files"])


def test_rows_that_do_not_come_back_as_they_were_are_found(any_app, tmp_path, monkeypatch) -> None:
    """A database that changes what it is given: nothing is put in place."""
    filled(any_app)
    backup.backup(tmp_path / "one.age", CARE, LOCK)
    table, kind = "member", rows.KINDS["text"]
    monkeypatch.setitem(rows.KINDS, "text", rows.Kind(kind.out, lambda text: text.replace("甲", "已")))
    db.session.execute(sa.text("UPDATE member SET name = 'since'"))
    db.session.commit()
    with pytest.raises(BackupFailed, match=f"account|{table}"):
        backup.restore(tmp_path / "one.age", CARE, KEY, replace=True)
    assert set(db.session.scalars(sa.select(Member.name))) == {"since"}
    assert list(any_app.config["SETTINGS"].data.glob("before-*")) == [], "refused before anything was touched"


# --- killed -----------------------------------------------------------------------------------------------------------


def die(*_given, **_named) -> None:
    """End this process as nothing can catch."""
    os.kill(os.getpid(), signal.SIGKILL)


def after(function, times=1):
    """Let it be done so many times, then die."""
    done = itertools.count(1)

    def run(*given, **named):
        found = function(*given, **named)
        if next(done) == times:
            die()
        return found

    return run


def cut(function):
    """Let the disk end in the middle of what is written: the kernel kills."""

    def run(copy):
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        return function(copy)

    return run


DEATHS = {
    "in the middle of reading": lambda: (archive.Source, "_more", after(archive.Source._more, 5)),
    "before it has its name": lambda: (making, "_name", die),
    "in the middle of loading": lambda: (rows, "load", after(rows.load, 20)),
    "before its place is taken": lambda: (staging.Staging, "put_in_place", die),
    "in the middle of taking its place": lambda: (staging, "replace_file", cut(staging.replace_file)),
    "while tables change places": lambda: (staging, "_change_places", after(staging._change_places)),
    "when the database is in place": lambda: (files, "put", die),
}


def killed(step: str, work) -> None:
    """Do `work` in another process, a fork of this one, that is killed at `step`."""
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        try:
            setattr(*DEATHS[step]())
            work()
        finally:
            os._exit(1)  # it was to be killed
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGKILL, signal.SIGXFSZ), f"{step}: {status}"


def test_a_backup_that_is_killed_leaves_no_file_and_the_next_one_cleans_up(app, tmp_path) -> None:
    filled(app)
    folder = tmp_path / "kept"
    folder.mkdir()
    for step in ("in the middle of reading", "before it has its name"):
        killed(step, lambda: backup.backup(folder / "one.age", CARE, LOCK))
        assert [path.name[:8] for path in folder.iterdir()] == [".backup-"], step
        (folder / "one.age").unlink(missing_ok=True)
        backup.backup(folder / "one.age", CARE, LOCK)
        assert [path.name for path in folder.iterdir()] == ["one.age"]
        assert backup.verify(folder / "one.age", KEY).tables["member"] == 4
        (folder / "one.age").unlink()


STEPS = {
    "sqlite": ("in the middle of loading", "before its place is taken", "in the middle of taking its place"),
    "postgresql": ("while tables change places",),
}


def test_a_restore_that_is_killed_leaves_what_was_there(any_app, tmp_path) -> None:
    engine = db.engine.dialect.name
    filled(any_app)
    file, now, then = tmp_path / "one.age", tmp_path / "now.age", tmp_path / "then.age"
    backup.backup(file, CARE, LOCK)
    for number in range(400):
        db.session.add(Member(organisation_id=1, number=f"S{number}", name="后来", category="full", note="长" * 400))
    db.session.commit()
    backup.backup(now, CARE, LOCK)
    for step in STEPS[engine]:
        killed(step, lambda: backup.restore(file, CARE, KEY, replace=True))
        then.unlink(missing_ok=True)
        backup.backup(then, CARE, LOCK)
        assert sums(then)["tables"] == sums(now)["tables"], step
        db.session.remove()
    if engine == "postgresql":
        return  # what follows is the same on either
    # Killed a moment later, the new database is there whole; the same command once more finishes the rest.
    (any_app.config["SETTINGS"].data / "reports" / "1.pdf").write_bytes(b"changed since")
    killed("when the database is in place", lambda: backup.restore(file, CARE, KEY, replace=True))
    backup.restore(file, CARE, KEY, replace=True)
    then.unlink()
    backup.backup(then, CARE, LOCK)
    assert sums(then) == sums(file)
    assert list(any_app.config["SETTINGS"].data.glob(".restore-*")) == []


def test_a_backup_of_an_earlier_release_is_brought_up_to_date(app, tmp_path) -> None:
    """What 0006 wrote is loaded into tables of 0006, compared, and only then migrated."""
    from tests.house.test_releases import unpacked

    old = tmp_path / "old"
    with build(old).app_context():
        db.session.remove()
        db.engine.dispose()
        (old / "test.db").write_bytes(unpacked("0006"))
        backup.backup(tmp_path / "old.age", CARE, LOCK)
        db.engine.dispose()
    told = backup.restore(tmp_path / "old.age", CARE, KEY)
    assert "(sqlite, 0006)" in told[0] and schema.current() == schema.head()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 60
