"""What the pages of concerns cost with 2,000 to 100,000 excerpts in up to 500 concerns.

Each size is its own database, on SQLite and, where an address is given, on PostgreSQL. Every page is asked for through
the WSGI interface by a secretary. "bare" is the driver alone, in the same run, fetching the rows that page is made of.
Target: each page under 300 ms with 100,000 excerpts and 500 concerns.

    python -m bench.concerns [--sizes 2000,10000,100000] [--postgres postgresql://…]
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, text

from app import create_app
from bench import stage as staging
from bench.frame import Area
from bench.interviews import median, page
from concerns.models import Action, Concern, Excerpt
from core.clock import now, today
from core.db import Model, db
from core.settings import ROOT, Settings
from core.terms import (
    ActionState,
    ExcerptKind,
    MemberCategory,
    OrganisationKind,
    Role,
    SourceKind,
    SurveyState,
    TalkMode,
    TalkState,
    Visibility,
)
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Account, Group, Member, Organisation
from surveys.models import Survey, Version

MEMBERS, GROUPS, SURVEYS, CONCERNS = 2000, 40, 4, 500
SHARE_OF_TALKS, ALONE, QUOTED = 0.35, 0.15, 5
TARGET = 300  # ms
CHUNK = 5000
RARE, COMMON, PAIR = "四百五的管钳", "食堂", "食堂 停车"
FIRST_DAY = date(2026, 1, 5)


@dataclass(frozen=True, slots=True)
class House:
    """The investigation the excerpts are of, as numbers."""

    organisation_id: int
    investigation_id: int
    people: list[int]
    surveys: list[int]
    secretary: int


def said() -> list[str]:
    """Return the sentences and answers of the sample."""
    folder = ROOT / "exchange" / "sample"
    notes = [json.loads(row)["notes"] for row in (folder / "talk_notes.jsonl").read_text("utf-8").splitlines()]
    return sorted({part.strip() for note in notes for part in note.split("。") if part.strip()})


def house() -> House:
    """Write an organisation of 2,000 people in forty groups, one investigation, and four closed surveys."""
    row = Organisation(name="测", kind=OrganisationKind.PARTY_BRANCH, language="zh", rules={}, created_at=now())
    db.session.add(row)
    db.session.flush()
    groups = [Group(organisation_id=row.id, name=f"第{number}班") for number in range(GROUPS)]
    investigation = Investigation(
        organisation_id=row.id, title="测", purpose="测", starts_on=FIRST_DAY, ends_on=today(), created_at=now()
    )
    db.session.add_all([*groups, investigation])
    db.session.flush()
    people = [
        Member(
            organisation_id=row.id, number=f"M{number:04}", name=f"成员{number}",
            group_id=groups[number % GROUPS].id, category=list(MemberCategory)[number % 3],
        )
        for number in range(MEMBERS)
    ]  # fmt: skip
    account = Account(
        organisation_id=row.id, username="bench", name="测", password="-", role=Role.SECRETARY, language="zh"
    )
    version = Version(
        organisation_id=row.id, title="问卷", language="zh",
        definition={"id": "s", "title": "问卷", "lang": "zh", "version": 1, "sections": []},
    )  # fmt: skip
    db.session.add_all([*people, account, version])
    db.session.flush()
    surveys = [
        Survey(
            organisation_id=row.id, investigation_id=investigation.id, version_id=version.id, public_id=f"b{number}",
            state=SurveyState.CLOSED, closed_on=FIRST_DAY + timedelta(70 * number), created_at=now(),
        )
        for number in range(SURVEYS)
    ]  # fmt: skip
    db.session.add_all(surveys)
    db.session.flush()
    return House(row.id, investigation.id, [one.id for one in people], [one.id for one in surveys], account.id)


def rows(place: House, count: int) -> Iterator[tuple[type[Model], list[dict[str, Any]]]]:
    """Yield what to insert, in order: concerns with actions, talks, then `count` excerpts, the widest concern first."""
    draw = random.Random(7)  # noqa: S311 - invented passages
    concerns, owner = min(CONCERNS, count // 20), {"organisation_id": place.organisation_id}
    here = owner | {"investigation_id": place.investigation_id}
    yield Concern, [
        here | {
            "id": number, "label": f"诉求{number}", "summary": "", "terms": ["食堂"], "theme": f"主题{number % 12}",
            "curated": number % 3 == 0, "hidden": number % 50 == 0, "revision": 1,
        }
        for number in range(1, concerns + 1)
    ]  # fmt: skip
    yield Action, [
        owner | {
            "concern_id": number, "number": f"ZG-2026-{number:03}", "measure": "换菜单", "owner": "后勤", "revision": 1,
            "due_on": today() + timedelta(number % 60 - 20), "state": list(ActionState)[number % len(ActionState)],
        }
        for number in range(1, concerns + 1, 2)
    ]  # fmt: skip
    talks = max(20, count // 20)
    yield Talk, [
        here | {
            "id": number, "revision": 1, "member_id": draw.choice(place.people), "interviewer_id": place.people[0],
            "mode": TalkMode.IN_PERSON, "held_on": FIRST_DAY + timedelta(draw.randrange(320)),
            "visibility": draw.choice([Visibility.COMMITTEE, Visibility.SECRETARY]), "state": TalkState.RECORDED,
            "changed_at": now(), "number": "", "notes": "",
        }
        for number in range(1, talks + 1)
    ]  # fmt: skip
    texts, weights = said(), [1 / (number + 8) for number in range(concerns)]
    homes = draw.choices(range(1, concerns + 1), weights, k=count)
    quoted: dict[int, int] = {}
    voice = ""
    for start in range(0, count, CHUNK):
        chunk = []
        for number in range(start, min(start + CHUNK, count)):
            from_talk, alone = draw.random() < SHARE_OF_TALKS, draw.random() < ALONE
            voice = voice if voice and draw.random() < 0.4 else f"{draw.getrandbits(128):032x}"
            talk, home = draw.randrange(1, talks + 1), None if alone else homes[number]
            rank = quoted.get(home, 0) if home else QUOTED
            if home and rank < QUOTED:
                quoted[home] = rank + 1
            chunk.append(
                here | {
                    "source": SourceKind.TALK if from_talk else SourceKind.SURVEY, "item": "" if from_talk else "q13",
                    "source_id": talk if from_talk else draw.choice(place.surveys),
                    "voice": f"{talk:032x}" if from_talk else voice, "start": 0, "end": 9,
                    "text": f"{draw.choice(texts)}{number % 97}", "concern_id": home, "pinned": False,
                    "kind": draw.choice(list(ExcerptKind)) if alone else ExcerptKind.CONCERN, "focus": "",
                    "redactions": [[0, 2]] if number % 50 == 0 else [], "hidden": number % 200 == 0,
                    "quoted": rank if rank < QUOTED else None,
                }
            )  # fmt: skip
        yield Excerpt, chunk


def stage(folder: Path, count: int, url: str) -> tuple[Flask, House]:
    """Return the product with `count` excerpts, and where they are."""
    app = create_app(Settings(data=folder, database=url, queue="inline"), TESTING=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        if not url.startswith("sqlite"):
            with db.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
        Model.metadata.create_all(db.engine)
        place = house()
        for model, chunk in rows(place, count):
            db.session.execute(insert(model), chunk)
        db.session.commit()
        if not url.startswith("sqlite"):  # which the server does by itself; SQLite is never told to
            with db.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    return app, place


BARE_COUNTS = (
    "SELECT concern_id, source, count(*) FROM (SELECT concern_id, source, voice FROM excerpt WHERE organisation_id = 1"
    " AND investigation_id = 1 GROUP BY concern_id, source, voice) AS v GROUP BY concern_id, source"
)
BARE_PASSAGES = "SELECT id, source, text FROM excerpt WHERE concern_id = 1 ORDER BY source, text LIMIT 100"
BARE_ALONE = (
    "SELECT id, source, text FROM excerpt WHERE organisation_id = 1 AND investigation_id = 1 AND concern_id IS NULL"
    " ORDER BY source, text LIMIT 100"
)
BARE_SEARCH = (
    "SELECT id, text FROM excerpt WHERE investigation_id = 1 AND text LIKE '%{words}%' ORDER BY text LIMIT 500"
)


def bare(app: Flask, query: str) -> float:
    """Return the milliseconds the driver alone needs for `query`."""
    with app.app_context():
        connection = db.engine.raw_connection()
        try:
            cursor = connection.cursor()
            return median(lambda: cursor.execute(query).fetchall())[0]
        finally:
            connection.close()


def works(app: Flask, client: FlaskClient, place: House) -> Iterator[tuple[str, Callable[[], Any], str]]:
    """Yield (what, the work, the bare query) of everything that is measured."""
    here = f"/app/investigations/{place.investigation_id}/concerns"
    yield "list by breadth", page(client, here), BARE_COUNTS
    yield "list, last page", page(client, f"{here}?page=99"), BARE_COUNTS
    yield "list narrowed", page(client, f"{here}?theme=主题3&source=talk&order=passages"), BARE_COUNTS
    yield "widest concern", page(client, "/app/concerns/1"), BARE_PASSAGES
    yield "widest concern, page 20", page(client, "/app/concerns/1?page=20"), BARE_PASSAGES
    yield "a concern of usual size", page(client, "/app/concerns/100"), BARE_PASSAGES
    yield "single passages", page(client, f"{here}/ungrouped"), BARE_ALONE
    yield "praise", page(client, f"{here}/also-said?kind=praise"), BARE_ALONE
    yield "matrix by group", page(client, f"{here}/matrix"), BARE_COUNTS
    yield "matrix by group, page 9", page(client, f"{here}/matrix?page=9"), BARE_COUNTS
    yield "matrix by source", page(client, f"{here}/matrix?by=source"), BARE_COUNTS
    yield "over time", page(client, f"{here}/timeline"), BARE_COUNTS
    for label, words in (("rare", RARE), ("common", COMMON), ("two words", PAIR)):
        found = client.post(f"{here}/search", data={"words": words}).headers["Location"]
        yield f"search ({label})", page(client, found), BARE_SEARCH.format(words=words.split()[0])
    yield "dashboard", page(client, "/app/"), BARE_COUNTS
    known = {f"concerns.{name}" for name in ("index", "ungrouped", "matrix", "timeline", "also_said", "search", "show")}
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or not rule.rule.startswith("/app/") or rule.endpoint in known:
            continue
        if rule.endpoint.startswith("concerns.") and rule.arguments <= {"investigation_id", "concern_id", "action_id"}:
            yield rule.endpoint, page(client, _filled(rule.rule)), BARE_COUNTS


def _filled(rule: str) -> str:
    """An address with the first of everything in it."""
    for name in ("investigation_id", "concern_id", "action_id"):
        rule = rule.replace(f"<int:{name}>", "1")
    return rule


def one(count: int, engine: str, url: str) -> bool:
    """Measure one size on one engine and print its lines; return whether every page kept to the target."""
    kept = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.perf_counter()
        app, place = stage(folder, count, url or f"sqlite:///{folder / 'bench.db'}")
        with app.app_context():
            concerns = db.session.scalar(select(func.count()).select_from(Concern))
        print(f"{engine}, {count:,} excerpts in {concerns} concerns (made in {time.perf_counter() - started:.0f} s)")
        for label, work, query in works(app, staging.signed_in(app, place.secretary), place):
            (spent, used), plain = median(work), bare(app, query)
            kept = kept and spent < TARGET
            figures = f"{spent:7.1f} ms (own CPU {used:6.1f})   bare {plain:6.1f} ms   ratio {spent / plain:5.1f}"
            print(f"  {label:<28} {figures}", flush=True)
        with app.app_context():
            db.engine.dispose()
    return kept


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 when a page misses the target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="2000,10000,100000", help="excerpts, comma separated")
    parser.add_argument("--postgres", default="", help="address of an empty PostgreSQL database to measure on as well")
    chosen = parser.parse_args(argv)
    kept = True
    for engine, url in (("SQLite", ""), ("PostgreSQL", chosen.postgres)):
        if engine == "PostgreSQL" and not url:
            continue
        for size in chosen.sizes.split(","):
            kept = one(int(size), engine, url.replace("postgresql://", "postgresql+psycopg://")) and kept
    return 0 if kept else 1


AREA = Area(
    "Concerns", flags=("--sizes", "2000,10000,100000", "--postgres", "{postgres}"), quick=("--sizes", "2000,5000")
)

if __name__ == "__main__":
    sys.exit(main())
