"""What talks cost with 1,000 to 100,000 of them, all sealed: list, search, coverage, and the look for copied notes.

Each size is its own database, on SQLite and, where an address is given, on PostgreSQL. Every page is asked for through
the WSGI interface by a secretary whose key is open. "bare" is the driver alone, in the same run, fetching the rows that
page is made of: the same joins and order for the list, the same counts for coverage, the same shelves for the search.
Target: each page under 300 ms with 100,000 talks.

    python -m bench.interviews [--sizes 1000,10000,100000] [--postgres postgresql://…]
"""

import argparse
import json
import random
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import insert, text

from app import create_app
from bench import stage as staging
from bench.frame import Area
from core import seal
from core.clock import now, today
from core.db import Model, db
from core.settings import ROOT, Settings
from core.terms import Audience, FollowUpState, MemberCategory, OrganisationKind, Role, TalkMode, TalkState, Visibility
from interviews import likeness
from interviews.models import FollowUp, Talk
from members.models import Account, Group, Member, Organisation
from vault import circles, envelopes, keys
from vault import session as vault_session
from vault.models import Envelope, EnvelopeKey, ReaderKey

MEMBERS, GROUPS, TALKERS = 2000, 40, 12
TARGET = 300  # ms
RUNS = 7
CHUNK = 5000
PASSWORD = "bench bench bench"  # noqa: S105 - of a database that lives for a minute
RARE, COMMON, PAIR = "四百五的管钳", "排班", "食堂 停车"
FIRST_DAY = date(2016, 1, 1)


@dataclass(frozen=True, slots=True)
class House:
    """The organisation the talks are of, as numbers."""

    organisation_id: int
    people: list[int]
    talkers: list[tuple[int, int]]  # (member id, account id); the secretary's first
    keys: dict[int, ReaderKey]  # by account id
    circles: dict[Audience, ReaderKey]


def sentences() -> list[str]:
    """Return the sentences of the sample's notes."""
    rows = (ROOT / "exchange" / "sample" / "talk_notes.jsonl").read_text("utf-8").splitlines()
    return [f"{part}。" for row in rows for part in json.loads(row)["notes"].split("。") if part]


def house() -> House:
    """Write an organisation of 2,000 people, twelve of whom hold talks, each with a key."""
    row = Organisation(name="测", kind=OrganisationKind.PARTY_BRANCH, language="zh", rules={}, created_at=now())
    db.session.add(row)
    db.session.flush()
    groups = [Group(organisation_id=row.id, name=f"第{number}班") for number in range(GROUPS)]
    db.session.add_all(groups)
    db.session.flush()
    people = [
        Member(
            organisation_id=row.id, number=f"M{number:04}", name=f"成员{number}",
            group_id=groups[number % GROUPS].id, category=list(MemberCategory)[number % 3],
        )
        for number in range(MEMBERS)
    ]  # fmt: skip
    db.session.add_all(people)
    db.session.flush()
    talkers = []
    for place in range(TALKERS):
        role = Role.SECRETARY if place == 0 else Role.COMMITTEE
        talkers.append(
            Account(
                organisation_id=row.id, member_id=people[place].id, username=f"bench{place}", name=f"成员{place}",
                password="-", role=role, language="zh",
            )
        )  # fmt: skip
    db.session.add_all(talkers)
    db.session.flush()
    for account in talkers:
        account.keyring = keys.make(account, PASSWORD)
    held = {audience: circles.current(row, audience) for audience in Audience}
    own = {account.id: key for account in talkers if (key := keys.own(account))}
    return House(row.id, [one.id for one in people], [(one.member_id or 0, one.id) for one in talkers], own, held)


