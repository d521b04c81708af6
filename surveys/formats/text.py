"""Questionnaires pasted as text, in whatever dialect a form site or a word processor writes them."""

import re
from collections.abc import Mapping
from typing import Any

from core.errors import BadInput
from core.i18n import _, lazy
from core.spreadsheet import decode
from surveys.formats.base import Format, Reading, Written, unreadable, within_size
from surveys.formats.text_account import Account
from surveys.formats.text_assembly import assemble
from surveys.formats.text_layout import usual
from surveys.formats.text_lines import lines
from surveys.formats.text_write import written

LINES = 4000  # a longer text is no questionnaire


class PastedText(Format):
    """Plain text: a question a block, options below it."""

    key = "text"
    label = lazy("Pasted text")
    order = 40
    extensions = (".txt", ".md", ".text")
    mimetype = "text/plain; charset=utf-8"
    writes = True

    def claims(self, content: bytes, name: str) -> float:
        """Say how sure it is: a .txt always, any other text a little, a file that is no text never."""
        if (
            content[:2] == b"PK"
            or content[:4] == b"\xd0\xcf\x11\xe0"
            or b"\0" in content[:2000].replace(b"\0", b"", 0)[:0]
        ):
            return 0.0
        start = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
        if start in (b"{", b"<"):
            return 0.05
        return 0.6 if self.named_like(name) else 0.2

    def read(self, content: bytes, name: str, *, language: str = "zh") -> Reading:
        """Return the questionnaire a text says, every line of it accounted for."""
        within_size(content, name)
        try:
            text = decode(content, name)
        except BadInput as error:
            return unreadable(self.key, str(error))
        found = lines(text)
        if len(found) > LINES:
            return unreadable(self.key, _("This text has more than %(most)s lines; no questionnaire has.", most=LINES))
        account = Account()
        laid, joined = usual(found)
        definition = assemble(laid, account, language=_language(text, language))
        account.close(found, joined)
        notes = tuple(sorted(account.notes, key=lambda note: note.line or 0))
        return Reading(self.key, definition, notes, frozenset(account.became), account.became)

    def write(self, definition: Mapping[str, Any], *, language: str = "") -> Written:
        """Return a definition as text people can read and this format can read back."""
        return written(definition, language)


def _language(text: str, language: str) -> str:
    """Return the language a text is written in."""
    chinese, latin = len(re.findall(r"[\u4e00-\u9fff]", text)), len(re.findall(r"[A-Za-z]{2,}", text))
    if not chinese and latin:
        return "en"
    return "zh" if chinese * 2 > latin else "en" if latin else language
