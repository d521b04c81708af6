"""What is published of a closed survey: the board, the files to take along, and what each look-up says."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from anonymity import audit, manifest
from anonymity.encoding import b64u, canonical, unb64u
from core import clock
from core.db import db
from core.errors import NotFound
from core.i18n import speaking
from core.terms import Split
from forms.board import pasted
from questions import types
from questions.base import Item
from surveys import auditing, checking, closing, disclosing, drawing, publishing, questionnaires
from surveys.models import Invitation, Leaf, Response, SealedResponse
from tests.anonymity.boards import a_board, signed_anew
from tests.anonymity.conftest import Vote, vote
from tests.conftest import build
from tests.questions.examples import EXAMPLES
from tests.surveys.conftest import DEFINITION


def voted(app: Any, *, close: bool = True, **changes: Any) -> tuple[Vote, list[dict[str, str]]]:
    """Return a survey where eight of ten cast a ballot on a device, with their receipts; the ninth collected one."""
    voting = vote(app, members=10, slips=3, **changes)
    receipts = []
    for number, phone in enumerate(voting.phones[:8]):
        assert phone.collect().status_code == 200
        receipts.append(phone.cast({"a": "x", "b": f"words {number}"}).json)
    assert voting.phones[8].collect().status_code == 200
    db.session.expire_all()
    if close:
        drawing.destroy(voting.survey, 3, on=clock.today(), witnesses=("甲", "乙"), by=voting.cast.secretary)
        closing.close(voting.survey, by=voting.cast.secretary)
    return voting, receipts


@pytest.fixture(scope="module")
def closed(tmp_path_factory) -> Iterator[SimpleNamespace]:
    """A closed survey for tests that change nothing: its application, `vote`, `sid` and `receipts`."""
    app = build(tmp_path_factory.mktemp("closed") / "instance")
    with app.app_context():
        voting, receipts = voted(app)
        db.session.commit()
        yield SimpleNamespace(app=app, vote=voting, sid=voting.sid, survey=voting.survey, receipts=receipts)
        db.session.remove()
        db.engine.dispose()


def test_nothing_is_published_before_the_close(app) -> None:
    voting, _receipts = voted(app, close=False)
    assert publishing.counts(voting.survey) is None
    for hand_out in (publishing.published, publishing.bundle):
        with pytest.raises(NotFound):
            hand_out(voting.survey)


def test_nothing_is_published_while_a_key_is_left(closed) -> None:
    folder = closed.app.config["SETTINGS"].keys / f"survey-{closed.survey.id}"
    folder.mkdir()
    try:
        assert publishing.counts(closed.survey) is None
    finally:
        folder.rmdir()
    assert publishing.counts(closed.survey) is not None


def test_a_board_passes_the_auditor_and_holds_no_answer_and_nobody(any_app) -> None:
    voting, receipts = voted(any_app)
    told = publishing.published(voting.survey)
    assert audit.audit(told).ok
    assert told["leaves"] == sorted(receipt["leaf"] for receipt in receipts)
    assert (told["counted"], told["issued"], told["invited"]) == (8, 9, 13)
    text = canonical(told).decode()
    for secret in ("words", "受访人", "v000", *(phone.code for phone in voting.phones)):
        assert secret not in text


def test_counts_say_what_does_not_hold(app) -> None:
    voting, _receipts = voted(app)
    counts = publishing.counts(voting.survey)
    assert counts and counts.ordered and counts.rooted and counts.signed and counts.listed == counts.counted == 8
    db.session.delete(db.session.scalars(db.select(Leaf)).first())
    db.session.commit()
    counts = publishing.counts(voting.survey)
    assert counts and counts.signed and not counts.rooted and counts.listed == 7


def test_a_receipt_is_told_from_every_other(app) -> None:
    voting, (mine, other, *_rest) = voted(app)
    survey = voting.survey

    def said(leaf: str, signature: str = "") -> str:
        return publishing.standing_of(survey, leaf, signature)

    assert said(mine["leaf"], mine["receipt"]) == "in"
    assert said(mine["leaf"]) == "listed"
    assert said(mine["leaf"], other["receipt"]) == "other"
    assert said("0" * 64) == said("0" * 64, mine["receipt"]) == "absent"
    db.session.delete(db.session.get(Leaf, bytes.fromhex(mine["leaf"])))
    db.session.commit()
    assert said(mine["leaf"], mine["receipt"]) == "missing"


def test_a_code_tells_whether_a_ballot_was_collected_with_it(app) -> None:
    voting, _receipts = voted(app, close=False)
    drawer = drawing.people(voting.survey, within=voting.cast.branch)[-1]
    drawing.draw(voting.survey, [drawer.id], within=voting.cast.branch)
    closing.close(voting.survey, by=voting.cast.secretary)
    said = [publishing.use_of(voting.survey, phone.code) for phone in voting.phones]
    assert sorted(said) == ["collected"] * 9 + ["drawn"]
    assert publishing.use_of(voting.survey, voting.slips[0]) == "slip"
    assert publishing.use_of(voting.survey, "0000-0000-0000-0000-0000") == "unknown"
    assert publishing.use_of(voting.survey, "anything") == publishing.use_of(voting.survey, "") == "unknown"


def test_an_unused_code_is_told_so(closed) -> None:
    assert publishing.use_of(closed.survey, closed.vote.phones[9].code.lower().replace("-", " ")) == "unused"


# --- files to take along --------------------------------------------------------------------------------------------


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


def test_a_bundle_is_the_same_for_everybody_and_checks_itself(closed, tmp_path) -> None:
    content = publishing.bundle(closed.survey)
    assert content == publishing.bundle(closed.survey)
    folder = unpacked(content, tmp_path / "bundle")
    text = (folder / "manifest.json").read_bytes()
    assert hashlib.sha256(text).hexdigest() == manifest.mh(closed.survey.manifest).hex()
    form = hashlib.sha256((folder / "instrument.json").read_bytes()).hexdigest()
    assert form == json.loads(text)["form"]
    ran = subprocess.run(
        [sys.executable, "-I", "check.py", "board.json", *manifest.fingerprint(text.decode()).split()],
        cwd=folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "✗" not in ran.stdout and ran.stdout.count("✓") == 10


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_what_the_readme_says_works_as_written(closed, tmp_path) -> None:
    folder = unpacked(publishing.bundle(closed.survey), tmp_path / "bundle")
    readme = (folder / "README.en.txt").read_text(encoding="utf-8")
    steps = readme[readme.index("BY HAND") :].split("\n   ")
    signing = "\n".join(line for line in steps if line)
    start, end = signing.index("python3 - <<'END'"), signing.index("statement.sig statement.bin")
    script = signing[start:end] + "statement.sig statement.bin"
    ran = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0 and "Verified OK" in ran.stdout, ran.stderr + script
    assert manifest.fingerprint(closed.survey.manifest) in readme
    assert manifest.fingerprint(closed.survey.manifest) in (folder / "README.zh.txt").read_text(encoding="utf-8")


CHANGES = {
    "a leaf is missing": lambda told: told | {"leaves": told["leaves"][1:], "ballots": told["ballots"][1:]},
    "a leaf stands twice": lambda told: told | {"leaves": told["leaves"][:1] + told["leaves"][:-1]},
    "a count is another": lambda told: told | {"issued": told["issued"] + 1},
    "the statement is not signed": lambda told: told | {
        "statement": told["statement"].replace('"issued":10', '"issued":11'), "issued": 11
    },
    "a signature is another's": lambda told: told | {
        "ballots": [told["ballots"][0] | {"signature": told["ballots"][1]["signature"]}, *told["ballots"][1:]]
    },
    "a commitment is another": lambda told: told | {
        "ballots": [told["ballots"][0] | {"commitment": b64u(bytes(32))}, *told["ballots"][1:]]
    },
    "the root is another": lambda told: signed_anew(told, root="0" * 64) | {"root": "0" * 64},
    "more than were handed out": lambda told: signed_anew(told, issued=3) | {"issued": 3},
}  # fmt: skip


def test_the_short_checker_finds_a_sound_board_sound() -> None:
    told = a_board()
    mh, found = checking.check(told, manifest.fingerprint(told["manifest"]))
    assert all(holds for _question, holds in found) and audit.audit(told).ok
    assert mh == manifest.mh(told["manifest"]).hex()
    assert not all(holds for _question, holds in checking.check(told, "0000 0000")[1])


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_both_auditors_find_every_fraud(change) -> None:
    told = change(a_board())
    assert not audit.audit(told).ok
    assert not all(holds for _question, holds in checking.check(told)[1])


def test_the_short_checker_refuses_signatures_of_another_form() -> None:
    told = a_board()
    key, sound = unb64u(json.loads(told["manifest"])["receipt_key"]), unb64u(told["signature"])
    message = b"board1" + told["statement"].encode()
    assert checking.stated(key, message, sound)
    order = checking.N.to_bytes(32, "big")
    for forged in (b"", bytes(64), sound[:63], sound + b"\0", order + sound[32:], sound[:32] + order, sound[::-1]):
        assert not checking.stated(key, message, forged)
    assert not checking.stated(key[:-1] + bytes([key[-1] ^ 1]), message, sound)  # a point off the curve


# --- a file read and judged -----------------------------------------------------------------------------------------


def test_answers_added_beside_the_ballots_are_found(app) -> None:
    voting, _receipts = voted(app)

    def found() -> audit.Verdict:
        survey = voting.survey
        form = manifest.form_hash(survey.version.definition)
        stored = publishing.stored_answers(survey)
        return auditing.judge(auditing.Reading(survey.public_id, publishing.published(survey), form, stored))

    assert found().ok
    db.session.delete(db.session.scalars(db.select(Response)).first())
    db.session.commit()
    verdict = found()
    assert [finding.what for finding in verdict.findings if not finding.ok] == [auditing.ANSWERS]


def test_another_questionnaire_is_found() -> None:
    told = a_board()
    verdict = auditing.judge(auditing.Reading("s-1", told, "0" * 64))
    assert [finding.what for finding in verdict.findings if not finding.ok] == [auditing.QUESTIONNAIRE]


@pytest.mark.parametrize(
    "told",
    [{}, {"sid": 3}, {"manifest": None}, {"v": "svb1", "ballots": [1]}, a_board() | {"counted": "8"}],
    ids=["empty", "number", "null", "ballots", "words"],
)
def test_what_is_no_board_is_judged_and_found_wanting(told, app) -> None:
    reading = auditing.Reading("x", told, "0" * 64, {"": 3})
    verdict = auditing.judge(reading)
    assert not verdict.ok
    assert auditing.account(reading, verdict)["ok"] is False


def test_every_check_has_words_and_true_ones_have_figures(app) -> None:
    told = a_board()
    reading = auditing.Reading("s-1", told, json.loads(told["manifest"])["form"], {"": 9})
    verdict = auditing.judge(reading)
    assert verdict.ok, verdict
    assert set(audit.Check) <= set(auditing.WORDS)
    for finding in verdict.findings:
        line = auditing.line(finding)
        assert line.ok and line.asked == auditing.WORDS[finding.what][0] and not line.meaning
        assert any(re.fullmatch(pattern, finding.detail) for pattern, _words in auditing.FIGURES[finding.what]), finding
        assert line.figures and "%" not in line.figures
    with speaking("en"):
        places = "5 of 7 signed by the issuing key; not number 2, 3"
        wrong = auditing.line(audit.Finding(False, audit.Check.SIGNATURES, places))
        assert wrong.meaning and wrong.figures == "5 of 7 signatures verified; not number 2, 3"
        assert auditing.line(audit.Finding(False, audit.Check.ROOT, "anything else")).figures == "anything else"


# --- receipts as they are pasted ------------------------------------------------------------------------------------

LEAF, SIGNATURE = "0123456789abcdef" * 4, "A-_z0" * 17 + "Q"


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        (LEAF, ""),
        (f"  {LEAF.upper()}\n", ""),
        (f"{LEAF}\n{SIGNATURE}", SIGNATURE),
        (f"问卷 7mygadadge1x\n指纹 672b 5a55 21ae\n凭证编号 {LEAF}\n签名 {SIGNATURE}\n", SIGNATURE),
        (f"Ballot number {LEAF}\nSignature {SIGNATURE[:60]}\n{SIGNATURE[60:]}", SIGNATURE),
        (f"{LEAF[:32]}\n{LEAF[32:]}", ""),
        (json.dumps({"leaf": LEAF, "receipt": SIGNATURE}), SIGNATURE),
    ],
)
def test_a_receipt_is_found_however_it_was_kept(text, signature) -> None:
    found = pasted(text)
    assert found is not None and (found.leaf, found.signature) == (LEAF, signature)


@pytest.mark.parametrize("text", ["", "hello", LEAF[:63], LEAF + "0", "z" * 64, SIGNATURE])
def test_what_is_no_receipt_is_not_taken_for_one(text) -> None:
    assert pasted(text) is None


# --- what is stored, told before ------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", list(Split))
def test_every_column_that_is_stored_is_told(app, split) -> None:
    voting = vote(app, members=10, slips=0, split=split)
    told = disclosing.disclosed(voting.survey, questionnaires.ready(voting.survey.version))
    named_ = {field.name for part in (told.sealed, told.opened, told.listed) for field in part}
    columns = {
        f"{table.__tablename__}.{column.name}"
        for table in (SealedResponse, Response, Leaf)
        for column in table.__table__.columns
    }
    assert named_ == columns
    known_before = {"code_hash", "survey_id", "member_id", "drew_slip"}
    assert {field.name for field in told.collected} == {
        f"invitation.{column.name}" for column in Invitation.__table__.columns if column.name not in known_before
    }
    assert {field.name for field in told.questions} == {item["id"] for item in DEFINITION["items"]}
    assert all(field.example and field.purpose for field in told.questions)


@pytest.mark.parametrize("kind", [kind for kind in types.values() if kind.answerable], ids=lambda kind: kind.key)
def test_every_kind_of_question_has_an_example_of_an_answer(app, kind) -> None:
    definition = EXAMPLES[kind.key].definition
    item = Item("q", kind, "?", settings=kind.prepare(definition))
    assert disclosing.example(item), definition
