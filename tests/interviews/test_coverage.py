"""Who has been heard: the sample's figures, and the edges."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import event

from core.db import db
from core.terms import MemberCategory, Standing, Visibility
from interviews.coverage import Coverage, coverage
from interviews.imports import import_talks
from tests.conftest import GOLD, SAMPLE
from tests.interviews.plays import hold, plan

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
    assert everybody.talks == 40
    marked = {person.number: person.standing for person in everybody.unheard if person.standing is not Standing.ACTIVE}
    assert len(everybody.unheard) == 21
    assert marked == {
        person.number: person.standing for person in everybody.unheard if person.standing_note not in ("在岗", "")
    }


def test_one_question_for_everybody(sample: SimpleNamespace) -> None:
    within = sample.branch
    db.session.refresh(within)
    with statements() as sent:
        assert coverage(within=within, **WINDOW).all.total == 60
    assert len([one for one in sent if one.startswith("SELECT")]) == 1


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
