"""Search finds every word a reader may read, and nothing else: neither through a shelf, nor in any file or log."""

import logging
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, func, select, update

from core import clock
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput
from core.terms import Visibility
from interviews import searching, shelves, talks
from interviews.models import SearchPlace, SearchShelf, Talk
from interviews.searching import Found, Query
from interviews.talks import Promise
from members.models import Account
from tests.interviews.plays import hold, record_of
from vault.errors import Locked
from vault.models import EnvelopeKey


def look(cast: SimpleNamespace, reader: Account, words: str, *, number: int = 1, **filters: object) -> Found:
    """Search as the page does."""
    recalled = searching.recall(
        searching.prepare(Query(words, **filters), within=reader.organisation, by=reader), by=reader
    )
    assert recalled is not None
    db.session.commit()
    return searching.search(recalled[0], within=reader.organisation, reader=reader, number=number)


def ids(found: Found) -> list[int]:
    """Return which talks were found."""
    return [hit.talk_id for hit in found.hits]


def marked(found: Found) -> list[str]:
    """Return what is marked in the first hit."""
    return [text for text, is_hit in found.hits[0].parts if is_hit]


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("排班", True),
        ("班表改", True),  # any stretch of Chinese, whatever the words of it are
        ("SHIFT", True),
        ("shift plan", True),
        ("plan 排班", True),
        ("3个月", True),  # written ３个月
        ("排班 食堂", False),
        ("班排", False),
        ("答复", True),  # stands in the promise
        ("答复 shift", True),
        (".", False),
        ("%", False),
    ],
)
def test_all_words_must_stand_in_one_talk(any_cast: SimpleNamespace, words: str, fits: bool) -> None:
    talk = hold(any_cast, Visibility.COMMITTEE, notes="这３个月排班表改了三版，Shift Plan never holds！")
    hold(any_cast, Visibility.COMMITTEE, notes="食堂的菜凉了。", promises=())
    assert ids(look(any_cast, any_cast.secretary, words)) == ([talk.id] if fits else [])


def test_the_sentence_around_the_hit_is_shown(any_cast: SimpleNamespace) -> None:
    hold(any_cast, Visibility.COMMITTEE, notes="他来得早。排班表改了三版，Shift plan。停车倒没什么。", promises=())
    found = look(any_cast, any_cast.secretary, "SHIFT 排班")
    assert "".join(text for text, _hit in found.hits[0].parts) == "排班表改了三版，Shift plan。"
    assert marked(found) == ["排班", "Shift"]
    assert not found.hits[0].promised


def test_a_promise_is_shown_as_one(any_cast: SimpleNamespace) -> None:
    hold(any_cast, Visibility.COMMITTEE, promises=(Promise("月底前修好水龙头", owner_id=any_cast.aide.id),))
    found = look(any_cast, any_cast.secretary, "水龙头")
    assert found.hits[0].promised
    assert marked(found) == ["水龙头"]


@pytest.mark.parametrize("length", [119, 121, 5000])
def test_of_a_long_sentence_a_stretch_is_shown(length: int) -> None:
    text = "长" * length + "管钳" + "句" * length
    count, parts = searching.passage(text, ["管钳"])
    assert count == 1
    assert ("管钳", True) in parts
    assert sum(len(part) for part, _hit in parts) <= searching.SENTENCE + 2
    assert parts[0][0].startswith("…")
    assert parts[-1][0] == "…"


def test_words_across_lines_are_shown_too() -> None:
    count, parts = searching.passage("第一句。第二句", ["。第"])
    assert (count, parts) == (1, (("第一句", False), ("。第", True), ("二句", False)))


@pytest.mark.parametrize(
    ("level", "secretary", "committee_member", "outsider"),
    [
        (Visibility.INTERVIEWER, False, True, False),
        (Visibility.SECRETARY, True, True, False),
        (Visibility.COMMITTEE, True, True, False),
    ],
)
def test_only_what_one_may_read_is_found(any_cast, level, secretary, committee_member, outsider) -> None:
    hold(any_cast, level)
    for name, fits in (("secretary", secretary), ("committee_member", committee_member), ("outsider", outsider)):
        assert bool(look(any_cast, getattr(any_cast, name), "排班").hits) is fits, name


def test_the_committee_does_not_find_what_is_for_the_secretary(any_cast: SimpleNamespace) -> None:
    hold(any_cast, Visibility.SECRETARY, by=any_cast.secretary, interviewer_id=any_cast.boss.id)
    assert look(any_cast, any_cast.secretary, "排班").total == 1
    assert look(any_cast, any_cast.committee_member, "排班").total == 0


