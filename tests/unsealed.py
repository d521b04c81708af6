"""What is in a backup, opened as its holder would: with age, and nothing of ours."""

import io
import tarfile
from pathlib import Path

import pyrage
from pyrage import x25519


def parts(backup: Path, keys: Path) -> dict[str, bytes]:
    """Return the members of a backup by name, opened with the key of the machine whose folder of keys is `keys`."""
    identity = x25519.Identity.from_str((keys / "backup_key").read_text(encoding="ascii").strip())
    content = pyrage.decrypt(backup.read_bytes(), [identity])
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}
