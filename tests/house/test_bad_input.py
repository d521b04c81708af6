"""Whatever is sent to any page: a clear answer in the reader's language, nothing written, never a crash."""

import io
import random

import pytest

from core.db import db
from tests.conftest import build, people
from tests.house.test_every_page import addresses, browser, world  # noqa: F401 - the fixture

JUNK = [
    "",
    " ",
    "0",
    "-1",
    "99999999999999999999",
    "x" * 5000,
    "\0",
    "\ud7ff\uffff",
    "😀<script>",
    "2026-13-45",
    "';--",
    "%s{0}",
]
NOT_TRIED = {"members.sign_out", "members.speak", "surveys.close", "members.sign_in", "members.set_up"}


def fields(world) -> list[str]:  # noqa: F811
    """Return every field name any form of the product has."""
    from forms.base import HouseForm

    names = {"revision", "page", "back", "q", "group", "excerpts", "draft", "content", "csrf_token", "leave_out"}
    for kind in HouseForm.__subclasses__():
        names |= {name for name in vars(kind) if not name.startswith("_")}
    return sorted(names)


@pytest.mark.parametrize("seed", range(3))
def test_no_form_crashes_on_junk(world, seed) -> None:  # noqa: F811
    chance, names = random.Random(seed), fields(world)
    client = browser(world, "shuji")
    world.app.config["PROPAGATE_CRASHES"] = False
    crashed = []
    for rule, url in addresses(world, "POST"):
        if rule.endpoint in NOT_TRIED:
            continue
        data = {name: chance.choice(JUNK) for name in names}
        answer = client.post(url, data=data)
        if answer.status_code >= 500:
            crashed.append(f"{rule.endpoint} {answer.status_code}")
    world.app.config["PROPAGATE_CRASHES"] = True
    assert crashed == []


@pytest.mark.parametrize("seed", range(3))
def test_no_page_crashes_on_a_strange_address(world, seed) -> None:  # noqa: F811
    chance, names = random.Random(seed), fields(world)
    client = browser(world, "shuji")
    world.app.config["PROPAGATE_CRASHES"] = False
    crashed = []
    for rule, url in addresses(world, "GET"):
        query = {name: chance.choice(JUNK) for name in chance.sample(names, 12)}
        query |= {name: chance.choice(JUNK) for name in ("page", "since", "until", "investigation", "member", "group")}
        answer = client.get(url, query_string=query)
        if answer.status_code >= 500:
            crashed.append(f"{rule.endpoint} {answer.status_code}")
    world.app.config["PROPAGATE_CRASHES"] = True
    assert crashed == []


@pytest.mark.parametrize("number", ["0", "2147483647", "2147483648", "99999999999999999999999"])
@pytest.mark.parametrize("path", ["talks", "members", "surveys", "concerns", "investigations", "jobs"])
def test_a_made_up_number_is_not_found(any_app, path, number) -> None:
    cast = people(any_app)
    client = any_app.test_client()
    with client.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = cast.secretary.get_id(), True
    assert client.get(f"/app/{path}/{number}").status_code == 404


def test_a_file_over_the_limit_is_refused_kindly(client_for) -> None:
    big = io.BytesIO(b"x" * (21 * 1024 * 1024))
    answer = client_for("secretary").post("/app/members/import", data={"file": (big, "大.csv")})
    assert answer.status_code == 413
    assert "文件过大" in answer.text and "没有保存" in answer.text


@pytest.mark.parametrize("page", ["/app/talks", "/app/members"])
def test_a_crash_tells_nothing_of_what_was_sent(tmp_path, monkeypatch, caplog, page) -> None:
    app = build(tmp_path / "instance")
    with app.app_context():
        identity = people(app).secretary.get_id()
        db.session.remove()
    app.config["PROPAGATE_CRASHES"] = False

    def broken(*args, **kwargs):
        raise RuntimeError("boom")

    monkeypatch.setattr("flask.templating._render", broken)
    client = app.test_client()
    with client.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = identity, True
    monkeypatch.undo()
    for endpoint in ("interviews.index", "members.index"):
        app.view_functions[endpoint] = broken
    answer = client.get(page, query_string={"text": "不该进日志的话"})
    assert answer.status_code == 500
    assert "已保存的内容没有丢失" in answer.text and "Traceback" not in answer.text
    assert "不该进日志的话" not in caplog.text
