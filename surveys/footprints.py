"""Everything a simulated deployment leaves at rest, in files, as an attacker would find it.

`take` lets a survey happen and writes to a folder

    app.db            the SQLite file after the survey closed
    base.db, app.wal  the file before the first ballot, and the whole write-ahead log up to the close
    closing.wal       the log while it closed, until it was cut off (it belongs to base.db, too)
    snap/*.db         a backup every `EVERY` events, and one of every step of closing
    access.log        every request with address, second, length and device
    app.log           what the application itself had to say
    hints.json        what any insider knows; hints_*.json: other pairs to be found

and apart from it, in truth/, what nobody but the simulation knows: truth.json and truth_*.json for each of the hints,
and known.json, the marks and codes that must not be found where they have no business.
"""

import json
import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from core.db import Model, db
from core.errors import BadInput
from core.i18n import _
from surveys import crowds, simulating
from surveys.models import Leaf, Response
from surveys.simulating import Field

EVERY = 20  # events between backups
LEAF = {"table": "leaf", "id": "leaf"}
# The pairs to be found: who or what is known, and what is looked for.
WHAT = {
    "": ("member", "leaf"),
    "answers": ("member", "response"),
    "texts": ("member", "response"),
    "choices": ("member", "response"),
    "leaf_answers": ("leaf", "response"),
    "pool": ("pool", "leaf"),
    "pool_answers": ("pool", "response"),
}
Hook = Callable[[Path], None]


def take(app: Flask, out: Path, *, after_backup: Hook | None = None, **plan: Any) -> Field:
    """Let a survey happen in `app`, whose SQLite database is empty, and write what it leaves to `out`, anew.

    `plan` is handed to `simulating.set_up`; `after_backup` is called with the path of each backup.
    Raises `BadInput` when the folder holds anything but an earlier simulation.
    """
    if out.exists() and any(out.iterdir()) and not (out / "hints.json").exists():
        raise BadInput(_("%(folder)s is not empty; nothing was written.", folder=out))
    shutil.rmtree(out, ignore_errors=True)
    (out / "snap").mkdir(parents=True)
    (out / "truth").mkdir()
    with _listening(out / "app.log"):
        ours = simulating.set_up(app, **plan)
        with app.app_context():
            engine = db.engine
        _watch(ours, engine, out, after_backup or (lambda path: None))
    _tell(ours, out)
    return ours


def _watch(ours: Field, engine: Engine, out: Path, after_backup: Hook) -> None:
    database = Path(str(engine.url.database))
    wal = database.with_name(database.name + "-wal")
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    engine.dispose()
    shutil.copy(database, out / "base.db")

    def backup(name: str) -> None:
        path = out / "snap" / f"{name}.db"
        with sqlite3.connect(path) as copy:
            holder.backup(copy)
        copy.close()
        after_backup(path)

    with (
        _everything_kept(engine, lambda step: backup(f"closing-{step:02d}"), wal, out),
        (out / "access.log").open("w", encoding="utf-8") as log,
    ):
        for count, happened in enumerate(ours.events, start=1):
            ours.happen(happened, log.write)
            if count % EVERY == 0:
                backup(f"{count:05d}")
        shutil.copy(wal, out / "app.wal")
        ours.remember()
        ours.close()
    holder.close()
    engine.dispose()
    shutil.copy(database, out / "app.db")


