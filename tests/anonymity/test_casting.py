"""One code, one ballot; one ballot, one answer; and nothing that ties the two, over the product's own endpoints."""

import json
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from anonymity import ballot as paper
from anonymity import manifest, receipts
from anonymity.device import Device
from anonymity.encoding import b64u, unb64u
from core.db import db
from core.terms import Access
from surveys import ballots, queries
from surveys.models import Invitation, SealedResponse
from tests.anonymity.conftest import Phone, padded, vote

YES = {"a": "x", "b": "一句真话"}


def rows() -> list[SealedResponse]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(SealedResponse)))


def test_a_ballot_is_collected_cast_and_acknowledged(any_app) -> None:
    voting = vote(any_app)
    phone = voting.phones[0]
    assert phone.collect().status_code == 200
    sent = phone.cast(YES)
    assert sent.status_code == 200 and set(sent.json) == {"leaf", "receipt"}
    told = manifest.read(phone.manifest)
    leaf = paper.leaf(phone.device.message, paper.commitment(phone.salt, urlencode(YES | {"door": "phone"})))
    assert sent.json["leaf"] == leaf.hex()
    assert receipts.check_receipt(told.receipts, told.mh, leaf, unb64u(sent.json["receipt"]))
    (row,) = rows()
    opened = ballots.box(voting.survey).open(row.tag, row.box)
    assert opened.answers == YES and opened.ballot.leaf == leaf and opened.channel.value == "phone"


def test_what_the_issuing_side_writes_down_is_not_in_what_is_cast(voting) -> None:
    phone = voting.phones[0]
    phone.collect()
    before = invitations()
    phone.cast(YES)
    assert invitations() == before, "casting leaves no mark at the invitation"
    (collected,) = [row.collected for row in before if row.collected]
    (row,) = rows()
    opened = ballots.box(voting.survey).open(row.tag, row.box)
    known = {collected, phone.device.blinded, b64u(phone.device.blinded).encode()}
    held = b"".join((row.tag, *(getattr(opened.ballot, name) for name in opened.ballot.__slots__)))
    assert not any(value in held for value in known)


def invitations() -> list:
    db.session.rollback()
    return sorted(db.session.execute(sa.select(Invitation.__table__)).all(), key=lambda row: row.code_hash)


def test_the_same_blinded_ballot_is_signed_again_and_another_is_not(voting) -> None:
    phone, again = voting.phones[0], voting.phone(voting.phones[0].code)
    phone.collect()
    first = phone.signature
    assert phone.collect().status_code == 200 and phone.signature == first
    other = again.collect()
    assert (other.status_code, other.json) == (409, {"error": "collected"})
    again.device = Device.begin(again.manifest, phone.device.seed)  # a new phone, with the recovery code
    assert again.collect().status_code == 200 and again.signature == first


def test_a_ballot_counts_once_and_resending_it_is_harmless(voting) -> None:
    phone = voting.phones[0]
    phone.collect()
    first = phone.cast(YES)
    assert phone.cast(YES).json["leaf"] == first.json["leaf"]
    for other in (voting.phone(phone.code),):
        other.manifest, other.device, other.signature = phone.manifest, phone.device, phone.signature
        assert other.cast(YES).json == {"error": "spent"}, "another salt is another ballot"
        other.salt = phone.salt
        refused = other.cast({"a": "y"})
        assert (refused.status_code, refused.json) == (409, {"error": "spent"})
    assert len(rows()) == 1


@pytest.mark.parametrize("member", [0, 5])
def test_a_signature_of_nobody_or_of_another_survey_is_refused(voting, member) -> None:
    phone = voting.phones[member]
    phone.load()
    phone.signature = bytes(256)
    assert phone.cast(YES).json == {"error": "signature"}
    phone.collect()
    broken = bytearray(phone.signature)
    broken[17] ^= 1
    assert phone.cast(YES, signature=b64u(bytes(broken))).json == {"error": "signature"}
    prefix = bytearray(phone.device.prefix)
    prefix[0] ^= 1
    assert phone.cast(YES, prefix=b64u(bytes(prefix))).status_code == 403
    assert rows() == []


