"""What can go wrong at the vault."""

from core.errors import DomainError
from core.i18n import _


class Locked(DomainError):
    """The reader's key is locked: the page sends him to open it, and back."""

    status = 423

    def __init__(self) -> None:
        super().__init__(_("Your notes are locked. Open them with your password first; nothing is lost."))


class NotHanded(DomainError):
    """The reader may read this by his role, but nobody has handed him the key yet."""

    status = 403

    def __init__(self) -> None:
        super().__init__(_("You do not hold the key to this. Somebody who can read it must hand it over."))