def sealed(envelope_id: int, content: dict[str, str], readers: list[ReaderKey], into: SimpleNamespace) -> None:
    """Seal as `vault.envelopes.put` does, and keep the rows to be written together."""
    key, info = secrets.token_bytes(32), envelopes.INFO + str(envelope_id).encode()
    plain = json.dumps(content, ensure_ascii=False).encode()
    size = -(-(len(plain) + 4) // envelopes.STEP) * envelopes.STEP
    box = seal.seal(key, plain, size=size, bound_to=info)
    into.envelopes.append({"id": envelope_id, "organisation_id": into.house.organisation_id, "content": box})
    for reader in {one.id: one for one in readers}.values():
        into.keys.append(
            {"envelope_id": envelope_id, "key_id": reader.id, "box": seal.seal_to(reader.public, key, info)}
        )


def readers_of(place: House, account_id: int, level: Visibility) -> list[ReaderKey]:
    """Return the keys a talk of this level is sealed to."""
    found = [place.keys[account_id]]
    if level is not Visibility.INTERVIEWER:
        found.append(place.circles[Audience.SECRETARY])
    if level is Visibility.COMMITTEE:
        found.append(place.circles[Audience.COMMITTEE])
    return found


def rows(place: House, count: int) -> Iterator[SimpleNamespace]:
    """Yield talks ready to insert, in chunks; every third with a promise, one promise in ten still open."""
    draw = random.Random(7)  # noqa: S311 - invented talks
    said, envelope_id = sentences(), 0
    chunk = SimpleNamespace(house=place, envelopes=[], keys=[], talks=[], promises=[])
    days = (today() - FIRST_DAY).days
    for number in range(1, count + 1):
        member_id, account_id = draw.choices(place.talkers, weights=[3] + [1] * (TALKERS - 1))[0]
        level = draw.choices(list(Visibility), weights=[2, 4, 4])[0]
        readers = readers_of(place, account_id, level)
        notes = "".join(draw.sample(said, 7))
        envelope_id += 1
        sealed(envelope_id, {"notes": notes}, readers, chunk)
        held = FIRST_DAY + timedelta(draw.randrange(days))
        chunk.talks.append(
            {
                "id": number, "organisation_id": place.organisation_id, "revision": 2, "number": "",
                "member_id": draw.choice(place.people[TALKERS:]),
                "interviewer_id": member_id, "occasion": draw.choice(["定期谈心", "本人约谈", "新到岗"]),
                "mode": TalkMode.IN_PERSON, "place": "值班室", "held_on": held, "visibility": level,
                "envelope_id": envelope_id, "notes": "", "sketch": likeness.sketch(notes), "state": TalkState.RECORDED,
                "created_by": account_id, "changed_by": account_id, "changed_at": now(),
            }
        )  # fmt: skip
        if number % 3 == 0:
            envelope_id += 1
            sealed(envelope_id, {"promise": draw.choice(said), "outcome": ""}, readers, chunk)
            chunk.promises.append(
                {
                    "talk_id": number, "envelope_id": envelope_id, "promise": "", "outcome": "", "owner_id": member_id,
                    "due_on": held + timedelta(14),
                    "state": FollowUpState.OPEN if number % 30 == 0 else FollowUpState.KEPT,
                }
            )  # fmt: skip
        if number % CHUNK == 0 or number == count:
            yield chunk
            chunk = SimpleNamespace(house=place, envelopes=[], keys=[], talks=[], promises=[])


def stage(folder: Path, count: int, url: str) -> Flask:
    """Return the product with `count` sealed talks."""
    app = create_app(Settings(data=folder, database=url, queue="inline"), TESTING=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        if not url.startswith("sqlite"):
            with db.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
        Model.metadata.create_all(db.engine)
        place = house()
        db.session.commit()
        for chunk in rows(place, count):
            db.session.execute(insert(Envelope), chunk.envelopes)
            db.session.execute(insert(EnvelopeKey), chunk.keys)
            db.session.execute(insert(Talk), chunk.talks)
            if chunk.promises:
                db.session.execute(insert(FollowUp), chunk.promises)
            db.session.commit()
        if not url.startswith("sqlite"):  # which the server does by itself; SQLite is never told to
            with db.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    return app


def signed_in(app: Flask) -> tuple[FlaskClient, Account]:
    """Return the secretary's browser, his key open, and his account."""
    with app.app_context():
        account = db.session.query(Account).filter_by(username="bench0").one()
        client = staging.signed_in(app, account.id)
        keyring = keys.unlock(account, PASSWORD)
        with client.session_transaction(path="/app") as session:
            session[vault_session.NAME] = vault_session.packed(account, keyring)
        account.keyring = keyring
        keyring.all()
        _ = account.organisation
        db.session.expunge_all()
    return client, account


def median(work: Callable[[], Any], runs: int = RUNS) -> tuple[float, float]:
    """Return how many milliseconds `work` takes, after one run to warm up: by the clock, and of this process's CPU."""
    work()
    taken, used = [], []
    for _run in range(runs):
        started, spent = time.perf_counter(), time.process_time()
        work()
        taken.append(1000 * (time.perf_counter() - started))
        used.append(1000 * (time.process_time() - spent))
    return statistics.median(taken), statistics.median(used)


BARE_LIST = (
    "SELECT t.id, t.held_on, m.number, m.name, g.name, i.name, t.occasion FROM talk t"
    " JOIN member m ON m.id = t.member_id JOIN member i ON i.id = t.interviewer_id"
    " LEFT JOIN member_group g ON g.id = m.group_id"
    " WHERE t.organisation_id = 1 ORDER BY t.held_on DESC, t.id DESC LIMIT 25"
)
BARE_COUNTS = (
    "SELECT m.id, m.number, m.name, count(t.id) FROM member m LEFT JOIN talk t ON t.member_id = m.id"
    " AND t.state = 'recorded' AND t.held_on >= '{since}' WHERE m.organisation_id = 1 GROUP BY m.id, m.number, m.name"
)
BARE_SHELVES = "SELECT content FROM search_shelf"
BARE_SKETCHES = "SELECT id, sketch FROM talk WHERE organisation_id = 1"


def bare(app: Flask, query: str) -> float:
    """Return the milliseconds the driver alone needs for `query`."""
    with app.app_context():
        connection = db.engine.raw_connection()
        try:
            cursor = connection.cursor(
                **({"binary": True} if "psycopg" in type(connection.dbapi_connection).__module__ else {})
            )
            return median(lambda: cursor.execute(query).fetchall())[0]
        finally:
            connection.close()


def page(client: FlaskClient, address: str) -> Callable[[], Any]:
    """Return the work of asking for one page."""

    def ask() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)

    return ask


def fill(client: FlaskClient, count: int) -> None:
    """Search until every note stands on a shelf, and print what that took."""
    started, posts = time.perf_counter(), 0
    while True:
        sent = client.post("/app/talks/search", data={"words": RARE})
        posts += 1
        assert sent.status_code == 303, sent.status_code
        if 'class="flash warning"' not in client.get(sent.headers["Location"]).text:
            break
    spent = time.perf_counter() - started
    print(f"  shelves filled from nothing: {posts} searches, {1000 * spent / count:.2f} ms a talk")


def one(count: int, engine: str, url: str) -> bool:
    """Measure one size on one engine and print its lines; return whether every page kept to the target."""
    kept = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.perf_counter()
        app = stage(folder, count, url or f"sqlite:///{folder / 'bench.db'}")
        print(f"{engine}, {count:,} talks (made in {time.perf_counter() - started:.0f} s)")
        client, reader = signed_in(app)
        fill(client, count)
        for label, work, query in works(app, client, reader):
            (spent, used), plain = median(work), bare(app, query)
            kept = kept and (count > 100_000 or spent < TARGET)
            figures = f"{spent:7.1f} ms (own CPU {used:6.1f})   bare {plain:6.1f} ms   ratio {spent / plain:5.1f}"
            print(f"  {label:<26} {figures}")
        with app.app_context():
            db.engine.dispose()
    return kept


def works(app: Flask, client: FlaskClient, reader: Account) -> Iterator[tuple[str, Callable[[], Any], str]]:
    """Yield (what, the work, the bare query) of everything that is measured."""
    year, always = (BARE_COUNTS.format(since=since) for since in (today() - timedelta(365), FIRST_DAY))
    yield "list", page(client, "/app/talks"), BARE_LIST
    yield "list, page 40", page(client, "/app/talks?page=40"), BARE_LIST
    yield "list of one group", page(client, "/app/talks?group=3"), BARE_LIST
    yield "list, a name", page(client, "/app/talks?q=成员77"), BARE_LIST
    yield "coverage, twelve months", page(client, "/app/coverage"), year
    yield "coverage, everything", page(client, f"/app/coverage?since={FIRST_DAY}"), always
    for label, words in (("rare", RARE), ("common", COMMON), ("two words", PAIR)):
        yield (
            f"search sent ({label})",
            lambda w=words: client.post("/app/talks/search", data={"words": w}),
            BARE_SHELVES,
        )
        found = client.post("/app/talks/search", data={"words": words}).headers["Location"]
        yield f"search found ({label})", page(client, found), BARE_SHELVES
    yield "copied notes", lambda: alike(app, reader), BARE_SKETCHES


def alike(app: Flask, reader: Account) -> None:
    """Look for notes that repeat others."""
    notes = "".join(random.Random(11).sample(sentences(), 7))  # noqa: S311 - invented
    with app.test_request_context("/app/talks"):
        g.account = reader
        talk = Talk(id=0, organisation_id=reader.organisation_id, interviewer_id=reader.member_id, created_by=reader.id)
        likeness.similar(notes, talk, within=reader.organisation, reader=reader)


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 when a page misses the target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000", help="talks, comma separated")
    parser.add_argument("--postgres", default="", help="address of an empty PostgreSQL database to measure on as well")
    chosen = parser.parse_args(argv)
    kept = True
    for engine, url in (("SQLite", ""), ("PostgreSQL", chosen.postgres)):
        if engine == "PostgreSQL" and not url:
            continue
        for size in chosen.sizes.split(","):
            kept = one(int(size), engine, url.replace("postgresql://", "postgresql+psycopg://")) and kept
    return 0 if kept else 1


AREA = Area("Talks", flags=("--sizes", "1000,10000,100000", "--postgres", "{postgres}"), quick=("--sizes", "1000,5000"))

if __name__ == "__main__":
    sys.exit(main())
