"""Answers stand in line within a process, and no line is ever left standing."""

import threading

import pytest
from flask import request

from core.db import db
from surveys import fielding, invitations, queries, questionnaires, turns


@pytest.fixture
def link(app, cast) -> tuple[str, list[str]]:
    survey = fielding.create(cast.investigation, fielding.sample("opinion-zh"), within=cast.branch, by=cast.secretary)
    slips = invitations.invite(survey, members=[], spares=8, within=cast.branch, by=cast.secretary)
    fielding.open_(survey, within=cast.branch, by=cast.secretary)
    found = f"/s/{survey.public_id}", [slip.code for slip in slips]
    db.session.commit()  # and nothing is read after it: that would begin again, and keep the others out
    return found


def free(app) -> bool:
    lock: threading.Lock = app.extensions["turn"]
    got = lock.acquire(blocking=False)
    if got:
        lock.release()
    return got


def test_the_place_is_free_again_whatever_became_of_a_request(app, link, monkeypatch) -> None:
    client, (path, codes) = app.test_client(), link
    for address, sent in ((path, {"code": codes[0]}), (path, {"code": "?"}), ("/s/nowhere", {"code": "?"})):
        client.post(address, data=sent)
        assert free(app), (address, sent)
    for address in (f"{path}/collect", path.replace("/s/", "/b/") + "/cast"):
        client.post(address, data=b"{}")
        assert free(app), address
    monkeypatch.setattr(queries, "public_survey", lambda *_given, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        client.post(path, data={"code": codes[0]})
    assert free(app)


def test_one_stands_in_line_while_another_answers(app, link, monkeypatch) -> None:
    path, codes = link
    inside, go_on, seen = threading.Event(), threading.Event(), []
    asked = queries.public_survey

    def slowly(public_id: str, *, hold: bool = False):
        if hold and not seen:
            seen.append("first")
            inside.set()
            go_on.wait(30)
        elif hold:
            seen.append("second")
        return asked(public_id, hold=hold)

    monkeypatch.setattr(queries, "public_survey", slowly)
    monkeypatch.setattr(turns, "LONGEST", 30.0)

    def send(code: str) -> None:
        app.test_client().post(path, data={"code": code})

    first = threading.Thread(target=send, args=(codes[0],))
    first.start()
    assert inside.wait(30)
    second = threading.Thread(target=send, args=(codes[1],))
    second.start()
    assert not free(app) and seen == ["first"]
    go_on.set()
    first.join(30)
    second.join(30)
    assert seen == ["first", "second"] and free(app)


def test_who_stood_long_enough_goes_on(app, link, monkeypatch) -> None:
    path, _codes = link
    monkeypatch.setattr(turns, "LONGEST", 0.01)
    with app.extensions["turn"]:
        assert app.test_client().post(path, data={"code": "?"}).status_code == 422
    assert free(app)


def test_all_is_received_and_judged_before_one_stands_in_line(app, link, monkeypatch) -> None:
    client, (path, codes) = app.test_client(), link
    size = questionnaires.ready_by_id
    client.get(path)
    order = []
    monkeypatch.setattr(turns, "take", lambda: order.append(("turn", "form" in request.__dict__)))
    monkeypatch.setattr(
        questionnaires, "ready_by_id", lambda *given, **more: order.append("judged") or size(*given, **more)
    )
    client.post(path, data={"code": codes[0]})
    assert order[:2] == ["judged", ("turn", True)]


def test_a_survey_that_changed_meanwhile_is_judged_anew(app, link) -> None:
    client, (path, codes) = app.test_client(), link
    client.get(path)
    public_id = path.rpartition("/")[2]
    version_id, language = app.extensions["surveys_seen"][public_id]
    app.extensions["surveys_seen"][public_id] = (version_id, "en")
    page = client.post(path, data={"code": codes[0]})
    assert page.status_code == 422 and 'lang="zh' in page.text
    assert app.extensions["surveys_seen"][public_id] == (version_id, language)
