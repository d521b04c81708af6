"""A network that can be lost: a small proxy between clients and server, or between server and database."""

import contextlib
import random
import select
import socket
import struct
import threading
from enum import StrEnum

RESET = struct.pack("ii", 1, 0)  # close at once, as a broken line does, instead of saying goodbye


class Weather(StrEnum):
    """How the line is."""

    FAIR = "fair"
    TORN = "torn"  # every connection breaks somewhere: in the middle of a request, or of the answer to it
    DOWN = "down"  # nobody gets through, and who was through is cut off


class Wire:
    """Carries bytes from its own port to `target`; `weather` may change at any time."""

    def __init__(self, target: int, seed: object) -> None:
        self.target, self.weather, self.cuts = target, Weather.FAIR, 0
        self._chance = random.Random(f"{seed} wire {target}")
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listening.getsockname()[1]
        self._over = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Take no more connections and let the others go."""
        self._over.set()
        self._listening.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                client, _address = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client:
            try:
                server = socket.create_connection(("127.0.0.1", self.target), timeout=10)
            except OSError:
                self._cut(client)
                return
            with server, contextlib.suppress(OSError):
                server.settimeout(None)
                self._between({client: server, server: client})

    def _between(self, other: dict[socket.socket, socket.socket]) -> None:
        while not self._over.is_set():
            ready, _, _ = select.select(list(other), [], [], 0.1)
            if self.weather is Weather.DOWN:
                self._cut(*other)
                return
            for side in ready:
                data = side.recv(1 << 16)
                if not data:
                    return
                if self.weather is Weather.TORN and self._chance.random() < 0.5:
                    other[side].sendall(data[: self._chance.randrange(len(data) + 1)])
                    self._cut(*other)
                    return
                other[side].sendall(data)

    def _cut(self, *sides: socket.socket) -> None:
        self.cuts += 1
        for side in sides:
            with contextlib.suppress(OSError):
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                side.close()
