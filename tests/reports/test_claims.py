"""What the secretary claims, line by line, with what each line rests on."""

import random
from types import SimpleNamespace

import pytest

from concerns.models import Concern
from core.db import db
from core.errors import BadInput, Stale
from investigations import plans
from reports import claims
from reports.blocks.trace import Trace


@pytest.fixture
def held(app, cast) -> SimpleNamespace:
    """Three concerns, and three causes of which the first two rest on one each."""
    rows = [
        Concern(
            organisation_id=cast.branch.id,
            investigation_id=cast.investigation.id,
            label=label,
        )
        for label in ("停车", "食堂", "宿舍")
    ]
    db.session.add_all(rows)
    db.session.flush()
    cast.names = [f"concern:{row.id}" for row in rows]
    cast.concerns = rows
    lines = [("车位太少", [cast.names[0]]), ("饭菜太凉", [cast.names[1]]), ("管得太松", [])]
    for place, (text, grounds) in enumerate(lines):
        put(cast, place, text, grounds)
    return cast


def put(cast, place, text, grounds, part="causes"):
    based_on = cast.investigation.revision
    return claims.put(cast.investigation, part, place, text, grounds, based_on=based_on, by=cast.secretary)


def standing(cast, part="causes"):
    return [
        (text, [claims.name(trace) for trace in grounds]) for text, grounds in claims.read(cast.investigation, part)
    ]


def test_each_line_keeps_what_it_rests_on(held) -> None:
    one, two, _three = held.names
    assert standing(held) == [("车位太少", [one]), ("饭菜太凉", [two]), ("管得太松", [])]
    trace = claims.read(held.investigation, "causes")[0][1][0]
    assert (trace.list, trace.id) == ("concern", held.concerns[0].id) and "停车" in trace.label
    assert claims.read(held.investigation, "achievements") == []


def test_moving_and_deleting_leave_the_others_theirs(held) -> None:
    given = {"by": held.secretary}
    one, two, _three = held.names
    place = claims.move(held.investigation, "causes", 1, -1, based_on=held.investigation.revision, **given)
    assert place == 0 and standing(held) == [("饭菜太凉", [two]), ("车位太少", [one]), ("管得太松", [])]
    taken = claims.remove(held.investigation, "causes", 0, based_on=held.investigation.revision, **given)
    assert taken == ("饭菜太凉", [two]) and standing(held) == [("车位太少", [one]), ("管得太松", [])]
    claims.insert(held.investigation, "causes", 0, *taken, based_on=held.investigation.revision, **given)
    assert standing(held) == [("饭菜太凉", [two]), ("车位太少", [one]), ("管得太松", [])]


def test_written_as_one_text_moved_and_mended_lines_keep_theirs(held) -> None:
    one, two, _three = held.names
    text = "新添的一条原因\n饭菜太凉，汤也是凉的\n\n  车位太少  "
    change = plans.Wording(causes=text)
    plans.revise(held.investigation, change, based_on=held.investigation.revision, by=held.secretary)
    assert standing(held) == [("新添的一条原因", []), ("饭菜太凉，汤也是凉的", [two]), ("车位太少", [one])]


def test_whatever_order_lines_are_put_in_no_ground_is_lost_or_lent(held) -> None:
    chance = random.Random(7)
    want = dict(standing(held))
    for _round in range(20):
        lines = plans.lines(held.investigation.causes)
        chance.shuffle(lines)
        change = plans.Wording(causes="\n".join(lines))
        plans.revise(held.investigation, change, based_on=held.investigation.revision, by=held.secretary)
        db.session.flush()
        assert dict(standing(held)) == want


def test_what_is_there_no_more_is_counted_not_shown(held) -> None:
    held.concerns[0].hidden = True
    db.session.flush()
    told = claims.told(held.investigation, "causes")
    assert told[0].grounds == () and told[0].gone == 1


def test_unknown_grounds_are_left_out(held) -> None:
    put(held, 2, "管得太松", ["concern:99999", "nonsense", held.names[2], held.names[2]])
    assert standing(held)[2] == ("管得太松", [held.names[2]])


def test_a_concern_of_somebody_else_is_no_ground(held) -> None:
    theirs = Concern(
        organisation_id=held.elsewhere.id,
        investigation_id=held.investigation.id,
        label="别处",
    )
    db.session.add(theirs)
    db.session.flush()
    put(held, 2, "管得太松", [f"concern:{theirs.id}"])
    assert standing(held)[2] == ("管得太松", [])


def test_a_line_typed_in_several_stays_one(held) -> None:
    put(held, -1, "第一行\r\n第二行", [])
    put(held, -1, "two\nlines", [])
    assert [text for text, _grounds in standing(held)[3:]] == ["第一行第二行", "two lines"]


def test_written_whole(held) -> None:
    trace = Trace("停车", "concern", held.concerns[0].id)
    lines = [("办好停车", (trace,)), ("办好食堂", ())]
    claims.write(held.investigation, "proposals", lines, based_on=held.investigation.revision, by=held.secretary)
    assert standing(held, "proposals") == [("办好停车", [held.names[0]]), ("办好食堂", [])]
    assert len(standing(held)) == 3


def test_who_comes_second_is_told(held) -> None:
    seen = held.investigation.revision
    put(held, 0, "甲改的", [])
    with pytest.raises(Stale):
        claims.put(held.investigation, "causes", 0, "乙改的", [], based_on=seen, by=held.committee_member)
    assert standing(held)[0][0] == "甲改的"


@pytest.mark.parametrize("text", ["", "  \n "], ids=["empty", "blank"])
def test_an_empty_line_is_not_saved(held, text) -> None:
    with pytest.raises(BadInput):
        put(held, 0, text, [])
    assert len(standing(held)) == 3


def test_too_much_is_refused(held) -> None:
    with pytest.raises(BadInput):
        put(held, 0, "长" * (claims.LONGEST + 1), [])


@pytest.mark.parametrize("place", [-1, 3, 99], ids=str)
def test_a_line_that_is_not_there_cannot_be_taken(held, place) -> None:
    with pytest.raises(Stale):
        claims.remove(held.investigation, "causes", place, based_on=held.investigation.revision, by=held.secretary)
