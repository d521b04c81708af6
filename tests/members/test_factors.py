"""Second factors after the password: codes used once, guessing counted, nobody let in half way."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core import clock, seal
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, DomainError
from members import accounts, factors, recovery, rescue, throttle
from members.models import Account, AuthenticatorApp, RecoveryCode
from members.throttle import Visit
from tests.conftest import PASSWORD

MOMENT = datetime(2026, 10, 31, 9, 52, 33, tzinfo=UTC)
SIGN_IN = {"username": "secretary", "password": PASSWORD}


@pytest.fixture
def at(monkeypatch):
    """Let it be some time after the moment of these plays."""

    def later(**kwargs) -> None:
        monkeypatch.setattr(clock, "now", lambda: MOMENT + timedelta(**kwargs))

    later()
    return later


def shown(secret: bytes) -> str:
    """Return what the app shows now."""
    return seal.code_at(secret, clock.now().timestamp())


def set_up(account: Account) -> bytes:
    factors.begin_app(account)
    secret = factors.pending_secret(account)
    factors.prove_app(account, shown(secret))
    db.session.commit()
    return secret


def ask_for_second_factor(app, who: str) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], second_factor=who)


# RFC 6238, appendix B: the last six figures, SHA-1.
@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(moment, code) -> None:
    secret = b"12345678901234567890"
    assert seal.code_at(secret, moment) == code
    assert seal.code_step(secret, code, moment) == moment // 30
    assert seal.code_step(secret, code, moment + 30) == moment // 30
    assert seal.code_step(secret, code, moment + 90) is None
    assert seal.code_step(secret, "", moment) is None


def test_a_code_lets_in_once(any_app, any_cast, at) -> None:
    account = any_cast.secretary
    factors.begin_app(account)
    secret = factors.pending_secret(account)
    with pytest.raises(BadInput):
        factors.prove_app(account, "000000" if shown(secret) != "000000" else "111111")
    assert not factors.has(account), "a secret nobody has proven is no factor"
    assert not factors.check_code(account, shown(secret)), "and opens nothing"
    factors.prove_app(account, f" {shown(secret)[:3]} {shown(secret)[3:]} ")
    assert factors.has(account) and factors.pending_secret(account) is None
    assert not factors.check_code(account, shown(secret)), "the code that proved it is spent"
    at(seconds=30)
    code = shown(secret)
    assert factors.check_code(account, code) and not factors.check_code(account, code)
    at(seconds=61)
    assert factors.check_code(account, shown(secret))
    for rubbish in ("", "12345", "一二三四五六", "٠١٢٣٤٥", "x" * 500):
        assert not factors.check_code(account, rubbish)


def test_earlier_codes_are_refused_and_no_moment_is_kept(any_app, any_cast, at) -> None:
    secret = set_up(any_cast.secretary)
    at(minutes=2)
    moment = clock.now().timestamp()
    last, present = (seal.code_at(secret, moment - ago) for ago in (seal.STEP, 0))
    assert factors.check_code(any_cast.secretary, present)
    assert not factors.check_code(any_cast.secretary, last), "somebody may have looked at it before"
    row = db.session.get(AuthenticatorApp, any_cast.secretary.id)
    steps = {int(moment) // seal.STEP + each for each in range(-10, 11)}
    assert len(row.spent) == 16 and not any(str(step).encode() in row.spent for step in steps)
    assert int.from_bytes(row.spent[-8:]) not in steps


def test_the_secret_is_of_no_use_without_the_key_file(app, cast, at) -> None:
    secret = set_up(cast.secretary)
    row = db.session.get(AuthenticatorApp, cast.secretary.id)
    assert secret not in row.secret
    codes = recovery.make(cast.secretary)
    seal.destroy_key(app.config["SETTINGS"].keys, factors.KEY_FILE)
    at(minutes=5)
    assert not factors.check_code(cast.secretary, shown(secret))
    assert factors.check_code(cast.secretary, codes[0]), "recovery codes need no key: a restored backup has none"


def test_recovery_codes_work_once_each_and_a_new_sheet_voids_the_old(any_app, any_cast) -> None:
    first = recovery.make(any_cast.secretary)
    assert len(set(first)) == 10 and all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", code) for code in first)
    kept = b"".join(db.session.scalars(select(RecoveryCode.code_hash)))
    assert not any(code.encode() in kept for code in first)
    assert recovery.use(any_cast.secretary, f" {first[3].upper().replace('-', ' ')} ")
    assert not recovery.use(any_cast.secretary, first[3]) and not recovery.use(any_cast.member, first[4])
    second = recovery.make(any_cast.secretary)
    assert not recovery.use(any_cast.secretary, first[4]) and recovery.use(any_cast.secretary, second[4])
    said = db.session.scalars(select(AuditEntry.action)).all()
    assert said.count("account.recovery_codes") == 2 and said.count("account.recovery_code_used") == 2


def test_knowing_the_password_gives_no_endless_tries_at_codes(any_app, any_cast, at) -> None:
    account, secret = any_cast.secretary, set_up(any_cast.secretary)
    at(minutes=1)
    for _each in range(5):
        accounts.sign_in("secretary", PASSWORD)
        with pytest.raises(BadInput):
            accounts.prove(account, lambda: factors.check_code(account, "no"))
    assert account.failures == 5
    with pytest.raises(BadInput):
        accounts.sign_in("secretary", PASSWORD)
    with pytest.raises(BadInput):
        accounts.prove(account, lambda: factors.check_code(account, shown(secret)))
    at(minutes=3)
    accounts.sign_in("secretary", PASSWORD)
    accounts.prove(account, lambda: factors.check_code(account, shown(secret)))
    assert account.failures == 0
    known = Visit("", throttle.vouched("", account))
    for _each in range(throttle.OWN_TRIES):
        with pytest.raises(BadInput):
            accounts.prove(account, lambda: False, visit=known)
    assert not throttle.trusts(known, account), "nor does a browser that is known"


def test_the_desk_opens_after_both_steps_only(app, cast, at, stranger) -> None:
    secret = set_up(cast.secretary)
    at(minutes=1)
    assert stranger.get("/app/sign-in/second-step").location == "/app/sign-in"
    first = stranger.post("/app/sign-in?next=/app/members", data=SIGN_IN)
    assert first.location == "/app/sign-in/second-step"
    assert stranger.get("/app/members").status_code == 302 and stranger.get("/app/account").status_code == 302
    with stranger.session_transaction(path="/app") as session:
        assert "_user_id" not in session and "vault" not in session and PASSWORD not in str(dict(session))
        half = dict(session)
    assert stranger.get(first.location).status_code == 200
    assert stranger.post(first.location, data={"code": "123"}).status_code == 422
    done = stranger.post(first.location, data={"code": shown(secret)})
    assert done.location == "/app/members" and stranger.get("/app/members").status_code == 200
    assert stranger.get("/app/keys/own").text.count("locked") == 0
    with stranger.session_transaction(path="/app") as session:
        assert "half" not in session and "vault" in session, "sealed notes open as ever"
    # The same half session again, elsewhere: the code is spent, and after ten minutes it is over itself.
    other = app.test_client()
    with other.session_transaction(path="/app") as session:
        session.update(half)
    assert other.post(first.location, data={"code": shown(secret)}).status_code == 422
    at(minutes=12)
    assert other.post(first.location, data={"code": shown(secret)}).location == "/app/sign-in"


def test_changing_the_password_ends_what_was_half_open(app, cast, at, stranger) -> None:
    secret = set_up(cast.secretary)
    at(minutes=1)
    stranger.post("/app/sign-in", data=SIGN_IN)
    accounts.change_password(db.session.get(Account, cast.secretary.id), PASSWORD, "a wholly new password")
    db.session.commit()
    assert stranger.post("/app/sign-in/second-step", data={"code": shown(secret)}).location == "/app/sign-in"
    for broken in ([1, 2], "x", [cast.secretary.id, 10**12, "AAAA", "/app/"], None):
        with stranger.session_transaction(path="/app") as session:
            session["half"] = broken
        assert stranger.get("/app/sign-in/second-step").location == "/app/sign-in"


def test_an_app_is_set_up_on_the_account_page(app, cast, at, visit) -> None:
    client = visit("committee_member")
    asked = client.post("/app/account/app/new")
    assert asked.location.startswith("/app/account/confirm"), "an open browser alone changes nothing"
    assert client.post(asked.location, data={"password": "wrong wrong wrong"}).status_code == 422
    assert client.post(asked.location, data={"password": PASSWORD}).location == "/app/account"
    assert client.post("/app/account/app/new").location == "/app/account/app"
    page = client.get("/app/account/app").text
    secret = factors.pending_secret(cast.committee_member)
    typed = "".join(re.findall(r"<span>([A-Z2-7]{1,4})</span>", page))
    assert typed == seal.app_secret(secret) and 'class="qr"' in page
    assert client.post("/app/account/app", data={"code": "1"}).status_code == 422
    sheet = client.post("/app/account/app", data={"code": shown(secret)}).text
    codes = re.findall(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", sheet)
    assert len(codes) == 10 and codes[0] not in client.get("/app/account").text
    assert client.get("/app/account/app").location == "/app/account"
    assert client.post("/app/account/app/new").status_code == 409
    assert len(re.findall(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", client.post("/app/account/recovery-codes").text)) == 10
    assert client.post("/app/account/app/remove").status_code == 302
    assert not factors.has(cast.committee_member)
    assert db.session.scalar(select(func.count()).select_from(RecoveryCode)) == 0
    assert client.post("/app/account/recovery-codes").status_code == 409


@pytest.mark.parametrize(
    ("who", "led"),
    [("optional", set()), ("secretaries", {"secretary"}), ("everyone", {"secretary", "committee_member", "member"})],
)
def test_whoever_must_have_one_is_led_to_set_one_up(app, cast, visit, who, led) -> None:
    ask_for_second_factor(app, who)
    for role in ("secretary", "committee_member", "member"):
        client = visit(role)
        page = client.get("/app/")
        assert (page.status_code == 302) == (role in led)
        if role in led:
            assert page.location == "/app/account#second-factor"
            assert client.post("/app/concerns/1/accept").status_code == 302
            assert client.get("/app/account").status_code == 200
            assert client.get("/app/account/confirm").status_code == 200


def test_who_must_have_one_keeps_the_last(app, cast, at, visit) -> None:
    ask_for_second_factor(app, "everyone")
    set_up(cast.secretary)
    client = visit("secretary")
    assert client.get("/app/members").status_code == 200
    with pytest.raises(DomainError):
        factors.remove_app(cast.secretary)
    assert factors.has(cast.secretary)


def test_a_lost_factor_is_taken_away_by_the_secretary_or_at_the_machine(app, cast, at, visit) -> None:
    set_up(cast.member), set_up(cast.secretary)
    client, theirs = visit("secretary"), visit("member")
    url = "/app/organisation/accounts/{}/forget-second-factor"
    assert client.post(url.format(cast.secretary.id)).status_code == 409
    assert visit("outsider").post(url.format(cast.member.id)).status_code == 404
    assert client.post(url.format(cast.member.id)).status_code == 302
    assert not factors.has(cast.member) and theirs.get("/app/account").status_code == 302
    runner = app.test_cli_runner()
    told = runner.invoke(args=["account", "reset", "secretary"])
    assert told.exit_code == 0, told.output
    password = re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", told.output)[0]
    db.session.expire_all()
    assert accounts.sign_in("secretary", password).must_change and not factors.has(cast.secretary)
    assert client.get("/app/members").status_code == 302
    assert runner.invoke(args=["account", "reset", "nobody"]).exit_code == 1
    assert rescue.let_in(cast.member, keep_password=True) == ""
    assert accounts.sign_in("member", PASSWORD)
    said = db.session.scalars(select(AuditEntry.action)).all()
    assert {"account.app", "account.factors_reset", "account.rescue"} <= set(said)
