"""A storm: people at work while faults strike, then everything healed and every one of them brought to an end."""

import random
import threading
import time
from collections import Counter

from tests.conftest import PASSWORD
from tests.faults.storm import weather, world
from tests.faults.storm.book import Book
from tests.faults.storm.crowd import Curator, Printer, Slip, Voter, Writer
from tests.faults.storm.machine import PATIENCE, Machine
from tests.faults.storm.people import Person

VOTERS, SLIPS, WRITERS, CURATORS, PRINTERS = 24, 12, 8, 4, 2  # fifty
FELT = 20  # seconds to wait for somebody to feel a fault
WORK = ("ballot", "ballot again", "slip", "slip again", "autosave", "record", "walk", "rename", "accept", "hide")


class Storm:
    """One run on one database engine; the same seed gives the same faults, in the same order, to the same people."""

    def __init__(self, engine: str, seed: int, minutes: float = 0.0) -> None:
        self.engine, self.seed, self.minutes = engine, seed, minutes
        self.machine, self.book, self.password = Machine(engine, seed), Book(), PASSWORD
        self.chance = random.Random(f"{seed} {engine}")
        self.over, self.lost, self.pause = threading.Event(), threading.Event(), threading.Event()
        self.struck: Counter[str] = Counter()
        self.begun = time.monotonic()
        self.recoveries: list[tuple[float, str]] = []
        people = max(1.0, minutes)
        self.world = world.build(
            self.machine,
            self.book,
            members=min(int(600 * people), 6000),
            slips=min(int(300 * people), 2000),
            writers=WRITERS,
            curators=CURATORS,
        )
        self.sid, self.investigation = self.world.sid, self.world.investigation

    def rage(self) -> None:
        """Let everybody work while every fault strikes once, or for the minutes wished; then let all come to an end."""
        machine = self.machine
        machine.start("web")
        machine.start("worker")
        machine.wait_for(f"/s/{self.sid}/zh")
        crowd = self._crowd()
        for person in crowd:
            person.start()
        self._recovered("the beginning", time.monotonic())
        self.recoveries.clear()
        until = time.monotonic() + 60 * self.minutes
        while not self.struck or time.monotonic() < until:
            for fault in weather.deck(self.engine, self.chance):
                self._strike(fault)
                if self.minutes and time.monotonic() > until:
                    break
        self.over.set()
        deadline = time.monotonic() + PATIENCE
        for person in crowd:
            person.join(max(0.1, deadline - time.monotonic()))
        self.lost.set()
        for person in crowd:
            person.join(60)
            if person.is_alive():
                self.book.complain(f"{person.name} waits for ever")

    def _strike(self, fault: weather.Fault) -> None:
        time.sleep(self.chance.uniform(*((1.0, 6.0) if self.minutes else (0.2, 1.5))))
        failed = self.book.total("failed")
        heal = fault.strike(self.machine, self.chance)
        self.struck[fault.name] += 1
        until = time.monotonic() + FELT
        while fault.hurts and self.book.total("failed") == failed and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(self.chance.uniform(*fault.lasts))
        heal()
        self._recovered(fault.name, time.monotonic())

    def _recovered(self, after: str, healed: float) -> None:
        """Wait until an answer and some work at the desk were acknowledged again; remember the slowest."""
        while time.monotonic() < healed + PATIENCE:
            last = dict(self.book.last)
            answered = max(last.get(kind, 0.0) for kind in WORK[:4])
            worked = max(last.get(kind, 0.0) for kind in WORK[4:])
            if min(answered, worked) > healed:
                self.recoveries.append((min(answered, worked) - healed, after))
                return
            time.sleep(0.05)
        raise AssertionError(
            f"seed {self.seed}: {PATIENCE} s after “{after}” was healed nothing is acknowledged\n"
            f"{self.book.figures()}\n{self.book.complaints[:5]}\n{self.machine.said()}"
        )

    def _crowd(self) -> list[Person]:
        talks, concerns = self.book.talks, self.book.concerns
        return [
            *(Voter(self, number, self.world.ballots[number::VOTERS]) for number in range(VOTERS)),
            *(Slip(self, number, self.world.slips[number::SLIPS]) for number in range(SLIPS)),
            *(Writer(self, number, talks[number::WRITERS]) for number in range(WRITERS)),
            *(Curator(self, number, concerns[number::CURATORS]) for number in range(CURATORS)),
            *(Printer(self, number) for number in range(PRINTERS)),
        ]

    def figures(self) -> str:
        """Return what happened in a few lines."""
        faults = ", ".join(f"{name} {count}" for name, count in sorted(self.struck.items()))
        slowest = ", ".join(f"{took:.1f} s after “{what}”" for took, what in sorted(self.recoveries)[:-4:-1])
        return (
            f"  {self.engine}, seed {self.seed}: {self.book.total('acknowledged')} acknowledged, "
            f"{self.book.total('no answer') + self.book.total('failed')} without answer or failed\n"
            f"    writes: {self.book.figures()}\n"
            f"    faults: {sum(self.struck.values())} ({faults})\n"
            f"    connections cut: {self.machine.wire.cuts + (self.machine.line.cuts if self.machine.line else 0)}; "
            f"processes that ended by themselves: {self.machine.fell_over}\n"
            f"    slowest recoveries: {slowest}"
        )
