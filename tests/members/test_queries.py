"""Finding people: always within one organisation."""

import pytest

from core.db import db
from core.errors import NotFound
from core.terms import MemberCategory
from members import queries
from members.models import Member
from members.queries import PAGE


def test_search_filters_and_pages(any_app, any_cast) -> None:
    for at in range(120):
        db.session.add(
            Member(
                organisation_id=any_cast.branch.id,
                number=f"P{at:03d}",
                name=f"百分%{at}",
                group_id=any_cast.west.id,
                category=MemberCategory.NONE,
            )
        )
    db.session.flush()
    everybody = queries.roster(any_cast.branch)
    assert (everybody.total, everybody.count, len(everybody.members)) == (123, 3, PAGE)
    last = queries.roster(any_cast.branch, page=99)
    assert (last.number, last.first, last.last) == (3, 101, 123)
    assert queries.roster(any_cast.branch, search="a1").total == 1
    assert queries.roster(any_cast.branch, search="%").total == 120
    assert queries.roster(any_cast.branch, group=any_cast.west.id, category=MemberCategory.FULL).total == 1
    assert queries.roster(any_cast.elsewhere, group=any_cast.west.id).total == 0
    assert queries.roster(any_cast.branch, search="没有").last == 0


def test_strangers_are_not_found(any_app, any_cast) -> None:
    for find, thing in (
        (queries.member, any_cast.boss),
        (queries.group, any_cast.east),
        (queries.account, any_cast.member),
    ):
        assert find(thing.id, any_cast.branch) is thing
        for stranger in (any_cast.elsewhere,):
            with pytest.raises(NotFound):
                find(thing.id, stranger)
        with pytest.raises(NotFound):
            find(10**6, any_cast.branch)
    assert [member.name for member in queries.everybody(any_cast.elsewhere)] == ["外人丁"]
    assert {account.name for account in queries.accounts(any_cast.elsewhere)} == {"外人丁"}
    assert queries.group_sizes(any_cast.branch) == {any_cast.east.id: 2, any_cast.west.id: 1}
