"""Paper forms keyed twice: sealed, compared, settled, and never lost."""

import pytest
import sqlalchemy as sa

from core.db import db
from core.errors import BadInput, DomainError
from core.terms import Split
from surveys import closing, keying, queries
from surveys.models import KeyedSheet, Response, SealedResponse
from tests.surveys.conftest import DEFINITION, field

YES, NO = {"a": "x", "b": "太挤"}, {"a": "y"}


@pytest.fixture
def paper(app):
    return field(app, DEFINITION, split=Split.NONE)


def key(paper, number, answers, by):
    return keying.key(
        paper.survey, number, answers, complete=True, size=paper.ready.sealed_size, by=getattr(paper.cast, by)
    )


def sealed() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(SealedResponse)) or 0


def test_a_sheet_counts_once_both_keyings_agree(paper) -> None:
    assert key(paper, 1, YES, "secretary") is False and sealed() == 0
    assert key(paper, 1, YES, "committee_member") is True and sealed() == 1
    assert keying.standing(paper.survey) == keying.Standing((), (), 1, 2)
    with pytest.raises(DomainError, match="1"):
        key(paper, 1, YES, "secretary")


def test_the_second_keying_is_somebody_elses(paper) -> None:
    key(paper, 1, YES, "secretary")
    with pytest.raises(DomainError):
        key(paper, 1, YES, "secretary")


def test_differences_are_shown_in_words_and_settled(paper) -> None:
    key(paper, 7, YES, "secretary")
    assert key(paper, 7, NO, "committee_member") is False
    assert keying.standing(paper.survey) == keying.Standing((), (7,), 0, 1)
    found = keying.differences(paper.survey, 7, paper.ready.items)
    assert [(one.item.name, one.first, one.second) for one in found] == [("a", "是", "否"), ("b", "太挤", "")]
    size, aide = paper.ready.sealed_size, paper.cast.committee_member
    with pytest.raises(BadInput):
        keying.settle(paper.survey, 7, {"a": 1}, paper.ready.items, size=size, by=aide)
    keying.settle(paper.survey, 7, {"a": 1, "b": 1}, paper.ready.items, size=size, by=aide)
    db.session.commit()
    closing.close(paper.survey, by=paper.cast.secretary)
    (response,) = queries.responses(paper.survey)
    assert response.answers == YES and paper.survey.tally["channels"]["paper"] == 1


def test_closing_waits_for_differences_and_takes_single_keyings(paper) -> None:
    key(paper, 1, YES, "secretary")
    key(paper, 2, YES, "secretary")
    key(paper, 2, NO, "committee_member")
    db.session.commit()
    assert keying.pending(paper.survey) == 2 and not closing.ready(paper.survey)
    with pytest.raises(DomainError, match="2"):
        closing.close(paper.survey, by=paper.cast.secretary)
    db.session.rollback()
    keying.discard(paper.survey, 2, by=paper.cast.secretary)
    db.session.commit()
    closing.close(paper.survey, by=paper.cast.secretary)
    assert [response.answers for response in queries.responses(paper.survey)] == [YES]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(KeyedSheet)) == 0


def test_nothing_keyed_lies_in_clear(paper) -> None:
    key(paper, 1, {"a": "x", "b": "findable words"}, "secretary")
    db.session.commit()
    row = db.session.scalars(sa.select(KeyedSheet)).one()
    assert b"findable" not in row.box
    other = db.session.scalars(sa.select(Response)).all()
    assert other == []


def test_equal_sheets_take_equal_room(paper) -> None:
    key(paper, 1, {"a": "y"}, "secretary")
    key(paper, 2, {"a": "x", "b": "字" * 300}, "secretary")
    assert len({len(row.box) for row in db.session.scalars(sa.select(KeyedSheet))}) == 1


@pytest.mark.parametrize("number", [0, -1, keying.MOST + 1])
def test_sheet_numbers_are_sensible(paper, number) -> None:
    with pytest.raises(BadInput):
        key(paper, number, YES, "secretary")
