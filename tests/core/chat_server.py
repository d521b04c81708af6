"""A chat model as the tests need it: an OpenAI-compatible address on this machine that says what it is told to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Model:
    """What was asked, and what is answered: a text, or whole (status, headers, bytes)."""

    address: str = ""
    says: str = ""
    raw: tuple[int, dict[str, str], bytes] | None = None
    meanwhile: Callable[[], None] | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def chat_server() -> Iterator[Model]:
    """Serve a model until the end of the block."""
    model = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            model.paths.append(self.path)
            model.keys.append(self.headers.get("Authorization"))
            model.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if model.meanwhile:
                model.meanwhile()
            content = json.dumps({"choices": [{"message": {"role": "assistant", "content": model.says}}]}).encode()
            status, headers, body = model.raw or (200, {"Content-Type": "application/json"}, content)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.address = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
