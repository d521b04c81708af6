"""How long records are kept, what falls due, and what is left of one destroyed: a line."""

import json
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from core import clock, spreadsheet
from core.audit import AuditEntry
from core.db import Model, db
from core.errors import BadInput, DomainError, NotAllowed
from core.terms import Visibility
from interviews import corrections, filing, passages, retention, scans, talks
from interviews.models import Talk
from interviews.talks import Promise
from members import rules
from tests.interviews.archives import PDF, filed_in, let_members_read, on_file
from tests.interviews.plays import hold, record_of
from vault.models import Envelope, EnvelopeKey

ClientFor = Callable[[str], FlaskClient]
NOTES = "排班表一个月改了两版，大家意见很大。食堂的菜太咸，手套发得太少，希望多发一副。"


def everything_about(cast: SimpleNamespace) -> Talk:
    """Write a talk with all that can hang on it: an amendment, a correction, a filing undone, a scan."""
    talk, writer = hold(cast, Visibility.COMMITTEE, investigation_id=cast.investigation.id), cast.committee_member
    let_members_read(cast.branch, cast.secretary)
    corrections.show(talk, by=writer)
    row = corrections.write(talk, "不是三版，是两版", by=cast.member)
    promises = (Promise("先查库存"),)
    again = record_of(cast, notes=NOTES, investigation_id=cast.investigation.id, promises=promises)
    talks.amend(talk, again, by=writer, based_on=talk.revision)
    corrections.take(row, talk, by=writer)
    filing.file(talk, by=writer, based_on=talk.revision)
    filing.unfile(talk, reason="漏一句", by=cast.secretary)
    filing.file(talk, by=writer, based_on=talk.revision)
    scans.attach(talk, PDF, by=writer)
    db.session.commit()
    return talk


def test_years_count_from_the_end_of_the_year() -> None:
    assert retention.kept_until(date(2026, 1, 1), 10) == date(2036, 12, 31)
    assert retention.kept_until(date(2026, 12, 31), 10) == date(2036, 12, 31)
    assert retention.kept_until(date(2024, 2, 29), 1) == date(2025, 12, 31)


def test_what_falls_due(any_cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = any_cast
    old, new = on_file(cast), on_file(cast)
    hold(cast, Visibility.COMMITTEE)  # not filed: kept until it is
    filed_in(old, date(2016, 5, 1))
    assert [record.id for record in retention.records(cast.branch)] == [old.id, new.id]
    assert retention.due(cast.branch) == []
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 31))
    assert retention.due(cast.branch) == []
    monkeypatch.setattr(clock, "today", lambda: date(2027, 1, 1))
    assert [record.number for record in retention.due(cast.branch)] == ["2016-0001"]
    rules.change(cast.branch, "talks.retention_years", 30, by=cast.secretary)
    assert retention.due(cast.branch) == []
    assert retention.records(cast.elsewhere) == []


def counts() -> dict[str, int]:
    tables = ("talk", "follow_up", "talk_revision", "talk_scan", "talk_correction", "talk_passage", "talk_reader")
    return {name: db.session.scalar(select(func.count()).select_from(Model.metadata.tables[name])) for name in tables}


