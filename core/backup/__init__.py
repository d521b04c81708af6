"""One file with everything that must not be lost, sealed: `backup FILE`, `backup-verify FILE` and `restore FILE`.

The keys of open surveys stay on this machine alone. That is what makes an old backup useless even to those who can
open it: once a survey is closed, the answers sealed in its backups can never be opened again, by nobody.
"""

from core.backup.base import BackupFailed, Care, Summary
from core.backup.commands import init_app
from core.backup.making import backup, own_lock
from core.backup.restoring import own_opener, restore, verify
from core.backup.sealing import Lock, Opener

__all__ = [
    "BackupFailed",
    "Care",
    "Lock",
    "Opener",
    "Summary",
    "backup",
    "init_app",
    "own_lock",
    "own_opener",
    "restore",
    "verify",
]
