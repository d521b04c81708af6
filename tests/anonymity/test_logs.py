"""After a whole journey over the real server, nothing but the box and the results knows a code, an address, a ballot or
an answer: no log, no record of operations, no job, no draft, no temporary file, no backup.
"""

import http.client
import json
import os
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest

from anonymity.device import Device, recovery_code
from anonymity.encoding import b64u, unb64u
from core.db import db
from core.settings import ROOT
from surveys import codes
from tests.anonymity.conftest import padded, vote
from tests.conftest import PASSWORD, build
from tests.unsealed import parts

# Where answers and ballots belong once the survey is closed; everything else must not know them.
BELONGS = {"leaf": {"leaf", "prefix", "signature"}, "response": {"answer"}}


@dataclass
class Needles:
    """What must be found nowhere, by kind, in every spelling it could have."""

    known: dict[str, set[bytes]] = field(default_factory=dict)

    def add(self, kind: str, *secrets_: str | bytes) -> None:
        for secret in secrets_:
            if isinstance(secret, str):
                ways = {secret, quote(secret), quote_plus(secret), json.dumps(secret)[1:-1], secret.replace("-", "")}
                found = {way.encode() for way in ways}
            else:
                short = secret[:24]  # enough to know it by, also where it is cut
                found = {short, short.hex().encode(), short.hex().upper().encode(), b64u(short).encode()[:31]}
                found.add(repr(short)[2:-1].encode())
            self.known.setdefault(kind, set()).update(found)

    def found(self, content: bytes) -> set[str]:
        """Return the kinds of what is in `content`."""
        return {kind for kind, ways in self.known.items() if any(way in content for way in ways)}


@pytest.mark.parametrize("spelling", ["plain", "hex", "base64", "escaped", "url"])
def test_the_search_finds_what_it_looks_for(spelling) -> None:
    needles = Needles()
    secret, words = secrets.token_bytes(32), "一句 真话"
    needles.add("leaf", secret)
    needles.add("answer", words)
    said = {
        "plain": (secret, words.encode()),
        "hex": (secret.hex().encode(), words.encode()),
        "base64": (b64u(secret).encode(), words.encode()),
        "escaped": (repr(secret).encode(), json.dumps(words).encode()),
        "url": (secret, urlencode({"b": words}).encode()),
    }[spelling]
    assert needles.found(b"GET " + said[0] + b" - ") == {"leaf"}
    assert needles.found(b"{" + said[1] + b"}") == {"answer"}
    assert needles.found(b"nothing") == set()


