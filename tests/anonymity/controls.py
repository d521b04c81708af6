"""Deployments that leak, each in one known way: the attack must find every one of them, or its silence means nothing.

They are small toys in SQLite with the crowd of `surveys.crowds`: the same people, hours and habits as in the real
deployment. `make` writes one into a folder, with hints.json and truth.json as the attack reads them.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from surveys import crowds
from surveys.crowds import Event, Person
from surveys.footprints import EVERY
from surveys.simulating import LINE, LOG

MEMBER = "CREATE TABLE member (id INTEGER PRIMARY KEY, email TEXT, token TEXT, done INTEGER)"
KEYED = "CREATE TABLE response (id TEXT PRIMARY KEY, answers TEXT) WITHOUT ROWID"
NUMBERED = "CREATE TABLE response (id TEXT PRIMARY KEY, answers TEXT)"


class Toy:
    """A survey somebody wrote in an afternoon, and everything at rest of it.

    `wal` keeps the write-ahead log; otherwise there is none. `doors`: the log names devices. `short`: the answers are
    a choice and nothing else, so that many rows stand on a page.
    """

    def __init__(
        self, out: Path, members: int, seed: int, *, wal: bool = False, short: bool = False, doors: bool = False
    ) -> None:
        shutil.rmtree(out, ignore_errors=True)
        (out / "snap").mkdir(parents=True)
        self.out, self.rng, self.wal, self.short, self.doors = out, Random(f"toy {seed}"), wal, short, doors
        rng = Random(f"crowd {seed}")
        self.people = [person for person in crowds.crowd(members, rng) if person.answers]
        self.events = crowds.day(self.people, rng)
        self.db = sqlite3.connect(out / "app.db", isolation_level=None)
        self.db.execute(f"PRAGMA journal_mode={'WAL' if wal else 'DELETE'}").fetchone()
        self.db.execute("PRAGMA wal_autocheckpoint=0").fetchone()
        self.db.execute(MEMBER)
        rows = [(p.place, f"member{p.place}@example.org", f"{self.rng.getrandbits(64):016x}") for p in self.people]
        self.db.executemany("INSERT INTO member VALUES (?, ?, ?, 0)", rows)
        self.tokens = {place: token for place, _mail, token in rows}
        self.truth: dict[str, str] = {}
        self.log = (out / "access.log").open("w", encoding="utf-8")
        self.counted = 0
        self.hints: dict[str, Any] = {}

    def begin(self, response: str) -> None:
        """Make the table of responses; from here on everything is watched."""
        self.db.execute(response)
        if self.wal:
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            shutil.copy(self.out / "app.db", self.out / "base.db")

    def said(self, person: Person) -> str:
        """Return an answer as it is stored."""
        told = {"q1": person.choice} if self.short else {"q1": person.choice, "q2": person.number, "q3": person.text}
        return json.dumps(told)

    def key(self) -> str:
        """Return a random key."""
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def ask(self, event: Event, path: str, length: int) -> None:
        """Write a line of the access log, and a backup every few lines."""
        agent = event.person.agent if self.doors else "-"
        origin = f"10.0.{event.person.place // 250}.{event.person.place % 250 + 1}"
        self.log.write(
            LINE.format(
                ip=origin, stamp=event.stamp, method="POST", path=path, status=200, sent=12, length=length, agent=agent
            )
        )

    def backup(self, *, always: bool = False) -> None:
        """Back up the file every few calls."""
        self.counted += 1
        if always or self.counted % EVERY == 0:
            with sqlite3.connect(self.out / "snap" / f"{self.counted:05d}.db") as copy:
                self.db.backup(copy)
            copy.close()

    def store(self, person: Person, key: str, statement: str = "INSERT INTO response VALUES (?, ?)") -> None:
        """Write an answer in a transaction of its own."""
        self.db.execute(statement, (key, self.said(person)))
        self.truth[str(person.place)] = key

    def done(self, person: Person) -> None:
        """Tick a member off."""
        self.db.execute("UPDATE member SET done = 1 WHERE id = ?", (person.place,))

    def __iter__(self) -> Iterator[Event]:
        yield from self.events

    def end(self) -> None:
        """Write hints and truth."""
        if self.wal:
            shutil.copy(self.out / "app.db-wal", self.out / "app.wal")
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self.hints |= {"wal": "app.wal", "wal_base": "base.db"}
        self.db.close()
        self.log.close()
        self.hints = {
            "db": "app.db",
            "snapshots": [f"snap/{path.name}" for path in sorted((self.out / "snap").glob("*.db"))],
            "responses": {"table": "response", "id": "id", "answers": "answers", "question": "q1"},
            "members": [{"table": "member", "id": "id"}],
            "logs": [{"path": "access.log", "re": LOG}],
            "who": {f"10.0.{p.place // 250}.{p.place % 250 + 1}": str(p.place) for p in self.people}
            | {token: str(place) for place, token in self.tokens.items()},
            "issue_re": "start|token=",
            "submit_re": "submit",
            **self.hints,
        }
        (self.out / "hints.json").write_text(json.dumps(self.hints), encoding="utf-8")
        (self.out / "truth.json").write_text(json.dumps(self.truth), encoding="utf-8")


def _once(toy: Toy) -> Iterator[Event]:
    """Yield the events, each person's first answer only, with their log lines written."""
    sent = set()
    for event in toy:
        if event.kind == "collect":
            toy.ask(event, "/survey/7/start", 300)
        elif event.person.place not in sent:
            sent.add(event.person.place)
            toy.ask(event, "/survey/7/submit", 8192)
            yield event


