"""Files in object storage that speaks S3: the only module that knows boto."""

import base64
import hashlib
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from core import clock
from core.storage.base import File, Missing, Unavailable, new_file

CACHED = 2 * 1024**3  # bytes of copies a machine keeps of what is stored elsewhere
UNUSED = 3600  # seconds after which a copy may be removed
CONNECT, READ, ATTEMPTS = 5, 60, 4
PART = 16 * 1024**2  # bytes sent at once; larger files go in parts


class Bucket:
    """A bucket of object storage that speaks S3, and copies of what this machine's programs read from it.

    Only the address of the settings is ever connected to.
    """

    def __init__(self, address: str, endpoint: str, here: Path) -> None:
        self.bucket, _slash, prefix = address.removeprefix("s3://").partition("/")
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.endpoint = endpoint
        self.cache = here / "cache"
        self._client: Any = None
        self._lock = threading.Lock()

    def write(self, name: str, content: bytes) -> None:
        """Keep the content; the storage refuses what was damaged on its way."""
        digest = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        with _reached():
            self.client.put_object(Bucket=self.bucket, Key=self._key(name), Body=content, ContentMD5=digest)

    def put(self, name: str, path: Path) -> None:
        """As `write`, from a file, in parts where it is large."""
        from boto3.s3.transfer import TransferConfig

        parts = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, use_threads=False)
        with _reached():
            self.client.upload_file(str(path), self.bucket, self._key(name), Config=parts)
        path.unlink()

    def read(self, name: str) -> bytes:
        """Return the content; raise `Missing`."""
        with _reached(name):
            content: bytes = self.client.get_object(Bucket=self.bucket, Key=self._key(name))["Body"].read()
        return content

    def remove(self, name: str) -> None:
        """Remove the file, and this machine's copies of it."""
        with _reached():
            self.client.delete_object(Bucket=self.bucket, Key=self._key(name))
        for copy in self.cache.glob(f"{_short(name)}-*"):
            copy.unlink(missing_ok=True)

    def find(self, name: str) -> File | None:
        """Return what is known of a file, None when there is none."""
        told = self._told(name)
        return told and File(name, told["ContentLength"], told["LastModified"].timestamp())

    def files(self, prefix: str) -> Iterator[File]:
        """Yield the files, a thousand for each question."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self._key(prefix))
        with _reached():
            for page in pages:
                for each in page.get("Contents", ()):
                    name = each["Key"].removeprefix(self.prefix)
                    yield File(name, each["Size"], each["LastModified"].timestamp())

    def path(self, name: str) -> Path:
        """Return this machine's copy, fetched when it is not the copy of what is stored now."""
        told = self._told(name)
        copy = self.cache / f"{_short(name)}-{_short(told['ETag']) if told else 'none'}{Path(name).suffix}"
        if told is None:
            return copy
        if not copy.exists():
            self._fetch(name, copy)
        moment = clock.now().timestamp()
        with suppress(OSError):
            os.utime(copy, (moment, moment))
        return copy

    def check(self) -> None:
        """Raise `Unavailable` unless the bucket answers."""
        with _reached():
            self.client.head_bucket(Bucket=self.bucket)

    @property
    def client(self) -> Any:
        """Return the connection of this process, made when it is first wanted."""
        with self._lock:
            if self._client is None:
                self._client = _connected(self.endpoint)
        return self._client

    def _key(self, name: str) -> str:
        return self.prefix + name

    def _told(self, name: str) -> Any | None:
        try:
            with _reached(name):
                return self.client.head_object(Bucket=self.bucket, Key=self._key(name))
        except Missing:
            return None

    def _fetch(self, name: str, copy: Path) -> None:
        self.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._make_room()
        draft = copy.with_name(f".{copy.name}.{secrets.token_hex(6)}")
        try:
            with _reached(name), new_file(draft) as file:
                self.client.download_fileobj(self.bucket, self._key(name), file)
            os.replace(draft, copy)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def _make_room(self) -> None:
        """Remove copies nobody uses, the longest unused first, until few enough bytes are left."""
        known = []
        for copy in self.cache.iterdir():
            with suppress(OSError):
                known.append((copy.stat().st_mtime, copy.stat().st_size, copy))
        held, now = sum(each for _time, each, _copy in known), clock.now().timestamp()
        for used, each, copy in sorted(known):
            if held <= CACHED or used > now - UNUSED:
                return
            copy.unlink(missing_ok=True)
            held -= each


def _connected(endpoint: str) -> Any:
    # Half a second to import and 20 MB: only those who keep files elsewhere pay for it.
    import boto3
    from botocore.config import Config

    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
        config=Config(
            connect_timeout=CONNECT,
            read_timeout=READ,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            # Storage of one's own rarely has a name for each bucket, nor knows the newest checksums.
            s3={"addressing_style": "path" if endpoint else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


@contextmanager
def _reached(name: str = "") -> Iterator[None]:
    """Turn what boto says went wrong into `Missing` (of `name`) or `Unavailable`; its words are logged by nobody."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if name and error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404", "NotFound"):
            raise Missing(name) from None
        raise Unavailable from error
    except (BotoCoreError, Boto3Error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, ConnectionError):
            raise  # of this machine's own disk
        raise Unavailable from error


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
