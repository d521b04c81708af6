"""Settings: from the environment only, frozen, loud when wrong."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.terms import PdfVariant

ROOT = Path(__file__).resolve().parent.parent
MAIL = ("smtp://", "smtp+tls://", "smtps://")
QUEUES = ("inline", "local", "postgresql://", "redis://", "rediss://")
CLUSTERS = ("tcp://", "tls://")
WEB = ("http://", "https://")
AGE = re.compile(r"age1[02-9ac-hj-np-z]{58}")
BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?")
ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")
SECOND_FACTOR = ("optional", "secretaries", "everyone")
LOGS = ("text", "json")


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
    `storage`: where files are kept, as s3://bucket/prefix; empty: the data folder. `storage_endpoint`: the address of
    an object storage of one's own; empty: Amazon's. `key_folder`: where the secrets are; None: keys/ beside the rest.
    `address`: where people find this installation, as https://name; links are made with it whatever a request says;
    empty: with what the request says. `second_factor`: who must have one: "optional" (nobody), "secretaries" or
    "everyone". `idle`: minutes after which an unused session of the desk ends. `proxies`: how many proxies stand in
    front and name the visitor's address at the sign-in page; 0: none is believed. `log`: "json" for one JSON object a
    line, "text" for people.
    `backup_to`: age public keys backups are sealed to; empty: a key of this machine. `backups`: the folder of nightly
    backups; None: none are made. `backup_keep`: how many are kept of days, of weeks and of months.
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
    storage: str = ""
    storage_endpoint: str = ""
    key_folder: Path | None = None
    address: str = ""
    second_factor: str = "optional"
    idle: int = 120
    proxies: int = 0
    log: str = "text"
    backup_to: tuple[str, ...] = ()
    backups: Path | None = None
    backup_keep: tuple[int, int, int] = (7, 4, 12)

    @property
    def keys(self) -> Path:
        """Return the folder of secrets, outside the database; of them only the key of second factors is in a backup."""
        return self.key_folder or self.data / "keys"


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the settings; raise `WrongSetting` with the name and the reason."""
    data = Path(environment.get("XINSHENG_DATA") or ROOT / "instance").expanduser().resolve()
    if data.exists() and not data.is_dir():
        raise WrongSetting(f"XINSHENG_DATA: {data} is a file, not a folder.")
    return Settings(
        data=data,
        database=_database(environment.get("DATABASE_URL", ""), data),
        queue=_queue(environment.get("XINSHENG_QUEUE", "")),
        https=_switch("XINSHENG_HTTPS", environment.get("XINSHENG_HTTPS", ""))
        or environment.get("XINSHENG_ADDRESS", "").startswith("https://"),
        mail=_mail(environment.get("XINSHENG_MAIL", ""), environment.get("XINSHENG_MAIL_FROM", "")),
        mail_from=environment.get("XINSHENG_MAIL_FROM", ""),
        upload_limit=_megabytes("XINSHENG_UPLOAD_MB", environment.get("XINSHENG_UPLOAD_MB", "20")),
        cluster=_cluster(environment.get("XINSHENG_CLUSTER", "")),
        embeddings=_folder("XINSHENG_EMBEDDINGS", environment.get("XINSHENG_EMBEDDINGS", "")),
        chat=_chat(environment.get("XINSHENG_CHAT", ""), environment.get("XINSHENG_CHAT_MODEL", "")),
        chat_model=environment.get("XINSHENG_CHAT_MODEL", ""),
        chat_key=environment.get("XINSHENG_CHAT_KEY", ""),
        pdf=_variant(environment.get("XINSHENG_PDF", "")),
        storage=_bucket(environment.get("XINSHENG_STORAGE", "")),
        storage_endpoint=_endpoint(environment.get("XINSHENG_STORAGE_ENDPOINT", "")),
        key_folder=_folder("XINSHENG_KEYS", environment.get("XINSHENG_KEYS", "")),
        address=_address(environment.get("XINSHENG_ADDRESS", "")),
        second_factor=_second_factor(environment.get("XINSHENG_SECOND_FACTOR", "")),
        idle=_whole("XINSHENG_IDLE_MINUTES", environment.get("XINSHENG_IDLE_MINUTES", "120"), 15, 24 * 60),
        proxies=_whole("XINSHENG_PROXIES", environment.get("XINSHENG_PROXIES", "0"), 0, 5),
        log=_log(environment.get("XINSHENG_LOG", "")),
        backup_to=_recipients(environment.get("XINSHENG_BACKUP_TO", "")),
        backups=_backups(environment.get("XINSHENG_BACKUP_FOLDER", ""), data),
        backup_keep=_kept(environment.get("XINSHENG_BACKUP_KEEP", "")),
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


def _bucket(value: str) -> str:
    if not value or BUCKET.fullmatch(value):
        return value
    raise WrongSetting("XINSHENG_STORAGE: use s3://bucket/prefix; the keys come from AWS_ACCESS_KEY_ID and so on.")


def _endpoint(value: str) -> str:
    if not value or value.startswith(WEB):
        return value.rstrip("/")
    raise WrongSetting("XINSHENG_STORAGE_ENDPOINT: use the address of the storage, https://host:9000.")


def _recipients(value: str) -> tuple[str, ...]:
    found = tuple(value.replace(",", " ").split())
    if all(AGE.fullmatch(one) for one in found):
        return found
    raise WrongSetting("XINSHENG_BACKUP_TO: use public keys of age, age1…, as `flask --app app backup-key` prints one.")


def _backups(value: str, data: Path) -> Path | None:
    if value.lower() == "off":
        return None
    return Path(value).expanduser().resolve() if value else data / "backups"


def _kept(value: str) -> tuple[int, int, int]:
    if not value:
        return (7, 4, 12)
    found = [int(part) for part in value.split(",") if part.isascii() and part.isdigit()]
    if len(found) == 3 == value.count(",") + 1 and found[0] >= 1 and max(found) <= 1000:
        return (found[0], found[1], found[2])
    raise WrongSetting("XINSHENG_BACKUP_KEEP: use three numbers, days,weeks,months, such as 7,4,12; at least one day.")


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
    if not address.startswith(WEB):
        raise WrongSetting("XINSHENG_CHAT: use the address before /chat/completions, such as http://host:8000/v1.")
    if not model:
        raise WrongSetting("XINSHENG_CHAT_MODEL: the name of the chat model is missing.")
    return address.rstrip("/")


def _address(value: str) -> str:
    if not value or ADDRESS.fullmatch(value.rstrip("/")):
        return value.rstrip("/")
    raise WrongSetting("XINSHENG_ADDRESS: use the address people type, such as https://survey.example.org.")


def _second_factor(value: str) -> str:
    if not value or value in SECOND_FACTOR:
        return value or SECOND_FACTOR[0]
    raise WrongSetting(f"XINSHENG_SECOND_FACTOR: use one of {', '.join(SECOND_FACTOR)}.")


def _log(value: str) -> str:
    if value in ("", *LOGS):
        return value or LOGS[0]
    raise WrongSetting(f"XINSHENG_LOG: use one of {', '.join(LOGS)}.")


def _whole(name: str, value: str, least: int, most: int) -> int:
    if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
        raise WrongSetting(f"{name}: “{value}” is not a whole number from {least} to {most}.")
    return int(value)


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
