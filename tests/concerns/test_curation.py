"""Every step can be taken back, and nobody's change is overwritten."""

import pytest
from sqlalchemy import func, inspect, select

from concerns import actions, curation, queries, steps
from concerns.models import Action, Concern, Excerpt, Undo
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, Stale

pytestmark = pytest.mark.usefixtures("foreseeable")


@pytest.fixture
def grouped(any_stage, fill):
    fill(any_stage)
    any_stage.group()
    return any_stage


def _state() -> tuple:
    """All that a person can decide, without what only says that something happened."""
    db.session.expire_all()
    concerns = db.session.execute(
        select(Concern.id, Concern.label, Concern.summary, Concern.curated, Concern.hidden, Concern.merged_into_id)
    ).all()
    excerpts = db.session.execute(select(Excerpt.id, Excerpt.concern_id, Excerpt.pinned, Excerpt.hidden)).all()
    owned = db.session.execute(select(Action.id, Action.concern_id)).all()
    return sorted(map(tuple, concerns)), sorted(map(str, excerpts)), sorted(map(tuple, owned))


def _rename(stage, by):
    curation.rename(stage.concern("食堂"), label="吃饭", summary="菜咸", seen=_seen(stage, "食堂"), by=by)


def _accept(stage, by):
    curation.accept(stage.concern("食堂"), seen=_seen(stage, "食堂"), by=by)


def _hide(stage, by):
    curation.hide(stage.concern("食堂"), seen=_seen(stage, "食堂"), by=by)


def _merge(stage, by):
    curation.merge(stage.concern("停车"), into=stage.concern("食堂"), seen=_seen(stage, "停车"), by=by)


def _split(stage, by):
    curation.split(
        stage.concern("食堂"),
        excerpt_ids=stage.ids("食堂", "食堂价格太贵"),
        label="价格",
        of=stage.cast.investigation,
        by=by,
    )


def _move(stage, by):
    curation.move(
        stage.concern("停车"),
        excerpt_ids=stage.ids("停车", "停车太难"),
        to=stage.concern("食堂"),
        of=stage.cast.investigation,
        by=by,
    )


def _gather(stage, by):
    curation.split(None, excerpt_ids=stage.ids(None), label="书", of=stage.cast.investigation, by=by)


def _set_aside(stage, by):
    curation.set_aside(
        stage.concern("停车"), excerpt_ids=stage.ids("停车", "停车场太暗"), of=stage.cast.investigation, by=by
    )


def _seen(stage, label: str) -> int:
    return stage.lines(hidden=True)[label].revision


def _undo(stage, by) -> bool:
    last = queries.last_step(stage.cast.investigation, by=by)
    return curation.undo(stage.cast.investigation, step_id=last.id, by=by)


STEPS = [_rename, _accept, _hide, _merge, _split, _move, _gather, _set_aside]


@pytest.mark.parametrize("step", STEPS)
def test_each_step_can_be_taken_back(grouped, step) -> None:
    before = _state()
    step(grouped, grouped.cast.secretary)
    assert _state() != before
    assert _undo(grouped, grouped.cast.secretary)
    assert _state() == before


def test_many_steps_are_taken_back_one_by_one(grouped) -> None:
    by, states = grouped.cast.secretary, []
    for step in (_accept, _move, _split, _set_aside, _merge, _rename):
        states.append(_state())
        step(grouped, by)
    for state in reversed(states):
        assert _undo(grouped, by)
        assert _state() == state
    assert queries.last_step(grouped.cast.investigation, by=by) is None


def test_a_merge_takes_its_actions_along_and_gives_them_back(grouped) -> None:
    by = grouped.cast.secretary
    action = actions.add(grouped.concern("停车"), actions.Plan("划线", "后勤"), by=by)
    home = action.concern_id
    _merge(grouped, by)
    assert action.concern_id == grouped.concern("食堂").id
    assert [line.measure for line in grouped.lines()["食堂"].actions] == ["划线"]
    assert _undo(grouped, by)
    db.session.expire_all()
    assert action.concern_id == home


def test_everyone_takes_back_only_their_own_steps(grouped) -> None:
    _rename(grouped, grouped.cast.secretary)
    assert queries.last_step(grouped.cast.investigation, by=grouped.cast.committee_member) is None


def test_a_step_somebody_built_on_is_not_taken_back(grouped) -> None:
    first, second = grouped.cast.secretary, grouped.cast.committee_member
    _rename(grouped, first)
    curation.rename(grouped.concern("吃饭"), label="伙食", seen=_seen(grouped, "吃饭"), by=second)
    assert not _undo(grouped, first)
    assert "伙食" in grouped.lines()
    assert queries.last_step(grouped.cast.investigation, by=first) is None