def test_a_ballot_of_another_survey_is_none_here(app) -> None:
    one = vote(app)
    phone = one.phones[0]
    phone.collect()
    from surveys import fielding

    other = fielding.create(one.cast.investigation, one.survey.version, within=one.cast.branch, by=one.cast.secretary)
    fielding.open_(other, within=one.cast.branch, by=one.cast.secretary)
    db.session.commit()
    stranger = Phone(phone.client, other.public_id, "")
    stranger.load()
    stranger.device, stranger.signature = phone.device, phone.signature
    assert stranger.cast(YES).json == {"error": "signature"}
    assert rows() == []


def test_answers_are_judged_before_they_are_kept(voting) -> None:
    phone = voting.phones[0]
    phone.collect()
    refused = phone.cast({"b": "nothing to a"})
    assert refused.status_code == 422 and refused.json == {"error": "answers", "items": ["a"]}
    assert rows() == []
    assert phone.cast({"a": "y", "b": "off the path"}).status_code == 200
    (row,) = rows()
    assert ballots.box(voting.survey).open(row.tag, row.box).answers == {"a": "y"}


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"code": "0000-0000-0000-0000-0000"}, (403, "code")),
        ({"code": ""}, (403, "code")),
        ({"code": "x" * 81}, (400, "malformed")),
        ({"blinded": ""}, (400, "malformed")),
        ({"blinded": b64u(bytes(256))}, (400, "malformed")),
        ({"blinded": b64u(b"\xff" * 256)}, (400, "malformed")),
        ({"blinded": "***"}, (400, "malformed")),
        ({"more": "x"}, (400, "malformed")),
    ],
)
def test_what_cannot_be_collected(voting, change, answer) -> None:
    refused = voting.phones[0].collect(**change)
    assert (refused.status_code, refused.json["error"]) == answer
    assert all(row.collected is None for row in invitations())


def test_every_request_has_one_length(voting) -> None:
    phone = voting.phones[0]
    sizes = phone.load()["sizes"]
    for path, size in ((f"/s/{voting.sid}/collect", sizes["collect"]), (f"/b/{voting.sid}/cast", sizes["cast"])):
        for wrong in (size - 1, size + 1, 0, 1_000_000):
            refused = phone.client.post(path, data=b"x" * wrong, content_type="application/json")
            assert refused.status_code in (400, 413), (path, wrong)
        for rubbish in (b"[" * size, b"null".ljust(size), b"\xff" * size, padded({"a": 1}, size)):
            assert phone.client.post(path, data=rubbish).status_code == 400
    lengths = set()
    for number, text in enumerate(["", "短", "长" * 500, '"\\&=%' * 100]):
        member = voting.phones[number]
        member.collect()
        answer = member.cast({"a": "x", **({"b": text} if text else {})})
        assert answer.status_code == 200, answer.json
        lengths.add(len(answer.data))
    assert len(lengths) == 1
    assert len({len(row.box) for row in rows()}) == 1


def test_a_slip_answers_on_the_plain_form_and_a_personal_code_does_not(voting) -> None:
    client = voting.app.test_client(use_cookies=False)
    page = f"/s/{voting.sid}/zh"
    personal = client.post(page, data={"code": voting.phones[0].code, "a": "x"})
    assert personal.status_code == 422 and "脚本" in personal.get_data(as_text=True)
    assert rows() == []
    taken = client.post(page, data={"code": voting.slips[0], "a": "x"})
    assert taken.status_code == 200
    told = json.loads(taken.headers["X-Receipt"])
    assert told["leaf"] in taken.text and told["receipt"] in taken.text, "it is shown, for there may be no script"
    again = client.post(page, data={"code": voting.slips[0], "a": "x"})
    assert json.loads(again.headers["X-Receipt"])["leaf"] == told["leaf"], "the same sent again is taken quietly"
    assert client.post(page, data={"code": voting.slips[0], "a": "y"}).status_code == 409
    (row,) = rows()
    ballot = ballots.box(voting.survey).open(row.tag, row.box).ballot
    assert ballot.signature == b"", "it is signed when the box is opened"
    read = manifest.read(voting.survey.manifest)
    assert receipts.check_receipt(read.receipts, read.mh, ballot.leaf, unb64u(told["receipt"]))
    assert ballot.leaf.hex() == told["leaf"]