def token_column(toy: Toy) -> None:
    """The answer's row holds the token of the invitation."""
    toy.begin("CREATE TABLE response (id TEXT PRIMARY KEY, token TEXT, answers TEXT) WITHOUT ROWID")
    for event in _once(toy):
        key, token = toy.key(), toy.tokens[event.person.place]
        toy.db.execute("INSERT INTO response VALUES (?, ?, ?)", (key, token, toy.said(event.person)))
        toy.truth[str(event.person.place)] = key


def hashed_pseudonym(toy: Toy) -> None:
    """The key of an answer is the hash of an e-mail address."""
    toy.begin(KEYED)
    for event in _once(toy):
        toy.store(event.person, sha256(f"member{event.person.place}@example.org".encode()).hexdigest())


def sequential_id(toy: Toy) -> None:
    """Answers are counted up; dates are blanked, and the token stands in the log."""
    toy.begin("CREATE TABLE response (id INTEGER PRIMARY KEY AUTOINCREMENT, sent TEXT, answers TEXT)")
    for event in _once(toy):
        row = ("1980-01-01 00:00:00", toy.said(event.person))
        key = toy.db.execute("INSERT INTO response (sent, answers) VALUES (?, ?)", row).lastrowid
        toy.truth[str(event.person.place)] = str(key)


def row_order(toy: Toy) -> None:
    """The key is random, but SQLite counts the rows all the same."""
    toy.begin(NUMBERED)
    for event in _once(toy):
        toy.store(event.person, toy.key())


def timed_key(toy: Toy) -> None:
    """The key begins with the time, as the newer kinds of random key do."""
    toy.begin(KEYED)
    for event in _once(toy):
        toy.store(event.person, f"{int(event.second * 1000):012x}{toy.rng.getrandbits(80):020x}")


def moment_in_answer(toy: Toy) -> None:
    """The answer carries the second it was sent, among what was said."""
    toy.begin(KEYED)
    for event in _once(toy):
        key, told = toy.key(), json.loads(toy.said(event.person)) | {"sent": round(event.second)}
        toy.db.execute("INSERT INTO response VALUES (?, ?)", (key, json.dumps(told)))
        toy.truth[str(event.person.place)] = key


def wal_kept(toy: Toy) -> None:
    """No row numbers, random keys, and the write-ahead log is still there."""
    toy.begin(KEYED)
    for event in _once(toy):
        toy.store(event.person, toy.key())
        toy.done(event.person)


def no_vacuum(toy: Toy) -> None:
    """No row numbers, no log: but cells fill a page from its end, so their order stays until the file is rewritten."""
    toy.begin(KEYED)
    for event in _once(toy):
        toy.store(event.person, toy.key())


def at_once(toy: Toy) -> None:
    """Blindly signed ballots, written the moment they come."""
    toy.begin(KEYED)
    for event in toy:
        if event.kind == "collect":
            toy.ask(event, "/survey/7/start", 2048)
            toy.done(event.person)
        elif str(event.person.place) not in toy.truth:
            toy.ask(event, "/survey/7/submit", 8192)
            toy.store(event.person, toy.key())
        toy.backup()


