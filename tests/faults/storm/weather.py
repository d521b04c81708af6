"""The faults of a storm: each strikes, lasts a while, and is healed as the people who run a server would heal it."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.faults.storm.machine import Machine
from tests.faults.storm.wire import Weather

DAY, HOUR = 86_400, 3_600


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong; `strike` returns what puts it right, after so many seconds (from, to)."""

    name: str
    strike: Callable[[Machine, random.Random], Callable[[], None]]
    lasts: tuple[float, float] = (0.0, 0.0)
    hurts: bool = False  # it is felt only when somebody writes on a connection opened since: wait for that first


def _nothing() -> None:
    pass


def _web_worker(machine: Machine, chance: random.Random) -> Callable[[], None]:
    workers = machine.children()
    with contextlib.suppress(ProcessLookupError):
        if workers:
            os.kill(chance.choice(workers), signal.SIGKILL)
    return _nothing


def _web_master(machine: Machine, chance: random.Random) -> Callable[[], None]:
    machine.kill_one("web")
    return _nothing


def _job_worker(machine: Machine, chance: random.Random) -> Callable[[], None]:
    machine.kill("worker", last=False)
    return _nothing


def _power(machine: Machine, chance: random.Random) -> Callable[[], None]:
    """Everything ends at once, the database too."""
    if machine.server:
        machine.server.stop()
    machine.kill("worker")
    machine.kill("web")

    def heal() -> None:
        if machine.server:
            machine.server.start()
        machine.start("web")
        machine.start("worker")

    return heal


def _disk(machine: Machine, chance: random.Random) -> Callable[[], None]:
    machine.fill()

    def heal() -> None:
        machine.empty()
        _wake(machine)

    return heal


def _read_only(machine: Machine, chance: random.Random) -> Callable[[], None]:
    machine.read_only(True)
    if not machine.server:  # connections that are open stay writable: some must be new
        _web_worker(machine, chance)
    return lambda: machine.read_only(False)


def _tomorrow(machine: Machine, chance: random.Random) -> Callable[[], None]:
    machine.jump(DAY)
    return lambda: machine.jump(0)


def _earlier(machine: Machine, chance: random.Random) -> Callable[[], None]:
    machine.jump(-HOUR)
    return lambda: machine.jump(0)


def _torn(machine: Machine, chance: random.Random) -> Callable[[], None]:
    machine.wire.weather = Weather.TORN
    return lambda: setattr(machine.wire, "weather", Weather.FAIR)


def _down(machine: Machine, chance: random.Random) -> Callable[[], None]:
    machine.wire.weather = Weather.DOWN
    return lambda: setattr(machine.wire, "weather", Weather.FAIR)


def _locked(machine: Machine, chance: random.Random) -> Callable[[], None]:
    """Another program keeps the database to itself for a while."""
    engine = create_engine(machine.database, isolation_level="AUTOCOMMIT", connect_args={"timeout": 5})
    connection = engine.connect()
    with contextlib.suppress(DBAPIError):
        connection.execute(text("BEGIN IMMEDIATE"))

    def heal() -> None:
        connection.close()
        engine.dispose()

    return heal


def _backend(machine: Machine, chance: random.Random) -> Callable[[], None]:
    assert machine.server
    machine.server.kill_backend()
    return lambda: _wake(machine)


def _database(machine: Machine, chance: random.Random) -> Callable[[], None]:
    assert machine.server
    machine.server.stop()
    return machine.server.start


def _line(weather: Weather) -> Callable[[Machine, random.Random], Callable[[], None]]:
    def strike(machine: Machine, chance: random.Random) -> Callable[[], None]:
        assert machine.line
        line = machine.line
        line.weather = weather
        return lambda: setattr(line, "weather", Weather.FAIR)

    return strike


def _wake(machine: Machine) -> None:
    """Start the database server again where it gave up."""
    server = machine.server
    if server is None:
        return
    for _attempt in range(20):
        if not server.alive():
            with contextlib.suppress(Exception):
                server.start()
        with contextlib.suppress(Exception), server.connect() as connection:
            connection.execute("SELECT 1")
            return
        time.sleep(0.5)
    raise AssertionError("the database server does not come back")


EVERYWHERE = (
    Fault("web worker killed", _web_worker),
    Fault("web master killed", _web_master),
    Fault("job worker killed", _job_worker),
    Fault("power cut", _power, (0.0, 0.5)),
    Fault("disk full", _disk, (0.5, 3.0), hurts=True),
    Fault("read-only", _read_only, (0.5, 3.0), hurts=True),
    Fault("clock a day forward", _tomorrow, (0.5, 3.0)),
    Fault("clock an hour back", _earlier, (0.5, 3.0)),
    Fault("network torn", _torn, (0.5, 4.0)),
    Fault("network down", _down, (0.2, 2.0)),
)
ON_SQLITE = (Fault("database locked", _locked, (0.5, 3.0)),)
ON_POSTGRESQL = (
    Fault("backend killed", _backend),
    Fault("database killed", _database, (0.0, 2.0)),
    Fault("database line torn", _line(Weather.TORN), (0.3, 1.5)),
    Fault("database line down", _line(Weather.DOWN), (0.3, 2.0)),
)


def deck(engine: str, chance: random.Random) -> list[Fault]:
    """Return every fault of a database engine once, in random order."""
    own = ON_POSTGRESQL if engine == "postgresql" else ON_SQLITE
    return chance.sample([*EVERYWHERE, *own], k=len(EVERYWHERE) + len(own))
