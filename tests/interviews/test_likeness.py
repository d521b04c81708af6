"""Copied notes are pointed out, notes about the same things are not, and the sketches say nothing."""

import json
import re
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from core.db import db
from core.terms import Visibility
from interviews import likeness
from interviews.models import Talk
from tests.conftest import SAMPLE
from tests.interviews.plays import hold
from vault.errors import Locked

SENTENCE = re.compile(r"[^。！？]+[。！？]?”?")
DAY = re.compile(r"[一二三四五六七八九十]+月[一二三四五六七八九十]+[日号]?")
ELSE = "今天主要聊了孩子上学的事，别的没有多说，约好下个月再谈一次。"
ENGLISH = (
    "Reed came straight from the night shift and talked freely about the roster. The plan changed three times this "
    "month and the last version was posted at eleven in the evening. He does not mind nights, he minds not knowing. "
    "Lockers are still broken on the second floor. I promised an answer by Friday."
)


def sample_notes() -> list[str]:
    """Return the notes of the sample's forty talks."""
    return [json.loads(row)["notes"] for row in (SAMPLE / "talk_notes.jsonl").read_text("utf-8").splitlines()]


def copied(notes: str, at: int) -> str:
    """Return a copy as it was found in practice: another name and date, one sentence changed."""
    sentences = SENTENCE.findall(notes)
    sentences[at % len(sentences)] = ELSE
    text = "".join(sentences)
    return re.sub(r"[一二三四五六七八九十]+月[一二三四五六七八九十]+[日号]?", "三月八日", text).replace(
        text[:2], "谷雨"
    )


def write(cast: SimpleNamespace, notes: list[str]) -> list[Talk]:
    """Return talks with these notes, written down by the committee member."""
    return [hold(cast, Visibility.COMMITTEE, notes=text, promises=()) for text in notes]


@pytest.fixture
def noted(cast: SimpleNamespace) -> SimpleNamespace:
    """Four talks with notes of the sample's."""
    cast.talks = write(cast, sample_notes()[:4])
    return cast


def test_copies_are_found_and_nothing_else(cast: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    cast.talks, noted = write(cast, sample_notes()), cast
    right = wrong = 0
    for at, talk in enumerate(noted.talks):
        copy = copied(sample_notes()[at], at)
        found = likeness.similar(copy, None, within=noted.branch, reader=noted.committee_member)
        right += any(one.talk_id == talk.id for one in found)
        wrong += sum(one.talk_id != talk.id for one in found)
        fresh = likeness.similar(sample_notes()[at], talk, within=noted.branch, reader=noted.committee_member)
        wrong += len(fresh)  # none of the forty repeats another
    with capsys.disabled():
        print(f"\ncopied notes: precision {right}/{right + wrong}, recall {right}/{len(noted.talks)}")
    assert right == len(noted.talks)
    assert wrong == 0


@pytest.mark.parametrize("changed", [1, 2, 3])
def test_more_changed_sentences_are_told_by_the_share(noted: SimpleNamespace, changed: int) -> None:
    notes = sample_notes()[0]
    sentences = SENTENCE.findall(notes)
    sentences[1 : 1 + changed] = [ELSE]
    found = likeness.similar("".join(sentences), None, within=noted.branch, reader=noted.secretary)
    assert [one.talk_id for one in found] == [noted.talks[0].id]
    assert 0.5 <= found[0].share < 1
    assert found[0].passage in notes
    assert found[0].passage in "".join(sentences)
    assert len(found[0].passage) > 30
    assert found[0].member_name == "党员丙"


def test_a_word_for_word_copy_is_whole(noted: SimpleNamespace) -> None:
    notes = sample_notes()[3]
    found = likeness.similar(notes, None, within=noted.branch, reader=noted.secretary)
    assert [(one.talk_id, one.share, one.passage) for one in found] == [(noted.talks[3].id, 1.0, notes)]


def test_english_is_compared_by_words(any_cast: SimpleNamespace) -> None:
    talk = hold(any_cast, Visibility.COMMITTEE, notes=ENGLISH, promises=())
    copy = ENGLISH.replace("Reed", "Ash").replace("Lockers are still broken on the second floor.", "No wishes.")
    found = likeness.similar(copy, None, within=any_cast.branch, reader=any_cast.secretary)
    assert [one.talk_id for one in found] == [talk.id]
    other = "Ash asked about training for the new press and about parking. He would like a bus in the morning. " * 2
    assert likeness.similar(other, None, within=any_cast.branch, reader=any_cast.secretary) == []


def test_closed_notes_are_never_pointed_at(cast: SimpleNamespace) -> None:
    notes = sample_notes()[0]
    talk = hold(cast, Visibility.INTERVIEWER, notes=notes, promises=())
    assert likeness.similar(notes, None, within=cast.branch, reader=cast.secretary) == []
    assert len(likeness.similar(notes, None, within=cast.branch, reader=cast.committee_member)) == 1
    assert likeness.similar(notes, None, within=cast.elsewhere, reader=cast.outsider) == []
    # Nor is one whose level would open it, but to which no key was handed.
    db.session.execute(update(Talk).where(Talk.id == talk.id).values(visibility=Visibility.SECRETARY))
    assert likeness.similar(notes, None, within=cast.branch, reader=cast.secretary) == []


def test_short_notes_may_be_said_twice(cast: SimpleNamespace) -> None:
    hold(cast, Visibility.COMMITTEE, notes="一切正常，没有困难。", promises=())
    assert likeness.similar("一切正常，没有困难。", None, within=cast.branch, reader=cast.secretary) == []


def test_a_locked_reader_is_told(cast: SimpleNamespace) -> None:
    cast.secretary.keyring = None
    with pytest.raises(Locked):
        likeness.similar(sample_notes()[0], None, within=cast.branch, reader=cast.secretary)


def test_sketches_say_nothing(noted: SimpleNamespace) -> None:
    again = hold(noted, Visibility.COMMITTEE, notes=sample_notes()[0], promises=())
    boxes = dict(db.session.execute(select(Talk.id, Talk.sketch)).all())
    assert {len(box) for box in boxes.values()} == {likeness.NONCE + likeness.HASHES}
    one, other = boxes[noted.talks[0].id], boxes[again.id]
    # Two sketches of the same notes agree in no more places than any two would by chance (64 in 256: 0.25 expected).
    assert sum(a == b for a, b in zip(one, other, strict=True)) < 8
    found = likeness.similar(sample_notes()[0], None, within=noted.branch, reader=noted.secretary)
    assert len(found) == 2


def test_sketches_mean_nothing_under_another_key(noted: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "_key", lambda: b"another key of thirty-two bytes!")
    assert likeness.similar(sample_notes()[0], None, within=noted.branch, reader=noted.secretary) == []


@pytest.mark.parametrize(
    ("new", "old", "both"),
    [
        ("他说管钳钳口早就磨圆了，换一把。", "工具柜里管钳钳口早就磨圆了，没报。", "管钳钳口早就磨圆了，"),
        ("短句", "短句", ""),
        ("", "什么都没有写的地方", ""),
        ("aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaa"),
        ("The Roster Changed again", "the roster changed AGAIN", "The Roster Changed again"),
    ],
)
def test_the_longest_passage_of_both(new: str, old: str, both: str) -> None:
    assert likeness.passage(new, old) == both
