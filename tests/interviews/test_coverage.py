"""Who has been heard: the sample's figures, and the edges."""

import csv
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from core import clock, spreadsheet
from core.db import db
from core.terms import MemberCategory, Role, Standing, TalkState, Visibility
from interviews import events, rulebook, tallies
from interviews.coverage import Coverage, PairShare, Share, coverage
from interviews.imports import import_talks
from interviews.models import Talk
from interviews.pairs import Pair
from interviews.tallies import Tally
from members.models import Member
from tests.conftest import GOLD, SAMPLE
from tests.interviews.plays import hold, plan

ClientFor = Callable[[str], FlaskClient]
WINDOW = {"since": date(2025, 11, 1), "until": date(2026, 10, 31)}


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what is sent to the database."""
    sent: list[str] = []

    def listen(connection, cursor, statement, *rest) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)


def test_the_sample_to_the_last_figure(sample: SimpleNamespace) -> None:
    gold = json.loads((GOLD / "expected_stats.json").read_text("utf-8"))
    notes = (SAMPLE / "talk_notes.jsonl").read_bytes()
    outcome = import_talks(notes, "talk_notes.jsonl", within=sample.branch, by=sample.secretary)
    db.session.commit()
    assert outcome.new == 40
    everybody = coverage(within=sample.branch, **WINDOW)
    full = coverage(within=sample.branch, category=MemberCategory.FULL, **WINDOW)
    assert (everybody.all.total, everybody.all.heard) == (60, 39)
    assert (full.all.total, full.all.heard) == (38, 28)
    assert everybody.by_category[MemberCategory.FULL] == full.all
    groups = {name: {"total": share.total, "covered": share.heard} for name, share in full.by_group.items()}
    everyone = {name: {"total": share.total, "covered": share.heard} for name, share in everybody.by_group.items()}
    assert gold["coverage"]["by_group"] in (everyone, groups)
    assert [person.number for person in full.unheard] == gold["uncovered_full"]
    assert everybody.by_quarter == gold["talks_by_quarter"]
    assert sum(share.total for share in full.by_group.values()) == 38
    assert sum(share.heard for share in full.by_group.values()) == 28
    assert everybody.talks == 40
    marked = {person.number: person.standing for person in everybody.unheard if person.standing is not Standing.ACTIVE}
    assert len(everybody.unheard) == 21
    assert marked == {
        person.number: person.standing for person in everybody.unheard if person.standing_note not in ("在岗", "")
    }


def test_a_few_questions_for_everybody(sample: SimpleNamespace) -> None:
    within = sample.branch
    db.session.refresh(within)
    with statements() as sent:
        assert coverage(within=within, **WINDOW).all.total == 60
    assert len([one for one in sent if one.startswith("SELECT")]) == 3  # rules, people, talks
    assert not [one for one in sent if "envelope" in one]


def heard(cast: SimpleNamespace, **window: date) -> Coverage:
    return coverage(within=cast.branch, **{**WINDOW, **window})


def test_what_counts(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    assert (heard(cast).all.total, heard(cast).all.heard) == (3, 0)
    plan(cast)  # a plan is no talk
    assert heard(cast).all.heard == 0
    hold(cast, Visibility.INTERVIEWER)
    hold(cast, Visibility.COMMITTEE)  # the same person twice
    found = heard(cast)
    assert (found.all.heard, found.talks) == (1, 2)
    assert [person.number for person in found.unheard] == ["A1", "A2"]  # whoever asks has not been asked
    assert heard(cast, until=date(2026, 10, 19)).all.heard == 0
    assert heard(cast, since=date(2026, 10, 20), until=date(2026, 10, 20)).all.heard == 1


def test_the_sick_are_marked_and_the_departed_counted_apart(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    cast.aide.standing, cast.worker.standing = Standing.SICK, Standing.LEFT
    db.session.commit()
    found = heard(cast)
    assert [(person.name, person.standing) for person in found.unheard] == [
        ("书记甲", Standing.ACTIVE),
        ("委员乙", Standing.SICK),
    ]
    assert (found.all.total, found.left) == (2, 1)


def test_nobody_else_is_counted(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    hold(cast, Visibility.COMMITTEE)
    found = coverage(within=cast.elsewhere, **WINDOW)
    assert (found.all.total, found.all.heard, found.talks) == (1, 0, 0)


@pytest.mark.parametrize("group", [True, False])
def test_somebody_without_a_group_is_there(cast: SimpleNamespace, group: bool) -> None:
    if not group:
        cast.worker.group_id = None
        db.session.commit()
    assert set(heard(cast).by_group) == ({"东班", "西班"} if group else {"东班", ""})


def test_quiet_quarters_are_shown(cast: SimpleNamespace) -> None:
    assert list(heard(cast).by_quarter.items()) == [
        ("2025-Q4", 0),
        ("2026-Q1", 0),
        ("2026-Q2", 0),
        ("2026-Q3", 0),
        ("2026-Q4", 0),
    ]


def counted_by_hand() -> dict[str, tuple[int, int, int]]:
    """Count the sample's pairs from its own files: (talks, people who took part, people)."""
    rows = list(csv.DictReader((SAMPLE / "members.csv").read_text("utf-8-sig").splitlines()))
    side = {
        row["编号"]: "委员" if row["党内职务"] else "党员" if row["政治面貌"] in ("正式党员", "预备党员") else "群众"
        for row in rows
    }
    talks = [json.loads(line) for line in (SAMPLE / "talk_notes.jsonl").read_text("utf-8").splitlines()]
    found = {}
    for name, one, other, counted in (
        (Pair.WITHIN_COMMITTEE, "委员", "委员", "委员"),
        (Pair.COMMITTEE_MEMBER, "委员", "党员", "党员"),
        (Pair.WITHIN_MEMBERS, "党员", "党员", "党员"),
        (Pair.COMMITTEE_OTHER, "委员", "群众", "群众"),
    ):
        between = [
            {talk["interviewer_id"], talk["member_id"]}
            for talk in talks
            if sorted((side[talk["interviewer_id"]], side[talk["member_id"]])) == sorted((one, other))
        ]
        people = {number for number, stands in side.items() if stands == counted}
        found[name] = (len(between), len(set().union(*between) & people), len(people))
    return found


