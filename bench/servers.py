"""Servers started to be measured: processes of their own on this machine, their CPU and memory with their children."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil

from core.settings import ROOT

PATIENCE = 90  # seconds until a server has to answer
QUIET = ("--log-level", "error", "--no-control-socket")


@dataclass(frozen=True, slots=True)
class Server:
    """One running server: its address, its first process, and how many seconds it took to its first answer."""

    url: str
    process: psutil.Process
    seconds: float

    def all(self) -> list[psutil.Process]:
        """Return its processes, the first one first."""
        return [self.process, *self.process.children(recursive=True)]

    def cpu(self) -> float:
        """Return the CPU seconds all its processes have spent."""
        return cpu(self.all())

    def memory(self) -> list[float]:
        """Return the megabytes each of its workers holds (RSS); of one that has none, its own."""
        return [held(each) for each in self.all()[1:] or [self.process]]


def cpu(processes: Sequence[psutil.Process]) -> float:
    """Return the CPU seconds of these processes."""
    spent = 0.0
    for each in processes:
        try:
            times = each.cpu_times()
        except psutil.Error:
            continue
        spent += times.user + times.system
    return spent


def held(process: psutil.Process) -> float:
    """Return the megabytes a process holds (RSS), or 0 when it is gone."""
    try:
        return process.memory_info().rss / 2**20
    except psutil.Error:
        return 0.0


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def product(
    data: Path, database: str, *, workers: int = 2, path: str = "/app/sign-in", **more: str
) -> Iterator[Server]:
    """Serve the product as it ships, from `data` and `database`, until left; `more` are further settings."""
    port = free_port()
    settings = {
        "XINSHENG_DATA": str(data), "DATABASE_URL": database, "HOST": "127.0.0.1", "PORT": str(port),
        "XINSHENG_WEB_WORKERS": str(workers), **more,
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
    with served(command, settings, port, path) as server:
        yield server


@contextmanager
def reference(described: Path, *, workers: int = 2) -> Iterator[Server]:
    """Serve a bare reference (`bench.reference.written`) with the same kind of server and as many threads."""
    port = free_port()
    bound = ("-b", f"127.0.0.1:{port}", "-w", str(workers), "-k", "gthread", "--threads", "8")
    command = [sys.executable, "-m", "gunicorn", *bound, *QUIET, "bench.reference:served()"]
    with served(command, {"BENCH_REFERENCE": str(described)}, port, "/s/1") as server:
        yield server


@contextmanager
def served(
    command: Sequence[str],
    settings: Mapping[str, str],
    port: int,
    path: str,
    *,
    host: str = "127.0.0.1",
    inside: Sequence[str] = (),
) -> Iterator[Server]:
    """Run a server until left; it must answer `path` on `port` soon. `inside`: as for `running`."""
    with running(command, settings, inside=inside) as process:
        started = time.perf_counter()
        while not answers(port, path, host):
            if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                raise RuntimeError(f"the server ended by itself: {' '.join(command)}")
            if time.perf_counter() - started > PATIENCE:
                raise RuntimeError(f"no answer on port {port} within {PATIENCE} s")
            time.sleep(0.02)
        yield Server(f"http://{host}:{port}", process, time.perf_counter() - started)


@contextmanager
def running(
    command: Sequence[str], settings: Mapping[str, str], *, inside: Sequence[str] = ()
) -> Iterator[psutil.Process]:
    """Run a command of the product until left, with these settings and none from outside.

    `inside` stands before the command, as `ip netns exec NAME` does.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("XINSHENG_", "DATABASE_URL"))}
    # A group of its own: whoever interrupts the measurement stops it here, in order.
    process = subprocess.Popen([*inside, *command], cwd=ROOT, env={**clean, **settings}, start_new_session=True)  # noqa: S603
    try:
        yield psutil.Process(process.pid)
    finally:
        with_children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        for child in with_children:
            if child.is_running():
                child.kill()


def answers(port: int, path: str, host: str = "127.0.0.1") -> bool:
    """Say whether a server answers this address."""
    connection = HTTPConnection(host, port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def postgres_processes(url: str) -> list[psutil.Process]:
    """Return the processes of the PostgreSQL at `url`, its connections included."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        own = psutil.Process(connection.info.backend_pid)
        first = own.parent()
        return [] if first is None else [first, *(each for each in first.children() if each.pid != own.pid)]
