"""What is sent goes to the address that was set and nowhere else; every way of not answering is said plainly."""

import dataclasses

import pytest

from core import chat
from core.chat import NotAnswered
from tests.core.chat_server import chat_server


@pytest.fixture
def model(app, monkeypatch):
    """A model that is set up."""
    with chat_server() as model:
        settings = app.config["SETTINGS"]
        monkeypatch.setitem(
            app.config, "SETTINGS", dataclasses.replace(settings, chat=model.address, chat_model="m", chat_key="k-1")
        )
        yield model


def test_without_a_setting_nothing_is_sent(app) -> None:
    assert not chat.available()
    with pytest.raises(NotAnswered):
        chat.ask("task", "material")


def test_the_model_is_asked_as_the_protocol_wants(model) -> None:
    model.says = "好的"
    assert chat.ask("任务", "材料") == "好的"
    (asked,) = model.asked
    assert asked["model"] == "m" and asked["temperature"] == 0
    assert asked["messages"] == [{"role": "system", "content": "任务"}, {"role": "user", "content": "材料"}]
    assert model.paths == ["/v1/chat/completions"] and model.keys == ["Bearer k-1"]


@pytest.mark.parametrize(
    "raw",
    [
        (500, {}, b"{}"),
        (401, {}, b"{}"),
        (200, {}, b"not json"),
        (200, {}, b'{"choices": []}'),
        (200, {}, b'{"choices": [{"message": {"content": null}}]}'),
        (200, {}, b"[]"),
    ],
    ids=["crash", "no key", "no json", "no choice", "no text", "a list"],
)
def test_an_answer_that_cannot_be_used_is_refused(model, raw) -> None:
    model.raw = raw
    with pytest.raises(NotAnswered):
        chat.ask("task", "material")


def test_a_model_that_is_gone_is_refused_without_its_key(app, monkeypatch) -> None:
    settings = dataclasses.replace(app.config["SETTINGS"], chat="http://127.0.0.1:9/v1", chat_model="m", chat_key="k-1")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    with pytest.raises(NotAnswered) as refused:
        chat.ask("task", "material")
    assert "k-1" not in str(refused.value)


def test_nobody_is_followed_elsewhere(model) -> None:
    with chat_server() as elsewhere:
        model.raw = (307, {"Location": f"{elsewhere.address}/chat/completions"}, b"")
        with pytest.raises(NotAnswered):
            chat.ask("task", "material")
        assert elsewhere.asked == []


def test_a_proxy_of_the_environment_does_not_read_along(model, monkeypatch) -> None:
    model.says = "ok"
    with chat_server() as proxy:
        monkeypatch.setenv("http_proxy", proxy.address)
        monkeypatch.delenv("no_proxy", raising=False)
        assert chat.ask("task", "material") == "ok"
        assert proxy.asked == []