def test_who_talked_with_whom_in_the_sample(sample: SimpleNamespace) -> None:
    offices = {
        row["编号"]: (row["党内职务"] or row["班组职务"], row["班制"])
        for row in csv.DictReader((SAMPLE / "members.csv").read_text("utf-8-sig").splitlines())
    }
    for member in db.session.scalars(select(Member).where(Member.organisation_id == sample.branch.id)):
        member.duty, member.shift = offices[member.number]
    sample.interviewer.role = Role.MEMBER  # whoever holds an account of the committee would be of it
    notes = (SAMPLE / "talk_notes.jsonl").read_bytes()
    import_talks(notes, "talk_notes.jsonl", within=sample.branch, by=sample.secretary)
    db.session.commit()
    found = coverage(within=sample.branch, **WINDOW)
    told = {
        pair: (part.talks, part.share.heard, part.share.total) for pair, part in found.by_pair.items() if part.share
    }
    assert told == counted_by_hand()
    assert told[Pair.WITHIN_COMMITTEE][2] == 5  # leaders of teams and Party groups are not of the committee
    assert sum(part.talks for part in found.by_pair.values()) == 40
    assert {name: share.total for name, share in found.by_shift.items()} == {"常白班": 26, "三班倒": 17, "两班倒": 17}
    assert sum(share.heard for share in found.by_shift.values()) == 39
    heard = {"2025-Q4": 8, "2026-Q1": 11, "2026-Q2": 13, "2026-Q3": 7, "2026-Q4": 1}
    assert {name: share.heard for name, share in found.heard_by_quarter.items()} == heard
    assert {share.total for share in found.heard_by_quarter.values()} == {60}


