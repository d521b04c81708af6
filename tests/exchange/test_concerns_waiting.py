"""Large files of concerns: made, looked through and taken in by jobs, kept sealed for a day, nobody else's."""

import io
import re
import stat
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from flask import current_app
from sqlalchemy import select

from concerns.models import Concern
from core import clock
from core import jobs as background
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, NotFound
from core.jobs import Cancelled, Job
from core.terms import JobState
from exchange import concerns
from exchange.concerns import jobs, keeping, taking
from investigations.models import Investigation
from members.models import Account
from tests.conftest import people
from tests.exchange.concern_plays import book_of, file_of, passage, scene, signed_in
from tests.exchange.test_concerns_import import standing

TABLE = "诉求,主题,包括\n夜班,上班,夜里的事\n"


@pytest.fixture
def coded(any_app, monkeypatch) -> SimpleNamespace:
    """Eight passages, which are many here."""
    monkeypatch.setattr(concerns, "PROMPT", 2)
    return scene(people(any_app))


@pytest.fixture
def unhurried(monkeypatch) -> None:
    """No worker is there."""
    monkeypatch.setattr(background, "run_inline", lambda: None)


def page_of(cast: SimpleNamespace, page: str = "export") -> str:
    return f"/app/investigations/{cast.investigation.id}/concerns/{page}"


def rows(name: str) -> list[Job]:
    db.session.expire_all()
    return list(db.session.scalars(select(Job).where(Job.name == f"exchange.{name}").order_by(Job.id)))


def files() -> list[Path]:
    return sorted(current_app.config["SETTINGS"].data.glob("waiting/*/*"))


def words_in(row: Job) -> str:
    return str([row.arguments, row.result, row.error])


def test_a_large_file_is_made_by_a_job_and_fetched(coded) -> None:
    coded.investigation.title = "职工 心声“调研”"
    db.session.commit()
    client = signed_in(coded.secretary)
    answer = client.post(f"{page_of(coded)}/xlsx")
    assert answer.status_code == 303 and answer.headers["Location"] == page_of(coded)
    (row,) = rows("write_concerns")
    assert row.state is JobState.DONE and "食堂" not in words_in(row)
    assert f"{page_of(coded)}/xlsx/file" in client.get(page_of(coded)).text
    fetched = client.post(f"{page_of(coded)}/xlsx/file")
    assert fetched.status_code == 200 and quote("职工 心声“调研”") in fetched.headers["Content-Disposition"]
    assert book_of(fetched.data, "x.xlsx") == book_of(file_of(coded, "xlsx"), "x.xlsx")
    assert len(fetched.data) == row.result["bytes"]


@pytest.mark.parametrize("key", ["xlsx", "qdpx"])
def test_what_a_job_makes_is_what_the_page_made(coded, monkeypatch, key) -> None:
    signed_in(coded.secretary).post(f"{page_of(coded)}/{key}")
    later = signed_in(coded.committee_member).post(f"{page_of(coded)}/{key}/file").data
    monkeypatch.setattr(concerns, "PROMPT", 2000)
    at_once = signed_in(coded.committee_member).post(f"{page_of(coded)}/{key}").data
    assert book_of(later, f"x.{key}") == book_of(at_once, f"x.{key}")
    assert db.session.query(AuditEntry).filter_by(action=f"concerns.export.{key}").count() == 2


def test_a_codebook_is_handed_out_at_once(coded) -> None:
    assert signed_in(coded.secretary).post(f"{page_of(coded)}/qdc").mimetype == "application/xml"
    assert files() == []