def batches(toy: Toy) -> None:
    """The same, shuffled and written ten at a time."""
    toy.begin(KEYED)
    waiting: list[tuple[str, str]] = []
    for event in toy:
        if event.kind == "collect":
            toy.ask(event, "/survey/7/start", 2048)
            toy.done(event.person)
        elif str(event.person.place) not in toy.truth:
            toy.ask(event, "/survey/7/submit", 8192)
            key = toy.truth[str(event.person.place)] = toy.key()
            waiting.append((key, toy.said(event.person)))
        if len(waiting) == 10:
            _write(toy, waiting)
        toy.backup()
    _write(toy, waiting)


def _write(toy: Toy, waiting: list[tuple[str, str]]) -> None:
    toy.db.execute("BEGIN")
    toy.db.executemany("INSERT INTO response VALUES (?, ?)", sorted(waiting))
    toy.db.execute("COMMIT")
    waiting.clear()


def no_padding(toy: Toy) -> None:
    """Written all at the end, in the order of random keys; but the log knows how long each answer was."""
    toy.begin(KEYED)
    for event in toy:
        if event.kind == "collect":
            toy.ask(event, "/survey/7/start", 2048)
        elif str(event.person.place) not in toy.truth:
            toy.ask(event, "/survey/7/submit", 210 + len(toy.said(event.person)))
            toy.truth[str(event.person.place)] = toy.key()
    _pour(toy)


def keys_in_backups(toy: Toy) -> None:
    """A sealed pool, written all at the end; but whoever has a backup has its key, and reads the pool in it."""
    toy.begin(KEYED)
    pool: list[tuple[str, str]] = []
    for event in toy:
        if event.kind == "collect":
            toy.ask(event, "/survey/7/start", 2048)
            toy.done(event.person)
        elif str(event.person.place) not in toy.truth:
            toy.ask(event, "/survey/7/submit", 8192)
            key = toy.truth[str(event.person.place)] = toy.key()
            pool.append((key, toy.said(event.person)))
        toy.backup()
        if toy.counted % EVERY == 0:
            _open_pool(toy, pool)
    _pour(toy)


def _open_pool(toy: Toy, pool: list[tuple[str, str]]) -> None:
    with sqlite3.connect(toy.out / "snap" / f"{toy.counted:05d}.db") as copy:
        copy.executemany("INSERT INTO response VALUES (?, ?)", pool)
    copy.close()


def door_in_row(toy: Toy) -> None:
    """All at the end and vacuumed; but each answer says from what device it came, and so does the log."""
    toy.begin("CREATE TABLE response (id TEXT PRIMARY KEY, door TEXT, answers TEXT) WITHOUT ROWID")
    rows = []
    for event in _once(toy):
        key = toy.truth[str(event.person.place)] = toy.key()
        rows.append((key, event.person.door, toy.said(event.person)))
    toy.db.executemany("INSERT INTO response VALUES (?, ?, ?)", sorted(rows))
    toy.db.execute("VACUUM")


def nothing(toy: Toy) -> None:
    """No leak at all, for comparison: all at the end in the order of random keys, lengths equal, vacuumed."""
    toy.begin(KEYED)
    for event in _once(toy):
        toy.truth[str(event.person.place)] = toy.key()
    _pour(toy)


def _pour(toy: Toy) -> None:
    people = {str(person.place): person for person in toy.people}
    rows = sorted((key, toy.said(people[place])) for place, key in toy.truth.items())
    toy.db.executemany("INSERT INTO response VALUES (?, ?)", rows)
    toy.db.execute("VACUUM")


CONTROLS: dict[str, tuple[Callable[[Toy], None], dict[str, bool]]] = {
    "token column": (token_column, {}),
    "hashed pseudonym": (hashed_pseudonym, {}),
    "sequential id": (sequential_id, {}),
    "row order": (row_order, {}),
    "key with a time in it": (timed_key, {}),
    "second inside the answer": (moment_in_answer, {}),
    "WAL kept": (wal_kept, {"wal": True}),
    "no vacuum": (no_vacuum, {"short": True}),
    "written at once": (at_once, {"wal": True}),
    "batches of ten": (batches, {"wal": True}),
    "no padding": (no_padding, {}),
    "keys in backups": (keys_in_backups, {}),
    "device in row and log": (door_in_row, {"doors": True}),
}
CLEAN: tuple[Callable[[Toy], None], dict[str, bool]] = (nothing, {"doors": True})


def make(name: str, out: Path, *, members: int, seed: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Write the control of that name ("" for one without a leak) into a folder; return hints and truth."""
    play, habits = CONTROLS[name] if name else CLEAN
    toy = Toy(out, members, seed, **habits)
    play(toy)
    toy.end()
    return toy.hints, toy.truth
