"""Names and posts: who is on the roster cannot be read from a passage."""

import pytest

from core.db import db
from core.terms import Standing
from members.models import Member
from members.names import Names, names


def hire(cast, number: int, post: str, duty: str = "", standing: Standing = Standing.ACTIVE) -> None:
    member = Member(
        organisation_id=cast.branch.id,
        number=f"P{number}",
        name=f"新人{number}",
        post=post,
        duty=duty,
        standing=standing,
    )
    db.session.add(member)
    db.session.commit()


def test_a_post_is_hidden_while_one_person_holds_it(cast) -> None:
    hire(cast, 1, "档案员")
    assert names(cast.branch).masked("档案员太忙") == "〔岗位〕太忙"
    hire(cast, 2, "档案员")
    assert names(cast.branch).masked("档案员太忙") == "档案员太忙"


def test_who_left_holds_no_post(cast) -> None:
    hire(cast, 1, "档案员")
    hire(cast, 2, "档案员", standing=Standing.LEFT)
    assert names(cast.branch).masked("档案员太忙") == "〔岗位〕太忙"


def test_offices_and_posts_named_together_are_told_apart(cast) -> None:
    hire(cast, 1, "钳工（返聘）", "班长、第二党小组组长")
    hire(cast, 2, "钳工", "班长")
    known = names(cast.branch)
    assert known.masked("第二党小组组长总迟到") == "〔岗位〕总迟到"
    assert known.masked("班长和钳工都累") == "班长和钳工都累"


def test_posts_of_others_do_not_count(cast) -> None:
    hire(cast, 1, "档案员")
    assert names(cast.elsewhere).masked("档案员太忙") == "档案员太忙"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("秦小暑來過", "某某來過"),
        ("小暑说", "某某说"),
        ("BASIL said so", "BASIL said so"),
        ("Basil said so", "[name] said so"),
        ("nothing of the sort", "nothing of the sort"),
    ],
)
def test_names_in_their_forms(text: str, expected: str) -> None:
    assert Names(["秦小暑", "Basil Thorne"]).masked(text) == expected
