"""An organisation's own words: kept, checked, and never overwritten unseen."""

import pytest

from concerns import vocabularies
from core.db import db
from core.errors import BadInput, Stale
from text.vocabulary import joined


def save(cast, words: str = "", stop: str = "", seen: int = 0) -> None:
    vocabularies.change(words=words, stop=stop, seen=seen, within=cast.branch, by=cast.secretary)
    db.session.commit()


def test_nothing_is_known_before_anybody_wrote_it_down(cast) -> None:
    assert vocabularies.lists(cast.branch) == vocabularies.Lists("", "", 0)
    assert not vocabularies.vocabulary(cast.branch)


def test_the_lists_are_tidied_and_used(cast) -> None:
    save(cast, "二号岗亭\n  OA系统，二號崗亭\n\noa系统", "支部、Branch")
    stand = vocabularies.lists(cast.branch)
    assert (stand.words, stand.stop, stand.revision) == ("二号岗亭\nOA系统", "支部\nBranch", 1)
    own = vocabularies.vocabulary(cast.branch)
    assert joined(["二号", "岗亭", "漏雨"], own) == ["二号岗亭", "漏雨"]
    assert own.says_nothing("branch")


def test_another_organisation_has_its_own(cast) -> None:
    save(cast, "二号岗亭")
    assert vocabularies.lists(cast.elsewhere) == vocabularies.Lists("", "", 0)


def test_who_saves_second_is_told(cast) -> None:
    save(cast, "岗亭")
    with pytest.raises(Stale):
        save(cast, "车棚", seen=0)
    assert vocabularies.lists(cast.branch).words == "岗亭"
    save(cast, "岗亭\n车棚", seen=1)
    assert vocabularies.lists(cast.branch).words == "岗亭\n车棚"


@pytest.mark.parametrize(
    ("words", "stop", "field"),
    [
        ("岗", "", "words"),
        ("123", "", "words"),
        ("……", "", "words"),
        ("很" * 13, "", "words"),
        ("", "x" * 41, "stop"),
        ("岗亭", "崗亭", "stop"),
        ("\n".join(f"岗亭{number}号" for number in range(501)), "", "words"),
    ],
    ids=["one letter", "a number", "marks", "a sentence", "too long", "in both", "too many"],
)
def test_what_is_no_word_is_refused(cast, words: str, stop: str, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        save(cast, words, stop)
    assert refusal.value.field == field
    assert vocabularies.lists(cast.branch).revision == 0


def test_a_sentence_is_cut_as_the_grouping_cuts_it(cast) -> None:
    save(cast, "二号岗亭\ncall tree", "支部")
    pieces = vocabularies.tried("支部的二号岗亭漏雨。", cast.branch)
    assert [(piece.text, piece.known, piece.left_out) for piece in pieces if piece.known or piece.left_out] == [
        ("支部", False, True),
        ("二号岗亭", True, False),
    ]
    assert "".join(piece.text for piece in pieces) == "支部的二号岗亭漏雨"
    assert [piece.text for piece in vocabularies.tried("The call tree", cast.branch)] == ["The", "call tree"]


def test_the_page_saves_and_shows(cast, client_for) -> None:
    client = client_for("secretary")
    page = client.post("/app/vocabulary", data={"words": "二号岗亭", "stop": "支部", "revision": "0"})
    assert page.status_code == 302
    shown = client.post("/app/vocabulary/try", data={"sentence": "二号岗亭漏雨"}).get_data(as_text=True)
    assert '<li class="is-known">二号岗亭' in shown
    assert ">二号岗亭</textarea>" in shown.replace("\r", "").replace("\n", "")


def test_the_page_shows_both_when_somebody_was_faster(cast, client_for) -> None:
    save(cast, "岗亭")
    page = client_for("secretary").post("/app/vocabulary", data={"words": "车棚", "stop": "", "revision": "0"})
    text = page.get_data(as_text=True)
    assert page.status_code == 409
    assert "<pre>岗亭</pre>" in text
    assert "车棚" in text
    assert 'value="1"' in text
    assert vocabularies.lists(cast.branch).words == "岗亭"


@pytest.mark.parametrize(("words", "revision"), [("岗", "0"), ("岗亭" * 10_001, "0"), ("岗亭", "x"), ("\0", "²")])
def test_bad_input_is_answered(cast, client_for, words: str, revision: str) -> None:
    data = {"words": words, "stop": "", "revision": revision}
    assert client_for("secretary").post("/app/vocabulary", data=data).status_code in (302, 409, 422)


def test_too_long_a_sentence_is_answered(cast, client_for) -> None:
    assert client_for("secretary").post("/app/vocabulary/try", data={"sentence": "长" * 201}).status_code == 422
    assert client_for("secretary").post("/app/vocabulary/try", data={}).status_code == 200


def test_only_who_curates_opens_the_page(cast, client_for) -> None:
    for account in ("committee_member", "member"):
        assert client_for(account).get("/app/vocabulary").status_code == 403