def test_destroyed_is_gone_but_for_a_line(any_cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = any_cast
    stays = on_file(cast)
    before, sealed = counts(), db.session.scalar(select(func.count(Envelope.id)))
    told: list[tuple[int, list[str]]] = []
    monkeypatch.setattr(
        passages, "_TOLD", [lambda released: told.extend((talk.id, [*texts]) for talk, texts in released.items())]
    )
    talk = everything_about(cast)
    assert told[-1][1]
    assert [name for name, count in counts().items() if count == before[name]] == []
    filed_in(talk, date(2014, 5, 1))
    number, talk_id = filing.number_of(talk), talk.id
    assert retention.destroy([talk_id], within=cast.branch, by=cast.secretary, confirmed="1") == 1
    db.session.commit()
    assert counts() == before
    assert told[-1] == (talk_id, [])  # whoever quotes it is told to let go
    assert db.session.scalar(select(func.count(Envelope.id))) == sealed
    held = select(func.count()).select_from(EnvelopeKey).where(EnvelopeKey.envelope_id.not_in(select(Envelope.id)))
    assert db.session.scalar(held) == 0
    lines = db.session.scalars(select(AuditEntry.action).where(AuditEntry.thing_id == str(talk_id))).all()
    assert f"talk.destroy {number}" in lines
    assert filing.verify(stays, reader=cast.secretary) is filing.Verdict.INTACT
    everywhere = "".join(str(db.session.execute(text(f"SELECT * FROM {name}")).all()) for name in Model.metadata.tables)
    assert "两版" not in everywhere and "手套" not in everywhere and "漏一句" not in everywhere


def test_nothing_is_destroyed_by_mistake(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    old, young, unfiled = on_file(cast), on_file(cast), hold(cast, Visibility.COMMITTEE)
    filed_in(old, date(2014, 5, 1))
    wrong = [
        ([], "0", BadInput),
        ([old.id], "", BadInput),
        ([old.id], "2", BadInput),
        ([old.id, young.id], "2", DomainError),
        ([unfiled.id], "1", DomainError),
        ([999999], "1", DomainError),
    ]
    for ids, confirmed, error in wrong:
        with pytest.raises(error):
            retention.destroy(ids, within=cast.branch, by=cast.secretary, confirmed=confirmed)
    with pytest.raises(NotAllowed):
        retention.destroy([old.id], within=cast.branch, by=cast.committee_member, confirmed="1")
    with pytest.raises(DomainError):
        retention.destroy([old.id], within=cast.elsewhere, by=cast.outsider, confirmed="1")
    assert db.session.scalar(select(func.count(Talk.id))) == 3


def test_the_index_of_the_archive(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk = on_file(cast)
    scans.attach(talk, PDF, by=cast.committee_member)
    db.session.commit()
    answer = client_for("secretary").get("/app/archive.xlsx")
    rows = [row.cells for row in spreadsheet.read(answer.data, "index.xlsx")]
    assert len(rows) == 2 and rows[1][0] == "2026-0001" and "党员丙" in rows[1][1]
    assert rows[1][2:7] == ("2026-10-20", "委员乙", "2026-10-31", "10", "2036-12-31")
    assert rows[1][8:10] == ("1", talk.filed_digest.hex())
    assert "排班" not in json.dumps(rows, ensure_ascii=False)
    for role, status in (("committee_member", 403), ("member", 403), ("", 302)):
        assert client_for(role).get("/app/archive.xlsx").status_code == status
        assert client_for(role).get("/app/archive").status_code == status
        assert client_for(role).post("/app/archive/destroy", data={"records": "1"}).status_code == status


def test_over_the_page(client_for: ClientFor, cast: SimpleNamespace) -> None:
    boss = client_for("secretary")
    assert boss.get("/app/archive").status_code == 200
    talk = on_file(cast)
    filed_in(talk, date(2014, 5, 1))
    page = boss.get("/app/archive").text
    assert "2014-0001" in page and "党员丙" in page and "排班" not in page
    for data in ({}, {"records": "x"}, {"records": str(talk.id)}, {"records": str(talk.id), "confirmed": "one"}):
        assert boss.post("/app/archive/destroy", data=data).status_code == 422
    sent = {"records": str(talk.id), "confirmed": "1"}
    assert client_for("outsider").post("/app/archive/destroy", data=sent).status_code == 422
    assert db.session.scalar(select(func.count(Talk.id))) == 1
    assert boss.post("/app/archive/destroy", data=sent).status_code == 302
    assert db.session.scalar(select(func.count(Talk.id))) == 0
    assert "2014-0001" not in boss.get("/app/archive").text
