"""The same results on threads and on a cluster, in order; nothing is lost with the cluster, and it can be stopped."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from types import SimpleNamespace

import pytest

from core import parallel
from core.settings import ROOT

CHUNKS = [[number, number + 1] for number in range(40)]


def total(chunk: list[int]) -> int:
    """The sum of a chunk; a negative one is refused."""
    if min(chunk) < 0:
        raise ValueError(f"{chunk} is refused")
    return sum(chunk)


@pytest.fixture(scope="module")
def cluster():
    """A scheduler and a worker as an organisation would run them, but in this process."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", dashboard_address=None
    ) as running:
        yield running.scheduler_address


@pytest.fixture
def closed_port(monkeypatch):
    """An address nobody listens at."""
    monkeypatch.setattr(parallel, "CONNECT", 1)
    return "tcp://127.0.0.1:9"


def test_on_threads_results_come_in_order() -> None:
    assert list(parallel.mapper()(total, CHUNKS)) == [sum(chunk) for chunk in CHUNKS]


def test_on_a_cluster_they_are_the_same(cluster) -> None:
    assert list(parallel.mapper(cluster)(total, CHUNKS)) == list(map(total, CHUNKS))


@pytest.fixture
def organisation_wide():
    """A scheduler and two workers as processes of their own, started as docs/deploy.md says; and those processes."""
    pytest.importorskip("distributed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    dask = [sys.executable, "-m", "dask"]
    own = ["--no-dashboard", "--nworkers", "1", "--nthreads", "1", "--no-nanny"]
    commands = [[*dask, "scheduler", "--no-dashboard", "--host", address], *[[*dask, "worker", *own, address]] * 2]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DASK_TEMPORARY_DIRECTORY": folder}
        processes = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for command in commands
        ]
        yield address, processes
        for process in processes:
            process.kill()
            process.wait()


def where(chunk: list[int]) -> tuple[int, int]:
    """The sum of a chunk, and in which process it was made."""
    time.sleep(0.05)  # so that either worker gets some
    return sum(chunk), os.getpid()


def test_a_cluster_of_processes_shares_the_work_and_may_lose_one(organisation_wide, caplog) -> None:
    from distributed import Client

    address, (_scheduler, _first, second) = organisation_wide
    with Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    results = parallel.mapper(address)(where, CHUNKS)
    found = [next(results) for _each in range(10)]
    second.kill()
    found += results
    assert [total for total, _process in found] == [sum(chunk) for chunk in CHUNKS]
    assert len({process for _total, process in found}) == 2 and os.getpid() not in {process for _t, process in found}
    assert "working on this machine" not in caplog.text


def test_what_is_finished_just_after_the_look_is_not_lost() -> None:
    class Late:
        status, looks = "finished", 0

        def result(self, timeout: float) -> str:
            self.looks += 1
            if self.looks == 1:
                raise TimeoutError
            return "done"

    cluster = SimpleNamespace(status="running", nthreads=lambda: {"worker": 1})
    assert parallel._result(cluster, Late(), lambda: None) == "done"


def test_nothing_to_do_is_done_everywhere(cluster) -> None:
    assert list(parallel.mapper()(total, [])) == list(parallel.mapper(cluster)(total, [])) == []


def test_a_cluster_out_of_reach_costs_nothing_but_a_warning(closed_port, caplog) -> None:
    assert list(parallel.mapper(closed_port)(total, CHUNKS)) == list(map(total, CHUNKS))
    assert "cannot be reached" in caplog.text and closed_port not in caplog.text


def test_a_cluster_that_dies_halfway_costs_nothing(caplog) -> None:
    distributed = pytest.importorskip("distributed")
    running = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=None
    )
    found = []
    for result in parallel.mapper(running.scheduler_address)(total, CHUNKS):
        found.append(result)
        if len(found) == 5:
            running.close()
    assert found == list(map(total, CHUNKS))
    assert "working on this machine" in caplog.text


@pytest.mark.parametrize("where", ["threads", "cluster"])
def test_what_the_function_refuses_is_told(where, cluster) -> None:
    mapped = parallel.mapper(cluster if where == "cluster" else "")
    with pytest.raises(ValueError, match="is refused"):
        list(mapped(total, [[1], [-1]]))


class Stopped(Exception):
    """Raised by the check of these tests."""


@pytest.mark.parametrize("where", ["threads", "cluster"])
def test_it_stops_between_chunks(where, cluster) -> None:
    asked = []

    def check() -> None:
        asked.append(1)
        if len(asked) > 2:
            raise Stopped

    endless = iter(lambda: [1, 2], None)
    with pytest.raises(Stopped):
        list(parallel.mapper(cluster if where == "cluster" else "", check=check)(total, endless))


def test_a_page_waits_neither_for_dask_nor_for_boto() -> None:
    unwanted = ("dask", "distributed", "boto3", "botocore")
    asked = f"import sys, app; sys.exit(any(name.split('.')[0] in {unwanted} for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0
