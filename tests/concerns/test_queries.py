"""Lists of concerns and passages: what is counted, narrowed, sorted, paged, and what of the words is shown."""

from datetime import date

import pytest
from sqlalchemy import select

from concerns import actions, curation, queries
from concerns.models import Concern, Excerpt
from concerns.queries import Doing, Order, Shown, Wanted, listing
from core.db import db
from core.terms import ActionState, ExcerptKind, SourceKind, Visibility

pytestmark = pytest.mark.usefixtures("foreseeable")


@pytest.fixture
def grouped(stage, fill):
    fill(stage)
    stage.group()
    return stage


def labels(stage, page: int = 1, **wanted) -> list[str]:
    found = queries.concern_page(stage.cast.investigation, within=stage.cast.branch, wanted=Wanted(**wanted), page=page)
    return [line.label for line in found.lines]


def test_the_widest_come_first(grouped) -> None:
    assert labels(grouped) == ["食堂", "停车", "宿舍"]


def test_counts_are_those_of_one_concern_alone(any_stage, fill) -> None:
    fill(any_stage)
    any_stage.group()
    everything = queries.counts(any_stage.cast.investigation, within=any_stage.cast.branch)
    assert len(everything) == 3
    for concern_id, sources in everything.items():
        alone = queries.counts(any_stage.cast.investigation, within=any_stage.cast.branch, only=[concern_id])
        assert alone == {concern_id: sources}
    assert any_stage.lines()["食堂"].sources == (
        queries.SourceCount(SourceKind.SURVEY, 5, 5), queries.SourceCount(SourceKind.TALK, 1, 1)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({"order": Order.LABEL}, ["停车", "宿舍", "食堂"]),
        ({"source": SourceKind.TALK}, ["食堂", "宿舍"]),
        ({"theme": "生活"}, ["宿舍"]),
        ({"theme": "没有"}, []),
        ({"action": ActionState.UNDER_WAY}, ["停车"]),
        ({"action": Doing.NOTHING}, ["食堂", "宿舍"]),
        ({"shown": Shown.CURATED}, ["停车"]),
        ({"shown": Shown.FRESH}, ["食堂", "宿舍"]),
        ({"shown": Shown.HIDDEN}, []),
        ({"source": SourceKind.TALK, "theme": "生活", "action": Doing.NOTHING}, ["宿舍"]),
    ],
    ids=["by name", "talks", "theme", "no theme", "in hand", "nothing done", "curated", "fresh", "hidden", "all three"],
)
def test_the_list_is_narrowed(grouped, wanted, left) -> None:
    plan = actions.Plan("修停车场", "后勤", due_on=date(2026, 12, 1), state=ActionState.UNDER_WAY)
    actions.add(grouped.concern("停车"), plan, by=grouped.cast.secretary)
    grouped.concern("宿舍").theme = "生活"
    db.session.commit()
    assert labels(grouped, **wanted) == left


def test_actions_are_counted_by_how_far_they_have_come(grouped) -> None:
    here = grouped.cast.investigation, grouped.cast.branch
    assert queries.action_counts(here[0], within=here[1]) == {}
    plan = actions.Plan("修停车场", "后勤", due_on=date(2026, 12, 1), state=ActionState.UNDER_WAY)
    concern = grouped.concern("停车")
    actions.add(concern, plan, by=grouped.cast.secretary)
    assert queries.action_counts(here[0], within=here[1]) == {ActionState.UNDER_WAY: 1}
    concern.hidden = True
    db.session.flush()
    assert queries.action_counts(here[0], within=here[1]) == {}
    assert queries.action_counts(here[0], within=grouped.cast.outsider.organisation) == {}


def test_an_action_is_told_as_the_ledger_has_it(grouped) -> None:
    concern, name = grouped.concern("停车"), grouped.cast.worker.name
    plans = (
        actions.Plan(
            "划线", "后勤组", date(2026, 9, 30), ActionState.CLOSED, "划了", number="A-1", problem=f"{name}说车位不够",
            source="职代会", unit="保卫科", checker="工会", evidence="照片", closed_on=date(2026, 9, 29),
        ),
        actions.Plan("建车库", "后勤组", state=ActionState.CANNOT, reason="没有地", review_on=date(2027, 1, 4)),
    )  # fmt: skip
    for plan in plans:
        actions.add(concern, plan, by=grouped.cast.secretary)
    closed, cannot = grouped.lines()["停车"].actions
    assert closed == queries.ActionLine(
        closed.id, "划线", "后勤组", date(2026, 9, 30), ActionState.CLOSED, "划了", "A-1", closed.problem, "职代会",
        "保卫科", "工会", "照片", closed_on=date(2026, 9, 29),
    )  # fmt: skip
    assert name not in closed.problem and closed.problem.endswith("说车位不够")
    assert (cannot.problem, cannot.source, cannot.reason) == ("停车", "", "没有地")
    assert cannot.review_on == date(2027, 1, 4) and cannot.number.startswith("ZG-")


