"""The keeper of the job workers: the dead are replaced, within limits; all end together; HUP replaces them in turn."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.settings import ROOT
from deploy import job_workers
from tests.deploy.stage import until

# Stands for a worker: says that it is there, and that it was told to stop.
WORKER = (
    "import pathlib, signal, os, sys, time; me = pathlib.Path(sys.argv[1]) / str(os.getpid());"
    "signal.signal(signal.SIGTERM, lambda *given: (me.write_text('told'), sys.exit(0))); me.touch();"
    "{then}"
)
WAITS = WORKER.format(then="[time.sleep(0.05) for _ in range(1200)]")
DIES = WORKER.format(then="sys.exit(7)")


@pytest.fixture
def keeper(tmp_path):
    """Start a keeper of two workers that run the given code; they say in the folder that they are there."""
    started = []

    def start(code: str) -> subprocess.Popen:
        command = (sys.executable, "-c", code, str(tmp_path))
        run = f"import sys; from deploy import job_workers as d; sys.exit(d.Keeper(2, {command!r}).keep())"
        process = subprocess.Popen(
            [sys.executable, "-c", run], cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def alive(folder: Path) -> set[int]:
    return {int(path.name) for path in folder.iterdir() if not path.read_text() and _runs(int(path.name))}


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def two(folder: Path, *, without: set[int] = frozenset()) -> set[int]:
    found = alive(folder)
    return found if len(found) == 2 and not found & without else set()


def test_who_is_killed_is_replaced_and_all_end_together(keeper, tmp_path) -> None:
    process = keeper(WAITS)
    first = until(lambda: two(tmp_path), "two workers")
    victim = min(first)
    os.kill(victim, signal.SIGKILL)
    second = until(lambda: two(tmp_path, without={victim}), "another in its place")
    assert len(first & second) == 1, "the other one went on working"
    process.send_signal(signal.SIGHUP)
    third = until(lambda: two(tmp_path, without=second), "two new ones")
    assert all((tmp_path / str(pid)).read_text() == "told" for pid in second), "nobody was killed: each was told"
    process.terminate()
    assert process.wait(20) == 0
    assert all((tmp_path / str(pid)).read_text() == "told" for pid in third) and not alive(tmp_path)


def test_who_dies_again_and_again_is_not_started_for_ever(keeper, tmp_path) -> None:
    process = keeper(DIES)
    _out, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"died {job_workers.DEATHS} times" in said.decode() and "status 7" in said.decode()
    assert job_workers.DEATHS <= len(list(tmp_path.iterdir())) <= job_workers.DEATHS + 2


def test_deaths_of_long_ago_are_forgotten(monkeypatch) -> None:
    class Dead:
        returncode = -9

        def poll(self) -> int:
            return -9

    kept, at = job_workers.Keeper(2), [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: at[0])
    for _each in range(3 * job_workers.DEATHS):
        kept.workers = [Dead()]
        assert not kept._count_dead() and kept.workers == []
        at[0] += job_workers.WITHIN / (job_workers.DEATHS - 1) + 1


def test_a_wrong_number_is_told(monkeypatch, capsys) -> None:
    monkeypatch.setenv("XINSHENG_JOB_WORKERS", "many")
    assert job_workers.main() == 2
    assert "XINSHENG_JOB_WORKERS: “many” is not a whole number" in capsys.readouterr().err


def test_it_loads_nothing_of_the_product() -> None:
    asked = "import sys, deploy.job_workers; sys.exit(any(name in sys.modules for name in ('flask', 'sqlalchemy')))"
    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0