@contextmanager
def _everything_kept(engine: Engine, step: Callable[[int], None], wal: Path, out: Path) -> Iterator[None]:
    """Let no log be cut off before its time, and copy what there is at every step of closing."""
    steps = 0

    def before(statement: str) -> None:
        nonlocal steps
        if statement.startswith(("VACUUM", "PRAGMA wal_checkpoint")):
            steps += 1
            step(steps)
            shutil.copy(wal, out / "closing.wal")

    def keep(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA wal_autocheckpoint=0").close()
        connection.set_trace_callback(before)

    event.listen(engine, "connect", keep)
    try:
        yield
    finally:
        event.remove(engine, "connect", keep)
        engine.dispose()


@contextmanager
def _listening(path: Path) -> Iterator[None]:
    """Write every line any logger has to say to a file."""
    root = logging.getLogger()
    level, handler = root.level, logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        handler.close()


# --- hints and truths ------------------------------------------------------------------------------------------


def _tell(ours: Field, out: Path) -> None:
    for name, truth in truths(ours).items():
        _write(out / f"hints{'_' * bool(name)}{name}.json", _found(ours, out) | hints(ours, name))
        _write(out / "truth" / f"truth{'_' * bool(name)}{name}.json", truth)
    answering = [person for person in ours.people if person.answers]
    _write(
        out / "truth" / "known.json",
        {
            "words": [person.word for person in answering],
            "codes": list(ours.codes.values()),
            "seeds": [seed.hex() for seed in ours.seeds.values()],
            "keys": ours.keys,
            "tags": [tag.hex() for tag in ours.tags.values()],
        },
    )


def truths(ours: Field) -> dict[str, dict[str, str]]:
    """Return the pairs to be found in a closed survey, by the names in `WHAT`."""
    responses, leaves = _opened(ours)
    leaf = {place: leaves[prefix] for place, prefix in ours.prefixes.items()}
    tag = {place: tag.hex() for place, tag in ours.tags.items()}
    answering = [person for person in ours.people if person.answers]
    member = {person.place: str(ours.members[person.place]) for person in answering}
    by_mark = {mark: row for row, (_name, said) in responses.items() for mark in _marks(said)}
    row = {person.place: by_mark[str(person.number)] for person in answering}
    found: dict[str, dict[str, str]] = {
        "": {member[place]: leaf[place] for place in member},
        "answers": {member[place]: row[place] for place in member},
        "texts": {member[person.place]: by_mark[person.word] for person in answering},
        "leaf_answers": {leaf[place]: row[place] for place in member},
        "pool": {tag[place]: leaf[place] for place in member},
        "pool_answers": {tag[place]: row[place] for place in member},
    }
    if any(part == crowds.CHOICE for part, _told in responses.values()):
        found["choices"] = _by_choice(ours, member, responses)
    if found["texts"] == found["answers"]:
        del found["texts"]
    return found


def naming_members() -> list[dict[str, str]]:
    """Return every table that names a member, and the column that does."""
    found = [{"table": "member", "id": "id"}]
    for table in Model.metadata.sorted_tables:
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            if key.column.table.name == "member":
                found.append({"table": table.name, "id": key.parent.name})
    return found


def hints(ours: Field, name: str) -> dict[str, Any]:
    """Return what any insider knows about the tables, the logs and whose address is whose; no files."""
    known, wanted = WHAT[name]
    about = {"member": naming_members(), "leaf": [LEAF], "pool": [{"table": "sealed_response", "id": "tag"}]}
    answers = {"table": "response", "id": "id", "answers": "answers", "question": crowds.CHOICE}
    return {
        "responses": LEAF if wanted == "leaf" else answers,
        "members": about[known],
        "logs": [{"path": "access.log", "re": simulating.LOG}],
        "who": {person.address: str(ours.members[person.place]) for person in ours.people if not person.by_slip},
        "issue_re": simulating.ISSUE,
        "submit_re": simulating.SUBMIT,
    }


def _found(ours: Field, out: Path) -> dict[str, Any]:
    return {
        "db": "app.db",
        "wal": "app.wal",
        "wal_base": "base.db",
        "wals": [{"wal": "closing.wal", "base": "base.db"}],
        "snapshots": [f"snap/{path.name}" for path in sorted((out / "snap").glob("*.db"))],
        "files": ["app.log"],
    }


def _opened(ours: Field) -> tuple[dict[str, tuple[str, Mapping[str, Any]]], dict[bytes, str]]:
    """Return what the box held: the answers by their ids, and the leaves by the prefixes of their ballots."""
    with ours.app.app_context():
        answers = db.session.execute(select(Response.id, Response.part, Response.answers)).all()
        leaves = db.session.execute(select(Leaf.prefix, Leaf.leaf)).all()
        db.session.remove()
    return {row: (part, said) for row, part, said in answers}, {prefix: leaf.hex() for prefix, leaf in leaves}


def _marks(said: Mapping[str, Any]) -> list[str]:
    number, text = said.get(crowds.NUMBER), said.get(crowds.TEXT) or ""
    words = [word for word in text.split() if word.startswith("zq")]
    return words + ([] if number is None else [str(int(number))])


def _by_choice(ours: Field, member: Mapping[int, str], responses: Mapping[str, Any]) -> dict[str, str]:
    """Return for each member one of the rows with the choice it made: which, nobody can know any more."""
    rows: dict[str, list[str]] = {}
    for row, (part, said) in responses.items():
        if part == crowds.CHOICE:
            rows.setdefault(said[crowds.CHOICE], []).append(row)
    rng = Random(0)
    for found in rows.values():
        rng.shuffle(found)
    return {member[person.place]: rows[person.choice].pop() for person in ours.people if person.answers}


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