@pytest.mark.parametrize("build", ["move", "merge", "act"])
def test_a_new_concern_others_use_is_not_taken_away(grouped, build) -> None:
    first, second = grouped.cast.secretary, grouped.cast.committee_member
    _split(grouped, first)
    made = grouped.concern("价格")
    if build == "move":
        chosen = grouped.ids("停车", "停车太难")
        curation.move(grouped.concern("停车"), excerpt_ids=chosen, to=made, of=grouped.cast.investigation, by=second)
    elif build == "merge":
        curation.merge(grouped.concern("宿舍"), into=made, seen=_seen(grouped, "宿舍"), by=second)
    else:
        actions.add(made, actions.Plan("问价", "后勤"), by=second)
    assert not _undo(grouped, first)
    assert "价格" in grouped.lines()


def test_the_same_undo_sent_twice_takes_back_one_step(grouped) -> None:
    by = grouped.cast.secretary
    _accept(grouped, by)
    _move(grouped, by)
    last = queries.last_step(grouped.cast.investigation, by=by)
    assert curation.undo(grouped.cast.investigation, step_id=last.id, by=by)
    with pytest.raises(Stale):
        curation.undo(grouped.cast.investigation, step_id=last.id, by=by)
    assert grouped.lines()["食堂"].curated


@pytest.mark.parametrize("step", [_rename, _hide, _merge])
def test_who_comes_second_is_told_and_the_first_stands(grouped, step) -> None:
    concern = grouped.concern("停车" if step is _merge else "食堂")
    seen = concern.revision
    curation.rename(concern, label="先来的", seen=seen, by=grouped.cast.secretary)
    db.session.commit()
    before = _state()
    with pytest.raises(Stale):
        if step is _rename:
            curation.rename(concern, label="后来的", seen=seen, by=grouped.cast.committee_member)
        elif step is _hide:
            curation.hide(concern, seen=seen, by=grouped.cast.committee_member)
        else:
            curation.merge(concern, into=grouped.concern("食堂"), seen=seen, by=grouped.cast.committee_member)
    db.session.rollback()
    assert _state() == before


def test_a_merged_concern_takes_no_more_steps(grouped) -> None:
    parking = grouped.concern("停车")
    _merge(grouped, grouped.cast.secretary)
    with pytest.raises(Stale):
        curation.rename(parking, label="车位", seen=parking.revision, by=grouped.cast.secretary)
    with pytest.raises(Stale):
        curation.merge(grouped.concern("宿舍"), into=parking, seen=_seen(grouped, "宿舍"), by=grouped.cast.secretary)


def test_passages_moved_meanwhile_are_not_moved_again(grouped) -> None:
    chosen = grouped.ids("停车")
    parking = grouped.concern("停车")
    _move(grouped, grouped.cast.secretary)
    before = _state()
    with pytest.raises(Stale):
        curation.move(
            parking,
            excerpt_ids=chosen,
            to=grouped.concern("宿舍"),
            of=grouped.cast.investigation,
            by=grouped.cast.committee_member,
        )
    db.session.rollback()
    assert "停车太难" not in grouped.texts("宿舍")
    assert before  # the first move was never committed here: the second alone must not have happened


def test_moving_changes_the_counts_at_once(grouped) -> None:
    _move(grouped, grouped.cast.secretary)
    assert (grouped.lines()["食堂"].voices, grouped.lines()["停车"].voices) == (7, 2)


def test_nonsense_is_refused_with_its_field(grouped) -> None:
    by, of = grouped.cast.secretary, grouped.cast.investigation
    food = grouped.concern("食堂")
    with pytest.raises(BadInput) as refused:
        curation.rename(food, label="  ", seen=food.revision, by=by)
    assert refused.value.field == "label"
    with pytest.raises(BadInput) as refused:
        curation.rename(food, label="长" * 121, seen=food.revision, by=by)
    assert refused.value.field == "label"
    with pytest.raises(BadInput) as refused:
        curation.merge(food, into=food, seen=food.revision, by=by)
    assert refused.value.field == "into"
    with pytest.raises(BadInput) as refused:
        curation.move(food, excerpt_ids=[], to=None, of=of, by=by)
    assert refused.value.field == "passages"
    with pytest.raises(BadInput) as refused:
        curation.move(food, excerpt_ids=grouped.ids("食堂"), to=food, of=of, by=by)
    assert refused.value.field == "to"


def test_steps_are_audited_and_old_ones_forgotten(grouped, monkeypatch) -> None:
    monkeypatch.setattr(steps, "REMEMBERED", 3)
    for _ in range(5):
        _accept(grouped, grouped.cast.secretary)
    assert db.session.scalar(select(func.count()).select_from(Undo)) == 3
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "accept")) == 5


def test_a_step_is_taken_back_though_somebody_renamed_the_same_concern(grouped) -> None:
    _move(grouped, grouped.cast.secretary)
    curation.rename(
        grouped.concern("停车"), label="车位", seen=_seen(grouped, "停车"), by=grouped.cast.committee_member
    )
    assert _undo(grouped, grouped.cast.secretary)
    assert grouped.lines()["车位"].voices == 3


def test_what_is_remembered_of_a_step_holds_no_words_of_anyone(grouped) -> None:
    _move(grouped, grouped.cast.secretary)
    _set_aside_text = next(iter(grouped.texts("食堂")))
    step = db.session.scalars(select(Undo)).one()
    assert _set_aside_text not in str([getattr(step, column.key) for column in inspect(Undo).columns])
