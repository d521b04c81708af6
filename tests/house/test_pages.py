"""Every page says who may open it, every write asks for the token, every address is typed and tidy."""

import re

import pytest

import surveys.views
from core.access import Permission
from tests.conftest import build

# The survey page is let in by its code, not by a cookie: there is nothing a forged request could borrow.
WITHOUT_TOKEN = {f"surveys.{view.partition('.')[2]}" for view in surveys.views.WITHOUT_SESSION}
# The respondent's pages, the kiosk's, the board's, and that of the scrutineer: none is ever sent a session.
OUTSIDE = ("/s/", "/k/", "/b/", "/scrutineer")
OWN = {"static"}


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in OWN]


def test_every_page_says_who_may_open_it(app) -> None:
    for rule in rules(app):
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        assert access == "public" or isinstance(access, Permission), f"{rule.endpoint} says nothing"


def test_public_pages_are_few_and_known(app) -> None:
    public = {r.endpoint for r in rules(app) if getattr(app.view_functions[r.endpoint], "access", "") == "public"}
    assert public <= {
        "concerns.public_board",
        "health",
        "interviews.feed",
        "ready",
        "root",
        "members.invitation",
        "members.passkey_to_vouch",
        "members.second_step",
        "members.set_up",
        "members.sign_in",
        "members.speak",
        "surveys.answer",
        "surveys.board",
        "surveys.board_audit",
        "surveys.board_client",
        "surveys.board_code",
        "surveys.board_file",
        "surveys.board_judge",
        "surveys.board_leaves",
        "surveys.board_manifest",
        "surveys.board_receipt",
        "surveys.cast",
        "surveys.collect",
        "surveys.kiosk",
        "surveys.kiosk_end",
        "surveys.manifest",
        "surveys.scrutineer",
        "surveys.stored",
        "surveys.thanks",
    }, public


def test_every_permission_is_asked_for(app) -> None:
    asked = {getattr(app.view_functions[rule.endpoint], "access", None) for rule in rules(app)}
    assert set(Permission) <= asked


def test_addresses_are_typed_and_tidy(app) -> None:
    for rule in rules(app):
        assert "_" not in re.sub(r"<[^>]*>", "", rule.rule), f"{rule.rule} is not kebab-case"
        for name in re.findall(r"<([^>]*)>", rule.rule):
            # Numbers are typed; the random names of surveys and of files waiting to be taken in are plain text.
            if name.endswith("_id") and name.removeprefix("string:") not in {"public_id", "draft_id", "import_id"}:
                assert name.startswith("int:"), f"{rule.rule}: {name} has no type"
        if rule.endpoint.startswith("surveys.") and rule.rule.startswith(OUTSIDE):
            continue
        if rule.endpoint in {"health", "ready"}:
            continue  # watching programs bring no session either
        if rule.endpoint in {"interviews.feed", "concerns.public_board"}:
            continue  # who follows them brings no session: the address itself is the secret
        assert rule.rule == "/" or rule.rule.startswith("/app/"), f"{rule.rule} would be sent no session"


def test_every_write_asks_for_the_token(tmp_path) -> None:
    app = build(tmp_path / "instance")
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    writes = [rule for rule in rules(app) if "POST" in rule.methods and rule.endpoint not in WITHOUT_TOKEN]
    assert len(writes) > 15
    for rule in writes:
        url = re.sub(r"<int:[^>]*>", "1", rule.rule)
        url = re.sub(r"<[^>]*>", "x", url)
        assert client.post(url).status_code == 400, f"{rule.rule} takes a write without a token"


@pytest.mark.parametrize("path", ["/app/", "/app/sign-in", "/static/css/desk.css", "/no-such-page"])
def test_every_answer_carries_the_policy(app, cast, path) -> None:
    headers = app.test_client().get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_an_expired_page_is_told_kindly(tmp_path) -> None:
    app = build(tmp_path / "instance")
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/app/sign-in", data={"username": "x"})
    assert answer.status_code == 400
    assert "页面已过期" in answer.text or "expired" in answer.text
