"""The same results on threads and on a cluster, in order; nothing is lost with the cluster, and it can be stopped."""

import subprocess
import sys

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


def test_a_page_does_not_wait_for_dask() -> None:
    asked = "import sys, app; sys.exit(any(name.split('.')[0] in ('dask', 'distributed') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0
