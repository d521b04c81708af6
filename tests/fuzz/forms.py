"""Every form of the desk and of the respondents' pages, sent anything: an answer, and nothing half written."""

import random
import tempfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from core.db import Model, db
from forms.base import HouseForm
from tests.conftest import build
from tests.fuzz import mutations
from tests.house import test_every_page
from tests.house.test_every_page import addresses, browser

NAME = "forms"
# Each ends the session it is asked with, or, on purpose, writes down that somebody failed to come in.
LEFT_OUT = {"members.sign_out", "vault.start_anew", "members.sign_in", "members.set_up", "members.set_up_first"}
# What may be written although the answer is no: failures to sign in, and what a page keeps of its reader's session.
COUNTING = {"account", "account_session", "sign_in_failure", "session", "audit_entry", "audit_head"}
VALUES = (
    *(
        "",
        " ",
        "0",
        "1",
        "2",
        "-1",
        "99999999999999999999",
        "on",
        "y",
        "zh",
        "en",
        "secretary",
        "x" * 3000,
        "\0",
        "\ud7ff",
    ),
    *("2026-10-31", "2026-13-45", "0001-01-01", "9999-12-31", "2026-10", "12:30", "25:61", "1e309", "NaN", "١٢٣"),
    *("😀<script>", "';--", "%s{0}", "{{7*7}}", "=1+1", "../../etc/passwd", "a\r\nb: c", "//evil.example", "‮"),
    *('{"a": [', "[]", "[[1]]", "null", "1,2,3", "甲", "停车太难，东门太挤。", "a@b.example", "true", "survey", "open"),
)
EXTRA = (
    "revision",
    "page",
    "back",
    "q",
    "group",
    "excerpts",
    "draft",
    "content",
    "leave_out",
    "act",
    "based_on",
    "chosen",
)


def fields() -> list[str]:
    """Return every field name any form of the product has, and those pages read without a form."""
    names, kinds = set(EXTRA), [HouseForm]
    while kinds:
        below = kinds.pop().__subclasses__()
        kinds += below
        names |= {name for kind in below for name in vars(kind) if not name.startswith("_")}
    return sorted(names)


def doors(world: SimpleNamespace) -> list[tuple[str, str]]:
    """Return endpoint and address of everything that takes a POST, respondents' pages included."""
    found = [(rule.endpoint, url) for rule, url in addresses(world, "POST") if rule.endpoint not in LEFT_OUT]
    for public_id in (world.public_id, "nothing"):
        found += [("surveys.answer", f"/s/{public_id}"), ("surveys.collect", f"/s/{public_id}/collect")]
        found += [("surveys.cast", f"/b/{public_id}/cast"), ("surveys.board_receipt", f"/b/{public_id}/zh/receipt")]
        found += [("surveys.kiosk", f"/k/{public_id}"), ("surveys.board_code", f"/b/{public_id}/zh/code")]
        found += [("surveys.board_judge", f"/b/{public_id}/zh/audit")]
    return sorted(set(found))


def made(app: Any) -> dict[str, Any]:
    """Write the sample; return what the forms need to know of it."""
    told = test_every_page.made(app)
    surveys = Model.metadata.tables["survey"]
    return told | {"public_id": db.session.scalar(select(surveys.c.public_id).order_by(surveys.c.id).limit(1))}


def sent(chance: random.Random, names: list[str]) -> dict[str, Any]:
    """Return fields at random: plausible, hostile, repeated, files among them."""
    data: dict[str, Any] = {}
    for name in chance.sample(names, chance.randint(0, min(40, len(names)))):
        value = chance.choice(VALUES)
        if chance.randrange(10) == 0:
            data[name] = [value, chance.choice(VALUES)]
        elif chance.randrange(12) == 0 or name in ("file", "scan"):
            content = mutations.changed(b"PK\x03\x04" + value.encode("utf-8", "replace"), chance, 300)
            data[name] = (BytesIO(content), chance.choice(("a.csv", "a.xlsx", "../a.docx", "a\0.pdf", "甲" * 200, "")))
        else:
            data[name] = value
    return data


def rows(engine: Engine) -> dict[str, int]:
    """Return how many rows each table has."""
    with engine.connect() as connection:
        tables = Model.metadata.sorted_tables
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


class Sender:
    """Sends forms as the three of the house and as a stranger, and says what was wrong with an answer."""

    def __init__(self, world: SimpleNamespace) -> None:
        world.app.config["PROPAGATE_CRASHES"] = False
        self._world, self._names, self.doors = world, fields(), doors(world)
        with world.app.app_context():
            self._engine = db.engine
            self._before = rows(self._engine)
        self._watching = self._engine.raw_connection()
        self._version = self._data_version()

    def _data_version(self) -> int:
        """Return a number SQLite changes with every commit of any other connection."""
        return int(self._watching.execute("PRAGMA data_version").fetchone()[0])

    def send(self, endpoint: str, url: str, chance: random.Random) -> Iterator[str]:
        """Send one form; yield what is wrong with the answer."""
        who = chance.choice(("shuji", "shuji", "shuji", "weiyuan", "dangyuan", "outsider"))
        client = browser(self._world, who)
        told = {"HX-Request": "1"} if chance.randrange(5) == 0 else {}
        if chance.randrange(15) == 0:
            said = {name: chance.choice(([], {}, 7, None, True, "x")) for name in self._names}
            answer = client.post(url, json=said, headers=told)
        else:
            answer = client.post(url, data=sent(chance, self._names), headers=told)
        if answer.status_code >= 500:
            yield f"{endpoint} as {who}: {answer.status_code}"
        version = self._data_version()
        if version == self._version:
            return
        self._version = version
        after = rows(self._engine)
        changed = {name for name in after if after[name] != self._before[name]} - COUNTING
        self._before = after
        if answer.status_code >= 400 and changed:
            yield f"{endpoint} as {who}: {answer.status_code}, yet {', '.join(sorted(changed))} changed"


def taker() -> Callable[[bytes], None]:
    """Return what sends one form for some bytes, in a fresh copy of the sample; it raises `AssertionError`."""
    app = build(Path(tempfile.mkdtemp()) / "instance")
    with app.app_context():
        told = made(app)
        db.session.remove()
    sender = Sender(SimpleNamespace(app=app, **told))

    def take(content: bytes) -> None:
        chance = random.Random(content)
        endpoint, url = chance.choice(sender.doors)
        wrong = list(sender.send(endpoint, url, chance))
        assert not wrong, wrong

    return take


def corpus(folder: Path) -> Path:
    """Return the folder that keeps what the forms' runs leave behind."""
    place = folder / NAME
    place.mkdir(parents=True, exist_ok=True)
    return place
