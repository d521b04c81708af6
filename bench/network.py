"""Several machines on one: a network namespace for each where root may make them, else processes beside each other."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import frame

OURS, MASK = "10.99.0", 24
POSTGRES = frame.POSTGRES


@dataclass(frozen=True, slots=True)
class Place:
    """One machine: its address, and what stands before a command that is to run there."""

    address: str
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """The machines there are, and the address of the database for all of them."""

    places: tuple[Place, ...]
    database: str  # as the places reach it
    apart: bool  # each has a network of its own


def may_part() -> bool:
    """Say whether this process may make network namespaces."""
    return os.geteuid() == 0 and shutil.which("ip") is not None and _ip("netns", "list").returncode == 0


@contextmanager
def network(count: int) -> Iterator[Network]:
    """Give `count` machines and a PostgreSQL they reach; raise `RuntimeError` where there is no PostgreSQL."""
    with frame.server() as url:
        if not url:
            raise RuntimeError("no PostgreSQL on this machine: its programs were not found")
        if not may_part():
            yield Network(tuple(Place("127.0.0.1") for _place in range(count)), url, apart=False)
            return
        name = f"xsb{os.getpid() % 10_000}"
        try:
            places = _bridged(name, count)
            _listen(url)
            yield Network(places, url.replace("127.0.0.1", f"{OURS}.1"), apart=True)
        finally:
            for number in range(count):
                _ip("netns", "del", f"{name}-{number}")
            _ip("link", "del", name)


def _bridged(name: str, count: int) -> tuple[Place, ...]:
    """Make a bridge that is this machine's, and a namespace for each place behind it."""
    _must("link", "add", name, "type", "bridge")
    _must("addr", "add", f"{OURS}.1/{MASK}", "dev", name)
    _must("link", "set", name, "up")
    places = []
    for number in range(count):
        space, address = f"{name}-{number}", f"{OURS}.{number + 11}"
        _must("netns", "add", space)
        _must("link", "add", f"{name}v{number}", "type", "veth", "peer", "name", "eth0", "netns", space)
        _must("link", "set", f"{name}v{number}", "master", name, "up")
        for command in (("addr", "add", f"{address}/{MASK}", "dev", "eth0"), ("link", "set", "eth0", "up")):
            _must("-n", space, *command)
        _must("-n", space, "link", "set", "lo", "up")
        places.append(Place(address, ("ip", "netns", "exec", space)))
    return tuple(places)


def _listen(url: str) -> None:
    """Have the throw-away PostgreSQL listen to the bridge as well, and keep its port and its password."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        told = connection.execute("SELECT current_setting('data_directory'), current_setting('port')").fetchone()
    assert told is not None
    folder, port = Path(told[0]), told[1]
    with (folder / "pg_hba.conf").open("a", encoding="ascii") as rules:
        rules.write(f"host all all {OURS}.0/{MASK} scram-sha-256\n")
    programs = subprocess.run([POSTGRES, "find"], check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1,{OURS}.1 -c unix_socket_directories= -c max_connections=100"
        " -c shared_buffers=512MB -c max_wal_size=4GB"
    )
    command = [f"{programs}/pg_ctl", "-D", str(folder), "-w", "-m", "fast", "-l", str(folder / "server.log")]
    subprocess.run(  # noqa: S603
        ["runuser", "-u", "postgres", "--", *command, "-o", options, "restart"],  # noqa: S607
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip


def _ip(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["ip", *arguments], capture_output=True)  # noqa: S603, S607


def _must(*arguments: str) -> None:
    done = _ip(*arguments)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.decode().strip()}")
