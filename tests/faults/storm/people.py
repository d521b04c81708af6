"""The people in a storm: each a thread with a device of its own, who repeats what was not answered, as devices do."""

import http.client
import json
import random
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.faults.storm.book import Book

PATIENCE = 25  # seconds for an answer: longer than the product waits for its database
FORM = "application/x-www-form-urlencoded"


class NoAnswer(Exception):
    """Nobody knows whether the request arrived."""


class GivenUp(Exception):
    """The storm is long over, and still nothing works."""


@dataclass(frozen=True)
class Answer:
    """What came back, whole; it looks like a test client's answer."""

    status_code: int
    headers: http.client.HTTPMessage
    data: bytes

    @property
    def json(self) -> Any:
        """Return what it says as JSON."""
        return json.loads(self.data)

    @property
    def text(self) -> str:
        """Return what it says as text."""
        return self.data.decode()

    def get_data(self, as_text: bool = False) -> Any:
        """Return what it says, as a test client's answer would."""
        return self.text if as_text else self.data


class Device:
    """A browser on its own connection for every request; keeps cookies if told to."""

    def __init__(self, port: int, *, cookies: bool = False) -> None:
        self.port, self.keeps = port, cookies
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page; raise `NoAnswer`."""
        return self._ask("GET", path, b"", headers)

    def post(self, path: str, data: Any = b"", content_type: str = FORM, **headers: str) -> Answer:
        """Send a form or bytes; raise `NoAnswer`."""
        body = data if isinstance(data, bytes) else urlencode(data, doseq=True).encode()
        return self._ask("POST", path, body, {"Content-Type": content_type, **headers})

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        if self.cookies:
            headers = headers | {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        try:
            connection.request(method, path, body or None, headers | {"Connection": "close"})
            came = connection.getresponse()
            answer = Answer(came.status, came.headers, came.read())
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer from error
        finally:
            connection.close()
        for each in answer.headers.get_all("Set-Cookie", []) if self.keeps else ():
            name, _, rest = each.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer


class Person(threading.Thread):
    """Acts until the storm is over, then brings what was begun to its end."""

    kind = ""
    pace = (0.05, 0.6)

    def __init__(self, storm: Any, number: int, *, cookies: bool = False) -> None:
        super().__init__(name=f"{type(self).__name__} {number}", daemon=True)
        self.storm, self.number = storm, number
        self.book: Book = storm.book
        self.chance = random.Random(f"{storm.seed} {self.name}")
        self.device = Device(storm.machine.wire.port, cookies=cookies)

    def run(self) -> None:
        """Act until the storm is over."""
        try:
            while not self.storm.over.is_set():
                self.act()
                self.rest()
            self.settle()
        except GivenUp:
            self.book.complain(f"{self.name}: nothing works although everything is healed")
        except Exception as error:  # a thread's death must not pass unseen
            self.book.complain(f"{self.name}: {type(error).__name__}: {error}")

    def act(self) -> None:
        """Do one thing."""
        raise NotImplementedError

    def settle(self) -> None:
        """Do what is left once everything is healed."""

    def rest(self) -> None:
        """Pause between two things."""
        self.storm.over.wait(self.chance.uniform(*self.pace))

    def surely(self, send: Callable[[], Answer], kind: str, *, patient: bool = True) -> tuple[Answer | None, bool]:
        """Send the same until it is answered, and say whether an earlier try may have arrived.

        The server's own failures (5xx) leave it open too. None is returned when somebody impatient walks away, and
        `GivenUp` is raised when there is no answer although the storm has long been over.
        """
        unsure = False
        while True:
            if self.storm.lost.is_set():
                raise GivenUp
            try:
                answer = send()
            except NoAnswer:
                self.book.note(kind, "no answer")
            else:
                if answer.status_code < 500:
                    return answer, unsure
                self.book.note(kind, "failed")
            unsure = True
            if not patient and self.chance.random() < 0.3:
                self.book.note(kind, "given up")
                return None, True
            self.storm.pause.wait(self.chance.uniform(0.2, 1.0))

    def refused(self, kind: str, answer: Answer) -> None:
        """Complain about an answer that no weather explains."""
        words = re.sub(r"<[^>]*>|\s+", " ", answer.text)[-300:]
        self.book.complain(f"{self.name}: {kind} was refused with {answer.status_code}: {words}")


class Clerk(Person):
    """Somebody at the desk: signs in, and again whenever the session is gone."""

    username = "secretary"

    def __init__(self, storm: Any, number: int) -> None:
        super().__init__(storm, number, cookies=True)
        self.token = ""

    def send(self, path: str, fields: dict[str, Any], **headers: str) -> Answer:
        """Send a form of the desk; raise `NoAnswer`. Who is sent to the door signs in and sends it once more."""
        return self._inside(lambda: self.device.post(path, {**fields, "csrf_token": self.token}, **headers))

    def see(self, path: str) -> Answer:
        """Ask for a page of the desk; raise `NoAnswer`."""
        return self._inside(lambda: self.device.get(path))

    def _inside(self, ask: Callable[[], Answer]) -> Answer:
        """Ask; when the session is gone, or the page too old, and so nothing was done, sign in and ask once more."""
        for _attempt in range(3):
            if not self.token:
                self.sign_in()
            answer = ask()
            where = answer.headers.get("Location", "") if answer.status_code == 302 else ""
            if answer.status_code != 400 and "/sign-in" not in where and "/unlock" not in where:
                break
            self.token = ""
        return answer

    def sign_in(self) -> None:
        """Come in at the door with name and password; raise `NoAnswer` when that fails for now."""
        if self.storm.lost.is_set():
            raise GivenUp
        self.device.cookies.clear()
        door = self.device.get("/app/sign-in")
        known = _token(door)
        if door.status_code != 200 or not known:
            raise NoAnswer
        fields = {"username": self.username, "password": self.storm.password, "csrf_token": known}
        entered = self.device.post("/app/sign-in", fields)
        if entered.status_code == 302:
            inside = self.device.get("/app/account")
            if inside.status_code == 200:
                self.token = _token(inside)
                self.book.note("sign-in", "acknowledged")
                return
        elif entered.status_code < 500 and entered.status_code != 400:
            self.refused("sign-in", entered)
            self.storm.pause.wait(5)
        raise NoAnswer


def _token(page: Answer) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    return found[1] if found else ""


def mark() -> str:
    """Return a text nobody else writes."""
    return secrets.token_hex(8)
