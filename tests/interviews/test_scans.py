"""Signed sheets: taken in by what they are, sealed, handed out as they came, named without a name."""

import hashlib
import io
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update

from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound
from core.terms import Visibility
from interviews import filing, scans
from interviews.models import TalkScan
from tests.interviews.archives import JPEG, PDF, PNG, on_file
from tests.interviews.plays import hold
from vault.errors import NotHanded
from vault.models import Envelope

ClientFor = Callable[[str], FlaskClient]


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [(PDF, "application/pdf", "pdf"), (JPEG, "image/jpeg", "jpg"), (PNG, "image/png", "png")],
    ids=["pdf", "jpeg", "png"],
)
def test_a_scan_comes_back_as_it_was(any_cast: SimpleNamespace, content: bytes, kind: str, ending: str) -> None:
    cast = any_cast
    talk = on_file(cast)
    scan = scans.attach(talk, content, by=cast.committee_member)
    db.session.commit()
    assert (scan.kind, scan.size, scan.digest) == (kind, len(content), hashlib.sha256(content).digest())
    assert scan.file_name.startswith("2026_") and scan.file_name.endswith(f".{ending}")
    assert "_0001_20261020_" in scan.file_name
    assert not any(name in scan.file_name for name in ("党员丙", "委员乙", "A3"))
    assert not set(scan.file_name) & set('\\/<>?:*"| ')
    for reader in (cast.committee_member, cast.secretary):
        assert scans.content_of(scan, talk, reader=reader) == content


def test_a_scan_is_sealed_to_the_readers(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = on_file(cast, Visibility.INTERVIEWER)
    scan = scans.attach(talk, PDF, by=cast.committee_member)
    db.session.commit()
    assert scans.content_of(scan, talk, reader=cast.committee_member) == PDF
    for reader in (cast.secretary, cast.member, cast.outsider):
        with pytest.raises(NotAllowed):
            scans.content_of(scan, talk, reader=reader)
    talk.visibility = Visibility.SECRETARY  # even if the column lies, the key is missing
    with pytest.raises(NotHanded):
        scans.content_of(scan, talk, reader=cast.secretary)
    stored = db.session.execute(text("SELECT content FROM envelope")).scalars().all()
    assert not any(b"%PDF" in bytes(one) or "手印".encode() in bytes(one) for one in stored)


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<html>%PDF-", b"PK\x03\x04", b"\xff\xd8", PDF[:4]],
    ids=["empty", "gif", "html", "zip", "short", "half"],
)
def test_other_files_are_refused(cast: SimpleNamespace, content: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        scans.attach(on_file(cast), content, by=cast.committee_member)
    assert refused.value.field == "file"


def test_limits(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = on_file(cast)
    monkeypatch.setattr(scans, "LARGEST", len(PDF))
    monkeypatch.setattr(scans, "MOST", 2)
    scans.attach(talk, PDF, by=cast.committee_member)
    with pytest.raises(BadInput):  # the same once more
        scans.attach(talk, PDF, by=cast.committee_member)
    with pytest.raises(BadInput):
        scans.attach(talk, PDF + b"x", by=cast.committee_member)
    second = scans.attach(talk, PNG, by=cast.secretary)
    assert second.file_name.endswith("_2.png")
    with pytest.raises(BadInput):
        scans.attach(talk, JPEG, by=cast.committee_member)


def test_only_what_is_filed_is_signed(cast: SimpleNamespace) -> None:
    talk = hold(cast, Visibility.COMMITTEE)
    with pytest.raises(DomainError):
        scans.attach(talk, PDF, by=cast.committee_member)
    filing.file(talk, by=cast.committee_member, based_on=talk.revision)
    with pytest.raises(NotAllowed):
        scans.attach(talk, PDF, by=cast.member)


def test_a_scan_that_was_swapped_is_not_handed_out(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = on_file(cast)
    one, other = (scans.attach(talk, content, by=cast.committee_member) for content in (PDF, PNG))
    db.session.commit()
    db.session.execute(update(TalkScan).where(TalkScan.id == one.id).values(envelope_id=other.envelope_id))
    db.session.commit()
    db.session.refresh(one)
    with pytest.raises(DomainError, match="SHA-256"):
        scans.content_of(one, talk, reader=cast.secretary)


def test_a_scan_removed_is_gone(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = on_file(cast)
    scan = scans.attach(talk, PDF, by=cast.committee_member)
    db.session.commit()
    envelope_id = scan.envelope_id
    with pytest.raises(NotAllowed):
        scans.remove(scan, talk, by=cast.member)
    scans.remove(scan, talk, by=cast.committee_member)
    db.session.commit()
    assert scans.of(talk) == [] and db.session.get(Envelope, envelope_id) is None
    with pytest.raises(NotFound):
        scans.find(1, talk)


def test_over_the_pages(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk = on_file(cast)
    writer, url = client_for("committee_member"), f"/app/talks/{talk.id}"
    named = {"file": (io.BytesIO(PDF), "党员丙 谈话 签字.pdf")}
    assert writer.post(f"{url}/scans", data=named).status_code == 302
    scan = scans.of(talk)[0]
    page = writer.get(f"{url}/filing").text
    assert scan.file_name in page and "党员丙 谈话 签字" not in page
    answer = client_for("secretary").get(f"{url}/scan?scan={scan.id}")
    assert answer.data == PDF and answer.mimetype == "application/pdf"
    assert (
        "2026_" in answer.headers["Content-Disposition"] and "_0001_20261020_" in answer.headers["Content-Disposition"]
    )
    assert writer.post(f"{url}/scans", data={"file": (io.BytesIO(b"text"), "x.pdf")}).status_code == 422
    assert writer.post(f"{url}/scans", data={}).status_code == 422
    for wanted, status in (("", 302), ("x", 302), ("99999", 404), ("-1", 302)):
        assert writer.get(f"{url}/scan?scan={wanted}").status_code == status
    assert client_for("outsider").get(f"{url}/scan?scan={scan.id}").status_code == 404
    assert client_for("member").get(f"{url}/scan?scan={scan.id}").status_code == 403
    other = on_file(cast)
    assert writer.get(f"/app/talks/{other.id}/scan?scan={scan.id}").status_code == 404
    assert writer.post(f"{url}/scans/remove", data={"scan": "x"}).status_code == 404
    assert writer.post(f"{url}/scans/remove", data={"scan": scan.id}).status_code == 302
    assert scans.of(talk) == []
