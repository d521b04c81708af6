"""Coming in: what begins a session, and what is known of whoever knocks."""

from flask import Response, after_this_request, current_app, request, session, url_for
from flask_login import login_user

from core import clock
from core.i18n import LANGUAGES
from members import factors, sessions, threshold, throttle
from members.models import Account
from members.throttle import Visit

SURE = "sure"  # until when the browser need not ask for the password again before the account itself is changed
SURE_FOR = 15 * 60  # seconds


def visit() -> Visit:
    """Return where the reader is trying to come in from."""
    proxies = current_app.config["SETTINGS"].proxies
    address = throttle.address_of(request.remote_addr, request.headers.get("X-Forwarded-For", ""), proxies)
    return Visit(address, request.cookies.get(throttle.COOKIE, ""))


def arrive(account: Account, password: str, goal: str) -> str:
    """Take in whoever gave the right password, or ask for the second factor first; return where to go next."""
    if not factors.has(account):
        enter(account, password)
        return goal
    _begin_anew()
    threshold.begin(account, password, goal)
    return url_for("members.second_step")


def enter(account: Account, password: str) -> None:
    """Begin a session of `account`, in the language the reader chose at the door."""
    _begin_anew()
    login_user(account)
    remember(account)
    be_sure()
    sessions.entered(account, password)


def _begin_anew() -> None:
    """Leave behind whatever the browser brought along, but for the language."""
    chosen = session.get("language")
    sessions.leave()
    session.clear()
    if chosen in LANGUAGES:
        session["language"] = chosen


def remember(account: Account) -> None:
    """Let the browser be known to `account` from now on: wrong tries of others do not hold it up."""
    known = throttle.vouched(request.cookies.get(throttle.COOKIE, ""), account)

    @after_this_request
    def tell(response: Response) -> Response:
        response.set_cookie(
            throttle.COOKIE,
            known,
            max_age=throttle.COOKIE_DAYS * 24 * 3600,
            path="/app",
            httponly=True,
            samesite="Lax",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        )
        return response


def be_sure() -> None:
    """Note that the password has just been given."""
    session[SURE] = int(clock.now().timestamp()) + SURE_FOR


def is_sure() -> bool:
    """Say whether the password was given a short while ago."""
    until = session.get(SURE)
    return isinstance(until, int) and clock.now().timestamp() < until
