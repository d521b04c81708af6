"""Deployments of the real application to be attacked: on SQLite and on PostgreSQL, and one with its keys in backups."""

import json
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, select, text

from app import create_app
from concerns.models import Excerpt
from core import jobs
from core.db import db
from core.settings import Settings
from investigations.models import Investigation
from surveys import ballots, footprints, simulating
from surveys.simulating import Field
from tests.anonymity.attack import postgres, remains
from tests.anonymity.attack.linkage import Outcome, attack, attack_all
from tests.anonymity.attack.schema import FILES

RELEVANT = ["member", "invitation", "sealed_response", "response", "leaf", "keyed_sheet", "slip_record", "audit_entry"]


@dataclass(frozen=True, slots=True)
class Attacked:
    """One deployment and how far the attack came, by kind of pair; `wrong`: what lay there and must not."""

    outcomes: dict[str, Outcome]
    wrong: list[str]


def build(data: Path, database: str = "") -> Flask:
    """Return the application on an empty database."""
    app = create_app(Settings(data=data, database=database or f"sqlite:///{data / 'fielded.db'}", queue="inline"))
    if database:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    return app


def on_sqlite(folder: Path, *, members: int, seed: int, perm: int = 0, **plan: Any) -> Attacked:
    """Field a survey on SQLite in `folder`, attack everything at rest, and look for what must not be there.

    `plan` is handed to `simulating.set_up`.
    """
    data, out = folder / "data", folder / "out"
    footprints.take(build(data), out, members=members, seed=seed, **plan)
    wrong = remains.found(out, out / "truth")
    left = [str(path.relative_to(data)) for path in sorted(data.rglob("*")) if path.is_file()]
    wrong += [
        f"the data folder holds {name}, which the attack does not know" for name in left if not FILES.fullmatch(name)
    ]
    return Attacked(attack_all(out, out / "truth", perm=perm), wrong)


def with_keys_in_backups(folder: Path, *, members: int, seed: int, perm: int = 0) -> Outcome:
    """Do the same where every backup holds the keys as well, and whoever has it opens the pool with them."""
    data, out = folder / "data", folder / "out"
    app = build(data)

    def with_keys(backup: Path) -> None:
        shutil.copytree(data / "keys", backup.with_suffix(".keys"), dirs_exist_ok=True)

    ours = footprints.take(app, out, members=members, seed=seed, after_backup=with_keys)
    for backup in sorted((out / "snap").glob("*.db")):
        _open_pool(ours, backup)
    return attack_all(out, out / "truth", perm=perm)[""]


def _open_pool(ours: Field, backup: Path) -> None:
    """Open what was sealed at the time of a backup with the keys in it, and add the leaves to its table."""
    keys = backup.with_suffix(".keys") / f"survey-{ours.survey_id}"
    if not keys.exists():
        return
    with ours.app.app_context(), sqlite3.connect(backup) as copy:
        box = ballots.Box(ours.survey_id, (keys / "box").read_bytes())
        rows = copy.execute("SELECT tag, box FROM sealed_response").fetchall()
        opened = [box.open(tag, sealed).ballot for tag, sealed in rows]
        leaves = [(one.leaf, ours.survey_id, one.prefix, one.signature, one.commitment) for one in opened if one]
        copy.executemany(
            "INSERT OR IGNORE INTO leaf (leaf, survey_id, prefix, signature, commitment) VALUES (?,?,?,?,?)", leaves
        )
    copy.close()


def on_postgres(folder: Path, url: str, *, members: int, seed: int, perm: int = 0) -> Attacked:
    """Field a survey on PostgreSQL and attack rows, stamps, the data directory and the access log."""
    app = build(folder / "data", url)
    ours = simulating.set_up(app, members=members, seed=seed)
    with app.app_context():
        engine = db.engine
    with (folder / "access.log").open("w", encoding="utf-8") as log:
        for happened in ours.events:
            ours.happen(happened, log.write)
    ours.remember()
    before = postgres.carry_off(engine, RELEVANT)
    ours.close()
    after = postgres.carry_off(engine, RELEVANT)
    outcomes = {
        name: postgres.attack(before, after, footprints.hints(ours, name), truth, folder, perm=perm)
        for name, truth in footprints.truths(ours).items()
    }
    engine.dispose()
    return Attacked(outcomes, _stamped(after) + _still_there(ours, before, after))


