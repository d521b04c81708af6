"""The pages of reports: who may open them, what they show, and that nobody's words are overwritten."""

import re
from html import unescape

import pytest

from concerns.models import Concern
from core import jobs
from core.db import db
from core.terms import ReportStyle
from reports import drafts, editions, wordings
from reports.blocks import Document, Paragraph
from reports.models import Edition

KEY = "concerns.overview"


@pytest.fixture
def raised(app, cast):
    """Two concerns, so that the report has something to count, and two causes."""
    for label in ("停车", "食堂"):
        add_concern(cast, label)
    cast.investigation.causes = "车位太少\n饭菜太凉"
    db.session.commit()
    return cast


def add_concern(cast, label: str) -> Concern:
    row = Concern(organisation_id=cast.branch.id, investigation_id=cast.investigation.id, label=label)
    db.session.add(row)
    db.session.commit()
    return row


def page(client, cast, **query) -> str:
    answer = client.get(f"/app/investigations/{cast.investigation.id}/report", query_string=query)
    assert answer.status_code == 200
    return answer.text


def generated(text: str) -> str:
    """Return what the program wrote for the passage, as its form carries it."""
    form = text.split(f'name="passage" value="{KEY}"', 1)[1]
    return unescape(re.search(r'name="generated" value="([^"]*)"', form)[1])


def send(client, cast, *, text="", step="keep", revision=0, written="", fetched=False, **more):
    data = {
        "passage": KEY,
        "style": "gongwen",
        "language": "zh",
        "step": step,
        "text": text,
        "generated": written,
        "revision": revision,
    }
    headers = {"X-Requested-With": "fetch"} if fetched else {}
    url = f"/app/investigations/{cast.investigation.id}/report/passage"
    return client.post(url, data=data | more, headers=headers)


def words(cast) -> dict[str, str]:
    db.session.expire_all()
    return wordings.texts(wordings.read(cast.investigation, language="zh"))


@pytest.mark.parametrize(
    ("role", "reads", "makes"),
    [("secretary", 200, 200), ("committee_member", 200, 403), ("member", 403, 403), ("outsider", 404, 404)],
    ids=str,
)
def test_who_may_open_what(raised, client_for, role, reads, makes) -> None:
    client, number = client_for(role), raised.investigation.id
    edition = editions.issue(raised.investigation, style=ReportStyle.SUMMARY, language="zh", by=raised.secretary)
    db.session.commit()
    for path in (f"investigations/{number}/report", f"investigations/{number}/reports", f"editions/{edition.id}"):
        assert client.get(f"/app/{path}").status_code == reads, path
    for path in ("report/claims", "report/head", "reports/wording"):
        assert client.get(f"/app/investigations/{number}/{path}").status_code == makes, path
    if makes != 200:
        assert send(client, raised, text="x").status_code == makes
        for path in ("withdraw", "verify", "print-again"):
            assert client.post(f"/app/editions/{edition.id}/{path}", data={"reason": "x"}).status_code == makes, path
        assert words(raised) == {}


def test_a_committee_member_reads_without_pencils(raised, client_for) -> None:
    text = page(client_for("committee_member"), raised)
    assert "停车、食堂" in text and "passage-edit" not in text and "<textarea" not in text


def test_a_passage_is_reworded_without_script(raised, client_for) -> None:
    client = client_for("secretary")
    written = generated(page(client, raised))
    assert "停车、食堂" in written
    answer = send(client, raised, text="大家最关心停车。", written=written)
    assert answer.status_code == 302 and answer.location.endswith(f"#p-{KEY}")
    text = page(client, raised)
    assert "大家最关心停车。" in text and "passage own" in text
    assert "大家最关心停车。" not in page(client, raised, lang="en")


