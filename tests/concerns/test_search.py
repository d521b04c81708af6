"""Search finds passages as they are shown to the reader, and lets nothing else be found out."""

import logging

import pytest
from sqlalchemy import select

from concerns import queries, searching
from concerns.models import Excerpt
from concerns.searching import Query
from core import clock
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput
from core.terms import ExcerptKind, SourceKind, Visibility

pytestmark = pytest.mark.usefixtures("foreseeable")


@pytest.fixture
def grouped(stage, fill):
    fill(stage)
    stage.group()
    return stage


def look(stage, words: str, reader=None, number: int = 1, **narrowed) -> searching.Found:
    return searching.search(
        Query(words, **narrowed),
        stage.cast.investigation,
        within=stage.cast.branch,
        reader=reader or stage.cast.secretary,
        number=number,
    )


def texts(found: searching.Found) -> list[str]:
    return ["".join(text for text, _marked in hit.parts) for hit in found.hits]


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("排队", ["食堂排队太久"]),
        ("堂排", ["食堂排队太久"]),
        ("食堂 太贵", ["食堂价格太贵"]),
        ("停车 食堂", []),
        ("%", []),
        ("_", []),
        ("wifi slow", ["宿舍ＷＩＦＩ太Slow"]),
        ("ＷＩＦＩ", ["宿舍ＷＩＦＩ太Slow"]),
        ("5楼", ["五楼写作５楼"]),
    ],
)
def test_words_are_found(any_stage, fill, words, hits) -> None:
    fill(any_stage)
    any_stage.survey({"q13": "宿舍ＷＩＦＩ太Slow"}, {"q13": "五楼写作５楼"})
    any_stage.group()
    assert texts(look(any_stage, words)) == hits


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("食堂饭菜", ["食堂饭菜太咸", "食堂飯菜太淡", "食堂飯菜的后廚太热", "食堂饭菜的後厨太熱"]),
        ("食堂飯菜", ["食堂饭菜太咸", "食堂飯菜太淡", "食堂飯菜的后廚太热", "食堂饭菜的後厨太熱"]),
        ("后厨", ["食堂飯菜的后廚太热", "食堂饭菜的後厨太熱"]),
        ("後廚 飯菜", ["食堂飯菜的后廚太热", "食堂饭菜的後厨太熱"]),
        ("着火", ["宿舍看著火了"]),
        ("乾", ["宿舍乾坤大", "宿舍衣服不干"]),
        ("Ｗi-fi", ["停车场ＷＩ－Fi[断]了"]),
        ("-fi[斷]", ["停车场ＷＩ－Fi[断]了"]),
        ("a^b*]多[X", ["停车A^b*]多［x"]),
        ("a.b", []),
    ],
    ids=["simplified", "traditional", "mixed", "two words", "read by its place", "another reading", "wide", "class",
         "signs of patterns", "a dot is a dot"],
)  # fmt: skip
def test_words_are_found_in_either_script(any_stage, words, hits) -> None:
    said = ["食堂饭菜太咸", "食堂飯菜太淡", "食堂飯菜的后廚太热", "食堂饭菜的後厨太熱", "宿舍看著火了", "宿舍乾坤大"]
    said += ["宿舍衣服不干", "停车场ＷＩ－Fi[断]了", "停车A^b*]多［x", "食堂菜单不换"]
    any_stage.survey(*({"q13": text} for text in said))
    any_stage.group()
    found = look(any_stage, words)
    assert sorted(texts(found)) == sorted(hits)
    marked = ["".join(text for text, marked in hit.parts if marked) for hit in found.hits]
    assert all(len(text) == len("".join(words.split())) for text in marked), "what was found is marked as it is written"


def test_a_hit_is_marked_and_names_its_concern(grouped) -> None:
    (hit,) = look(grouped, "排队").hits
    assert [text for text, marked in hit.parts if marked] == ["排队"]
    assert (hit.concern, hit.source, hit.kind) == ("食堂", SourceKind.SURVEY, ExcerptKind.CONCERN)


