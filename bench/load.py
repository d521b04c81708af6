"""Respondents of one machine: each opens a connection, asks for the page, sends an answer, and is followed by the next.

Plain HTTP/1.1 over asyncio, so that the generator, which runs on the same cores as the server, costs little.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.frame import share

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
COOKIE = re.compile(rb"set-cookie: *([^;\r]+)", re.IGNORECASE)
PATIENCE = 60  # seconds after which an answer counts as lost
# The head and the body of the page -> the body to send, and further header lines of it.
Answer = Callable[[bytes, bytes], tuple[bytes, bytes]]


@dataclass(slots=True)
class Load:
    """What a crowd met: milliseconds of each page, of each answer and of both, seconds it took, and what went wrong."""

    pages: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Return how many answers were taken a second."""
        return len(self.whole) / self.seconds if self.seconds else 0.0

    def at(self, what: str, part: float) -> float:
        """Return the milliseconds within which this part of the "pages", "answers" or "whole" came."""
        return share(getattr(self, what), part)

    def __iadd__(self, other: "Load") -> "Load":
        """Add what another round met."""
        for name in ("pages", "answers", "whole", "errors"):
            getattr(self, name).extend(getattr(other, name))
        self.seconds += other.seconds
        return self


def crowd(url: str, answers: Sequence[Answer], *, clients: int) -> Load:
    """Send all `answers`, `clients` at a time, each after a page of its own; only to this machine."""
    return crowds([url], answers, clients=clients)


def crowds(urls: Sequence[str], answers: Sequence[Answer], *, clients: int) -> Load:
    """Do the same to several servers, the clients spread evenly over them."""
    targets = [urlsplit(url) for url in urls]
    for target in targets:
        if target.hostname != "127.0.0.1" and not (target.hostname or "").startswith("10.99.0."):
            raise ValueError("only this machine is ever loaded")
    places = [(target.hostname or "", target.port or 80, target.path) for target in targets]
    return asyncio.run(_crowds(places, iter(answers), clients))


async def _crowds(places: Sequence[tuple[str, int, str]], answers: Iterator[Answer], clients: int) -> Load:
    found = Load()

    async def client(host: str, port: int, path: str) -> None:
        for answer in answers:  # shared: whoever is free takes the next
            started = time.perf_counter()
            try:
                page, sent = await asyncio.wait_for(_respond(host, port, path, answer), PATIENCE)
            except (OSError, EOFError, ValueError, TimeoutError) as wrong:
                found.errors.append(f"{type(wrong).__name__}: {wrong}"[:200])
                continue
            found.whole.append(1000 * (time.perf_counter() - started))
            found.pages.append(page)
            found.answers.append(sent)

    started = time.perf_counter()
    await asyncio.gather(*(client(*places[number % len(places)]) for number in range(clients)))
    found.seconds = time.perf_counter() - started
    return found


async def _respond(host: str, port: int, path: str, answer: Answer) -> tuple[float, float]:
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection(host, port, limit=2**20)
    try:
        common = f"Host: {host}:{port}\r\nUser-Agent: bench\r\nAccept-Encoding: gzip\r\n".encode()
        writer.write(f"GET {path} HTTP/1.1\r\n".encode() + common + b"\r\n")
        head, page = await _reply(reader)
        between = time.perf_counter()
        body, lines = answer(head, page)
        writer.write(
            f"POST {path} HTTP/1.1\r\nContent-Length: {len(body)}\r\n".encode()
            + b"Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
            + common + lines + b"\r\n" + body
        )  # fmt: skip
        await _reply(reader)
        return 1000 * (between - started), 1000 * (time.perf_counter() - between)
    finally:
        writer.close()


async def _reply(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else await reader.read()
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 303")):
        raise ValueError(head.split(b"\r\n", 1)[0].decode())
    return head, body


def fixed(body: bytes) -> Answer:
    """Return an answer that is known before the page is."""
    return lambda head, page: (body, b"")


def with_token(body: bytes) -> Answer:
    """Return an answer that repeats the token of the page's cookie, as the lean reference asks."""

    def answer(head: bytes, page: bytes) -> tuple[bytes, bytes]:
        cookie = COOKIE.search(head)
        if cookie is None:
            raise ValueError("the page set no token")
        token = cookie[1].partition(b"=")[2]
        more = b"&csrf_token=" + token
        return body[: -len(more)] + more, b"Cookie: " + cookie[1] + b"\r\n"

    return answer