def test_a_slip_has_nothing_to_collect_and_who_drew_one_collects_nothing(voting) -> None:
    slip = voting.phone(voting.slips[0])
    assert slip.collect().json == {"error": "slip"}
    row = db.session.scalars(sa.select(Invitation).where(Invitation.member_id.is_not(None))).first()
    row.drew_slip = True
    db.session.commit()
    answers = sorted(phone.collect().status_code for phone in voting.phones)
    assert answers == [200] * 9 + [409]


def test_nothing_after_the_close_or_before_the_first_day(voting) -> None:
    phone, late = voting.phones[:2]
    phone.collect()
    db.session.execute(sa.text("UPDATE survey SET state = 'closed'"))
    db.session.commit()
    assert phone.cast(YES).json == {"error": "closed"}
    assert late.collect().json == {"error": "closed"}
    assert rows() == []


def test_the_manifest_is_the_same_for_everybody_and_pins_the_form(voting) -> None:
    first, second = (phone.client.get(f"/s/{voting.sid}/manifest") for phone in voting.phones[:2])
    assert first.data == second.data == voting.survey.manifest.encode()
    assert "Set-Cookie" not in first.headers and first.headers["Cache-Control"] == "no-store"
    told = manifest.read(first.get_data(as_text=True))
    assert told.form == manifest.form_hash(voting.survey.version.definition)
    assert told.sid == voting.sid and told.cast_size % 512 == 0
    assert voting.app.test_client().get("/s/unknown/manifest").status_code == 404
    voting.phones[0].load()
    for path in ("/s/unknown/collect", "/b/unknown/cast"):
        assert voting.app.test_client().post(path, data=b"{}").status_code == 404


def test_a_survey_from_before_there_were_ballots_goes_on_as_it_was(app) -> None:
    voting = vote(app, opened=False)
    ballots.keys(voting.survey.id).create()
    db.session.execute(sa.text("UPDATE survey SET state = 'open', opened_on = '2026-10-01'"))
    db.session.commit()
    client = app.test_client(use_cookies=False)
    assert client.post(f"/s/{voting.sid}/zh", data={"code": voting.phones[0].code, "a": "x"}).status_code == 303
    assert client.get(f"/s/{voting.sid}/manifest").status_code == 404
    (row,) = rows()
    found = queries.public_survey(voting.sid)
    assert ballots.box(found).open(row.tag, row.box).ballot is None


def test_a_page_of_a_link_survey_is_a_ballot_too(app) -> None:
    voting = vote(app, members=0, slips=9)
    voting.survey.access = Access.LINK
    db.session.commit()
    client = app.test_client(use_cookies=False)
    right = ballots.nonce()
    for _time in range(2):
        assert client.post(f"/s/{voting.sid}/zh", data={"code": right, "a": "x"}).status_code == 200
    (row,) = rows()
    assert ballots.box(voting.survey).open(row.tag, row.box).ballot is not None


def test_answers_and_codes_reach_no_log(voting, caplog) -> None:
    caplog.set_level(0)
    phone = voting.phones[0]
    phone.collect()
    sent = phone.cast(YES)
    written = caplog.text
    told = (phone.code, phone.code.replace("-", ""), "一句真话", sent.json["leaf"], b64u(phone.device.prefix))
    assert not any(secret in written for secret in told)
    assert json.loads(phone.manifest)["sid"] == voting.sid