def _stamped(after: postgres.Carried) -> list[str]:
    wrong = []
    for table in ("response", "leaf", "invitation"):
        rows, transactions = postgres.stamps(after, table)
        if rows and transactions != 1:
            wrong.append(f"{table}: {rows} rows bear the stamps of {transactions} transactions")
    if postgres.stamps(after, "sealed_response")[0]:
        wrong.append("sealed rows after the close")
    return wrong


def _still_there(ours: Field, before: postgres.Carried, after: postgres.Carried) -> list[str]:
    words = [person.word.encode() for person in ours.people if person.answers]
    wrong = [
        f"{name}: answers before the close" for name, held in before.files.items() if any(w in held for w in words)
    ]
    tags = list(ours.tags.values())
    relations = after.files.get("pg relations", b"")
    return wrong + (["pool tags in the relations after the close"] if any(tag in relations for tag in tags) else [])


def naive_on_postgres(folder: Path, url: str, *, members: int, seed: int, perm: int = 0) -> Outcome:
    """Write answers one by one under random keys, apart from the ticks, and rewrite both tables: what others do.

    Neither VACUUM FULL nor CLUSTER by a random key changes `xmin`, so the attack must find every one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "access.log").write_text("")
    truth, rng = {}, Random(f"naive {seed}")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in (
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public",
            "CREATE TABLE member (id int PRIMARY KEY, done bool)",
            "CREATE TABLE response (id text PRIMARY KEY, answers text)",
        ):
            connection.execute(text(statement))
        for member in range(members):
            connection.execute(text("INSERT INTO member VALUES (:id, false)"), {"id": member})
        for member in rng.sample(range(members), members):
            key = truth[str(member)] = f"{rng.getrandbits(128):032x}"
            connection.execute(text("UPDATE member SET done = true WHERE id = :id"), {"id": member})
            connection.execute(text("INSERT INTO response VALUES (:id, '{}')"), {"id": key})
        for statement in ("VACUUM FULL response", "CLUSTER response USING response_pkey", "VACUUM FREEZE response"):
            connection.execute(text(statement))
    carried = postgres.carry_off(engine, ["member", "response"], files=False)
    engine.dispose()
    hints = {"responses": {"table": "response", "id": "id"}, "members": [{"table": "member", "id": "id"}]}
    return postgres.attack(carried, carried, hints, truth, folder, perm=perm)


def excerpts(folder: Path, *, members: int, seed: int, perm: int = 0) -> Outcome:
    """Field a survey, group what was written into concerns, and look for the excerpts of each member."""
    data, out = folder / "data", folder / "out"
    app = build(data)
    ours = footprints.take(app, out, members=members, seed=seed)
    with app.app_context():
        investigation = db.session.scalars(select(Investigation)).one()
        place = {"organisation_id": investigation.organisation_id, "investigation_id": investigation.id}
        jobs.enqueue("concerns.regroup", language="en", **place)
        db.session.commit()
        jobs.run_inline()
        rows = db.session.execute(select(Excerpt.id, Excerpt.text)).all()
        db.session.remove()
        db.engine.dispose()
    shutil.copy(data / "fielded.db", out / "grouped.db")
    said = {word: str(row) for row, text_ in rows for word in text_.split()}
    truth = {str(ours.members[person.place]): said[person.word] for person in ours.people if person.answers}
    hints = json.loads((out / "hints.json").read_text())
    hints |= {"db": "grouped.db", "responses": {"table": "excerpt", "id": "id"}}
    return attack(hints, truth, out, perm=perm)
