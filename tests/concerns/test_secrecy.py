"""The secrecy check: what certainly points at somebody blocks, what may do so is asked about."""

import pytest

from concerns import secrecy
from core.db import db
from members.models import Member
from tests.concerns.conftest import Stage


def kinds(found, *, blocks: bool) -> set[str]:
    return {one.kind for one in found if one.blocks is blocks and one.kind != "few"}


@pytest.fixture
def branch(cast):
    """The branch with people who are recognised by more than their names."""
    for number, name, post, duty in (
        ("N1", "秦小暑", "化验员", ""),
        ("N2", "温寒露", "统计", "组织委员"),
        ("N3", "邵决明", "巡检", ""),
        ("N4", "叶秋分", "巡检", ""),
        ("N5", "Basil Thorne", "boiler keeper", ""),
    ):
        db.session.add(Member(organisation_id=cast.branch.id, number=number, name=name, post=post, duty=duty))
    db.session.commit()
    return cast.branch


def check(branch, text: str, concern_ids=()):
    return secrecy.check("食堂关得早。", text, list(concern_ids), within=branch)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("秦小暑提出后已经办好。", "name"),
        ("小暑提出后已经办好。", "name"),
        ("葉秋分提出後已經辦好。", "name"),
        ("Thorne asked for it and it is done.", "name"),
        ("有事打13800138000。", "phone"),
        ("身份证370102198001011234已登记。", "id"),
        ("来信请寄 shu@example.com 处。", "mail"),
        ("化验员反映的问题已解决。", "post"),
        ("那位统计说得对，已改。", "post"),
        ("The boiler keeper was right.", "post"),
    ],
    ids=[
        "name",
        "given name",
        "traditional",
        "latin name",
        "phone",
        "id",
        "mail",
        "post",
        "short post of a person",
        "latin post",
    ],
)
def test_what_blocks(branch, text, kind) -> None:
    assert kinds(check(branch, text), blocks=True) == {kind}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("有3人反映后已办。", "number"),
        ("两名职工反映后已办。", "number"),
        ("Two members asked for it.", "number"),
        ("东班已经装好。", "group"),
        ("李师傅牵头，已办。", "like_name"),
        ("3号楼热水器已换。", "room"),
        ("统计结果已公布。", "like_post"),
        ("由组织委员负责答复。", "duty"),
    ],
    ids=["number", "number in words", "english", "group", "looks like a name", "building", "everyday word", "office"],
)
def test_what_is_asked_about(branch, text, kind) -> None:
    found = check(branch, text)
    assert kinds(found, blocks=True) == set()
    assert kinds(found, blocks=False) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "食堂夜间窗口延长到零点。",
        "共有25人参加，12月1日起实行。",
        "巡检路线已调整，每人一柜。",
        "夜餐3元一份，第2人民医院体检。",
        "Thornes Lane is open again for 40 people.",
    ],
    ids=["plain", "many", "post of several", "other numbers", "part of a word"],
)
def test_what_passes(branch, text) -> None:
    assert [one for one in check(branch, text) if one.kind != "few"] == []


def test_words_blacked_out_stay_out(stage: Stage, foreseeable, fill) -> None:
    fill(stage)
    stage.group()
    concern = stage.concern("食堂")
    excerpt = next(one for one in concern.excerpts if one.text.startswith("食堂排队太久"))
    excerpt.redactions = [[2, 4]]
    db.session.commit()
    found = secrecy.check("排队的事。", "已经加开窗口。", [concern.id], within=stage.cast.branch)
    assert [(one.kind, one.text) for one in found if one.blocks] == [("redacted", "排队")]


def test_few_voices_are_told_and_not_quoted(stage: Stage, foreseeable, fill) -> None:
    fill(stage)
    stage.talk("停车场的出口太窄，进出都要等。停车位也少。")
    stage.group()
    thin, broad = stage.concern("停车"), stage.concern("食堂")
    said = "停车场的出口太窄，进出都要等"
    found = secrecy.check(f"大家说{said}。", "已拓宽。", [thin.id], within=stage.cast.branch)
    assert {one.kind for one in found} >= {"few", "verbatim"}
    assert said.startswith(next(one.text for one in found if one.kind == "verbatim")[:10])
    again = secrecy.check(f"大家说{said}。", "已拓宽。", [broad.id], within=stage.cast.branch)
    assert not {one.kind for one in again} & {"few", "verbatim"}


def test_a_group_is_named_once_enough_of_it_spoke(stage: Stage, foreseeable) -> None:
    for number in range(5):
        member = stage.colleague(number)
        member.group_id = stage.cast.west.id
        stage.talk(f"食堂太贵，第{number}次说。", member=member)
    stage.group()
    concern = stage.concern("食堂")
    named = [
        one.text
        for one in secrecy.check("东班和西班都说食堂贵。", "已降价。", [concern.id], within=stage.cast.branch)
        if one.kind == "group"
    ]
    assert named == ["东班"]


def test_a_finding_keeps_its_key(branch) -> None:
    first, again = check(branch, "有3人反映。"), check(branch, "有3人反映。")
    assert [one.key for one in first] == [one.key for one in again]
    assert {one.key for one in check(branch, "有4人反映。")}.isdisjoint(
        {one.key for one in first if one.kind == "number"}
    )
