"""Slips, paper forms and the poster, measured on the PDF itself: eight slips a page, readable codes, no split."""

import io
import logging
import re
from dataclasses import replace

import pdfplumber
import pypdfium2
import pytest
import segno

from core.db import db
from core.errors import BadInput
from core.qr import drawn as qr
from reports import pdf, prints
from surveys import designing, fielding, invitations, library, promises, questionnaires
from surveys.slips import Printed
from tests.conftest import people
from tests.surveys import everything
from tests.surveys.conftest import DEFINITION

MM = 72 / 25.4
ADDRESS = "http://192.168.1.20:5000/s/abcdefgh"
CODE = "ABCDE-FGHJK-LMNPQ-RSTUV"
FINGERPRINT = "1a2b 3c4d 5e6f 7081 92a3 b4c5"


def texts(printed: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(printed)) as opened:
        return [re.sub(r"\s+", "", page.extract_text()) for page in opened.pages]


def slips(count: int) -> list[Printed]:
    codes = [f"ABCDE-FGHJK-LMNPQ-{number:05d}" for number in range(count)]
    return [Printed(f"组员{n}", "东班", code, "", qr(f"{ADDRESS}#c={code}")) for n, code in enumerate(codes)]


@pytest.fixture(scope="module")
def sheet(stage) -> bytes:
    """Nine slips."""
    html = prints.slip_sheets(slips(9), title="职工意见调查", address=ADDRESS, language="zh")
    return pdf.print_pdf(html)


def test_eight_slips_stand_on_a_page(sheet: bytes) -> None:
    first, second = texts(sheet)
    assert first.count("东班") == 8 and second.count("东班") == 1
    for number in range(8):
        assert f"组员{number}" in first and f"{number:05d}" in first
    assert "组员8" in second


