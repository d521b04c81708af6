"""A mail server of one's own: takes letters on a free port of this machine and keeps them."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Sink:
    """What arrived: for each letter its recipient and itself; `breaks_after`: letters it takes before it goes away."""

    wrong: frozenset[str] = frozenset()
    breaks_after: int = -1
    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    address: str = ""


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        sink: Sink = self.server.sink  # type: ignore[attr-defined]
        self._say("220 here")
        to = ""
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].split(" ")[0].upper()
            if verb == "RCPT":
                to = line.split("<")[1].split(">")[0]
                if to in sink.wrong:
                    self._say("550 nobody")
                    continue
            if verb == "DATA":
                if len(sink.letters) == sink.breaks_after:
                    return
                self._say("354 go on")
                sink.letters.append((to, message_from_bytes(self._body(), policy=policy.default)))  # type: ignore[arg-type]
            self._say("221 bye" if verb == "QUIT" else "250 yes")
            if verb == "QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _body(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        return b"".join(lines)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def listening(**known: object) -> Iterator[Sink]:
    """Take mail on a free port; yield the sink with its `address` for XINSHENG_MAIL."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        sink = server.sink = Sink(**known)  # type: ignore[attr-defined, arg-type]
        sink.address = f"smtp://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield sink
        server.shutdown()
