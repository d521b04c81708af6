"""How many workers a machine gets, by its cores, its memory, and what a container may have of them."""

import pytest

from core import sizing


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Make this a machine of so many cores and megabytes, or a container with a share of it."""
    monkeypatch.setattr(sizing, "CGROUP", tmp_path)
    monkeypatch.setattr(sizing, "MEMORY", tmp_path / "meminfo")

    def make(cores: int, megabytes: int, **share: str) -> None:
        monkeypatch.setattr(sizing.os, "sched_getaffinity", lambda pid: set(range(cores)))
        (tmp_path / "meminfo").write_text(f"MemTotal:  {megabytes * 1024} kB\nMemFree: 1 kB\n")
        for name, value in share.items():
            (tmp_path / name.replace("_", ".")).write_text(f"{value}\n")

    return make


@pytest.mark.parametrize(
    ("cores", "megabytes", "web", "jobs"),
    [
        (1, 1024, 1, 1), (1, 16_000, 1, 1), (2, 4096, 2, 1), (4, 8192, 3, 2), (8, 16_384, 6, 4), (16, 65_536, 12, 8),
        (2, 1024, 1, 1), (8, 2048, 4, 1), (4, 512, 1, 1), (256, 1_000_000, 64, 64),
    ],
)  # fmt: skip
def test_cores_decide_as_far_as_memory_goes(machine, cores, megabytes, web, jobs) -> None:
    machine(cores, megabytes)
    assert (sizing.web_workers({}), sizing.job_workers({})) == (web, jobs)
    room = megabytes - sizing.REST - sizing.JOB * jobs - sizing.WEB * web
    assert room >= 0 or (web, jobs) == (1, 1)


def test_a_container_has_its_share(machine) -> None:
    machine(16, 65_536, cpu_max="150000 100000", memory_max=str(3000 * 1024**2))
    assert sizing.cores() == 2 and sizing.memory() == 3000
    machine(16, 65_536, cpu_max="max 100000", memory_max="max")
    assert sizing.cores() == 16 and sizing.memory() == 65_536


def test_who_says_a_number_gets_it(machine) -> None:
    machine(2, 1024)
    given = {"XINSHENG_WEB_WORKERS": "7", "XINSHENG_JOB_WORKERS": "3"}
    assert (sizing.web_workers(given), sizing.job_workers(given)) == (7, 3)


@pytest.mark.parametrize("value", ["0", "65", "-1", "two", "1.5", "²"])
@pytest.mark.parametrize("name", ["XINSHENG_WEB_WORKERS", "XINSHENG_JOB_WORKERS"])
def test_a_number_that_cannot_be_is_refused(name, value) -> None:
    ask = sizing.web_workers if "WEB" in name else sizing.job_workers
    with pytest.raises(ValueError, match=name):
        ask({name: value})


def test_a_machine_that_tells_nothing_still_gets_workers(machine, tmp_path) -> None:
    machine(4, 1)
    (tmp_path / "meminfo").unlink()
    assert sizing.memory() == 4096 and (sizing.web_workers({}), sizing.job_workers({})) == (3, 2)
