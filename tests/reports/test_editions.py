"""A report once issued: numbered, frozen, printed the same again, withdrawn and never changed."""

import hashlib
import json
import threading
from datetime import date
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from sqlalchemy import delete, select, update

from core import clock, jobs
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound
from core.terms import FileFormat, PdfVariant, ReportStyle
from reports import editions, engine, pdf, queries
from reports.blocks import Document, Heading, Paragraph, Signature
from reports.models import Edition
from tests.conftest import people

SMALL = Document(
    title="关于停车的调研报告",
    organisation="青石支部",
    date=date(2026, 10, 31),
    language="zh",
    blocks=(Heading(1, "情况"), Paragraph("车位太少。", key="facts.1"), Signature("青石支部", date(2026, 10, 31))),
)
NASTY = '关于/食堂\\停车:"夜班"\n😀' + "长" * 120


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every report be a short one, and its files be made in no time."""
    monkeypatch.setattr(pdf, "count_pages", lambda content: 1)
    monkeypatch.setattr(editions, "composed", lambda *given, **named: SMALL)
    monkeypatch.setattr(
        editions.formats, "write", lambda document, *, format, **given: f"{format} {document.title}".encode()
    )


def issue(cast, **given) -> Edition:
    chosen = {"style": ReportStyle.GONGWEN, "language": "zh", "by": cast.secretary} | given
    return editions.issue(cast.investigation, **chosen)


def printed(edition: Edition, content: bytes = b"%PDF-1.7 one") -> Edition:
    editions.keep(edition, content, 1)
    return edition


def test_numbers_count_within_a_year_and_an_organisation(app, cast, small, monkeypatch) -> None:
    assert [issue(cast).number for _each in range(3)] == [1, 2, 3]
    monkeypatch.setattr(clock, "today", lambda: date(2027, 1, 4))
    first = issue(cast)
    assert (first.year, first.number) == (2027, 1)
    assert editions.called(first.year, first.number, "en") == "No. 1 of 2027"
    assert editions.document_of(first).edition == editions.called(2027, 1, "zh")


def test_one_that_fails_leaves_no_gap(app, cast, small) -> None:
    issue(cast)
    db.session.commit()
    issue(cast)
    db.session.rollback()
    assert issue(cast).number == 2


def test_two_who_issue_at_once_get_two_numbers(any_app, monkeypatch) -> None:
    people(any_app)
    monkeypatch.setattr(editions, "composed", lambda *given, **named: SMALL)
    monkeypatch.setattr(jobs, "_send", lambda job_id: None)
    db.session.remove()
    gate, faults = threading.Barrier(4), []

    def one() -> None:
        from investigations.models import Investigation
        from members.models import Account

        try:
            with any_app.app_context():
                gate.wait(20)
                account = db.session.scalar(select(Account).where(Account.username == "secretary"))
                row = db.session.scalar(select(Investigation))
                for _each in range(3):
                    editions.issue(row, style=ReportStyle.SUMMARY, language="zh", by=account)
                    db.session.commit()
                db.session.remove()
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=one) for _each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert faults == []
    assert sorted(db.session.scalars(select(Edition.number))) == list(range(1, 13))


def test_what_is_frozen_has_a_fingerprint_of_its_canonical_json(app, cast, small) -> None:
    edition = issue(cast)
    db.session.commit()
    db.session.expire_all()
    canonical = json.dumps(edition.document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert edition.document_sha256 == hashlib.sha256(canonical.encode()).hexdigest()
    backwards = dict(reversed(edition.document.items()))
    assert editions.fingerprint(backwards) == edition.document_sha256


def test_printed_twice_it_is_the_same_byte_for_byte(app, cast, monkeypatch) -> None:
    monkeypatch.setattr(editions, "composed", lambda *given, **named: SMALL)
    edition = issue(cast)
    db.session.commit()
    jobs.run_inline()
    db.session.expire_all()
    assert edition.pages == 1 and editions.missing(edition) == []
    assert editions.file_of(edition, reader=cast.secretary).read_bytes()[:5] == b"%PDF-"
    assert edition.engine == engine.engine() and edition.engine.startswith("WeasyPrint ")
    asked = editions.verify(edition, by=cast.secretary)
    db.session.commit()
    jobs.run_inline()
    db.session.expire_all()
    assert asked.result == {"equal": True, "document_intact": True, "file_intact": True, "changed": []}


def test_another_engine_is_named(app, cast, small, monkeypatch) -> None:
    edition = printed(issue(cast))
    monkeypatch.setattr(engine, "engine", lambda: "WeasyPrint 71.0, fonts aa, layout bb")
    edition_engine = edition.engine
    verdict = editions.compared(edition, b"%PDF-1.7 other")
    assert not verdict.equal and verdict.file_intact
    assert verdict.changed == ("WeasyPrint", "fonts", "layout")
    assert edition.engine == edition_engine


def test_a_file_lost_or_changed_on_the_disk_is_told_and_put_back_only_if_equal(app, cast, small) -> None:
    edition = printed(issue(cast))
    path = editions.file_of(edition, reader=cast.secretary)
    path.write_bytes(b"%PDF-1.7 forged")
    assert not editions.compared(edition, b"%PDF-1.7 one").file_intact
    path.unlink()
    assert not editions.compared(edition, b"%PDF-1.7 other").file_intact and not path.exists()
    assert editions.compared(edition, b"%PDF-1.7 one").file_intact and path.read_bytes() == b"%PDF-1.7 one"


def test_blocks_changed_behind_its_back_are_told(app, cast, small) -> None:
    edition = printed(issue(cast))
    db.session.commit()
    forged = {**edition.document, "title": "另一份"}
    db.session.connection().execute(Edition.__table__.update().values(document=forged))
    db.session.expire_all()
    assert not editions.compared(edition, b"%PDF-1.7 one").document_intact


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("title", "改了"),
        ("number", 9),
        ("year", 2001),
        ("document", {}),
        ("document_sha256", "0" * 64),
        ("language", "en"),
        ("style", ReportStyle.SUMMARY),
        ("variant", PdfVariant.ARCHIVE),
        ("file", "other.pdf"),
        ("sha256", "0" * 64),
        ("engine", "x"),
        ("pages", 99),
    ],
    ids=lambda value: value if isinstance(value, str) and value.islower() else "to",
)
def test_the_session_refuses_to_change_it(app, cast, small, column, value) -> None:
    edition = printed(issue(cast))
    db.session.commit()
    setattr(edition, column, value)
    with pytest.raises(editions.Frozen):
        db.session.flush()


def test_the_session_refuses_to_delete_it(app, cast, small) -> None:
    edition = issue(cast)
    db.session.commit()
    db.session.delete(edition)
    with pytest.raises(editions.Frozen):
        db.session.flush()
    db.session.rollback()
    for statement in (update(Edition).values(title="x"), delete(Edition)):
        with pytest.raises(editions.Frozen):
            db.session.execute(statement)


def test_withdrawn_for_good_with_its_reason(app, cast, small) -> None:
    edition = printed(issue(cast))
    before = edition.document_sha256, edition.sha256
    with pytest.raises(BadInput):
        editions.withdraw(edition, reason=" \n", by=cast.secretary)
    editions.withdraw(edition, reason="数字 有误", by=cast.secretary)
    db.session.commit()
    assert (edition.withdrawn_reason, edition.withdrawn_by) == ("数字 有误", cast.secretary.id)
    assert (edition.document_sha256, edition.sha256) == before
    with pytest.raises(DomainError):
        editions.withdraw(edition, reason="再来", by=cast.secretary)
    edition.withdrawn_at = None
    with pytest.raises(editions.Frozen):
        db.session.flush()
    db.session.rollback()
    assert issue(cast).number == 2
    notes = db.session.scalars(select(AuditEntry).where(AuditEntry.thing == "edition")).all()
    assert [note.action for note in notes] == ["issue", "withdraw", "issue"]


def test_a_withdrawn_one_is_open_to_the_secretary_only(app, cast, small) -> None:
    edition = printed(issue(cast))
    assert editions.file_of(edition, reader=cast.committee_member)
    editions.withdraw(edition, reason="数字有误", by=cast.secretary)
    assert editions.file_of(edition, reader=cast.secretary)
    with pytest.raises(NotAllowed):
        editions.file_of(edition, reader=cast.committee_member)
    with pytest.raises(NotFound):
        queries.edition(edition.id, within=cast.elsewhere)


def test_all_four_files_are_made_and_a_lost_one_again(app, cast, small) -> None:
    edition = issue(cast)
    db.session.commit()
    jobs.run_inline()
    db.session.expire_all()
    for each in FileFormat:
        assert editions.file_of(edition, each, reader=cast.secretary).read_bytes() == f"{each} {SMALL.title}".encode()
    editions.file_of(edition, FileFormat.DOCX, reader=cast.secretary).unlink()
    assert editions.missing(edition) == [FileFormat.DOCX]
    file = edition.file
    editions.print_again(edition, by=cast.secretary)
    db.session.commit()
    jobs.run_inline()
    db.session.expire_all()
    assert editions.missing(edition) == [] and edition.file == file


def test_blocks_of_an_older_program_still_open(app, cast, small) -> None:
    edition = issue(cast)
    old = json.loads(json.dumps(edition.document))
    for name in ("copies_to", "printed_by", "notes_at", "edition"):
        old.pop(name)
    for block in old["blocks"]:
        for name in ("key", "notes", "traces", "generated"):
            block.pop(name, None)
    found = editions.document_of(SimpleNamespace(document=old))
    assert [type(block) for block in found.blocks] == [Heading, Paragraph, Signature]
    assert found.blocks[1].text == "车位太少。"


def named(title: str, **given) -> SimpleNamespace:
    known = {"title": title, "year": 2026, "number": 3, "language": "zh", "withdrawn_at": None} | given
    return SimpleNamespace(**known)


def test_file_names_are_fit_for_every_system(app) -> None:
    name = editions.file_name(named(NASTY), FileFormat.PDF)
    assert name.startswith("关于_食堂_停车_夜班_😀") and name.endswith(".pdf")
    assert not set('/\\:*?"<>|\n') & set(name) and len(name.encode()) <= 255
    assert editions.called(2026, 3, "zh").replace(" ", "_") in name
    assert editions.file_name(named("\n/\\"), FileFormat.DOCX).startswith("report_")
    assert editions.file_name(named("甲\u202egpj.exe"), FileFormat.PDF).startswith("甲gpj.exe_")


def test_a_withdrawn_one_says_so_in_its_name(app) -> None:
    plain, gone = (editions.file_name(named("甲", withdrawn_at=at), FileFormat.PDF) for at in (None, clock.now()))
    assert gone != plain and gone.endswith(plain)


def test_the_browser_is_told_the_chinese_name(app, cast, small, client_for) -> None:
    edition = printed(issue(cast))
    db.session.commit()
    answer = client_for("secretary").get(f"/app/editions/{edition.id}.pdf")
    assert answer.status_code == 200
    given = answer.headers["Content-Disposition"].split("filename*=UTF-8''")[1]
    assert unquote(given) == editions.file_name(edition, FileFormat.PDF)
    assert answer.headers["Content-Disposition"].isascii()
