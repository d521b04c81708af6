"""Settings come from the environment, frozen, and wrong ones are refused by name."""

import dataclasses

import pytest

from core.settings import WrongSetting, read


def test_defaults(tmp_path) -> None:
    settings = read({"XINSHENG_DATA": str(tmp_path)})
    assert settings.database == f"sqlite:///{tmp_path / 'xinsheng.db'}"
    assert settings.queue == "local"
    assert settings.upload_limit == 20 * 1024 * 1024
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.queue = "inline"  # type: ignore[misc]


def test_postgresql_is_given_our_driver(tmp_path) -> None:
    settings = read({"XINSHENG_DATA": str(tmp_path), "DATABASE_URL": "postgresql://x@localhost/y"})
    assert settings.database == "postgresql+psycopg://x@localhost/y"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "nonsense"),
        ("XINSHENG_QUEUE", "kafka://x"),
        ("XINSHENG_HTTPS", "perhaps"),
        ("XINSHENG_UPLOAD_MB", "0"),
        ("XINSHENG_UPLOAD_MB", "many"),
        ("XINSHENG_CLUSTER", "host:8786"),
        ("XINSHENG_EMBEDDINGS", "/no/such/folder"),
        ("XINSHENG_CHAT", "host:8000"),
        ("XINSHENG_PDF", "a-1b"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, name, value) -> None:
    with pytest.raises(WrongSetting, match=name):
        read({"XINSHENG_DATA": str(tmp_path), name: value})


def test_the_instance_folder_must_be_a_folder(tmp_path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(WrongSetting, match="XINSHENG_DATA"):
        read({"XINSHENG_DATA": str(file)})


def test_nothing_is_sent_anywhere_unless_set(tmp_path) -> None:
    settings = read({"XINSHENG_DATA": str(tmp_path)})
    assert (settings.cluster, settings.embeddings, settings.chat) == ("", None, "")


def test_a_chat_model_needs_its_name_and_its_key_is_not_shown(tmp_path) -> None:
    given = {"XINSHENG_DATA": str(tmp_path), "XINSHENG_CHAT": "http://127.0.0.1:8000/v1/", "XINSHENG_CHAT_KEY": "k-1"}
    with pytest.raises(WrongSetting, match="XINSHENG_CHAT_MODEL"):
        read(given)
    settings = read(given | {"XINSHENG_CHAT_MODEL": "m"})
    assert settings.chat == "http://127.0.0.1:8000/v1" and settings.chat_key == "k-1"
    assert "k-1" not in repr(settings)


@pytest.mark.parametrize(("value", "variant"), [("", "pdf/ua-1"), ("a-2b", "pdf/a-2b"), ("PDF/A-3b", "pdf/a-3b")])
def test_reports_are_printed_as_the_setting_says(tmp_path, value, variant) -> None:
    assert read({"XINSHENG_DATA": str(tmp_path), "XINSHENG_PDF": value}).pdf == variant