def test_an_amended_record_is_found_by_its_new_words_only(any_cast: SimpleNamespace) -> None:
    talk = hold(any_cast, Visibility.COMMITTEE)
    assert ids(look(any_cast, any_cast.secretary, "排班")) == [talk.id]
    changed = record_of(any_cast, notes="改谈食堂。")
    talks.amend(talk, changed, by=any_cast.committee_member, based_on=talk.revision)
    stale = searching.search(Query("排班"), within=any_cast.branch, reader=any_cast.secretary)
    assert stale.total == 0  # although the old words still stand on the shelf
    assert ids(look(any_cast, any_cast.secretary, "食堂")) == [talk.id]
    assert look(any_cast, any_cast.secretary, "排班").total == 0
    assert db.session.scalar(select(func.count()).select_from(SearchPlace)) == 1


def test_a_narrowed_record_is_found_no_more(any_cast: SimpleNamespace) -> None:
    talk = hold(any_cast, Visibility.COMMITTEE)
    assert look(any_cast, any_cast.secretary, "排班").total == 1
    changed = record_of(any_cast, visibility=Visibility.INTERVIEWER)
    talks.amend(talk, changed, by=any_cast.committee_member, based_on=talk.revision)
    assert look(any_cast, any_cast.secretary, "排班").total == 0
    assert look(any_cast, any_cast.committee_member, "排班").total == 1


def test_a_shelf_left_over_opens_nothing(any_cast: SimpleNamespace) -> None:
    talk = hold(any_cast, Visibility.COMMITTEE)
    assert look(any_cast, any_cast.secretary, "排班").total == 1
    # The readers change behind the shelf's back: first by the level alone, then by the keys alone.
    db.session.execute(update(Talk).values(visibility=Visibility.INTERVIEWER))
    assert searching.search(Query("排班"), within=any_cast.branch, reader=any_cast.secretary).total == 0
    db.session.execute(update(Talk).values(visibility=Visibility.COMMITTEE))
    assert searching.search(Query("排班"), within=any_cast.branch, reader=any_cast.secretary).total == 1
    db.session.execute(delete(EnvelopeKey).where(EnvelopeKey.envelope_id == talk.envelope_id))
    assert searching.search(Query("排班"), within=any_cast.branch, reader=any_cast.secretary).total == 0


def test_filters_narrow(any_cast: SimpleNamespace) -> None:
    early = hold(any_cast, Visibility.COMMITTEE, held_on=date(2026, 1, 5))
    late = hold(any_cast, Visibility.COMMITTEE, member_id=any_cast.boss.id)
    own = hold(any_cast, Visibility.COMMITTEE, interviewer_id=any_cast.boss.id, by=any_cast.secretary)
    for filters, fitting in (
        ({}, {early.id, late.id, own.id}),
        ({"since": date(2026, 1, 6)}, {late.id, own.id}),
        ({"until": date(2026, 1, 5)}, {early.id}),
        ({"group_id": any_cast.east.id}, {late.id}),
        ({"interviewer_id": any_cast.boss.id}, {own.id}),
    ):
        assert set(ids(look(any_cast, any_cast.secretary, "排班", **filters))) == fitting, filters


@pytest.mark.parametrize("few", [0, 500])
def test_the_latest_come_first_page_by_page(any_cast, monkeypatch, few: int) -> None:
    monkeypatch.setattr(searching, "PAGE", 3)
    monkeypatch.setattr(searching, "FEW", few)
    monkeypatch.setattr(searching, "STRETCH", 2)
    day = date(2026, 10, 1)
    held = [hold(any_cast, Visibility.COMMITTEE, held_on=day + timedelta(at % 5), promises=()) for at in range(8)]
    wanted = [talk.id for talk in sorted(held, key=lambda talk: (talk.held_on, talk.id), reverse=True)]
    pages = [look(any_cast, any_cast.secretary, "排班", number=number) for number in (1, 2, 3)]
    assert [ids(page) for page in pages] == [wanted[:3], wanted[3:6], wanted[6:]]
    assert {(page.total, page.pages, page.capped) for page in pages} == {(8, 3, False)}
    monkeypatch.setattr(searching, "MOST", 5)
    last = look(any_cast, any_cast.secretary, "排班", number=9)
    assert (last.total, last.capped, last.number, ids(last)) == (5, True, 2, wanted[3:5])


def test_shelves_are_filled_a_part_at_a_time(any_cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "STEP", 2)
    monkeypatch.setattr(shelves, "SHELF", 3)
    for at in range(5):
        hold(any_cast, Visibility.COMMITTEE, held_on=date(2026, 10, 1 + at), promises=())
    ticks = iter([0.0, 9.0])
    monkeypatch.setattr(shelves.time, "monotonic", lambda: next(ticks))
    assert shelves.fill(within=any_cast.branch, reader=any_cast.secretary) == shelves.Filled(2, 3)
    found = searching.search(Query("排班"), within=any_cast.branch, reader=any_cast.secretary)
    assert [hit.held_on.day for hit in found.hits] == [5, 4]  # the newest first
    monkeypatch.undo()
    assert shelves.fill(within=any_cast.branch, reader=any_cast.secretary) == shelves.Filled(5, 0)
    assert shelves.fill(within=any_cast.branch, reader=any_cast.secretary) == shelves.Filled(5, 0)
    assert db.session.scalar(select(func.count()).select_from(SearchPlace)) == 5
    assert look(any_cast, any_cast.secretary, "排班").total == 5


