"""Passkeys: where browsers offer them, and that only a fresh signature vouches; the journey makes real ones."""

import json

import pytest

from core.db import db
from core.errors import BadInput, DomainError
from members import factors, passkeys
from members.models import Passkey, PasskeyChallenge
from tests.conftest import PASSWORD, TODAY

HERE = "http://localhost:5000"


@pytest.mark.parametrize(
    ("origin", "works"),
    [
        ("https://survey.example.org", True),
        ("http://survey.example.org", False),
        ("http://localhost:5000", True),
        ("http://127.0.0.1:5000", False),
        ("https://192.168.1.5", False),
        ("https://[::1]", False),
        ("", False),
    ],
)
def test_where_browsers_offer_them(origin, works) -> None:
    assert passkeys.possible(origin) is works


def test_a_challenge_is_asked_once_and_kept_no_finer_than_a_quarter_hour(any_app, any_cast) -> None:
    account = any_cast.secretary
    first = json.loads(passkeys.asked_to_make(account, HERE))["challenge"]
    second = json.loads(passkeys.asked_to_make(account, HERE))["challenge"]
    assert first != second
    row = db.session.query(PasskeyChallenge).one()
    assert row.until.minute % 15 == 0 and row.until.second == 0
    with pytest.raises(BadInput):
        passkeys.keep(account, "{}", "x", HERE)
    assert db.session.query(PasskeyChallenge).count() == 0, "spent by a failure as well"
    with pytest.raises(BadInput):
        passkeys.keep(account, "{}", "x", HERE)
    with pytest.raises(DomainError):
        passkeys.asked_to_make(account, "http://192.168.1.5")


RUBBISH = {
    "nothing": "",
    "a letter": "x",
    "a list": "[]",
    "empty": "{}",
    "null": "null",
    "known": '{"rawId": "AAAA"}',
    "a number": '{"rawId": 7}',
    "too deep": "[" * 5000,
    "too long": "x" * 30_000,
}


@pytest.mark.parametrize("answer", RUBBISH.values(), ids=RUBBISH.keys())
def test_rubbish_does_not_vouch(app, cast, answer) -> None:
    db.session.add(
        Passkey(account_id=cast.secretary.id, credential_id=b"\0\0\0", public_key=b"k", name="x", made_on=TODAY)
    )
    db.session.flush()
    asked = json.loads(passkeys.asked_to_vouch(cast.secretary, HERE))
    assert [each["id"] for each in asked["allowCredentials"]] == ["AAAA"]
    assert passkeys.vouches(cast.secretary, answer, HERE) is False
    assert passkeys.vouches(cast.secretary, answer, HERE) is False


def test_only_one_s_own_is_removed_and_only_with_the_password(app, cast, visit) -> None:
    row = Passkey(account_id=cast.member.id, credential_id=b"\0\0\0", public_key=b"k", name="x", made_on=TODAY)
    db.session.add(row)
    db.session.commit()
    url = f"/app/account/passkeys/{row.id}/remove"
    for other in ("secretary", "outsider"):
        assert visit(other).post(url).status_code == 404
    client = visit("member")
    assert client.post(url).location.startswith("/app/account/confirm") and factors.has(cast.member)
    assert client.post("/app/account/passkeys/new").status_code == 403
    client.post("/app/account/confirm", data={"password": PASSWORD})
    assert client.post("/app/account/passkeys", data={"passkey": "{}"}).status_code == 422
    assert client.post(url).status_code == 302 and not factors.has(cast.member)
    assert client.post(url).status_code == 404