def test_it_waits_sealed_where_nobody_else_reads(coded) -> None:
    signed_in(coded.secretary).post(f"{page_of(coded)}/qdpx")
    (path,) = files()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in (path.parent, path.parent.parent))
    assert path.parent.name == str(coded.branch.id) and re.fullmatch(r"[0-9a-f]{32}", path.name)
    assert not path.read_bytes().startswith(b"PK") and "食堂".encode() not in path.read_bytes()
    other = Investigation(
        organisation_id=coded.branch.id, title="另一次", starts_on=clock.today(), ends_on=clock.today(),
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(other)
    db.session.flush()
    for name, investigation in ((path.name, other), ("0" * 32, coded.investigation), ("../x", coded.investigation)):
        with pytest.raises(NotFound):
            keeping.fetch(name, investigation)


def test_whoever_presses_again_gets_the_same_work(coded, unhurried) -> None:
    for account in (coded.secretary, coded.committee_member):
        assert signed_in(account).post(f"{page_of(coded)}/xlsx").status_code == 303
    (row,) = rows("write_concerns")
    shown = signed_in(coded.secretary).get(page_of(coded)).text
    assert f'id="job-{row.id}"' in shown and f"{page_of(coded)}/xlsx/file" not in shown
    assert signed_in(coded.secretary).post(f"{page_of(coded)}/xlsx/file").status_code == 404
    assert (
        signed_in(coded.secretary).post(f"/app/jobs/{row.id}/cancel", data={"back": page_of(coded)}).status_code < 400
    )
    background.run(row.id)
    assert rows("write_concerns")[0].state is JobState.CANCELLED and files() == []
    assert signed_in(coded.secretary).get(page_of(coded)).status_code == 200


def test_another_organisation_has_nothing_of_it(coded) -> None:
    signed_in(coded.secretary).post(f"{page_of(coded)}/xlsx")
    for account, status in ((coded.outsider, 404), (coded.member, 403), (coded.committee_member, 200)):
        assert signed_in(account).post(f"{page_of(coded)}/xlsx/file").status_code == status
        assert signed_in(account).get(page_of(coded)).status_code == status


@pytest.mark.parametrize("change", ["struck out", "hidden", "another passage", "renamed", "another name"])
def test_a_file_of_what_has_changed_since_is_not_handed_out(coded, change) -> None:
    signed_in(coded.secretary).post(f"{page_of(coded)}/xlsx")
    row = coded.canteen.excerpts[0]
    match change:
        case "struck out":
            row.redactions = [[0, 1]]
        case "hidden":
            row.hidden = True
        case "another passage":
            passage(coded, "又一句", coded.parking)
        case "renamed":
            coded.parking.label = "停车难"
        case "another name":
            coded.worker.name = "食堂太"
    db.session.commit()
    client = signed_in(coded.secretary)
    assert f"{page_of(coded)}/xlsx/file" not in client.get(page_of(coded)).text
    assert client.post(f"{page_of(coded)}/xlsx/file").status_code == 303


def test_files_are_gone_after_a_day(coded, monkeypatch) -> None:
    signed_in(coded.secretary).post(f"{page_of(coded)}/xlsx")
    folder = files()[0].parent.parent
    (folder / "4711").mkdir()
    (folder / "4711" / "x").write_bytes(b"of an organisation that is no more")
    begun, address, secretary = clock.now(), page_of(coded), coded.secretary.id
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(hours=23))
    assert jobs.organisations_with_old_files() == set()
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(hours=25))
    assert jobs.organisations_with_old_files() == {coded.branch.id}
    assert background.start_due(language="zh") >= 1
    background.run_inline()
    assert jobs.organisations_with_old_files() == set() and len(files()) == 1
    client = signed_in(db.session.get_one(Account, secretary))  # a session begun a day ago has ended by itself
    assert client.post(f"{address}/xlsx/file").status_code == 404
    assert f"{address}/xlsx/file" not in client.get(address).text


class Told:
    """Progress that is remembered, and stops the work at some share."""

    def __init__(self, stop: float = 2.0) -> None:
        self.shares: list[float] = []
        self._stop = stop

    def __call__(self, share: float) -> None:
        db.session.rollback()
        self.shares.append(share)
        if share >= self._stop:
            raise Cancelled

    def check(self) -> None:
        pass


@pytest.mark.parametrize("key", ["xlsx", "qdpx"])
def test_a_job_tells_how_far_it_is_and_stops(coded, monkeypatch, key) -> None:
    monkeypatch.setattr("exchange.concerns.base.OFTEN", 1)
    told = Told()
    jobs.write_concerns(told, investigation_id=coded.investigation.id, key=key)
    assert told.shares == sorted(told.shares) and len(told.shares) > 5 and told.shares[-1] == jobs.WRITING
    for path in files():
        path.unlink()
    with pytest.raises(Cancelled):
        jobs.write_concerns(Told(stop=0.5), investigation_id=coded.investigation.id, key=key)
    assert files() == []


def send(cast: SimpleNamespace, content: bytes, name: str = "码本.csv", account=None):
    client = signed_in(account or cast.secretary)
    return client.post(page_of(cast, "import"), data={"file": (io.BytesIO(content), name)})


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]


