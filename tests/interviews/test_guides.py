"""Guides: made, changed by one writer at a time, ordered, adopted, chosen for a talk, printed on one sheet."""

import pytest
from sqlalchemy import select

from core.db import db
from core.errors import BadInput, DomainError, NotFound, Stale
from core.i18n import speaking
from core.terms import OrganisationKind, Visibility
from interviews import guides
from interviews.guide_texts import GuideText, TopicText, shipped
from interviews.models import Guide, Talk, Topic
from tests.interviews.plays import hold, plan

TEXT = GuideText(
    title="定期谈心",
    occasion="定期谈心、党员互谈",
    opening="今天是谈心，不是考核。",
    topics=(TopicText("工作", ("最吃劲的是什么？", "换了您先改哪样？")), TopicText("家庭")),
)


def fields(text: GuideText, **more: str) -> dict[str, str]:
    sent = {"title": text.title, "occasion": text.occasion, "opening": text.opening, **more}
    for at, topic in enumerate(text.topics):
        sent |= {f"topics-{at}-title": topic.title, f"topics-{at}-probes": "\r\n".join(topic.probes)}
    return sent


def test_a_guide_is_written_and_read_back(any_cast) -> None:
    made = guides.make(TEXT, within=any_cast.branch, by=any_cast.secretary)
    db.session.commit()
    assert guides.text_of(guides.guide(made.id, within=any_cast.branch)) == TEXT
    assert guides.guides(within=any_cast.branch) == [made]
    assert guides.guides(within=any_cast.elsewhere) == []
    with pytest.raises(NotFound):
        guides.guide(made.id, within=any_cast.elsewhere)
    with pytest.raises(NotFound):
        guides.guide(2**40, within=any_cast.branch)


def test_of_two_writers_the_second_is_told(any_cast) -> None:
    made = guides.make(TEXT, within=any_cast.branch, by=any_cast.secretary)
    db.session.commit()
    seen = made.revision
    # Only the order of topics changes: that too is a change somebody else must not lose.
    turned = GuideText(TEXT.title, TEXT.occasion, TEXT.opening, TEXT.topics[::-1])
    guides.change(made, turned, by=any_cast.secretary, based_on=seen)
    db.session.commit()
    assert guides.text_of(made) == turned and made.revision == seen + 1
    with pytest.raises(Stale):
        guides.change(made, TEXT, by=any_cast.committee_member, based_on=seen)
    assert guides.text_of(made) == turned
    assert len(db.session.scalars(select(Topic)).all()) == 2


@pytest.mark.parametrize(
    "text",
    [
        GuideText(" ", topics=TEXT.topics),
        GuideText("题"),
        GuideText("题", topics=(TopicText("", ("问",)),)),
        GuideText("题" * 121, topics=TEXT.topics),
        GuideText("题", topics=tuple(TopicText(str(n)) for n in range(21))),
        GuideText("题", topics=(TopicText("一", ("问",) * 13),)),
    ],
    ids=["no title", "no topic", "questions without a topic", "too long", "too many topics", "too many questions"],
)
def test_a_guide_that_says_nothing_is_refused(cast, text) -> None:
    with pytest.raises(BadInput):
        guides.make(text, within=cast.branch, by=cast.secretary)
    assert db.session.scalar(select(Guide)) is None


@pytest.mark.parametrize("kind", list(OrganisationKind), ids=str)
@pytest.mark.parametrize("speech", ["zh", "en"])
def test_every_kind_ships_guides_in_both_languages(app, kind, speech) -> None:
    with app.test_request_context("/"), speaking(speech):
        found = shipped(kind)
    assert len(found) >= 4
    for one in found:
        assert one.source and one.since and one.text.opening and len(one.text.topics) >= 3
        assert all(topic.title and topic.probes for topic in one.text.topics)
        assert len(one.text.occasion) <= guides.OCCASION and len(one.text.title) <= guides.TITLE
        guides._check(one.text)


def test_a_shipped_guide_is_taken_over_once(app, cast) -> None:
    offered = guides.on_offer(cast.branch)
    made = guides.adopt(offered[0].key, within=cast.branch, by=cast.secretary)
    assert guides.text_of(made) == offered[0].text
    assert len(guides.on_offer(cast.branch)) == len(offered) - 1
    with pytest.raises(DomainError):
        guides.adopt(offered[0].key, within=cast.branch, by=cast.secretary)
    with pytest.raises(NotFound):
        guides.adopt("nothing", within=cast.branch, by=cast.secretary)
    assert len(guides.adopt_all(within=cast.branch, by=cast.secretary)) == len(offered) - 1
    assert guides.on_offer(cast.branch) == []


