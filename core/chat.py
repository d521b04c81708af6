"""A chat model of the organisation's own choosing, asked by the OpenAI-compatible protocol; off unless it is set."""

import json
import urllib.error
import urllib.request
from typing import Any

from flask import current_app

from core.errors import DomainError
from core.i18n import _

PATIENCE = 60  # seconds the model may take to answer
LONGEST = 200_000  # bytes of an answer worth reading
TOKENS = 600


class NotAnswered(DomainError):
    """The model is missing or did not answer; the message says why and that nothing was changed."""


class _Nowhere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """Follow nobody: what is sent goes to the address that was set and to no other."""


def available() -> bool:
    """Say whether a chat model is set."""
    return bool(current_app.config["SETTINGS"].chat)


def ask(task: str, material: str) -> str:
    """Send a task and the material it is about; return what the model answers. Raises `NotAnswered`."""
    settings = current_app.config["SETTINGS"]
    if not settings.chat:
        raise NotAnswered(_("No chat model is set, so nothing was sent."))
    question = {
        "model": settings.chat_model,
        "messages": [{"role": "system", "content": task}, {"role": "user", "content": material}],
        "temperature": 0,
        "max_tokens": TOKENS,
    }
    request = urllib.request.Request(
        f"{settings.chat}/chat/completions",
        data=json.dumps(question, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json", **_key(settings.chat_key)},
    )
    # No proxy of the environment either: it would read along.
    way = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Nowhere)
    try:
        with way.open(request, timeout=PATIENCE) as answer:
            content = json.loads(answer.read(LONGEST))["choices"][0]["message"]["content"]
    except urllib.error.HTTPError as error:
        raise _silent(f"HTTP {error.code}") from None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise _silent(type(error).__name__) from None
    if not isinstance(content, str):
        raise _silent(_("no text"))
    return content


def _key(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


def _silent(why: str) -> NotAnswered:
    return NotAnswered(_("The chat model gave no answer that can be used (%(why)s). Nothing was changed.", why=why))
