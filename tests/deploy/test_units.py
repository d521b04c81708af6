"""systemd takes the units as they are shipped, and finds little that they could do beyond their work."""

import configparser
import re
import shutil
import subprocess
import sys

import pytest

from core.settings import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = ("xinsheng-web.service", "xinsheng-jobs@.service")
EXPOSED = 15  # tenths: systemd calls 20 and less "OK", an ordinary service has 96
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


@pytest.fixture
def installed(tmp_path):
    """The units in a folder, their programs those of this Python."""
    for unit in UNITS.iterdir():
        text = unit.read_text(encoding="utf-8").replace("/opt/xinsheng/.venv/bin/python", sys.executable)
        (tmp_path / unit.name.replace("@.", "@1.")).write_text(text.replace("/opt/xinsheng", str(ROOT)))
    return tmp_path


@needs_systemd
def test_systemd_takes_them(installed) -> None:
    units = sorted(map(str, installed.iterdir()))
    assert len(units) == 4
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stderr == "", done.stderr


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_little_beyond_its_work(installed, name) -> None:
    command = ["systemd-analyze", "security", "--no-pager", "--offline=true", f"--threshold={EXPOSED}"]
    done = subprocess.run(
        [*command, str(installed / name.replace("@.", "@1."))], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_what_must_not_be_loosened(name) -> None:
    service = _read(name)["Service"]
    for setting, value in {
        "User": "xinsheng", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
        "PrivateTmp": "yes", "UMask": "0077", "StateDirectory": "xinsheng", "StateDirectoryMode": "0700",
        "CapabilityBoundingSet": "", "Restart": "always", "KillMode": "mixed",
    }.items():  # fmt: skip
        assert service[setting] == value, setting
    assert "StandardOutput" not in service and "LogLevelMax" not in service, "what fails is told in the journal"
    limits = _read(name)["Unit"]
    assert limits["StartLimitBurst"] and limits["StartLimitIntervalSec"], "it is not started for ever"


def test_they_start_what_run_starts() -> None:
    run = (ROOT / "run").read_text(encoding="utf-8")
    web, job = (_read(name)["Service"]["ExecStart"] for name in SERVICES)
    assert re.search(r"python (-m gunicorn --config \S+)", web)[1] in run
    assert re.search(r"python -m (flask --app app work)", job)[1].split()[-1] == "work"
    assert "flask --app app upgrade" in _read(SERVICES[0])["Service"]["ExecStartPre"]
    socket = _read("xinsheng-web.socket")["Socket"]["ListenStream"]
    assert f"server {socket};" in (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")


def _read(name: str) -> configparser.RawConfigParser:
    unit = configparser.RawConfigParser(strict=False, comment_prefixes="#")
    unit.optionxform = str
    unit.read(UNITS / name, encoding="utf-8")
    return unit
