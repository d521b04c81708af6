"""`./run` decides where everything goes before it sets anything up."""

import os
import shutil
import subprocess

import pytest

from core.settings import ROOT, Settings, read

PLACES = {
    "DATABASE_URL": "postgresql://real/one", "XINSHENG_QUEUE": "redis://real", "XINSHENG_STORAGE": "s3://real",
    "XINSHENG_KEYS": "/", "XINSHENG_BACKUP_FOLDER": "/real/backups",
}  # fmt: skip


@pytest.fixture
def decided(tmp_path):
    """Run `./run` up to where it would set the machine up; return what it would start with."""
    shutil.copy(ROOT / "run", tmp_path / "run")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "setup.sh").write_text("env; exit 0\n")

    def start(*options: str, **more: str) -> Settings:
        given = {name: value for name, value in os.environ.items() if not name.startswith("XINSHENG_")} | more
        done = subprocess.run(
            ["bash", str(tmp_path / "run"), *options], env=given, capture_output=True, text=True, check=True
        )
        return read(dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line))

    return start


def test_the_demo_touches_nothing_real(decided, tmp_path) -> None:
    data = tmp_path / "real"
    settings = decided("--demo", XINSHENG_DATA=str(data), **PLACES)
    own = tmp_path / "real-demo"
    assert (
        settings.data == own and settings.keys == own / "keys" and settings.database == f"sqlite:///{own}/xinsheng.db"
    )
    assert settings.queue == "local" and settings.storage == "" and settings.backups == own / "backups"


def test_in_earnest_the_settings_hold(decided, tmp_path) -> None:
    settings = decided(XINSHENG_DATA=str(tmp_path / "real"), **PLACES)
    assert settings.data == tmp_path / "real" and settings.storage == "s3://real" and settings.queue == "redis://real"
    assert settings.database.endswith("//real/one") and str(settings.backups) == "/real/backups"


@pytest.mark.parametrize("options", [["--port", "0"], ["--port", "70000"], ["--host"], ["--what"]])
def test_a_wrong_option_is_told_with_the_usage(tmp_path, options) -> None:
    done = subprocess.run(["bash", str(ROOT / "run"), *options], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stderr.startswith("run: ") and "Usage: ./run" in done.stderr
