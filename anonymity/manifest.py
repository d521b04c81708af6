"""The one text everybody who answers a survey gets: its questions, its keys, its promises, under one fingerprint."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from anonymity import receipts
from anonymity import scrutineer as scrutineers
from anonymity.blind import public_key
from anonymity.encoding import Malformed, b64u, canonical, sha256, unb64u, uncanonical, unhex

VERSION = "svb1"
COLLECT_SIZE = 2048  # bytes of every request that collects a ballot
_LONGEST = 65_536  # signs of a manifest; boards to be judged come from anywhere
SPLITS = ("none", "texts", "all")
_FIELDS = frozenset(
    ("v", "sid", "title", "form", "issue_key", "receipt_key", "least", "split", "rounds", "scrutineer", "sizes")
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says; keys as DER SubjectPublicKeyInfo, `scrutineer` raw X25519 or empty, sizes in bytes."""

    text: str
    sid: str
    title: str
    form: str
    issue_key: bytes
    receipt_key: bytes
    least: int
    split: str
    rounds: bool
    scrutineer: bytes
    collect_size: int
    cast_size: int

    @property
    def mh(self) -> bytes:
        """The SHA-256 of the text."""
        return mh(self.text)

    @property
    def issuer(self) -> rsa.RSAPublicKey:
        """The key under which a ballot is valid."""
        return public_key(self.issue_key)

    @property
    def receipts(self) -> ec.EllipticCurvePublicKey:
        """The key under which a receipt and the board are valid."""
        return receipts.public_key(self.receipt_key)


def form_hash(definition: object) -> str:
    """Return the SHA-256 of a questionnaire's definition, in hexadecimal."""
    return sha256(canonical(definition)).hex()


def build(
    *,
    sid: str,
    title: str,
    definition: object,
    issue_key: bytes,
    receipt_key: bytes,
    least: int,
    split: str,
    cast_size: int,
    rounds: bool = False,
    scrutineer: bytes = b"",
    collect_size: int = COLLECT_SIZE,
) -> str:
    """Return the canonical text of a survey's manifest; raise `Malformed` for anything `read` would not take.

    `definition` is what respondents are asked, as JSON; keys and sizes as in `Manifest`.
    """
    if scrutineer:
        scrutineers.seal(scrutineer, b"", b"")  # a key nothing can be sealed to would refuse every ballot
    content = {
        "v": VERSION,
        "sid": sid,
        "title": title,
        "form": form_hash(definition),
        "issue_key": b64u(issue_key),
        "receipt_key": b64u(receipt_key),
        "least": least,
        "split": split,
        "rounds": rounds,
        "scrutineer": b64u(scrutineer),
        "sizes": {"collect": collect_size, "cast": cast_size},
    }
    return read(canonical(content).decode()).text


def read(text: object) -> Manifest:
    """Return what the manifest says; raise `Malformed` unless every field has its one form and the keys are fit."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise Malformed("not text, or too long a one")
    return _read(text)


@lru_cache(maxsize=64)  # everything in a manifest is public
def _read(text: str) -> Manifest:
    content: Any = uncanonical(text)
    if not isinstance(content, dict) or content.keys() != _FIELDS or content["v"] != VERSION:
        raise Malformed("not a manifest of svb1")
    sizes = content["sizes"]
    if not isinstance(sizes, dict) or sizes.keys() != {"collect", "cast"}:
        raise Malformed("sizes of another form")
    if not all(isinstance(content[name], str) for name in ("sid", "title")) or not content["sid"]:
        raise Malformed("no name")
    if not all(_is_count(number) for number in (content["least"], sizes["collect"], sizes["cast"])):
        raise Malformed("a number is missing")
    if content["split"] not in SPLITS or not isinstance(content["rounds"], bool):
        raise Malformed("how the box is opened is not said")
    unhex(content["form"])
    manifest = Manifest(
        text=text,
        sid=content["sid"],
        title=content["title"],
        form=content["form"],
        issue_key=unb64u(content["issue_key"]),
        receipt_key=unb64u(content["receipt_key"]),
        least=content["least"],
        split=content["split"],
        rounds=content["rounds"],
        scrutineer=unb64u(content["scrutineer"], 32) if content["scrutineer"] != "" else b"",
        collect_size=sizes["collect"],
        cast_size=sizes["cast"],
    )
    public_key(manifest.issue_key)  # both are read here, so that a wrong one is found at once
    receipts.public_key(manifest.receipt_key)
    return manifest


def _is_count(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number > 0


def mh(text: str) -> bytes:
    """Return the manifest's SHA-256, which every ballot and receipt is bound to."""
    return sha256(text.encode())


def fingerprint(text: str) -> str:
    """Return the first 96 bits of the manifest's hash for people to compare: "1a2b 3c4d ...", six groups of four."""
    digits = mh(text).hex()[:24]
    return " ".join(digits[i : i + 4] for i in range(0, 24, 4))