def test_full_shelves_are_left_alone(any_cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "SHELF", 2)
    for _time in range(4):
        hold(any_cast, Visibility.COMMITTEE, promises=())
    look(any_cast, any_cast.secretary, "排班")
    before = set(db.session.scalars(select(SearchShelf.id)))
    assert len(before) == 2
    hold(any_cast, Visibility.COMMITTEE, promises=())
    assert look(any_cast, any_cast.secretary, "排班").total == 5
    assert set(db.session.scalars(select(SearchShelf.id))) > before


def test_circles_share_their_shelves(any_cast: SimpleNamespace) -> None:
    hold(any_cast, Visibility.COMMITTEE)
    look(any_cast, any_cast.secretary, "排班")
    # The committee member finds it without another look at the notes: it stands on a shelf he can open.
    found = searching.search(Query("排班"), within=any_cast.branch, reader=any_cast.committee_member)
    assert found.total == 1


def test_a_damaged_shelf_is_filled_anew(any_cast: SimpleNamespace) -> None:
    hold(any_cast, Visibility.COMMITTEE)
    look(any_cast, any_cast.secretary, "排班")
    row = db.session.scalars(select(SearchShelf)).one()
    row.content = row.content[:-1] + bytes([row.content[-1] ^ 1])
    db.session.commit()
    assert searching.search(Query("排班"), within=any_cast.branch, reader=any_cast.secretary).total == 0
    assert look(any_cast, any_cast.secretary, "排班").total == 1


def test_a_locked_reader_is_told(any_cast: SimpleNamespace) -> None:
    any_cast.secretary.keyring = None
    with pytest.raises(Locked):
        searching.prepare(Query("排班"), within=any_cast.branch, by=any_cast.secretary)
    with pytest.raises(Locked):
        searching.search(Query("排班"), within=any_cast.branch, reader=any_cast.secretary)


@pytest.mark.parametrize("words", ["", "  ", "\0", "字" * 81])
def test_nothing_and_too_much_are_refused(cast: SimpleNamespace, words: str) -> None:
    with pytest.raises(BadInput):
        searching.prepare(Query(words), within=cast.branch, by=cast.secretary)


def test_a_search_travels_sealed(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    query = Query("排班 😀", group_id=3, since=date(2026, 1, 1))
    sealed = searching.prepare(query, within=cast.branch, by=cast.secretary)
    assert searching.recall(sealed, by=cast.secretary) == (query, shelves.Filled(0, 0))
    assert len(sealed) == len(searching.prepare(Query("x"), within=cast.branch, by=cast.secretary))
    assert searching.recall(sealed, by=cast.committee_member) is None
    assert searching.recall(sealed[:-4] + "AAAA", by=cast.secretary) is None
    assert searching.recall("排班", by=cast.secretary) is None
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 1))
    assert searching.recall(sealed, by=cast.secretary) is None


def test_the_page(cast: SimpleNamespace, client_for, caplog: pytest.LogCaptureFixture) -> None:
    talk = hold(cast, Visibility.COMMITTEE, notes="<b>排班表</b>改了三版。", promises=())
    client = client_for("secretary")
    assert client.get("/app/talks/search").status_code == 200
    with caplog.at_level(logging.DEBUG):
        sent = client.post("/app/talks/search", data={"words": "排班表<", "group": "", "interviewer": ""})
        address = sent.headers["Location"]
        page = client.get(address)
    assert sent.status_code == 303
    assert "&lt;b&gt;<mark>排班表&lt;</mark>/b&gt;改了三版。" in page.text
    assert f"/app/talks/{talk.id}" in page.text
    assert "排班表" not in caplog.text + address
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action.like("talk.search%"))).all()
    assert [(entry.action, entry.thing, entry.account_id) for entry in entries] == [
        ("talk.search", "organisation", cast.secretary.id)
    ]
    assert client_for("committee_member").get(address).text.count("<mark>") == 0
    assert client.post("/app/talks/search", data={"words": " "}).status_code == 422
    assert client_for("member").get("/app/talks/search").status_code == 403


def test_nothing_is_left_in_the_clear(cast: SimpleNamespace, client_for, app) -> None:
    hold(cast, Visibility.COMMITTEE, notes="管钳钳口磨圆了 pipewrench。")
    client = client_for("secretary")
    sent = client.post("/app/talks/search", data={"words": "管钳钳口 PipeWrench"})
    assert "<mark>" in client.get(sent.headers["Location"]).text
    db.session.remove()
    files = [path for path in app.config["SETTINGS"].data.rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        for word in ("管钳", "pipewrench", "PipeWrench"):
            for encoding in ("utf-8", "utf-16-le", "gb18030"):
                assert word.encode(encoding) not in content, path
