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
