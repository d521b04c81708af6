"""The question bank: kept, taken into another questionnaire under a new id, removed; one organisation's own."""

import pytest

from core.errors import BadInput, NotFound
from surveys import bank, designing, drafts, library
from surveys.proof import prove
from tests.conftest import people


@pytest.fixture
def cast(app):
    found = people(app)
    with app.test_request_context("/"):
        yield found


@pytest.fixture
def canteen(cast):
    return designing.begin(library.found("canteen").definition, within=cast.branch, by=cast.secretary)


def test_a_question_is_kept_and_taken_under_a_new_id(cast, canteen) -> None:
    bank.keep(canteen, "q3", within=cast.branch, by=cast.secretary)
    (offer,) = bank.own(within=cast.branch)
    assert offer.title == "午餐高峰时，您一般要排队多少分钟？" and "show_if" not in offer.definition
    other = designing.begin(None, within=cast.branch, by=cast.secretary, title="另一份", lang="zh")
    name = bank.insert(other, other.revision, offer.key, where="s1", place=None, within=cast.branch)
    taken = drafts.item(other.definition, name)
    assert taken["type"] == "number" and taken["max"] == 60 and "lang" not in taken
    assert prove(other.definition).publishable


def test_a_question_of_another_language_is_marked(cast) -> None:
    chinese = designing.begin(None, within=cast.branch, by=cast.secretary, title="中文", lang="zh")
    name = designing.add_item(chinese, chinese.revision, "single", where="s1")
    designing.set_item(chinese, chinese.revision, name, {"title": "您好吗？"})
    bank.keep(chinese, name, within=cast.branch, by=cast.secretary)
    english = designing.begin(None, within=cast.branch, by=cast.secretary, title="English", lang="en")
    key = bank.own(within=cast.branch)[0].key
    new = bank.insert(english, english.revision, key, where="s1", place=0, within=cast.branch)
    assert drafts.item(english.definition, new)["title"] == {"zh": "您好吗？"}


def test_a_question_without_words_is_not_kept(cast) -> None:
    draft = designing.begin(None, within=cast.branch, by=cast.secretary, title="空")
    name = designing.add_item(draft, draft.revision, "single", where="s1")
    with pytest.raises(BadInput):
        bank.keep(draft, name, within=cast.branch, by=cast.secretary)


def test_every_shipped_question_can_be_taken(cast) -> None:
    draft = designing.begin(None, within=cast.branch, by=cast.secretary, title="全部", lang="zh")
    offers = bank.shipped()
    assert len(offers) > 50
    for offer in offers[::7]:
        bank.insert(draft, draft.revision, offer.key, where="s1", place=None, within=cast.branch)
    assert prove(draft.definition).errors == ()


def test_another_organisation_sees_and_removes_nothing(cast, canteen) -> None:
    kept = bank.keep(canteen, "q6", within=cast.branch, by=cast.secretary)
    assert bank.own(within=cast.elsewhere) == []
    theirs = designing.begin(None, within=cast.elsewhere, by=cast.outsider, title="别处")
    with pytest.raises(NotFound):
        bank.insert(theirs, theirs.revision, f"own.{kept.id}", where="s1", place=None, within=cast.elsewhere)
    with pytest.raises(NotFound):
        bank.discard(kept.id, within=cast.elsewhere, by=cast.outsider)
    bank.discard(kept.id, within=cast.branch, by=cast.secretary)
    assert bank.own(within=cast.branch) == []
