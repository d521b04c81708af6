"""A scrutineer: somebody outside the server without whose key nobody opens the box, not even who runs the server.

The private key is made on the scrutineer's own device (a page, or the command), kept as a text file, and shown to the
server once: at the close. The server keeps the public key only.
"""

import os
from pathlib import Path

from anonymity import scrutineer
from anonymity.encoding import Malformed, b64u, sha256, unb64u
from core.errors import BadInput
from core.i18n import _


def read(typed: str) -> bytes:
    """Return the 32 bytes of a public key as its holder wrote it; raise `BadInput`.

    A private key pasted here by mistake is refused and told: it must be thrown away then.
    """
    words = typed.split()
    try:
        scrutineer.public_key(typed)
    except Malformed:
        pass
    else:
        raise BadInput(
            _(
                "This is the private key. It belongs to the scrutineer alone: do not use it any more, have a new one "
                "made, and paste only the public key. Nothing was stored."
            ),
            field="scrutineer",
        )
    try:
        public = unb64u("".join(words), scrutineer.KEY)
        scrutineer.seal(public, b"a trial", b"trial")
    except (Malformed, ValueError) as error:
        raise BadInput(
            _("This is no public key: it has 43 letters, digits, hyphens and underscores. Please paste it whole."),
            field="scrutineer",
        ) from error
    return public


def check_number(public: bytes) -> str:
    """Return twelve digits and letters to compare by telephone, in groups of four: "1a2b 3c4d 5e6f"."""
    digits = sha256(public).hex()[:12]
    return " ".join(digits[at : at + 4] for at in range(0, 12, 4))


def make(file: Path) -> str:
    """Write a new private key to a file that does not exist yet, readable by its owner only; return the public key.

    Raises `FileExistsError`.
    """
    private, public = scrutineer.generate()
    with open(file, "x", encoding="ascii", opener=_private_file) as out:
        out.write(private + "\n")
    return b64u(public)


def _private_file(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
