"""Names that other tools allow, made into names that are allowed here."""

import hashlib
import re
from collections.abc import Iterable

from questions.base import NAME, VALUE

LONGEST = 40


class Names:
    """Hands out ids that are legal and not taken yet."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self.taken = set(reserved)

    def take(self, wanted: str, *, fallback: str = "q") -> str:
        """Return `wanted` or the nearest free legal id, and keep it."""
        name = re.sub(r"[^A-Za-z0-9_]+", "_", wanted).strip("_") if not NAME.fullmatch(wanted) else wanted
        if not name:
            name = fallback
        if not name[0].isalpha():
            name = f"{fallback}{name}" if name[0].isdigit() else f"{fallback}_{name}"
        name = free(name[:LONGEST], self.taken)
        self.taken.add(name)
        return name


def value(wanted: str, taken: set[str]) -> str:
    """Return the nearest legal option value that is not in `taken`."""
    if VALUE.fullmatch(wanted):
        return free(wanted, taken)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", wanted).lstrip("_.-")[:LONGEST].rstrip("_")
    if not name:
        # The same words give the same value on every import, so results of two imports can be compared.
        name = "v" + hashlib.sha256(wanted.encode("utf-8", "replace")).hexdigest()[:6]
    return free(name, taken)


def free(name: str, taken: set[str]) -> str:
    """Return `name`, or it with the first number that makes it free."""
    if name not in taken:
        return name
    number = 2
    while True:
        tail = f"_{number}"
        made = name[: LONGEST - len(tail)] + tail
        if made not in taken:
            return made
        number += 1
