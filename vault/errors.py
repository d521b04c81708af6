"""What can go wrong at the vault."""

from core.errors import BadInput, DomainError
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


class Damaged(DomainError):
    """What is stored is not what was sealed: the disk, or somebody, has changed it."""

    def __init__(self) -> None:
        super().__init__(_("This was changed outside the program and cannot be opened. Restore it from a backup."))


class Unaddressed(BadInput):
    """Nobody could ever open what was to be sealed."""

    def __init__(self) -> None:
        super().__init__(
            _("Nobody could open this afterwards: none of its readers has a key yet. They get one by signing in once.")
        )