def test_a_large_codebook_is_looked_through_and_taken_in_by_jobs(coded) -> None:
    client, before = signed_in(coded.secretary), standing()
    shown_later = send(coded, TABLE.encode())
    assert shown_later.status_code == 303
    page = client.get(shown_later.headers["Location"])
    assert page.status_code == 200 and "夜里的事" in page.text and standing() == before
    (row,) = rows("look_through")
    assert "夜" not in words_in(row) and len(files()) == 1, "what was sent is dropped once it was looked through"
    where = re.search(r'action="([^"]*import/write[^"]*)"', page.text)[1]
    taken = client.post(where, data={"seen": hidden(page.text, "seen")})
    assert taken.status_code == 303
    assert db.session.scalars(select(Concern).where(Concern.label == "夜班")).one().includes == "夜里的事"
    done = client.get(taken.headers["Location"]).text
    assert rows("take_in")[0].result == {"new": 1, "changed": 0, "moved": 0}
    assert 'name="kept"' not in done and client.get(taken.headers["Location"]).status_code == 200


def test_passages_move_as_in_a_small_file(coded) -> None:
    table = "诉求,原话\n排班,停车场太暗\n新事,食堂排队久\n"
    page = signed_in(coded.secretary).get(send(coded, table.encode()).headers["Location"]).text
    where = re.search(r'action="([^"]*import/write[^"]*)"', page)[1]
    signed_in(coded.secretary).post(where, data={"seen": hidden(page, "seen")})
    assert rows("take_in")[0].result == {"new": 1, "changed": 0, "moved": 2}
    assert {one.text for one in db.session.get_one(Concern, coded.rota.id).excerpts} == {
        "排班一个月改三版",
        "停车场太暗",
    }
    assert "停车" not in words_in(rows("take_in")[0])


def test_somebody_was_quicker_than_the_job(coded) -> None:
    page = signed_in(coded.secretary).get(send(coded, TABLE.encode()).headers["Location"]).text
    where = re.search(r'action="([^"]*import/write[^"]*)"', page)[1]
    coded.parking.label = "夜班"
    db.session.commit()
    before = standing()
    told = signed_in(coded.secretary).post(where, data={"seen": hidden(page, "seen")})
    assert rows("take_in")[0].state is JobState.FAILED and standing() == before
    shown = signed_in(coded.secretary).get(told.headers["Location"])
    assert shown.status_code == 200 and rows("take_in")[0].error in shown.text


def test_what_cannot_be_taken_in_is_said_on_the_page_alone(coded) -> None:
    long = "很长的一句原话" * 30
    page = signed_in(coded.secretary).get(send(coded, f"诉求\n{long}\n".encode()).headers["Location"])
    (row,) = rows("look_through")
    assert row.state is JobState.DONE and "原话" not in words_in(row)
    assert long[:20] in page.text and 'name="file"' in page.text


def test_a_look_is_its_senders_alone(coded) -> None:
    where = send(coded, TABLE.encode()).headers["Location"]
    assert "夜里的事" in signed_in(coded.secretary).get(where).text
    coded.committee_member.role = coded.secretary.role
    db.session.commit()
    assert "夜里的事" not in signed_in(coded.committee_member).get(where).text
    assert signed_in(coded.outsider).get(where).status_code == 404
    for junk in ("0", "x", "9" * 30, "-1", ""):
        page = signed_in(coded.secretary).get(f"{page_of(coded, 'import')}?look={junk}")
        assert page.status_code == 200 and 'name="file"' in page.text


def test_a_file_of_no_kind_we_read_is_refused_at_once(coded) -> None:
    assert send(coded, b"x", "x.pdf").status_code == 422
    assert rows("look_through") == [] and files() == []


def test_a_file_may_be_as_large_as_any_other(app) -> None:
    cast = scene(people(app))
    lines = [f"食堂,{token_hex(40)}" for _line in range(40_000)]
    content = "\n".join(["诉求,原话", *lines, "排班,停车场太暗"]).encode()
    with pytest.raises(BadInput) as refused:
        taking.packed(book_of(content, "x.csv"))
    assert refused.value.field == "file", "more than a page can carry"
    page = signed_in(cast.secretary).get(send(cast, content).headers["Location"]).text
    assert "40000" in page.replace(",", "") and "停车场太暗" not in words_in(rows("look_through")[0])
