"""Excerpts: the table follows its sources point by point, and what a person decided about a passage stays."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from concerns import sources
from concerns.excerpts import GROUPED, Row, carried, refreshed, stored, to_group, write
from concerns.models import Excerpt
from concerns.sources import Said
from core.db import db
from core.terms import ExcerptKind, SourceKind
from members.names import Names

PRAISE, CONCERN, SUGGESTION = ExcerptKind.PRAISE, ExcerptKind.CONCERN, ExcerptKind.SUGGESTION


def answer(text: str, survey: int = 1, item: str = "q13") -> Said:
    return Said(SourceKind.SURVEY, survey, text, item=item)


def row(number: int, text: str, start: int = 0, voice: str = "a" * 32, **what) -> Row:
    return Row(number, SourceKind.SURVEY, 1, "q13", voice, start, start + len(text), text, **what)


def told(rows: list[Row]) -> list[tuple[str, ExcerptKind, str]]:
    return [(each.text, each.kind, each.focus) for each in rows]


def test_each_point_has_its_kind() -> None:
    rows = refreshed([], [answer("食堂好吃，就是停车难"), answer("无"), answer("希望多发几双手套")])
    assert told(rows) == [
        ("食堂好吃", PRAISE, ""),
        ("就是停车难", CONCERN, ""),
        ("希望多发几双手套", SUGGESTION, ""),
    ]
    assert [each.grouped for each in rows] == [False, True, True]
    assert rows[0].voice == rows[1].voice != rows[2].voice
    assert all(kind in GROUPED for kind in (CONCERN, SUGGESTION))


def test_things_named_side_by_side_are_two_rows_of_one_voice() -> None:
    rows = refreshed([], [answer("要是食堂和停车都解决了，我没有别的话")])
    assert told(rows) == [("要是食堂和停车都解决了", CONCERN, "食堂"), ("要是食堂和停车都解决了", CONCERN, "停车")]
    assert len({(each.voice, each.start, each.end) for each in rows}) == 1
    known = [replace(each, id=number, concern_id=number) for number, each in enumerate(rows, start=1)]
    again = refreshed(known, [answer("要是食堂和停车都解决了，我没有别的话")])
    assert again == known


def test_what_a_talk_let_go_on_is_cut_too() -> None:
    texts = ("食堂好吃，就是停车难", "宿舍太吵。")
    rows = refreshed([], [Said(SourceKind.TALK, 7, "\n".join(texts), released=texts)])
    whole = "\n".join(texts)
    assert [whole[each.start : each.end] for each in rows] == [each.text for each in rows]
    assert told(rows) == [("食堂好吃", PRAISE, ""), ("就是停车难", CONCERN, ""), ("宿舍太吵。", CONCERN, "")]


def test_the_circumstances_of_a_praise_are_no_concern() -> None:
    text = "甘草做采购，话不多，但账目讲得明白"
    kinds = [each.kind for each in refreshed([], [Said(SourceKind.TALK, 7, text, released=(text,))])]
    assert kinds == [ExcerptKind.INFO, PRAISE]
    assert [each.kind for each in refreshed([], [answer(text)])] == [CONCERN, PRAISE]


def test_a_row_keeps_its_place_and_takes_the_kind_it_is_read_as_now() -> None:
    before = [row(1, "表扬食堂的师傅", concern_id=5), row(2, "感谢食堂", voice="b" * 32, concern_id=5, pinned=True)]
    after = refreshed(before, [answer("表扬食堂的师傅"), answer("感谢食堂")])
    by_id = {each.id: each for each in after}
    assert (by_id[1].kind, by_id[1].grouped) == (PRAISE, False)
    assert (by_id[2].kind, by_id[2].grouped, by_id[2].concern_id) == (CONCERN, True, 5)  # a person put it there


WIDE = "食堂好吃，就是停车难"


def test_a_passage_cut_finer_than_before_keeps_what_was_decided() -> None:
    before = [row(1, WIDE, concern_id=5, hidden=True, redactions=((0, 2), (7, 9)))]
    first, second = refreshed(before, [answer(WIDE)])
    assert (first.text, first.hidden, first.concern_id, first.redactions) == ("食堂好吃", True, 5, ((0, 2),))
    assert (second.text, second.hidden, second.concern_id, second.redactions) == ("就是停车难", True, 5, ((2, 4),))
    assert first.voice == second.voice == before[0].voice
    assert first.id is None is second.id


def test_a_passage_a_person_placed_stays_whole_and_counts_once() -> None:
    before = [row(1, WIDE, concern_id=5, pinned=True)]
    after = refreshed(before, [answer(WIDE)])
    assert after == before
    assert refreshed(after, [answer(WIDE)]) == before


def test_of_many_who_said_the_same_each_keeps_one() -> None:
    before = [row(number, WIDE, voice=f"{number:032}", concern_id=5, pinned=number == 2) for number in (1, 2, 3)]
    after = refreshed(before, [answer(WIDE)] * 3)
    assert len({each.voice for each in after}) == 3
    assert sorted(each.text for each in after) == sorted([WIDE, *["食堂好吃", "就是停车难"] * 2])
    assert [each.id for each in after if each.id] == [2]


def test_what_is_no_longer_said_is_dropped_unless_a_person_placed_it() -> None:
    before = [row(1, "停车难"), row(2, "宿舍太吵", voice="b" * 32, pinned=True, concern_id=5)]
    after = refreshed(before, [answer("食堂太咸")])
    assert sorted((each.id or 0, each.text) for each in after) == [(0, "食堂太咸"), (2, "宿舍太吵")]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "秦小暑说食堂和停车都太难"),
        ({"redactions": ((3, 4),)}, "某某\u3000食堂和停车都太难"),
        ({"focus": "停车"}, "某某说停车都太难"),
        ({"focus": "停车", "redactions": ((0, 3),)}, "\u3000\u3000\u3000说停车都太难"),
    ],
    ids=["whole", "redacted", "one matter", "both"],
)
def test_the_words_a_row_is_grouped_by(changed: dict, expected: str) -> None:
    people = Names(["秦小暑"] if changed else [])
    assert to_group(row(1, "秦小暑说食堂和停车都太难", **changed), people) == expected


@pytest.mark.parametrize(
    ("span", "before", "after", "kept"),
    [
        ((0, 2), "张三说食堂", "某某说食堂", "某某"),
        ((3, 5), "张小三说食堂", "某某说食堂", "说食"),
        ((4, 6), "张小三说食堂", "某某说食堂", "食堂"),
        ((1, 3), "张小三说食堂", "某某说食堂", "某某"),
        ((0, 6), "张小三说食堂", "某某说食堂", "某某说食堂"),
        ((2, 4), "食堂很好", "食堂很好", "很好"),
    ],
)
def test_redactions_follow_the_words(span, before: str, after: str, kept: str) -> None:
    assert [after[start:end] for start, end in carried([list(span)], before, after)] == [kept]


def test_the_table_holds_what_a_person_decided_when_a_survey_is_written_anew(stage) -> None:
    stage.survey({"q13": "食堂好吃，就是停车难"})
    investigation = stage.cast.investigation
    write(investigation, [], refreshed([], sources.said(investigation)))
    first = db.session.scalars(select(Excerpt).where(Excerpt.kind == ExcerptKind.CONCERN)).one()
    first.redactions, first.hidden = [[2, 4]], True
    db.session.commit()
    stage.survey({"q13": "宿舍太吵"})
    before = stored(investigation)
    write(investigation, before, refreshed(before, sources.said(investigation)))
    db.session.commit()
    rows = {each.text: each for each in stored(investigation)}
    assert rows["就是停车难"].redactions == ((2, 4),)
    assert rows["就是停车难"].hidden
    assert (rows["食堂好吃"].kind, rows["宿舍太吵"].kind) == (PRAISE, CONCERN)