def test_names_and_redactions_find_nothing(grouped) -> None:
    excerpt = db.session.scalar(select(Excerpt).where(Excerpt.text == "食堂排队太久"))
    name = grouped.cast.worker.name
    excerpt.text, excerpt.redactions = f"食堂排队太久，{name}知道", [[2, 4]]
    db.session.commit()
    for words in (name, name[-2:], f"食堂 {name}", "排队"):
        found = look(grouped, words)
        assert found.hits == () and not found.more and not found.capped, words
    assert len(look(grouped, "食堂 太久").hits) == 1
    assert not hasattr(look(grouped, name), "total"), "a number of hits would tell of names too"


def test_talks_kept_to_the_secretary_are_not_searched_for_others(grouped) -> None:
    grouped.talk("食堂的蒸笼漏气。", visibility=Visibility.SECRETARY, member=grouped.colleague(1))
    grouped.group()
    assert len(look(grouped, "蒸笼").hits) == 1
    assert look(grouped, "蒸笼", reader=grouped.cast.committee_member).hits == ()
    assert len(look(grouped, "馒头", reader=grouped.cast.committee_member).hits) == 1


def test_filters_narrow(grouped) -> None:
    assert {hit.source for hit in look(grouped, "食堂", source=SourceKind.TALK).hits} == {SourceKind.TALK}
    assert look(grouped, "食堂", kind=ExcerptKind.COMMITMENT).hits == ()


def test_hits_come_by_their_words_a_page_at_a_time(grouped, monkeypatch) -> None:
    monkeypatch.setattr(searching, "PAGE", 2)
    first, second = look(grouped, "食堂"), look(grouped, "食堂", number=2)
    assert first.more and first.number == 1
    assert texts(first) + texts(second) == sorted(texts(first) + texts(second))
    assert len(set(texts(first) + texts(second))) == 4
    assert not look(grouped, "食堂", number=9).more


def test_more_than_can_be_paged_through_is_said(grouped, monkeypatch) -> None:
    monkeypatch.setattr(searching, "MOST", 3)
    assert look(grouped, "食堂").capped
    assert not look(grouped, "排队").capped


@pytest.mark.parametrize("words", ["", " ", "\0", "词" * 81], ids=["empty", "blank", "nul", "long"])
def test_nothing_to_look_for_is_said(grouped, words) -> None:
    with pytest.raises(BadInput):
        searching.prepare(Query(words), grouped.cast.investigation, by=grouped.cast.secretary)


def test_what_is_looked_for_is_nowhere_readable(grouped, client_for, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    url = f"/app/investigations/{grouped.cast.investigation.id}/concerns/search"
    answer = client_for("secretary").post(url, data={"words": "排队", "source": "survey"})
    assert answer.status_code == 303
    assert "排队" not in answer.headers["Location"] and "排队" not in caplog.text
    note = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "concerns.search"))
    assert note.account_id == grouped.cast.secretary.id and "排队" not in str(vars(note))
    assert "食堂<mark>排队</mark>太久" in client_for("secretary").get(answer.headers["Location"]).text


def test_a_sealed_search_opens_for_its_writer_the_same_day_only(grouped, monkeypatch) -> None:
    here, by = grouped.cast.investigation, grouped.cast.secretary
    query = Query("排队", SourceKind.TALK, ExcerptKind.PRAISE)
    sealed = searching.prepare(query, here, by=by)
    assert searching.recall(sealed, here, by=by) == query
    assert searching.recall(sealed, here, by=grouped.cast.committee_member) is None
    assert searching.recall(sealed[:-4] + "AAAA", here, by=by) is None
    assert searching.recall("不是", here, by=by) is None
    tomorrow = clock.today().replace(year=clock.today().year + 1)
    monkeypatch.setattr(clock, "today", lambda: tomorrow)
    assert searching.recall(sealed, here, by=by) is None


def test_another_organisation_finds_nothing(grouped) -> None:
    found = searching.search(
        Query("食堂"),
        grouped.cast.investigation,
        within=grouped.cast.outsider.organisation,
        reader=grouped.cast.outsider,
    )
    assert found.hits == ()
    assert queries.concerns(grouped.cast.investigation, within=grouped.cast.branch)