def test_the_printed_codes_can_be_read(sheet: bytes) -> None:
    """Sample every module of the printed squares and compare with what the link encodes."""
    image = pypdfium2.PdfDocument(sheet)[0].render(scale=300 / 72).to_pil().convert("L")
    for place in range(8):
        left, top = (place % 2) * 105, (place // 2) * 74
        box = [round(mm * 300 / 25.4) for mm in (left + 4, top + 14, left + 43.5, top + 54)]
        part = image.crop(tuple(box)).point(lambda value: 0 if value > 127 else 255)
        x0, y0, x1, y1 = part.getbbox()
        assert abs((x1 - x0) - (y1 - y0)) <= 2 and (x1 - x0) / 300 * 25.4 > 26, "square, and not too small"
        wanted = [list(row) for row in segno.make_qr(f"{ADDRESS}#c=ABCDE-FGHJK-LMNPQ-{place:05d}", error="m").matrix]
        size = (x1 - x0) / len(wanted)
        found = [
            [part.getpixel((x0 + int((x + 0.5) * size), y0 + int((y + 0.5) * size))) // 255 for x in range(len(wanted))]
            for y in range(len(wanted))
        ]
        assert found == wanted


def test_blank_slips_stand_apart_and_bear_nothing_but_their_code(stage) -> None:
    blank = [replace(slip, name="", group="") for slip in slips(9)]
    html = prints.slip_sheets(
        [blank[0], *slips(2), *blank[1:]], title="职工意见调查", address=ADDRESS, language="zh", fingerprint=FINGERPRINT
    )
    first, second, third = texts(pdf.print_pdf(html))
    assert first.count("组员") == 2 and "组员" not in second + third
    bare = re.sub(r"ABCDE-FGHJK-LMNPQ-|0000\d", "", second)  # the codes, which take two lines
    bare = bare.replace(ADDRESS, "").replace(FINGERPRINT.replace(" ", ""), "#")
    assert bare.count("#") == 8 and second.count("ABCDE-") == 8 and third.count("ABCDE-") == 1
    assert not re.search(r"\d", bare), "no number"


def test_the_poster_bears_the_fingerprint_once_the_survey_is_open(app, cast, client_for) -> None:
    survey = fielding.create(cast.investigation, DEFINITION, within=cast.branch, by=cast.secretary)
    invitations.invite(survey, members=[], spares=9, within=cast.branch, by=cast.secretary)
    db.session.commit()
    url = f"/app/surveys/{survey.id}/poster.pdf"
    before = texts(client_for("secretary").get(url).data)
    fielding.open_(survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    after = texts(client_for("secretary").get(url).data)
    assert len(before) == len(after) == 1
    printed = promises.fingerprint(survey).replace(" ", "")
    assert len(printed) == 24 and printed in after[0] and printed not in before[0]


def test_slips_leave_nothing_behind(app, cast, client_for, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    survey = fielding.create(cast.investigation, DEFINITION, within=cast.branch, by=cast.secretary)
    made = invitations.invite(survey, members=[], spares=9, within=cast.branch, by=cast.secretary)
    db.session.commit()
    handed = [f"{slip.code}|东班|只印在纸上的姓名{slip.number}" for slip in made]
    url = f"/app/surveys/{survey.id}/slips.pdf"
    answer = client_for("secretary").post(url, data={"slip": handed, "address": ADDRESS})
    assert answer.status_code == 200 and "只印在纸上的姓名9" in texts(answer.data)[1]
    for file in app.config["SETTINGS"].data.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert "只印在纸上的姓名".encode() not in content, file.name
        for slip in made:
            assert slip.code.encode() not in content and slip.code.replace("-", "").encode() not in content, file.name
    assert "只印在纸上" not in caplog.text and not any(slip.code in caplog.text for slip in made)
    forged = client_for("secretary").post(url, data={"slip": [f"{CODE}|a|b"], "address": ADDRESS})
    assert forged.status_code == 422
    assert client_for("secretary").post(url, data={"slip": handed, "address": "javascript:x"}).status_code == 422
    assert client_for("outsider").post(url, data={"slip": handed, "address": ADDRESS}).status_code == 404
    assert client_for("committee_member").post(url, data={"slip": handed}).status_code == 403


def everything_asked() -> questionnaires.Ready:
    asked = everything.definition()
    first = asked["sections"][0]["items"]
    first[0]["jumps"] = [{"if": {"item": "single", "op": "==", "value": "y"}, "to": "s3"}]
    first[1]["title"] = "You said {{single}}: why?"
    first[2]["show_if"] = {"item": "single", "op": "==", "value": "x"}
    return questionnaires.prepare(asked, "en")


@pytest.fixture(scope="module")
def forms(stage) -> bytes:
    """A form with every kind of question, for sheets 7 and 8."""
    return prints.paper_forms(everything_asked(), organisation="青石支部", first=7, last=8)


def test_no_question_is_split_and_every_page_bears_its_number(stage, forms: bytes) -> None:
    with pdfplumber.open(io.BytesIO(forms)) as opened:
        pages = [re.sub(r"\s+", " ", page.extract_text()) for page in opened.pages]
    half = len(pages) // 2
    for copy, number in ((pages[:half], "0007"), (pages[half:], "0008")):
        written = [page for page in copy if page]
        assert all(number in page for page in written) and len(copy) % 2 == 0, "copies begin on a front"
        for item in everything_asked().items:
            title = item.title.replace("{{single}}", "(your answer to question 1)")
            words = [title, *item.kind.values(item).values()]
            on = [page for page in written if f"{item.number}. {title}" in page or (not item.number and title in page)]
            assert len(on) == 1, item.name
            if item.kind.key != "cascade":  # its words are written by hand
                assert all(word in on[0] for word in words), item.name


def test_logic_is_told_in_words(stage, forms: bytes) -> None:
    page = texts(forms)[0]
    assert "Ifthe" in page and "goonwithquestion" in page, "a jump"
    assert "Onlyiftheanswertoquestion1is“Left”" in page, "a condition"
    assert "{{" not in page


def test_sheets_are_numbered_from_to_and_not_without_end(stage) -> None:
    asked = questionnaires.prepare(DEFINITION)
    several = texts(prints.paper_forms(asked, organisation="青石支部", first=12, last=14))
    assert [re.search(r"00\d\d", page)[0] for page in several if page] == ["0012", "0013", "0014"]
    (single,) = texts(prints.paper_forms(asked, organisation="青石支部"))
    assert "00" not in single and "小调查" in single
    for first, last in ((5, 4), (1, prints.MOST_SHEETS + 1), (-1, 3), (0, 3), (3, 0)):
        with pytest.raises(BadInput):
            prints.paper_forms(asked, organisation="x", first=first, last=last)


def test_forms_and_poster_are_handed_out_in_the_language_asked_for(app) -> None:
    cast = people(app)
    definition = library.found("canteen").definition
    survey = fielding.create(cast.investigation, definition, within=cast.branch, by=cast.secretary)
    draft = designing.begin(definition, within=cast.branch, by=cast.secretary)
    db.session.commit()
    client = app.test_client()
    with client.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = cast.secretary.get_id(), True
    chinese = client.get(f"/app/surveys/{survey.id}/paper.pdf?first=1&last=1")
    english = client.get(f"/app/surveys/{survey.id}/paper.pdf?first=1&last=1&lang=en")
    design = client.get(f"/app/instruments/{draft.id}/paper.pdf")
    poster = client.get(f"/app/surveys/{survey.id}/poster.pdf")
    assert "食堂" in texts(chinese.data)[0] and "canteen" in texts(english.data)[0].casefold()
    assert "食堂" in texts(design.data)[0] and "0001" not in texts(design.data)[0]
    assert survey.public_id in "".join(texts(poster.data))
    assert client.get(f"/app/surveys/{survey.id}/paper.pdf?first=9&last=1").status_code == 422
