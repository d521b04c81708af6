"""Settings: from the environment only, frozen, loud when wrong."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.terms import PdfVariant

ROOT = Path(__file__).resolve().parent.parent
MAIL = ("smtp://", "smtp+tls://", "smtps://")
QUEUES = ("inline", "local", "postgresql://", "redis://")
CLUSTERS = ("tcp://", "tls://")
CHATS = ("http://", "https://")


class WrongSetting(Exception):
    """A setting cannot be used; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs.

    `data`: the instance folder (database, keys, files). `database`: an SQLAlchemy URL. `queue`: where jobs
    wait: "inline" (run at once), "local" (a file beside the database), or a postgresql:// or redis:// address.
    `https`: cookies only over TLS. `upload_limit`: bytes a request may carry. `mail`: the mail server, as
    smtp://, smtp+tls:// (STARTTLS) or smtps://, with user and password where it asks for them; empty: no mail is sent.
    `mail_from`: the sender's address. `cluster`: a `dask.distributed` scheduler that shares in grouping, as tcp://… or
    tls://…; empty: this machine alone. `embeddings`: the folder of a sentence-embedding model; None: grouping learns
    from the texts themselves. `chat`: the OpenAI-compatible address of a chat model that may propose wording, with
    `chat_model` and `chat_key`; empty: nothing is sent anywhere. `pdf`: what is offered first for a printed report.
    """

    data: Path
    database: str
    queue: str = "local"
    https: bool = False
    upload_limit: int = 20 * 1024 * 1024
    mail: str = ""
    mail_from: str = ""
    cluster: str = ""
    embeddings: Path | None = None
    chat: str = ""
    chat_model: str = ""
    chat_key: str = field(default="", repr=False)
    pdf: PdfVariant = PdfVariant.ACCESSIBLE

    @property
    def keys(self) -> Path:
        """Return the folder of secrets, outside the database and outside every backup."""
        return self.data / "keys"


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the settings; raise `WrongSetting` with the name and the reason."""
    data = Path(environment.get("XINSHENG_DATA") or ROOT / "instance").expanduser().resolve()
    if data.exists() and not data.is_dir():
        raise WrongSetting(f"XINSHENG_DATA: {data} is a file, not a folder.")
    return Settings(
        data=data,
        database=_database(environment.get("DATABASE_URL", ""), data),
        queue=_queue(environment.get("XINSHENG_QUEUE", "")),
        https=_switch("XINSHENG_HTTPS", environment.get("XINSHENG_HTTPS", "")),
        mail=_mail(environment.get("XINSHENG_MAIL", ""), environment.get("XINSHENG_MAIL_FROM", "")),
        mail_from=environment.get("XINSHENG_MAIL_FROM", ""),
        upload_limit=_megabytes("XINSHENG_UPLOAD_MB", environment.get("XINSHENG_UPLOAD_MB", "20")),
        cluster=_cluster(environment.get("XINSHENG_CLUSTER", "")),
        embeddings=_folder("XINSHENG_EMBEDDINGS", environment.get("XINSHENG_EMBEDDINGS", "")),
        chat=_chat(environment.get("XINSHENG_CHAT", ""), environment.get("XINSHENG_CHAT_MODEL", "")),
        chat_model=environment.get("XINSHENG_CHAT_MODEL", ""),
        chat_key=environment.get("XINSHENG_CHAT_KEY", ""),
        pdf=_variant(environment.get("XINSHENG_PDF", "")),
    )


def _database(url: str, data: Path) -> str:
    if not url:
        return f"sqlite:///{data / 'xinsheng.db'}"
    if url.startswith("postgresql://"):
        # SQLAlchemy would pick whichever driver its version prefers: name the one we install.
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    scheme = url.partition(":")[0]
    raise WrongSetting(f"DATABASE_URL: “{scheme}” is not supported; use sqlite:///… or postgresql://….")


def _queue(value: str) -> str:
    if not value:
        return "local"
    if value.startswith(QUEUES):
        return value
    raise WrongSetting("XINSHENG_QUEUE: use inline, local, postgresql://… or redis://….")


def _mail(server: str, sender: str) -> str:
    if not server:
        return ""
    if not server.startswith(MAIL):
        raise WrongSetting("XINSHENG_MAIL: use smtp://host:25, smtp+tls://user:password@host:587 or smtps://host:465.")
    if "@" not in sender:
        raise WrongSetting("XINSHENG_MAIL_FROM: the sender's address is missing.")
    return server


def _cluster(value: str) -> str:
    if not value or value.startswith(CLUSTERS):
        return value
    raise WrongSetting("XINSHENG_CLUSTER: use the scheduler's address, tcp://host:8786 or tls://host:8786.")


def _folder(name: str, value: str) -> Path | None:
    if not value:
        return None
    folder = Path(value).expanduser().resolve()
    if not folder.is_dir():
        raise WrongSetting(f"{name}: there is no folder {folder}.")
    return folder


def _variant(value: str) -> PdfVariant:
    named = {each.value.removeprefix("pdf/"): each for each in PdfVariant}
    wanted = value.lower().removeprefix("pdf/") or PdfVariant.ACCESSIBLE.value.removeprefix("pdf/")
    if wanted not in named:
        raise WrongSetting(f"XINSHENG_PDF: use one of {', '.join(named)}.")
    return named[wanted]


def _chat(address: str, model: str) -> str:
    if not address:
        return ""
    if not address.startswith(CHATS):
        raise WrongSetting("XINSHENG_CHAT: use the address before /chat/completions, such as http://host:8000/v1.")
    if not model:
        raise WrongSetting("XINSHENG_CHAT_MODEL: the name of the chat model is missing.")
    return address.rstrip("/")


def _switch(name: str, value: str) -> bool:
    if value.lower() in ("", "0", "no", "off", "false"):
        return False
    if value.lower() in ("1", "yes", "on", "true"):
        return True
    raise WrongSetting(f"{name}: “{value}” is neither 1 nor 0.")


def _megabytes(name: str, value: str) -> int:
    if not value.isdigit() or not 1 <= int(value) <= 1024:
        raise WrongSetting(f"{name}: “{value}” is not a whole number from 1 to 1024.")
    return int(value) * 1024 * 1024
