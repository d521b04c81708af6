"""Backups are made each night, thinned out as they grow old, and seen to by one organisation only."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from backups import jobs as backup_jobs
from backups import keeping
from backups.keeping import Kept
from core import backup, clock, jobs
from core.audit import AuditEntry
from core.backup import sealing
from core.db import db
from core.jobs import Job
from core.settings import WrongSetting, read
from core.terms import JobState
from tests.conftest import TODAY, build, people

NIGHT = datetime(2026, 10, 31, 3, tzinfo=UTC).replace(tzinfo=None).astimezone()


@pytest.fixture
def kept(app, monkeypatch, tmp_path) -> Path:
    """Keep backups in a folder, at three in the morning of the sample's day."""
    settings = app.config["SETTINGS"]
    object.__setattr__(settings, "backups", tmp_path / "kept")
    monkeypatch.setattr(clock, "now", lambda: NIGHT.astimezone(UTC))
    return tmp_path / "kept"


def told(*days: date) -> list[Kept]:
    return [Kept(f"{day}.age", day, 1, 1, 0, "") for day in days]


def test_the_newest_of_days_weeks_and_months_are_kept() -> None:
    every = told(*(TODAY - timedelta(days=age) for age in range(800)))
    gone = set(keeping.leaving(every, (7, 4, 12)))
    stay = [one.day for one in every if one.name not in gone]
    assert stay[:7] == [TODAY - timedelta(days=age) for age in range(7)]
    weeks = sorted({day.isocalendar()[:2] for day in stay[:9]}, reverse=True)[:4]
    assert len(weeks) >= 2 and len({(day.year, day.month) for day in stay}) == 12
    assert date(2026, 9, 30) in stay and date(2025, 11, 30) in stay and date(2025, 10, 31) not in stay
    assert len(stay) <= 7 + 4 + 12
    # Made night by night, with the old ones removed each time, it ends the same, and never loses what it will want.
    there: list[Kept] = []
    for age in reversed(range(400)):
        there = [*told(TODAY - timedelta(days=age)), *there]
        gone = set(keeping.leaving(there, (7, 4, 12)))
        there = [one for one in there if one.name not in gone]
    assert [one.day for one in there] == stay
    assert keeping.leaving([], (7, 4, 12)) == []


def test_two_of_one_day_stay_until_the_next() -> None:
    morning, evening, before = told(TODAY, TODAY, TODAY - timedelta(days=1))
    evening = Kept(f"{TODAY}-2.age", TODAY, 1, 1, 0, "")
    assert keeping.leaving([evening, morning, before], (1, 0, 0)) == [before.name]
    later = told(TODAY + timedelta(days=1))
    assert keeping.leaving([*later, evening, morning], (2, 1, 1)) == [morning.name]


def test_tonight_one_is_made_once(app, cast, kept, monkeypatch) -> None:
    """Through the worker's own question, as each night; the oldest goes."""
    kept.mkdir()
    for day in ("2020-01-01", "2026-10-30"):
        (kept / f"{day}.age").write_bytes(b"x")
        (kept / f"{day}.age.json").write_text("{}")
    (kept / "holiday.age").write_bytes(b"somebody's own")
    object.__setattr__(app.config["SETTINGS"], "backup_keep", (2, 0, 0))
    assert keeping.due() == [cast.branch.id]
    jobs.start_due(language="zh")
    jobs.run_inline()
    assert sorted(path.name for path in kept.iterdir()) == [
        "2026-10-30.age",
        "2026-10-30.age.json",
        "2026-10-31.age",
        "2026-10-31.age.json",
        "holiday.age",
    ]
    done = db.session.scalars(sa.select(Job).where(Job.name == "backups.make")).one()
    assert done.state is JobState.DONE and done.result["name"] == "2026-10-31.age"
    assert keeping.due() == [] and jobs.start_due(language="zh") == 0
    found = backup.verify(kept / "2026-10-31.age")
    assert (
        found.tables["member"] == 4 and found.sha256 == json.loads((kept / "2026-10-31.age.json").read_text())["sha256"]
    )
    assert (kept / "2026-10-31.age").stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(clock, "now", lambda: NIGHT.replace(hour=1).astimezone(UTC))
    monkeypatch.setattr(clock, "today", lambda: TODAY + timedelta(days=1))
    assert keeping.due() == [], "not before two o'clock"
    object.__setattr__(app.config["SETTINGS"], "backups", None)
    assert keeping.due() == [] and keeping.kept() == []


def test_a_night_that_fails_removes_nothing_and_says_why(app, cast, kept) -> None:
    kept.mkdir()
    (kept / "2020-01-01.age").write_bytes(b"x")
    os.chmod(kept, 0o500)
    object.__setattr__(app.config["SETTINGS"], "backups", kept / "2020-01-01.age" / "below")
    jobs.start_due(language="zh")
    jobs.run_inline()
    failed = db.session.scalars(sa.select(Job).where(Job.name == "backups.make")).one()
    assert failed.state is JobState.FAILED and "below" in failed.error
    os.chmod(kept, 0o700)
    assert [path.name for path in kept.iterdir()] == ["2020-01-01.age"]