def test_whoever_is_left_out_is_told_with_the_reason(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    hold(cast, Visibility.COMMITTEE)
    cast.worker.standing, cast.worker.standing_note = Standing.RETIRED, "退休（2026-05）"
    cast.boss.standing = Standing.AWAY
    db.session.commit()
    assert (heard(cast).all.total, heard(cast).all.heard, heard(cast).out) == (3, 1, ())
    rulebook.decide(
        cast.branch,
        replace(rulebook.settings(cast.branch), left_out=frozenset({Standing.RETIRED, Standing.AWAY})),
        by=cast.secretary,
    )
    found = heard(cast)
    assert (found.all.total, found.all.heard, found.talks) == (1, 0, 1)
    assert found.reasons == {Standing.AWAY: 1, Standing.RETIRED: 1}
    assert [(person.name, person.standing_note) for person in found.out] == [
        ("书记甲", ""),
        ("党员丙", "退休（2026-05）"),
    ]
    assert [person.name for person in found.unheard] == ["委员乙"]
    assert found.by_pair[Pair.COMMITTEE_MEMBER] == PairShare(1, Share(0, 0))


def test_a_pair_is_counted_whichever_chair_one_sat_on(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    hold(cast, Visibility.COMMITTEE, member_id=cast.aide.id, interviewer_id=cast.worker.id, promises=())
    hold(cast, Visibility.COMMITTEE, member_id=cast.boss.id, interviewer_id=cast.aide.id, promises=())
    pairs = heard(cast).by_pair
    assert pairs[Pair.COMMITTEE_MEMBER] == PairShare(1, Share(1, 1))
    assert pairs[Pair.WITHIN_COMMITTEE] == PairShare(1, Share(2, 2))
    assert pairs[Pair.WITHIN_MEMBERS] == PairShare(0, Share(1, 0))
    assert pairs[Pair.MEMBER_OTHER] == PairShare(0, None)


def test_nothing_counts_talks_of_a_talker(cast: SimpleNamespace, client_for: ClientFor) -> None:
    """Ten talks more by one talker change no number that belongs to him or her."""
    hold(cast, Visibility.COMMITTEE)
    before = heard(cast)
    for _number in range(3):
        hold(cast, Visibility.COMMITTEE)
    after = heard(cast)
    same = ("all", "by_category", "by_group", "by_shift", "unheard", "out", "heard_by_quarter")
    assert all(getattr(before, name) == getattr(after, name) for name in same)
    assert {pair: part.share for pair, part in before.by_pair.items()} == {
        pair: part.share for pair, part in after.by_pair.items()
    }
    assert not [field.name for field in fields(Coverage) if "interviewer" in field.name or "talker" in field.name]
    assert not {field.name for field in fields(Tally)} & {"interviewer_id", "interviewer"}
    cast.aide.name = "无双"
    hold(cast, Visibility.COMMITTEE, member_id=cast.boss.id)
    hold(cast, Visibility.COMMITTEE, member_id=cast.aide.id, interviewer_id=cast.boss.id)
    page = client_for("secretary").get("/app/coverage")
    assert page.status_code == 200 and "无双" not in page.text  # heard, so on no list: that he asked is on none


@pytest.mark.parametrize("category", [None, MemberCategory.FULL])
def test_many_talks_add_up_as_they_do_by_hand(any_cast: SimpleNamespace, category: MemberCategory | None) -> None:
    cast, draw = any_cast, random.Random(5)  # noqa: S311 - invented talks
    people = (cast.boss, cast.aide, cast.worker)
    cast.boss.duty = "书记"
    cast.aide.category, cast.worker.category = MemberCategory.FULL, MemberCategory.PROBATIONARY
    cast.committee_member.active = False  # so that one of the three alone is of the committee
    held = []
    for number in range(200):
        asked, asker = draw.sample(range(3), 2)
        day = date(2025, 9, 1) + timedelta(draw.randrange(500))
        state = draw.choice([TalkState.RECORDED, TalkState.RECORDED, TalkState.PLANNED])
        held.append((asked, asker, day, state))
        db.session.add(
            Talk(
                organisation_id=cast.branch.id, member_id=people[asked].id, interviewer_id=people[asker].id,
                held_on=day, state=state, visibility=Visibility.COMMITTEE, number=str(number), changed_at=clock.now(),
            )
        )  # fmt: skip
    db.session.commit()
    inside = [
        (asked, asker, day)
        for asked, asker, day, state in held
        if state is TalkState.RECORDED and WINDOW["since"] <= day <= WINDOW["until"]
    ]
    counted = [(asked, asker, day) for asked, asker, day in inside if category in (None, people[asked].category)]
    found = coverage(within=cast.branch, category=category, **WINDOW)
    quarters = Counter(f"{day.year}-Q{(day.month + 2) // 3}" for _asked, _asker, day in counted)
    assert {name: count for name, count in found.by_quarter.items() if count} == quarters and len(quarters) == 5
    assert found.talks == len(counted) and len(counted) < len(held)
    pairs = Counter(
        Pair.COMMITTEE_MEMBER if 0 in (asked, asker) else Pair.WITHIN_MEMBERS for asked, asker, _ in counted
    )
    assert {pair: part.talks for pair, part in found.by_pair.items() if part.talks} == pairs
    here = [place for place in range(3) if category in (None, people[place].category)]
    for quarter, share in found.heard_by_quarter.items():
        hearing = {asked for asked, _, day in counted if f"{day.year}-Q{(day.month + 2) // 3}" == quarter}
        assert share == Share(len(here), len(hearing & set(here)))


def test_a_long_window_keeps_its_talks(cast: SimpleNamespace) -> None:
    hold(cast, Visibility.COMMITTEE, held_on=date(1999, 3, 1))
    hold(cast, Visibility.COMMITTEE)
    found = heard(cast, since=date(1990, 1, 1))
    assert found.talks == 2 and len(found.by_quarter) == tallies.MOST_QUARTERS
    assert list(found.by_quarter.values())[0] == 1 and found.by_quarter["2026-Q4"] == 1


def test_the_workbook_says_what_the_page_says(client_for: ClientFor, cast: SimpleNamespace) -> None:
    hold(cast, Visibility.COMMITTEE)
    events.add("illness", cast.boss.id, date(2026, 10, 1), within=cast.branch, by=cast.secretary)
    db.session.commit()
    answer = client_for("committee_member").get("/app/coverage.xlsx?since=2025-11-01&until=2026-10-31")
    assert answer.status_code == 200
    sheets = spreadsheet.read_book(answer.data, "x.xlsx")
    counts, unheard, out = ([row.cells[:5] for row in rows] for rows in sheets.values())
    assert counts[1] == ("全体", "2025-11-01 – 2026-10-31", "1", "3", "1")
    assert ("委员 → 党员", "1", "1", "1") in [row[1:] for row in counts]
    assert [row[2:4] for row in counts[-4:]] == [("0", "1"), ("0", "1"), ("1", "1"), ("0", "1")]  # an event waits
    assert [row[:2] for row in unheard[1:]] == [("A1", "书记甲"), ("A2", "委员乙")] and len(out) == 1
    assert client_for("member").get("/app/coverage.xlsx").status_code == 403
    assert "党员丙".encode() not in client_for("outsider").get("/app/coverage.xlsx").data
    assert "1</b> / 1" not in client_for("outsider").get("/app/coverage").text


@pytest.mark.parametrize(
    "query", ["since=x&until=2026-13-01", "category=nobody", "since=2026-10-31&until=2025-11-01", "since=0001-01-01"]
)
def test_a_strange_window_is_no_crash(client_for: ClientFor, query: str) -> None:
    assert client_for("secretary").get(f"/app/coverage?{query}").status_code == 200