def test_the_guide_for_a_talk_fits_its_occasion(cast) -> None:
    regular = guides.make(TEXT, within=cast.branch, by=cast.secretary)
    anything = guides.make(GuideText("通用", topics=TEXT.topics), within=cast.branch, by=cast.secretary)
    found = guides.guides(within=cast.branch)
    assert guides.fitting(found, occasion="党员互谈") is regular
    assert guides.fitting(found, occasion="病假慰问") is anything
    assert guides.fitting(found, occasion="党员互谈", chosen_id=anything.id) is anything
    assert guides.fitting([regular], occasion="病假慰问") is None


def test_choosing_a_guide_leaves_the_record_as_it_was(any_cast) -> None:
    made = guides.make(TEXT, within=any_cast.branch, by=any_cast.secretary)
    talk = hold(any_cast, Visibility.COMMITTEE)
    revision = talk.revision
    guides.choose(talk, made, by=any_cast.committee_member)
    db.session.commit()
    fresh = db.session.get_one(Talk, talk.id)
    assert fresh.guide_id == made.id and fresh.revision == revision


def test_a_guide_is_put_away_and_copied(cast) -> None:
    made = guides.make(TEXT, within=cast.branch, by=cast.secretary)
    twin = guides.copy(made, within=cast.branch, by=cast.secretary)
    assert twin.title != made.title and guides.text_of(twin).topics == TEXT.topics
    guides.put_away(made, by=cast.secretary)
    assert guides.guides(within=cast.branch) == [twin]
    assert guides.guides(within=cast.branch, archived=True) == [made]
    guides.take_up(made, by=cast.secretary)
    assert made in guides.guides(within=cast.branch)


def test_topics_are_moved_without_script_and_nothing_is_saved(client_for, cast) -> None:
    client = client_for("secretary")
    page = client.post("/app/guides/new", data=fields(TEXT, then="down-0"))
    assert page.status_code == 200 and page.text.index("家庭") < page.text.index("最吃劲的是什么")
    page = client.post("/app/guides/new", data=fields(TEXT, then="drop-1"))
    assert ">家庭" not in page.text and "topics-1-title" not in page.text
    page = client.post("/app/guides/new", data=fields(TEXT, then="add"))
    assert "topics-2-title" in page.text
    assert db.session.scalar(select(Guide)) is None


def test_pages_of_a_guide(client_for, cast) -> None:
    client = client_for("committee_member")
    assert client.post("/app/guides/adopt").status_code == 302
    made = client.post("/app/guides/new", data=fields(TEXT))
    page = client.get(made.location)
    assert page.status_code == 200 and "最吃劲的是什么？" in page.text
    changed = client.post(made.location, data=fields(TEXT, title="改过的", based_on="1"))
    assert changed.status_code == 302
    late = client.post(made.location, data=fields(TEXT, title="晚来的", based_on="1"))
    assert late.status_code == 422 and "晚来的" in late.text
    assert "改过的" in client.get("/app/guides").text
    assert "改过的" in client.get(made.location + "/print").text
    assert client.post(made.location + "/archive").status_code == 302
    assert client.post(made.location + "/archive", data={"then": "restore"}).status_code == 302
    assert client_for("outsider").get(made.location).status_code == 404
    assert client_for("member").get("/app/guides").status_code == 403


def test_the_guide_stands_beside_the_note_and_sends_nothing(client_for, cast) -> None:
    guides.make(TEXT, within=cast.branch, by=cast.secretary)
    talk = plan(cast, occasion="党员互谈")
    page = client_for("committee_member").get(f"/app/talks/{talk.id}/record")
    aside = page.text[page.text.index("<aside") : page.text.index("</aside>")]
    assert "今天是谈心，不是考核。" in aside and "最吃劲的是什么？" in aside
    assert aside.index("今天是谈心") < aside.index("工作")
    assert " name=" not in aside and " open>" in aside


def test_a_writer_chooses_the_guide(client_for, cast) -> None:
    made = guides.make(TEXT, within=cast.branch, by=cast.secretary)
    talk = plan(cast)
    client = client_for("committee_member")
    assert client.post(f"/app/talks/{talk.id}/guide", data={"guide": made.id}).status_code == 204
    assert db.session.get_one(Talk, talk.id).guide_id == made.id
    assert client.post(f"/app/talks/{talk.id}/guide", data={"guide": "99999"}).status_code == 404
    assert client_for("outsider").post(f"/app/talks/{talk.id}/guide", data={"guide": made.id}).status_code == 404
