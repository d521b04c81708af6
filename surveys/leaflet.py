"""The words that go with a downloaded board: what each file is, and how to check it by hand, step by step."""

from collections.abc import Mapping
from textwrap import indent
from typing import Any

from anonymity import manifest
from core.i18n import _, speaking

SAME_TEXT = (
    "python3 -c \"import json; print(json.load(open('board.json', encoding='utf-8'))['manifest'], end='')\" | sha256sum"
)
SIGNED = """\
python3 - <<'END'
import base64, json
b = json.load(open("board.json", encoding="utf-8"))
raw = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
def whole(n):  # a number as ASN.1 wants it
    n = n.lstrip(b"\\0"); n = (b"\\0" if n[0] > 127 else b"") + n
    return bytes([2, len(n)]) + n
sig = raw(b["signature"]); sig = whole(sig[:32]) + whole(sig[32:])
open("receipt-key.der", "wb").write(raw(json.loads(b["manifest"])["receipt_key"]))
open("statement.bin", "wb").write(b"board1" + b["statement"].encode())
open("statement.sig", "wb").write(bytes([48, len(sig)]) + sig)
END
openssl pkey -pubin -inform DER -in receipt-key.der -out receipt-key.pem
openssl dgst -sha256 -verify receipt-key.pem -signature statement.sig statement.bin"""
LEAF = 'SHA-256("leaf1" || SHA-256(prefix || "svb1" || SHA-256(manifest)) || commitment)'


def readme(board: Mapping[str, Any], language: str) -> str:
    """Return the text beside a published board, in `language`."""
    known = manifest.read(board["manifest"])
    with speaking(language):
        parts = (_what(board, known), _quick(known), _steps(known), _limits())
        return "\n\n\n".join("\n\n".join(part) for part in parts) + "\n"


def _what(board: Mapping[str, Any], known: manifest.Manifest) -> list[str]:
    numbers = {name: board[name] for name in ("counted", "issued", "invited")}
    print_ = manifest.fingerprint(known.text)
    files = {
        "board.json": _(
            "Every counted ballot, the counts, and the statement the server signed when the survey closed."
        ),
        "manifest.json": _(
            "What every device fetched before it answered: the keys, and the SHA-256 of the questionnaire."
        ),
        "instrument.json": _("The questionnaire itself."),
        "check.py": _(
            "A short program that does all of the following with nothing but Python 3. Read it before you trust it."
        ),
    }
    return [
        _("The public board of “%(title)s”", title=known.title)
        + "\n"
        + _("Survey %(sid)s, fingerprint %(fingerprint)s", sid=known.sid, fingerprint=print_),
        _("Counted %(counted)s, handed out %(issued)s, invited %(invited)s.", **numbers)
        + "\n"
        + _(
            "There is no name, no time and no answer in these files. They show that the numbers are right; not who "
            "answered, and not what."
        ),
        _("WHAT IS HERE"),
        "\n".join(f"{name}\n  {words}" for name, words in files.items()),
    ]


def _quick(known: manifest.Manifest) -> list[str]:
    return [
        _("THE QUICK WAY"),
        _code(f"python3 check.py board.json {manifest.fingerprint(known.text)}"),
        _("Write the fingerprint from the notice or from your receipt, not the one from here."),
    ]


def _steps(known: manifest.Manifest) -> list[str]:
    steps = (
        (
            _("The fingerprint: the first 24 digits must be those of the notice."),
            f"sha256sum manifest.json\n{known.mh.hex()}",
        ),
        (_("The manifest in board.json is the same text: both commands print the same."), SAME_TEXT),
        (_("The questionnaire is the one in the manifest, under “form”."), "sha256sum instrument.json"),
        (
            _("The statement is signed by the receipt key of the manifest (ECDSA, P-256, SHA-256)."),
            SIGNED,
        ),
        (
            _(
                "The numbers in board.json are those in the statement, and counted is at most issued is at most "
                "invited."
            ),
            "",
        ),
        (
            _(
                "Each ballot: what was signed is its prefix, the four letters svb1, and the SHA-256 of the manifest. "
                "Its signature verifies under the issuing key (RSASSA-PSS, SHA-384, 48 bytes of salt), and its leaf is"
            ),
            LEAF,
        ),
        (_("All leaves are different, in ascending order, and as many as were counted."), ""),
        (
            _(
                "The root: hash each leaf behind a zero byte, then pairs of neighbours behind a one byte, until one is "
                "left; an odd one moves up as it is. It is the root in the statement."
            ),
            "",
        ),
        (
            _("Your own ballot: search for its number. It must be in the list."),
            f"grep -c {_('YOUR-BALLOT-NUMBER')} board.json",
        ),
    )
    numbered = enumerate(steps, start=1)
    said = [f"{number}. {words}" + (f"\n\n{_code(code)}" if code else "") for number, (words, code) in numbered]
    return [_("BY HAND, STEP BY STEP"), *said]


def _limits() -> list[str]:
    return [
        _("WHAT THIS DOES NOT SHOW"),
        _(
            "A ballot that the server handed to itself in the name of somebody who never came looks like any other. "
            "Only that person can find it, by looking up on the board whether a ballot was collected with their code. "
            "And the answers are not in here: which answer belongs to which ballot is known to nobody."
        ),
    ]


def _code(text: str) -> str:
    return indent(text, "   ")
