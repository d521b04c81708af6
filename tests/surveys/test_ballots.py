"""One code, one answer; nothing beside the answer."""

import stat

import pytest
import sqlalchemy as sa

from anonymity import keys
from core.db import db
from core.terms import Access, Channel
from surveys import ballots, codes, queries
from surveys.models import Invitation, SealedResponse
from tests.surveys.conftest import DEFINITION, field


def put(fielded, code: str, answers: dict | None = None, channel: Channel = Channel.PHONE) -> None:
    ballots.cast(
        fielded.public, code=code, answers=answers or {"a": "x"}, channel=channel, size=fielded.ready.sealed_size
    )
    db.session.commit()


def rows() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(SealedResponse))


def test_an_answer_lies_sealed_under_a_tag(any_app) -> None:
    fielded = field(any_app, DEFINITION)
    put(fielded, fielded.codes[0])
    row = db.session.execute(sa.select(SealedResponse)).scalar_one()
    assert row.tag != codes.fingerprint(fielded.codes[0])
    opened = ballots.box(fielded.survey).open(row.tag, row.box)
    assert (opened.channel, opened.complete, opened.answers) == (Channel.PHONE, True, {"a": "x"})


def test_the_same_answer_again_is_taken_quietly(any_app) -> None:
    fielded = field(any_app, DEFINITION)
    put(fielded, fielded.codes[0])
    put(fielded, fielded.codes[0].lower().replace("-", " "), channel=Channel.COMPUTER)
    assert rows() == 1


def test_another_answer_with_the_same_code_is_refused(any_app) -> None:
    fielded = field(any_app, DEFINITION)
    put(fielded, fielded.codes[0])
    with pytest.raises(ballots.AlreadyAnswered) as refused:
        put(fielded, fielded.codes[0], {"a": "y"})
    assert refused.value.status == 409
    db.session.rollback()
    assert rows() == 1


def test_the_invitation_is_left_as_it_was(any_app) -> None:
    fielded = field(any_app, DEFINITION)

    def invitations() -> list:
        return sorted(map(tuple, db.session.execute(sa.select(Invitation.__table__)).all()))

    before = invitations()
    put(fielded, fielded.codes[0])
    assert invitations() == before


@pytest.mark.parametrize("code", ["", "0", "hello", "0000-0000-0000-0000-0000", "☃" * 20, "0" * 5000])
def test_unknown_codes(small, code) -> None:
    with pytest.raises(ballots.UnknownCode):
        put(small, code)


def test_a_code_of_another_survey_does_not_answer_this_one(small) -> None:
    from surveys import fielding, invitations

    other = fielding.create(small.cast.investigation, DEFINITION, within=small.cast.branch, by=small.cast.secretary)
    slips = invitations.invite(other, members=[], spares=9, within=small.cast.branch, by=small.cast.secretary)
    with pytest.raises(ballots.UnknownCode):
        put(small, slips[0].code)


def test_all_sealed_rows_have_one_length(small) -> None:
    for number, text in enumerate(["", "短", "长" * 500, '"\\' * 250, "😀" * 500]):
        answers = {"a": "x", **({"b": text} if text else {})}
        put(small, small.codes[number], answers)
    lengths = set(db.session.scalars(sa.select(sa.func.length(SealedResponse.box))))
    assert len(lengths) == 1


def test_the_key_is_for_the_owner_only_and_outside_the_database(small, app) -> None:
    path = ballots.key_folder(small.survey.id) / keys.BOX
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_bytes() not in (app.config["SETTINGS"].data / "test.db").read_bytes()


def test_without_its_key_a_survey_takes_nothing(small) -> None:
    (ballots.key_folder(small.survey.id) / keys.BOX).unlink()
    with pytest.raises(ballots.NotOpen):
        put(small, small.codes[0])
    assert not (ballots.key_folder(small.survey.id) / keys.BOX).exists(), "a new key must not appear by itself"


def test_no_clock_no_record_no_log(small, caplog) -> None:
    from core.audit import AuditEntry

    before = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    put(small, small.codes[0], {"a": "x", "b": "一句真话"})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before
    assert "一句真话" not in caplog.text and small.codes[0] not in caplog.text


def test_codes_forgive_how_they_are_typed() -> None:
    code = codes.new()
    assert len(code) == 24 and codes.canonical(code) == code.replace("-", "")
    assert codes.fingerprint(code.lower()) == codes.fingerprint(code.replace("-", " ")) != b""
    assert codes.canonical("O0Il-1oiL-0000-0000-0000") == "00111011000000000000"
    assert len({codes.new() for _number in range(1000)}) == 1000


def test_turnout_counts_every_survey_as_the_single_counts_do(any_app) -> None:
    fielded = field(any_app, DEFINITION)
    put(fielded, fielded.codes[0])
    survey = fielded.survey
    assert queries.turnout([survey]) == {survey.id: (queries.invited(survey), 1)}
    assert queries.turnout([]) == {}


def test_a_page_of_a_link_survey_gives_one_right(any_app) -> None:
    fielded = field(any_app, DEFINITION)
    fielded.survey.access = Access.LINK
    db.session.commit()
    right = ballots.nonce()
    put(fielded, right)
    put(fielded, right)
    put(fielded, ballots.nonce())
    assert rows() == 2
    with pytest.raises(ballots.AlreadyAnswered):
        put(fielded, right, {"a": "y"})
    db.session.rollback()
    for wrong in ("", "abc", right[:20], right.lower(), right + "!", fielded.codes[0]):
        with pytest.raises(ballots.UnknownCode):
            put(fielded, wrong)
    assert rows() == 2 and right.encode() not in b"".join(db.session.scalars(sa.select(SealedResponse.tag)))


def test_a_nonce_does_not_open_a_survey_with_codes(small) -> None:
    with pytest.raises(ballots.UnknownCode):
        put(small, ballots.nonce())


@pytest.mark.parametrize(
    ("agent", "hint", "channel"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148", None, Channel.PHONE),
        ("Mozilla/5.0 (Linux; Android 9; MI 8) MicroMessenger/8.0", None, Channel.PHONE),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 WindowsWechat", None, Channel.COMPUTER),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0 Mobile", "?0", Channel.COMPUTER),
        ("Mozilla/5.0 (Windows NT 10.0)", "?1", Channel.PHONE),
        ("", None, Channel.COMPUTER),
    ],
)
def test_the_door_is_recorded(small, app, agent, hint, channel) -> None:
    headers = {"User-Agent": agent, **({"Sec-CH-UA-Mobile": hint} if hint else {})}
    sent = app.test_client().post(small.url, data={"code": small.codes[0], "a": "y"}, headers=headers)
    assert sent.status_code == 200
    row = db.session.execute(sa.select(SealedResponse)).scalar_one()
    assert ballots.box(small.survey).open(row.tag, row.box).channel is channel
