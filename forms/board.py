"""What visitors of a public board may send: a receipt, an answering code, a board to check."""

import re
from dataclasses import dataclass

from wtforms import FileField, StringField, TextAreaField

from core.i18n import lazy
from forms.base import HouseForm

LONGEST = 4000  # characters of a receipt as it is pasted, with whatever stands around it
_NUMBER = re.compile(r"(?<![0-9A-Za-z_-])[0-9A-Fa-f]{64}(?![0-9A-Za-z_-])")
# With blanks required between: one text must not be cut up in many ways, or a hostile one is tried in all of them.
_CHUNKS = re.compile(r"[A-Za-z0-9_-]{12,}(?:\s+[A-Za-z0-9_-]{12,})*")
_SIGNATURE = 86  # characters of base64url in a signature of 64 bytes
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Pasted:
    """What of a receipt was found in a text: the ballot's number, and the signature, "" where there is none."""

    leaf: str
    signature: str


class ReceiptForm(HouseForm):
    """A receipt, whole or only the ballot's number."""

    receipt = TextAreaField(lazy("Receipt or ballot number"))

    def pasted(self) -> Pasted | None:
        """Return what was pasted, None when no ballot number is in it."""
        return pasted(self.receipt.data or "")


class CodeForm(HouseForm):
    """An answering code."""

    code = StringField(lazy("Answering code"))


class BoardForm(HouseForm):
    """A board to check: a downloaded zip, or a board.json."""

    file = FileField(lazy("zip or board.json"))

    def content(self) -> bytes:
        """Return what was sent, b"" for nothing."""
        data = self.file.data
        return b"" if data is None or isinstance(data, str) else data.read()


def pasted(text: str) -> Pasted | None:
    """Return the ballot number and the signature in a text, however it is broken into lines; None without a number."""
    text = text[:LONGEST]
    for spelled in (text, _BLANK.sub("", text)):
        number = _NUMBER.search(spelled)
        if number:
            return Pasted(number[0].lower(), _signature(spelled.replace(number[0], "|")))
    return None


def _signature(text: str) -> str:
    joined = (_BLANK.sub("", found[0]) for found in _CHUNKS.finditer(text))
    return next((each for each in joined if len(each) == _SIGNATURE), "")