class House:
    """The product as it is shipped: gunicorn with its settings, and the worker, their words kept in a file."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder, self.log, self.temp = tmp_path / "instance", tmp_path / "log", tmp_path / "tmp"
        self.temp.mkdir()
        app = build(self.folder)
        with app.app_context():
            voting = vote(app, members=8, slips=4)
            self.sid, self.id = voting.sid, voting.survey.id
            self.codes, self.slips = [phone.code for phone in voting.phones], voting.slips
            self.database = Path(str(db.engine.url.database))
            db.session.remove()
            db.engine.dispose()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {
            **os.environ,
            "XINSHENG_DATA": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "XINSHENG_QUEUE": "",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "TMPDIR": str(self.temp),
            "PYTHONUNBUFFERED": "1",
        }
        self.environment = environment
        self.processes = [
            self._start("gunicorn", "--config", "deploy/gunicorn.conf.py"),
            self._start("flask", "--app", "app", "work"),
        ]

    def _start(self, *command: str) -> subprocess.Popen:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def backup(self, target: Path) -> None:
        command = [sys.executable, "-m", "flask", "--app", "app", "backup", str(target)]
        with self.log.open("ab") as log:
            subprocess.run(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, check=True)

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            process.wait(30)


class Browser:
    """A device with an address of its own on this machine."""

    def __init__(self, house: House, number: int) -> None:
        self.address, self.agent = f"127.77.{number}.41", f"Needle-Agent-{number}-{secrets.token_hex(4)}"
        self.house, self.cookies = house, {}

    def ask(self, method: str, path: str, body: Any = None, kind: str = "") -> tuple[int, str, dict[str, str]]:
        headers = {"User-Agent": self.agent, "Referer": f"http://127.0.0.1/{self.agent}"}
        if kind:
            headers["Content-Type"] = kind
        if self.cookies and path.startswith("/app"):
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.house.port, timeout=60, source_address=(self.address, 0)
        )
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            for line in answer.headers.get_all("Set-Cookie") or ():
                name, _sign, rest = line.partition("=")
                self.cookies[name] = rest.partition(";")[0]
            return answer.status, text, dict(answer.headers)
        finally:
            connection.close()

    def form(self, path: str, **values: str) -> tuple[int, str, dict[str, str]]:
        """Send a form of the desk with the token of its page."""
        _status, page, _headers = self.ask("GET", path)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        token = {"csrf_token": found[1]} if found else {}
        return self.ask("POST", path, urlencode(values | token), "application/x-www-form-urlencoded")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    browser = Browser(found, 250)
    try:
        for _attempt in range(300):
            try:
                browser.ask("GET", f"/s/{found.sid}")
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise AssertionError(f"the product did not start: {found.log.read_text()}")
        yield found
    finally:
        found.stop()


def answer(house: House, needles: Needles) -> None:
    """Collect, cast, resend, and send slips: well and badly, each from an address of its own."""
    _status, text, _headers = Browser(house, 249).ask("GET", f"/s/{house.sid}/manifest")
    sizes = json.loads(text)["sizes"]
    for number, code in enumerate(house.codes[:6]):
        browser, device, salt = Browser(house, number), Device.begin(text), secrets.token_bytes(16)
        words = f"第{number}个人的心里话{secrets.token_hex(6)}"
        needles.add("code", code, codes.canonical(code))
        needles.add("address", browser.address, browser.agent)
        needles.add("answer", words)
        needles.add("prefix", device.prefix)
        needles.add("blinded", device.blinded)
        needles.add("seed", device.seed, recovery_code(device.seed), salt)
        browser.ask("GET", f"/s/{house.sid}/zh?from={code}", None)
        body = padded({"code": code, "blinded": b64u(device.blinded)}, sizes["collect"])
        for _twice in range(2):
            status, said, _headers = browser.ask("POST", f"/s/{house.sid}/collect", body, "application/json")
            assert status == 200, said
        blind_signature = unb64u(json.loads(said)["signature"])
        signature = device.finish(blind_signature)
        needles.add("signature", signature, blind_signature)
        told = {
            "prefix": b64u(device.prefix),
            "signature": b64u(signature),
            "salt": b64u(salt),
            "answers": urlencode({"a": "x", "b": words, "door": "phone"}),
        }
        status, said, _headers = browser.ask(
            "POST", f"/b/{house.sid}/cast", padded(told, sizes["cast"]), "application/json"
        )
        assert status == 200, said
        needles.add("leaf", bytes.fromhex(json.loads(said)["leaf"]))
        needles.add("receipt", unb64u(json.loads(said)["receipt"]))
        # And everything that is refused, which logs love.
        spent = padded(told | {"answers": urlencode({"a": "x", "b": words + "!", "door": "phone"})}, sizes["cast"])
        bad = padded(told | {"answers": urlencode({"a": words, "door": "phone"})}, sizes["cast"])
        for wrong in (spent, bad, body[:-1], b"{" + words.encode(), b"\xff" * sizes["cast"]):
            status, said, _headers = browser.ask("POST", f"/b/{house.sid}/cast", wrong, "application/json")
            assert 400 <= status < 500, (status, said)
        status, _said, _headers = browser.ask("POST", f"/s/{house.sid}/collect", b"[" + body, "application/json")
        assert status == 400
    for number, code in enumerate(house.slips[:2], start=100):
        browser, words = Browser(house, number), f"纸条上的话{secrets.token_hex(6)}"
        needles.add("code", code, codes.canonical(code))
        needles.add("address", browser.address, browser.agent)
        needles.add("answer", words)
        kind = "application/x-www-form-urlencoded"
        for said, wanted in ((words, 200), (words, 200), (words + "!", 409)):
            form = urlencode({"code": code, "a": "x", "b": said})
            status, page, _headers = browser.ask("POST", f"/s/{house.sid}/zh", form, kind)
            assert status == wanted, page
        status, _page, _headers = browser.ask("POST", f"/s/{house.sid}/zh", urlencode({"code": code, "a": words}), kind)
        assert status == 422


def sign_in(house: House) -> Browser:
    desk = Browser(house, 200)
    status, said, headers = desk.form("/app/sign-in", username="secretary", password=PASSWORD)
    assert status in (302, 303), said
    return desk


def close(house: House, desk: Browser) -> None:
    status, said, headers = desk.form(f"/app/surveys/{house.id}/close", understood="y")
    assert status in (302, 303) and headers["Location"].endswith("/results"), said
    status, said, _headers = desk.ask("GET", f"/app/surveys/{house.id}/results")
    assert status == 200


def rows(database: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every row of every table as bytes."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                yield name, b"\x00".join(part if isinstance(part, bytes) else str(part).encode() for part in row)
    finally:
        connection.close()


def leaks(needles: Needles, database: Path) -> set[tuple[str, str]]:
    """Return which tables know what they must not, and the raw file what no table says."""
    found = set()
    for table, row in rows(database):
        found |= {(table, kind) for kind in needles.found(row) - BELONGS.get(table, set())}
    raw = database.read_bytes()
    return found | {("the file", kind) for kind in needles.found(raw) - set().union(*BELONGS.values())}


def files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def test_nothing_at_rest_knows_who_said_what(house, tmp_path) -> None:
    needles = Needles()
    answer(house, needles)
    assert set(needles.known) == {
        "code", "address", "answer", "prefix", "blinded", "seed", "signature", "leaf", "receipt"
    }  # fmt: skip
    desk = sign_in(house)
    house.backup(tmp_path / "open.age")
    # While it is open: not even the database and its log know anything.
    for path in (*files(house.folder, house.temp), house.log, tmp_path / "open.age"):
        if "keys" not in path.parts:
            assert needles.found(path.read_bytes()) == set(), path
    for name, content in parts(tmp_path / "open.age", house.folder / "keys").items():
        assert needles.found(content) == set(), name
    close(house, desk)
    Browser(house, 248).ask("GET", f"/b/{house.sid}/board.json")
    Browser(house, 248).ask("GET", f"/b/{house.sid}/zh")
    house.backup(tmp_path / "closed.age")
    time.sleep(1)  # the worker's turn
    house.stop()
    ours = {house.database, house.database.with_name(house.database.name + "-wal")}
    for path in (*files(house.folder, house.temp), house.log):
        if path not in ours:
            assert needles.found(path.read_bytes()) == set(), path
    assert not (house.folder / "keys" / f"survey-{house.id}").exists()
    assert leaks(needles, house.database) == set()
    saved = parts(tmp_path / "closed.age", house.folder / "keys")
    assert any(name.startswith("tables/leaf/") for name in saved)
    for name, content in saved.items():
        table = name.split("/")[1] if name.startswith("tables/") else ""
        assert needles.found(content) <= BELONGS.get(table, set()), name
    # And the search was not blind: where things belong, it found them.
    seen = {(table, kind) for table, row in rows(house.database) for kind in needles.found(row)}
    assert {("leaf", "leaf"), ("leaf", "prefix"), ("leaf", "signature"), ("response", "answer")} <= seen


def test_a_crash_tells_the_place_and_never_the_content(app, monkeypatch, capfd, caplog) -> None:
    """What fails while it holds an answer says where in the log, not what the answer was."""
    from surveys import ballots

    voting = vote(app, members=8, slips=2)
    words = "心里话一句没存上"

    def fail(*given: object, **named: object) -> None:
        raise ValueError(f"could not put {words} of {phone.code}, {voting.slips[0]}: {phone.device.prefix!r}")

    monkeypatch.setattr(ballots, "insert_once", fail)
    app.config["PROPAGATE_CRASHES"] = False
    phone = voting.phones[0]
    phone.collect()
    assert phone.cast({"a": "x", "b": words}).status_code == 500
    sent = phone.client.post(f"/s/{voting.sid}/zh", data={"code": voting.slips[0], "a": "x", "b": words})
    assert sent.status_code == 500
    written = capfd.readouterr()
    said = caplog.text + written.out + written.err + "".join(map(str, caplog.records))
    assert "ValueError" in said and "ballots.py" in said, "it says what kind, and where"
    needles = Needles()
    needles.add("answer", words)
    needles.add("code", voting.slips[0], phone.code)
    needles.add("prefix", phone.device.prefix)
    leaked = needles.found(said.encode())
    assert leaked == set()