def test_new_numbers_show_old_and_new_and_offer_three_choices(raised, client_for) -> None:
    client = client_for("secretary")
    send(client, raised, text="大家最关心停车。", written=generated(page(client, raised)))
    add_concern(raised, "宿舍")
    text = page(client, raised)
    assert "passage changed" in text and "大家最关心停车。" in text
    assert re.search(r"<del>.*?2.*?</del>", text) and re.search(r"<ins>.*?3.*?</ins>", text)
    box = text.split('class="beside-box"', 1)[1]
    assert 'value="keep"' in box and 'value="restore"' in box and "data-open-passage" in box
    kept = send(client, raised, text="大家最关心停车。", revision=1, written=generated(text))
    assert kept.status_code == 302 and "passage changed" not in page(client, raised)


def test_taking_the_new_text_offers_the_old_words_back(raised, client_for) -> None:
    client = client_for("secretary")
    written = generated(page(client, raised))
    send(client, raised, text="写了很久的话。", written=written)
    answer = send(client, raised, step="restore", revision=1, written=written)
    assert answer.status_code == 200 and "put-away" in answer.text and "写了很久的话。" in answer.text
    assert words(raised) == {}
    send(client, raised, text="写了很久的话。", written=written)
    assert words(raised) == {KEY: "写了很久的话。"}


def test_left_out_and_issued_without_it(raised, client_for) -> None:
    client = client_for("secretary")
    written = generated(page(client, raised))
    send(client, raised, step="leave-out", written=written)
    assert words(raised) == {KEY: ""} and "passage out" in page(client, raised)
    document = editions.composed(raised.investigation, style=ReportStyle.GONGWEN, language="zh", within=raised.branch)
    assert all(block.key != KEY for block in document.blocks if isinstance(block, Paragraph))


@pytest.mark.parametrize("fetched", [False, True], ids=["form", "script"])
def test_the_later_of_two_sees_both_sides(raised, client_for, fetched) -> None:
    client = client_for("secretary")
    written = generated(page(client, raised))
    send(client, raised, text="甲的话。", written=written)
    answer = send(client, raised, text="乙的话。", written=written, fetched=fetched)
    assert answer.status_code == 409
    assert "甲的话。" in answer.text and "乙的话。" in answer.text
    field = answer.text.split("data-writing", 1)[1].split("</form>", 1)[0] if fetched else answer.text
    assert 'name="revision" value="1"' in field
    assert words(raised) == {KEY: "甲的话。"}
    again = send(client, raised, text="乙的话。", written=written, revision=1, fetched=fetched)
    assert again.status_code in (200, 302) and words(raised) == {KEY: "乙的话。"}


def test_a_script_gets_the_passage_alone(raised, client_for) -> None:
    client = client_for("secretary")
    answer = send(client, raised, text="一段话。<b>", written="机器写的。", fetched=True)
    assert answer.status_code == 200 and "<html" not in answer.text
    assert "一段话。&lt;b&gt;" in answer.text and 'data-revision="1"' in answer.text


def test_an_empty_passage_is_not_saved(raised, client_for) -> None:
    assert send(client_for("secretary"), raised, text="  ").status_code == 422
    assert words(raised) == {}


def test_claims_without_grounds_are_marked_and_numbers_lead_to_their_lists(raised, client_for) -> None:
    text = page(client_for("secretary"), raised)
    assert text.count('class="no-ground no-print"') == 2
    assert f'href="/app/investigations/{raised.investigation.id}/concerns"' in text


