"""The public pages of a survey: the same for everybody, without cookie, session or script, in both languages."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from anonymity import manifest
from core.db import db
from core.settings import ROOT
from core.terms import Access, Channel
from surveys import ballots, closing, fielding, publishing, queries, questionnaires
from surveys.models import Leaf
from surveys.views import board
from tests.anonymity import test_publishing as publications
from tests.anonymity.boards import a_board
from tests.anonymity.conftest import vote
from tests.anonymity.test_publishing import voted
from tests.conftest import build, people
from tests.house.test_every_page import faults
from tests.journeys import conftest as journeys
from tests.journeys.conftest import DESK, PHONE, overflows, serious, served
from tests.surveys.conftest import DEFINITION

OPEN_PAGES = ("/b/{}/", "/b/{}/{lang}", "/b/{}/{lang}/audit", "/b/{}/{lang}/manifest", "/b/{}/{lang}/client",
              "/s/{}/{lang}/stored")  # fmt: skip
CLOSED_PAGES = (*OPEN_PAGES, "/b/{}/{lang}/leaves/1")


def browse(app: Any, path: str, **options: Any) -> Any:
    """Open a page as a stranger whose browser was never here."""
    answer = app.test_client().get(path, **options)
    assert "Set-Cookie" not in answer.headers
    return answer


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)).replace("&#39;", "'")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_is_sound_and_needs_nobody(closed, lang) -> None:
    app = closed.app
    voting = closed.vote
    for path in CLOSED_PAGES:
        answer = browse(app, path.format(voting.sid, lang=lang))
        assert answer.status_code == 200, path
        assert faults(answer.text) == [], f"{path}: {faults(answer.text)}"
        assert not re.search(r"<script(?![^>]*src=)|style=|\son[a-z]+=", answer.text)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert browse(app, f"/b/{voting.sid}/en").text == browse(app, f"/b/{voting.sid}/en").text


def test_a_page_says_the_same_to_everybody(closed) -> None:
    app = closed.app
    voting = closed.vote
    plain = app.test_client()
    known = app.test_client()
    with known.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = voting.cast.secretary.get_id(), True
    other = {"User-Agent": "iPhone", "Accept-Language": "en", "X-Forwarded-For": "10.1.2.3"}
    for path in CLOSED_PAGES:
        url = path.format(voting.sid, lang="zh")
        assert plain.get(url).text == known.get(url).text == plain.get(url, headers=other).text


def test_the_promise_stands_word_for_word(app) -> None:
    voting = vote(app, members=10)
    text = words(browse(app, f"/s/{voting.sid}/en/stored"))
    assert (
        "Whoever holds the server's database, log files and all backups - now or later - cannot tell which answer is "
        "yours better than by guessing. You can check that your own answer was counted. Anyone can check that no more "
        "answers were counted than ballots handed out."
    ) in text
    for limit in ("Whoever changes the program", "while the survey is open", "who never came", "keys on disks",
                  "Your wording", "Computers of the future"):  # fmt: skip
        assert limit in text, limit


def test_before_the_close_only_the_fingerprint_and_the_invited_are_told(app) -> None:
    voting, _receipts = voted(app, close=False)
    page = words(browse(app, f"/b/{voting.sid}/en"))
    assert manifest.fingerprint(voting.survey.manifest) in page
    assert "13 people can have a ballot" in page
    assert "counted 8" not in page and "9 " not in page.replace("13", "").split("people can have")[0][-20:]
    for name in ("board.json", "board.zip", "leaves.txt"):
        assert browse(app, f"/b/{voting.sid}/{name}").status_code == 404
    client = app.test_client()
    for place, data in (("receipt", {"receipt": "0" * 64}), ("code", {"code": voting.phones[0].code})):
        answer = client.post(f"/b/{voting.sid}/en/{place}", data=data)
        assert answer.status_code == 409 and "Not before the close" in answer.text


def test_a_survey_nobody_knows_or_not_opened_has_no_page(app) -> None:
    voting = vote(app, members=10)
    for path in CLOSED_PAGES:
        assert browse(app, path.format("nothing", lang="en")).status_code == 404
    assert browse(app, f"/b/{voting.sid}/en/leaves/1").status_code == 404


def test_the_closed_board_shows_the_three_numbers(closed) -> None:
    app = closed.app
    voting, receipts = closed.vote, closed.receipts
    page = browse(app, f"/b/{voting.sid}/en")
    text = words(page)
    assert "People invited 13" in text and "Ballots handed out 9" in text and "Ballots counted 8" in text
    assert "No more ballots were counted than handed out" in text
    assert all(receipt["leaf"] in page.text for receipt in receipts)
    assert "Phone or computer 8" in text  # nobody answered at a computer, and that is not told
    told = json.loads(browse(app, f"/b/{voting.sid}/board.json").text)
    assert told == publishing.published(voting.survey)
    assert browse(app, f"/b/{voting.sid}/leaves.txt").text.split() == told["leaves"]
    assert browse(app, f"/b/{voting.sid}/board.zip").data == publishing.bundle(voting.survey)


def test_a_board_that_does_not_hold_says_so(app) -> None:
    voting, _receipts = voted(app)
    db.session.delete(db.session.scalars(select(Leaf)).first())
    db.session.commit()
    assert browse(app, f"/b/{voting.sid}/en").text.count("b-mark b-no") == 2  # the root and the number listed
    text = words(browse(app, f"/b/{voting.sid}/en/audit"))
    assert "This board cannot be trusted" in text and "The list of ballots is not the one that was signed" in text


def test_a_receipt_is_looked_up_without_scripts_and_leaves_no_trace(closed, caplog) -> None:
    app = closed.app
    voting, mine = closed.vote, closed.receipts[0]
    client = app.test_client()
    caplog.set_level(0)
    found = client.post(f"/b/{voting.sid}/en/receipt", data={"receipt": f"{mine['leaf']} {mine['receipt']}"})
    assert found.status_code == 200 and "Your answer is in" in found.text
    assert mine["leaf"] not in found.text and mine["leaf"] not in caplog.text
    gone = client.post(f"/b/{voting.sid}/en/receipt", data={"receipt": "ab" * 32})
    assert "There is no such ballot on this board" in gone.text
    wrong = client.post(f"/b/{voting.sid}/en/receipt", data={"receipt": "what?"})
    assert wrong.status_code == 422 and "no ballot number" in wrong.text
    assert client.post(f"/b/{voting.sid}/en/receipt", data={"receipt": "x" * 20_000}).status_code == 413
    assert client.get(f"/b/{voting.sid}/en/receipt?receipt={mine['leaf']}").status_code == 405
    assert faults(found.text) == []


def test_a_code_is_looked_up_and_leaves_no_trace(closed, caplog) -> None:
    app = closed.app
    voting = closed.vote
    client = app.test_client()
    caplog.set_level(0)
    said = [client.post(f"/b/{voting.sid}/en/code", data={"code": phone.code}).text for phone in voting.phones]
    assert sum("A ballot was collected with this code" in text for text in said) == 9
    assert "No ballot was collected with this code" in said[9]
    assert "If it was not you" in said[0] and voting.phones[0].code not in said[0]
    assert "not a code of this survey" in client.post(f"/b/{voting.sid}/en/code", data={"code": "x"}).text
    assert voting.phones[0].code not in caplog.text


def test_only_these_three_are_let_in_without_a_token(tmp_path) -> None:
    app = build(tmp_path / "instance")
    app.config["WTF_CSRF_ENABLED"] = True
    for place in ("receipt", "code", "audit"):
        assert app.test_client().post(f"/b/nothing/en/{place}").status_code == 404, "refused before it was looked at"


def test_the_auditor_judges_a_file_from_elsewhere(closed) -> None:
    app = closed.app
    voting = closed.vote
    client = app.test_client()

    def send(content: bytes) -> Any:
        return client.post(f"/b/{voting.sid}/en/audit", data={"file": (io.BytesIO(content), "board.zip")})

    assert "Every check holds" in send(publishing.bundle(voting.survey)).text
    other = json.dumps(a_board(), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert "Every check holds" in send(other).text
    forged = send(other.replace(b'"counted":7', b'"counted":6'))
    assert forged.status_code == 200 and "cannot be trusted" in forged.text
    assert faults(forged.text) == []
    for content in (b"", b"{}[", b"PK\x03\x04 not a zip", b"[" * 100_000, json.dumps(a_board()).encode()):
        answer = send(content)
        assert answer.status_code == 422 and faults(answer.text) == [], content[:20]


def test_a_small_zip_of_a_huge_file_is_refused(app) -> None:
    voting = vote(app, members=10)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("board.json", b" " * (board.UNPACKED + 1))
    assert len(packed.getvalue()) < 100_000
    sent = {"file": (io.BytesIO(packed.getvalue()), "board.zip")}
    answer = app.test_client().post(f"/b/{voting.sid}/en/audit", data=sent)
    assert answer.status_code == 422 and "too large" in answer.text


def test_the_document_names_tests_that_are_there() -> None:
    text = (ROOT / "docs" / "anonymity.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", text))
    assert len(named) > 15
    assert named <= {path.stem for path in Path(__file__).parent.glob("test_*.py")}


def test_many_ballots_are_paged_and_not_judged_while_somebody_waits(closed, monkeypatch) -> None:
    app = closed.app
    voting, receipts = closed.vote, closed.receipts
    monkeypatch.setattr(board, "SHOWN", 3)
    monkeypatch.setattr(publishing, "MANY", 3)
    monkeypatch.setattr(publishing, "PAGE", 5)
    page = browse(app, f"/b/{voting.sid}/en").text
    assert not any(receipt["leaf"] in page for receipt in receipts) and "/en/leaves/2" in page
    assert "The root follows" not in page and "data-board=" not in page  # no device is made to fetch it all
    listed = [re.findall(r"[0-9a-f]{64}", browse(app, f"/b/{voting.sid}/en/leaves/{number}").text) for number in (1, 2)]
    assert [len(each) for each in listed] == [5, 3]
    assert listed[0] + listed[1] == sorted(receipt["leaf"] for receipt in receipts)
    assert browse(app, f"/b/{voting.sid}/en/leaves/3").status_code == 404
    assert "download it and run the auditor" in browse(app, f"/b/{voting.sid}/en/audit").text
    uploaded = {"file": (io.BytesIO(publishing.bundle(voting.survey)), "board.zip")}
    assert app.test_client().post(f"/b/{voting.sid}/en/audit", data=uploaded).status_code == 422


def test_a_survey_for_everybody_with_the_link_claims_no_more_than_it_can(app) -> None:
    known = people(app)
    survey = fielding.create(known.investigation, DEFINITION, within=known.branch, by=known.secretary)
    survey.access = Access.LINK
    fielding.open_(survey, within=known.branch, by=known.secretary)
    db.session.commit()
    sid = survey.public_id
    stored = words(browse(app, f"/s/{sid}/en/stored"))
    assert "invitation.collected" not in stored and "sealed_response.box" in stored
    assert "can have a ballot" not in words(browse(app, f"/b/{sid}/en"))
    public = queries.public_survey(sid)
    assert public is not None
    nonce, size = ballots.nonce(), questionnaires.ready(survey.version).sealed_size
    ballots.cast(public, code=nonce, answers={"a": "y"}, channel=Channel.PHONE, size=size)
    db.session.commit()
    closing.close(survey, by=known.secretary)
    page = words(browse(app, f"/b/{sid}/en"))
    assert "Every check holds" in browse(app, f"/b/{sid}/en/audit").text
    assert "nobody can say how many were invited" in page and "Was my code used" not in page


def test_a_survey_from_before_there_were_ballots_says_so(app) -> None:
    voting = vote(app, members=10, slips=0)
    db.session.commit()
    with db.engine.begin() as connection:
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE survey SET manifest = NULL")
    db.session.expire_all()
    assert "This survey has no board" in browse(app, f"/b/{voting.sid}/en").text
    for path in (f"/s/{voting.sid}/en/stored", f"/b/{voting.sid}/en/manifest"):
        assert browse(app, path).status_code == 404


def test_every_program_of_the_survey_page_can_be_compared(app) -> None:
    voting = vote(app, members=10)
    for path in (f"/s/{voting.sid}/en", f"/s/{voting.sid}/en/thanks"):
        page = browse(app, path).text
        used = set(re.findall(r"/static/js/([\w.]+\.js)", page))
        assert used and used <= set(board.SCRIPTS), path
    page = browse(app, f"/b/{voting.sid}/en/client").text
    integrity = (ROOT / "templates" / "surveys" / "integrity.html").read_text()
    assert integrity.replace("+", "+") in page.replace("&#43;", "+")
    assert all(Path(ROOT / "static" / "js" / name).exists() for name in board.SCRIPTS)


# --- in a browser ---------------------------------------------------------------------------------------------------


closed = publications.closed  # a closed survey for tests that change nothing
watched = journeys.watched  # a page on which any script error or breach of the content policy fails the test


@pytest.fixture(scope="module")
def at(closed) -> Iterator[SimpleNamespace]:
    """A closed survey on a running server: the address of its board, and the receipts."""
    db.session.rollback()
    for found in served(closed.app, sid=closed.sid, receipts=closed.receipts):
        found.board = f"{found.url}/b/{closed.sid}/en"
        yield found


@pytest.mark.browser
def test_the_device_looks_its_receipt_up_itself(at, watched) -> None:
    mine, other = at.receipts[:2]
    sent: list[str] = []
    watched.on("request", lambda asked: sent.append(f"{asked.method} {asked.url} {asked.post_data or ''}"))
    watched.goto(at.board)
    for text, kind in (
        (f"{mine['leaf']}\n{mine['receipt']}", "in"),
        (f"Ballot number {mine['leaf'].upper()}", "listed"),
        (f"{mine['leaf']}\n{other['receipt']}", "other"),
        ("ab" * 32, "absent"),
        ("nothing of the kind", "malformed"),
    ):
        watched.fill("#receipt", text)
        watched.click("[data-mine] button")
        watched.wait_for_selector(f"[data-said={kind}]:visible")
        assert watched.locator("[data-said]:visible").count() == 1
    assert not [line for line in sent if line.startswith("POST") or mine["leaf"] in line]


@pytest.mark.browser
def test_a_forged_board_is_not_believed(at, watched) -> None:
    mine = at.receipts[0]
    told = watched.request.get(f"{at.url}/b/{at.sid}/board.json").json()
    place = told["leaves"].index(mine["leaf"])
    forged = told | {
        "leaves": [*told["leaves"][:place], *told["leaves"][place + 1 :]],
        "ballots": [*told["ballots"][:place], *told["ballots"][place + 1 :]],
    }
    watched.route("**/board.json", lambda route: route.fulfill(json=forged))
    watched.goto(at.board)
    watched.fill("#receipt", f"{mine['leaf']} {mine['receipt']}")
    watched.click("[data-mine] button")
    watched.wait_for_selector("[data-said=broken]:visible")


@pytest.mark.browser
def test_the_receipt_the_device_kept_is_filled_in(at, watched) -> None:
    mine = at.receipts[0]
    watched.goto(at.board)
    kept = json.dumps({"leaf": mine["leaf"], "receipt": mine["receipt"], "fingerprint": ""})
    watched.evaluate("([name, text]) => localStorage.setItem(name, text)", [f"xs-receipt:{at.sid}", kept])
    watched.reload()
    assert mine["leaf"] in watched.input_value("#receipt")
    watched.click("[data-mine] button")
    watched.wait_for_selector("[data-said=in]:visible")


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_is_wider_than_its_screen_or_breaks_a_rule_of_access(at, watched, size, lang) -> None:
    watched.set_viewport_size(size)
    for path in CLOSED_PAGES:
        watched.goto(at.url + path.format(at.sid, lang=lang))
        assert not overflows(watched), path
        assert serious(watched) == [], path
