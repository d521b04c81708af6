"""The record sheet of a talk, measured on the PDF itself: one A4 page, both signatures, not a word lost."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pdfplumber
import pytest
from flask.testing import FlaskClient

from core.audit import AuditEntry
from core.db import db
from core.terms import Visibility
from interviews import filing, rulebook
from reports import talk_sheet
from reports.talk_sheet import Filled, PromiseRow
from tests.interviews.plays import hold, plan

MM = 72 / 25.4
SENTENCE = "他说排班表一个月改了三版，家里老人看病都排不开，希望改动提前三天告诉大家。"
TEXT = {"group": "班组", "membership": "政治面貌"}
SHEET = Filled(
    organisation="青石支部",
    labels=TEXT,
    number="2026-0013",
    fingerprint="1a2b 3c4d 5e6f 7081",
    member="党员丙",
    group="西班",
    membership="正式党员",
    post="仓库保管员",
    interviewer="委员乙",
    interviewer_post="组织委员",
    writer="委员乙",
    held="2026年10月20日 · 35分钟",
    place="值班室",
    mode="面谈",
    occasion="定期谈心",
    level="支委会",
    notes=SENTENCE * 4,
    promises=(PromiseRow("月底前答复排班表的事", "委员乙", "2026年10月25日"), PromiseRow("查采购进度", "书记甲")),
    filed="2026年10月31日",
)
ClientFor = Callable[[str], FlaskClient]


def pages(printed: bytes) -> list:
    with pdfplumber.open(io.BytesIO(printed)) as opened:
        return [
            (page.width, page.height, squeezed(page.extract_text()), page.chars, page.rects) for page in opened.pages
        ]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def one(stage) -> bytes:
    return talk_sheet.printed(SHEET, language="zh")


def test_one_a4_page_with_both_signatures(one: bytes) -> None:
    ((width, height, text, _chars, _rects),) = pages(one)
    assert (round(width / MM), round(height / MM)) == (210, 297)
    assert text.count(squeezed(SENTENCE)) == 4
    for word in ("党员丙", "西班", "仓库保管员", "委员乙", "值班室", "面谈", "定期谈心", "支委会", "2026-0013"):
        assert word in text, word
    for word in ("月底前答复排班表的事", "2026年10月25日", "查采购进度", "1a2b3c4d5e6f7081"):
        assert word in text, word
    lines = lines_to_sign(one)
    assert [length for length, _top in lines] == [34, 34, 58, 58]  # two days, two names
    assert lines[0][1] == lines[2][1] < lines[1][1] == lines[3][1]
    assert "本表只记录谈心谈话，不作组织处理或纪律审查依据" in text


def lines_to_sign(printed: bytes) -> list[tuple[int, int]]:
    """Return the lines for names and days at the foot of the first page: (length, distance from the top) in mm."""
    with pdfplumber.open(io.BytesIO(printed)) as opened:
        page = opened.pages[0]
        drawn = {(round((one["x1"] - one["x0"]) / MM), round(one["bottom"] / MM)) for one in page.rects}
        low = sorted(one for one in drawn if one[0] in (34, 58) and one[1] * MM > page.height * 0.85)
        # A line may be drawn in two strokes, a fraction of a millimetre apart.
        return [one for one in low if (one[0], one[1] - 1) not in low]


@pytest.mark.parametrize("count", [0, 19, 24, 90])
def test_nothing_is_lost_and_nothing_stands_outside(stage, count: int) -> None:
    notes = "\n".join(f"第{number}条，{SENTENCE}" for number in range(count))
    printed = talk_sheet.printed(replace(SHEET, notes=notes), language="zh")
    found = pages(printed)
    everything = "".join(text for _w, _h, text, _c, _r in found)
    assert len(found) == 1 or count > 19
    for number in range(count):
        assert f"第{number}条" in everything.replace("-", ""), number
    assert squeezed(everything).count("提前三天告诉大家") >= count - len(found)  # one may be cut by the end of a page
    for number, (width, height, text, chars, rects) in enumerate(found, start=1):
        for mark in [*chars, *rects]:
            assert mark["x0"] > 10 * MM and mark["x1"] < width - 10 * MM, (count, mark.get("text"))
            assert mark["top"] > 8 * MM and mark["bottom"] < height - 5 * MM, (count, mark.get("text"))
        assert f"{number}/{len(found)}" in text and "2026-0013" in text
        assert min(char["size"] for char in chars) > 8
    assert not overlapping(found[0][3])


def overlapping(chars: list) -> bool:
    """Say whether two Chinese characters of a page stand on one another."""
    rows = sorted((char["x0"], char["top"], char["size"]) for char in chars if "一" <= char["text"] <= "龥")
    for at, (x0, top, size) in enumerate(rows):
        for other_x, other_top, _size in rows[at + 1 : at + 40]:
            if other_x - x0 > size * 0.3:
                break
            if abs(other_top - top) < size * 0.4:
                return True
    return False


def test_type_gets_smaller_before_a_second_page_is_begun(stage) -> None:
    def size_of_notes(count: int) -> tuple[float, int]:
        found = pages(talk_sheet.printed(replace(SHEET, notes=SENTENCE * count), language="zh"))
        sizes = [char["size"] for char in found[0][3] if char["text"] == "版"]
        return max(set(sizes), key=sizes.count), len(found)

    assert size_of_notes(6) == (10.5, 1)
    smaller, count = size_of_notes(32)
    assert count == 1 and 8.4 < smaller < 10.5


def test_an_empty_sheet_has_room_for_a_pen(stage) -> None:
    printed = talk_sheet.printed(
        Filled("青石支部", TEXT, promises=(PromiseRow(),) * talk_sheet.BLANK_PROMISES, blank=True), language="zh"
    )
    ((_w, _h, text, _c, _r),) = pages(printed)
    assert "青石支部" in text and "SHA" not in text and len(lines_to_sign(printed)) == 4


def test_in_english(stage) -> None:
    said = "The roster changed three times in a month. "
    labels = {"group": "Team", "membership": "Membership"}
    english = replace(SHEET, organisation="Greenstone branch", notes=said * 12, labels=labels)
    ((_w, _h, text, _c, _r),) = pages(talk_sheet.printed(english, language="en"))
    for words in ("Recordofaheart-to-hearttalk", "Signatureofthemember", "Signatureoftheinterviewer", "Team"):
        assert words in text, words
    assert text.count("changedthreetimes") == 12


def test_what_people_wrote_is_no_markup(stage) -> None:
    notes = "<b>粗</b> & <script>alert(1)</script> {{ g }} \x00 尾"
    ((_w, _h, text, _c, _r),) = pages(talk_sheet.printed(replace(SHEET, notes=notes), language="zh"))
    assert "<b>粗</b>&<script>alert(1)</script>{{g}}" in text and "尾" in text


def test_over_the_pages(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk = hold(cast, Visibility.INTERVIEWER)
    writer, url = client_for("committee_member"), f"/app/talks/{talk.id}/sheet.pdf"
    answer = writer.get(url)
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    ((_w, _h, text, _c, _r),) = pages(answer.data)
    assert "排班表一个月改了三版。" in text and "月底前答复排班" in text and "党员丙" in text
    assert "%E5%85%9A%E5%91%98" not in answer.headers["Content-Disposition"]  # nobody's name in the file's name
    opened = db.session.query(AuditEntry).filter_by(action="talk.open", account_id=cast.committee_member.id)
    assert opened.count() == 1
    for role, status in (("secretary", 403), ("member", 403), ("outsider", 404), ("", 302)):
        assert client_for(role).get(url).status_code == status
    for role, status in (("secretary", 200), ("committee_member", 200), ("member", 403), ("", 302)):
        assert client_for(role).get("/app/talks/sheet.pdf").status_code == status


def test_a_filed_record_bears_its_number(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk = hold(cast, Visibility.COMMITTEE)
    filing.file(talk, by=cast.committee_member, based_on=talk.revision)
    db.session.commit()
    answer = client_for("secretary").get(f"/app/talks/{talk.id}/sheet.pdf")
    ((_w, _h, text, _c, _r),) = pages(answer.data)
    assert "2026-0001" in text and squeezed(filing.fingerprint(talk)) in text
    assert "2026-0001" in answer.headers["Content-Disposition"]


def test_a_planned_talk_has_its_head_and_room_for_a_pen(client_for: ClientFor, cast: SimpleNamespace) -> None:
    answer = client_for("secretary").get(f"/app/talks/{plan(cast).id}/sheet.pdf")
    ((_w, _h, text, _c, _r),) = pages(answer.data)
    assert "党员丙" in text and "委员乙" in text and "2026年10月20日" in text
    assert rulebook.member_reads(cast.branch) is False
