"""What a browser is told with every kind of answer: pages, files, refusals, redirects, crashes."""

import re

import pytest

from core import headers
from core.settings import ROOT, Settings
from tests.house.test_every_page import browser

ANSWERS = {
    "page": ("GET", "/app/", {}),
    "page of a stranger": ("GET", "/app/sign-in", {}),
    "root": ("GET", "/", {}),
    "redirect": ("GET", "/app/talks", {"stranger": True}),
    "download": ("GET", "/app/members/template.xlsx", {}),
    "style": ("GET", "/static/css/desk.css", {}),
    "script": ("GET", "/static/js/receipt.js", {}),
    "no such style": ("GET", "/static/css/nothing.css", {}),
    "no such page": ("GET", "/no-such-page", {}),
    "not ours": ("GET", "/app/talks/2147483647", {}),
    "not allowed": ("POST", "/app/members/new", {"as": "dangyuan"}),
    "wrong method": ("DELETE", "/app/", {}),
    "options": ("OPTIONS", "/app/", {}),
    "head": ("HEAD", "/app/", {}),
    "unknown survey": ("GET", "/s/nothing", {}),
    "unknown board": ("GET", "/b/nothing/", {}),
    "unknown kiosk": ("GET", "/k/nothing", {}),
    "unknown public board": ("GET", "/gs/nothing", {}),
    "unknown calendar": ("GET", "/c/nothing.ics", {}),
    "scrutineer": ("GET", "/scrutineer", {}),
    "bad form": ("POST", "/app/members/new", {"data": {"name": ""}}),
    "too large": ("POST", "/app/members/import", {"data": b"x" * (21 * 1024 * 1024)}),
}
SELF = {"'self'", "'none'"}


def _policy(answer) -> dict[str, list[str]]:
    told = answer.headers["Content-Security-Policy"]
    return {part.split()[0]: part.split()[1:] for part in told.split(";") if part.strip()}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_kind_of_answer_is_guarded(world, kind) -> None:
    method, path, how = ANSWERS[kind]
    client = world.app.test_client() if how.get("stranger") else browser(world, how.get("as", "shuji"))
    answer = client.open(path, method=method, data=how.get("data"))
    assert answer.status_code != 500
    policy = _policy(answer)
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == policy["script-src"] == policy["style-src"] == ["'self'"]
    for name, sources in policy.items():
        assert set(sources) <= SELF | ({"data:"} if name == "img-src" else set()), f"{name}: {sources}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert (
        answer.headers["Cross-Origin-Opener-Policy"] == answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    )
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in answer.headers and "X-Powered-By" not in answer.headers
    if not path.startswith("/static/"):
        assert re.search("no-store|no-cache", answer.headers["Cache-Control"]), answer.headers["Cache-Control"]


def test_a_crash_is_guarded_too(world) -> None:
    def broken() -> None:
        raise RuntimeError("boom")

    own = world.app.view_functions["desk.overview"]
    world.app.view_functions["desk.overview"] = broken
    try:
        answer = browser(world, "shuji").get("/app/")
    finally:
        world.app.view_functions["desk.overview"] = own
    assert answer.status_code == 500
    assert _policy(answer)["default-src"] == ["'none'"] and answer.headers["X-Frame-Options"] == "DENY"


def test_pictures_in_addresses_are_allowed_for_the_marks_of_form_controls_alone() -> None:
    """Once no style sheet brings its ticks and arrows along, `data:` must leave the policy."""
    sheets = {
        path.name: re.findall(r"url\([\"']?(data:[a-z/+]+)", path.read_text(encoding="utf-8"))
        for path in (ROOT / "static").rglob("*.css")
    }
    needing = {name for name, found in sheets.items() if found}
    assert needing, "no style sheet needs data: any more: take it out of core/headers.py"
    assert {kind for found in sheets.values() for kind in found} <= {"data:image/svg+xml"}
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").glob("*.js")]:
        for kind in re.findall(r"src\s*=\s*[\"']data:([a-z/+]*)", path.read_text(encoding="utf-8")):
            assert kind == "image/svg+xml" and path.name == "charts.js", path.name  # a chart, saved as a picture


@pytest.mark.parametrize("https", [True, False])
def test_once_over_tls_always_over_tls(tmp_path, https) -> None:
    from app import create_app

    settings = Settings(data=tmp_path, database=f"sqlite:///{tmp_path / 'a.db'}", queue="inline", https=https)
    answer = create_app(settings).test_client().get("/no-such-page")
    told = answer.headers.get("Strict-Transport-Security", "")
    # On plain http the header means nothing, and an office without a certificate must not be locked out.
    assert told == (headers.TLS_ONLY if https else "")