def test_a_line_is_written_moved_deleted_and_put_back_without_script(raised, client_for) -> None:
    client, where = client_for("secretary"), f"/app/investigations/{raised.investigation.id}/report/claims"
    concern = add_concern(raised, "宿舍")
    form = client.get(where, query_string={"edit": "causes-0"}).text
    assert f'value="concern:{concern.id}"' in form

    def post(**data):
        db.session.expire_all()
        return client.post(where, data={"part": "causes", "revision": raised.investigation.revision} | data)

    answer = post(place=0, step="save", text="车位太少", grounds=[f"concern:{concern.id}"])
    assert answer.status_code == 302
    assert post(place=0, step="down").status_code == 302
    db.session.expire_all()
    assert raised.investigation.causes == "饭菜太凉\n车位太少"
    assert raised.investigation.grounds["causes"] == [[], [f"concern:{concern.id}"]]
    gone = post(place=1, step="delete")
    assert gone.status_code == 200 and 'value="insert"' in gone.text
    post(place=1, step="insert", text="车位太少", grounds=[f"concern:{concern.id}"])
    db.session.expire_all()
    assert raised.investigation.grounds["causes"] == [[], [f"concern:{concern.id}"]]


def test_a_stale_line_shows_both(raised, client_for) -> None:
    client, where = client_for("secretary"), f"/app/investigations/{raised.investigation.id}/report/claims"
    data = {"part": "causes", "place": 0, "step": "save", "text": "乙改的", "revision": 77}
    answer = client.post(where, data=data)
    assert answer.status_code == 409 and "乙改的" in answer.text and "车位太少" in answer.text
    db.session.expire_all()
    assert raised.investigation.causes.startswith("车位太少")


def test_the_head_is_kept_and_printed(raised, client_for) -> None:
    client, where = client_for("secretary"), f"/app/investigations/{raised.investigation.id}/report/head"
    data = {
        "style": "gongwen",
        "language": "zh",
        "masthead": "青石支部文件",
        "addressee": "上级党委",
        "notes_at": "page",
        "signed_on": "2026-10-20",
        "variant": "pdf/a-2b",
        "revision": 0,
    }
    assert client.post(where, data=data).status_code == 302
    head = drafts.read(raised.investigation, style=ReportStyle.GONGWEN, language="zh").head
    assert (head.masthead, head.contents, head.variant.value) == ("青石支部文件", False, "pdf/a-2b")
    assert "青石支部文件" in page(client, raised) and "上级党委" in page(client, raised)
    late = client.post(where, data=data | {"masthead": "乙的"})
    assert late.status_code == 422 and "青石支部文件" in late.text and "乙的" in late.text
    edition = editions.issue(raised.investigation, style=ReportStyle.GONGWEN, language="zh", by=raised.secretary)
    document = editions.document_of(edition)
    assert (document.masthead, document.date.isoformat(), edition.variant.value) == (
        "青石支部文件",
        "2026-10-20",
        "pdf/a-2b",
    )


def test_an_edition_is_withdrawn_on_its_page(raised, client_for, monkeypatch) -> None:
    small = Document("甲", "青石支部", raised.investigation.ends_on, "zh", (Paragraph("机密的一段。"),))
    monkeypatch.setattr(editions, "composed", lambda *given, **named: small)
    edition = editions.issue(raised.investigation, style=ReportStyle.SUMMARY, language="zh", by=raised.secretary)
    db.session.commit()
    client, where = client_for("secretary"), f"/app/editions/{edition.id}"
    assert client.post(f"{where}/withdraw", data={"reason": ""}).status_code == 422
    assert client.post(f"{where}/withdraw", data={"reason": "数字有误"}).status_code == 302
    own, others = client.get(where).text, client_for("committee_member").get(where).text
    assert "数字有误" in own and "机密的一段。" in own
    assert "数字有误" in others and "机密的一段。" not in others
    assert client_for("committee_member").get(f"{where}.pdf").status_code == 403


def test_an_unreadable_edition_still_has_its_page(raised, client_for, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "_send", lambda job_id: None)
    edition = editions.issue(raised.investigation, style=ReportStyle.SUMMARY, language="zh", by=raised.secretary)
    db.session.commit()
    db.session.connection().execute(Edition.__table__.update().values(document={"block": "unheard_of"}))
    db.session.commit()
    assert client_for("secretary").get(f"/app/editions/{edition.id}").status_code == 200