def test_settings_say_to_whom_where_and_how_many(tmp_path) -> None:
    _identity, recipient = sealing.pair()
    given = {"XINSHENG_DATA": str(tmp_path)}
    plain = read(given)
    assert plain.backups == tmp_path / "backups" and plain.backup_keep == (7, 4, 12) and plain.backup_to == ()
    set_up = read({**given, "XINSHENG_BACKUP_TO": f"{recipient} {recipient}", "XINSHENG_BACKUP_KEEP": "3,2,1"})
    assert set_up.backup_to == (recipient, recipient) and set_up.backup_keep == (3, 2, 1)
    assert read({**given, "XINSHENG_BACKUP_FOLDER": "off"}).backups is None
    for name, value in (
        ("XINSHENG_BACKUP_TO", "age1nonsense"),
        ("XINSHENG_BACKUP_TO", _identity),
        ("XINSHENG_BACKUP_KEEP", "7,4"),
        ("XINSHENG_BACKUP_KEEP", "0,4,12"),
        ("XINSHENG_BACKUP_KEEP", "7,4,x"),
    ):
        with pytest.raises(WrongSetting, match=name):
            read({**given, name: value})


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def secretary(client_for, kept):
    return client_for("secretary")


def test_the_page_makes_one_and_hands_it_out_sealed(secretary, cast, kept) -> None:
    assert "还没有备份" in secretary.get("/app/backups").text or "no backup yet" in secretary.get("/app/backups").text
    assert secretary.post("/app/backups/make").status_code == 302
    page = secretary.get("/app/backups").text
    assert "2026-10-31.age/download" in page and "XINSHENG" not in page
    sent = secretary.post("/app/backups/2026-10-31.age/download")
    assert sent.status_code == 200 and sent.data == (kept / "2026-10-31.age").read_bytes()
    assert "xinsheng-2026-10-31.age" in sent.headers["Content-Disposition"]
    assert "no-store" in sent.headers["Cache-Control"] or "max-age=0" in sent.headers["Cache-Control"]
    lines = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert lines[-2:] == ["backup.make", "backup.download"]
    assert secretary.post("/app/backups/make").status_code == 302
    assert [one.name for one in keeping.kept()] == ["2026-10-31-2.age", "2026-10-31.age"]


def test_the_page_looks_whether_one_is_whole(secretary, app, cast, kept) -> None:
    secretary.post("/app/backups/make")
    secretary.post("/app/backups/2026-10-31.age/verify")
    done = jobs.latest("backups.verify", within=cast.branch)
    assert done.state is JobState.DONE and done.result["opened"] is True and done.result["rows"] > 10
    assert str(done.result["rows"]) in secretary.get("/app/backups").text
    db.session.commit()
    whole = (kept / "2026-10-31.age").read_bytes()
    (kept / "2026-10-31.age").write_bytes(whole[:-9] + b"different")
    secretary.post("/app/backups/2026-10-31.age/verify")
    assert jobs.latest("backups.verify", within=cast.branch).state is JobState.FAILED
    db.session.commit()
    # With the key elsewhere only the sum of the sealed file can be compared, and it is.
    _identity, recipient = sealing.pair()
    object.__setattr__(app.config["SETTINGS"], "backup_to", (recipient,))
    secretary.post("/app/backups/make")
    secretary.post("/app/backups/2026-10-31-2.age/verify")
    done = jobs.latest("backups.verify", within=cast.branch)
    assert done.state is JobState.DONE and done.result["opened"] is False
    db.session.commit()
    secretary.post("/app/backups/2026-10-31.age/verify")
    assert jobs.latest("backups.verify", within=cast.branch).state is JobState.FAILED


def test_nobody_else_sees_to_backups(client_for, secretary, kept) -> None:
    """Not even the secretary of another organisation of the same installation."""
    secretary.post("/app/backups/make")
    for role in ("committee_member", "member", "outsider", ""):
        other = client_for(role)
        for way, url in (
            (other.get, "/app/backups"),
            (other.post, "/app/backups/make"),
            (other.post, "/app/backups/2026-10-31.age/verify"),
            (other.post, "/app/backups/2026-10-31.age/download"),
        ):
            answer = way(url)
            assert answer.status_code == (403 if role else 302) and b"age-encryption" not in answer.data, (role, url)
    assert len(keeping.kept()) == 1


def test_only_backups_are_handed_out(secretary, kept) -> None:
    secretary.post("/app/backups/make")
    for name in ("2026-10-31.age.json", "..%2F..%2Fkeys%2Fbackup_key", "backup_key", "2026-11-01.age"):
        assert secretary.post(f"/app/backups/{name}/download").status_code == 404, name


def test_the_jobs_answer_in_the_language_of_the_asker(app, cast, kept) -> None:
    assert list(backup_jobs.tonight()) == [cast.branch.id]
    object.__setattr__(app.config["SETTINGS"], "backups", None)
    with pytest.raises(backup.BackupFailed):
        keeping.make(lambda share: None)


def test_an_installation_that_is_not_set_up_makes_none(tmp_path, monkeypatch) -> None:
    app = build(tmp_path / "new")
    monkeypatch.setattr(clock, "now", lambda: NIGHT.astimezone(UTC))
    with app.app_context():
        object.__setattr__(app.config["SETTINGS"], "backups", tmp_path / "kept")
        assert keeping.due() == []
        people(app)
        assert len(keeping.due()) == 1
        db.session.remove()
        db.engine.dispose()