def test_a_hidden_concern_is_listed_only_among_the_hidden(grouped) -> None:
    concern = grouped.concern("食堂")
    curation.hide(concern, seen=concern.revision, by=grouped.cast.secretary)
    assert labels(grouped) == ["停车", "宿舍"]
    assert labels(grouped, shown=Shown.HIDDEN) == ["食堂"]
    tally = queries.tally(grouped.cast.investigation, within=grouped.cast.branch)
    assert (tally[Shown.OPEN], tally[Shown.HIDDEN]) == (2, 1)


def test_long_lists_have_pages(grouped, monkeypatch) -> None:
    monkeypatch.setattr(listing, "LISTED", 2)
    assert labels(grouped) == ["食堂", "停车"]
    assert labels(grouped, page=2) == ["宿舍"]
    assert labels(grouped, page=99) == ["宿舍"], "a page that is not there is the last one"


def test_the_list_asks_as_much_for_many_as_for_few(grouped, monkeypatch) -> None:
    from sqlalchemy import event

    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    labels(grouped)
    few = len(asked)
    owner = {"organisation_id": grouped.cast.branch.id, "investigation_id": grouped.cast.investigation.id}
    db.session.add_all(Concern(label=f"诉求{number}", **owner) for number in range(30))
    db.session.commit()
    asked.clear()
    labels(grouped)
    assert len([one for one in asked if one.startswith("SELECT")]) <= few


@pytest.mark.parametrize(
    ("text", "spans", "shown"),
    [
        ("窗口的老周总少打菜", [[3, 5]], "窗口的〔隐去〕总少打菜"),
        ("窗口的老周总少打菜", [[3, 4], [4, 5], [0, 2]], "〔隐去〕的〔隐去〕总少打菜"),
        ("窗口的老周", [[3, 99], [-4, 0], [2, 2]], "窗口的〔隐去〕"),
        ("the cook is slow", [[4, 8]], "the [removed] is slow"),
        ("没有什么", [], "没有什么"),
    ],
    ids=["one", "touching", "out of range", "english", "none"],
)
def test_what_was_redacted_is_not_shown(text, spans, shown) -> None:
    assert queries.redacted(text, spans) == shown


def test_redactions_are_left_out_wherever_a_text_leaves(grouped) -> None:
    excerpt = db.session.scalar(select(Excerpt).where(Excerpt.text == "食堂排队太久"))
    excerpt.redactions, excerpt.quoted = [[2, 4]], 0
    db.session.commit()
    assert queries.shown_text(excerpt) == "食堂〔隐去〕太久"
    line = grouped.lines()["食堂"]
    for told in (line.summary, *line.quotes, *grouped.texts("食堂")):
        assert "排队" not in told
    assert "食堂〔隐去〕太久" in grouped.texts("食堂")


def test_names_in_what_is_left_are_masked(grouped) -> None:
    excerpt = db.session.scalar(select(Excerpt).where(Excerpt.text == "食堂排队太久"))
    name = grouped.cast.worker.name
    excerpt.text, excerpt.redactions = f"{name}说食堂慢", [[len(name), len(name) + 1]]
    assert name not in queries.shown_text(excerpt)


def test_praise_and_information_stand_apart_from_what_might_be_grouped(grouped) -> None:
    here = grouped.cast.investigation, grouped.cast.branch
    alone = queries.ungrouped(here[0], within=here[1])
    excerpt = db.session.scalar(select(Excerpt).where(Excerpt.concern_id.is_(None)))
    excerpt.kind = ExcerptKind.PRAISE
    db.session.commit()
    assert queries.ungrouped(here[0], within=here[1]) == alone - 1
    assert queries.standing_alone(here[0], within=here[1])[ExcerptKind.PRAISE] == 1
    page = queries.passages(here[0], None, within=here[1], reader=grouped.cast.secretary, kinds=(ExcerptKind.PRAISE,))
    assert [passage.text for passage in page.passages] == [excerpt.text]
    rest = queries.passages(here[0], None, within=here[1], reader=grouped.cast.secretary)
    assert excerpt.text not in {passage.text for passage in rest.passages}


def test_a_talk_kept_to_its_interviewer_is_counted_no_more(grouped) -> None:
    before = queries.counts(grouped.cast.investigation, within=grouped.cast.branch)[grouped.concern("食堂").id]
    from interviews.models import Talk

    db.session.scalar(select(Talk).where(Talk.investigation_id.is_not(None))).visibility = Visibility.INTERVIEWER
    db.session.commit()
    after = queries.counts(grouped.cast.investigation, within=grouped.cast.branch)[grouped.concern("食堂").id]
    assert [one.kind for one in before] == [SourceKind.SURVEY, SourceKind.TALK]
    assert [one.kind for one in after] == [SourceKind.SURVEY]


def test_an_outsider_is_told_nothing(grouped) -> None:
    elsewhere = grouped.cast.outsider.organisation
    assert queries.counts(grouped.cast.investigation, within=elsewhere) == {}
    assert queries.concern_page(grouped.cast.investigation, within=elsewhere).lines == ()
    assert queries.standing_alone(grouped.cast.investigation, within=elsewhere) == {}
