"""Inputs made from seeds: bytes and words changed at random, and inside zips the parts that lie compressed."""

import io
import random
import zipfile
from collections.abc import Sequence

from tests.fuzz.targets import Target

PIECES = (
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b'"', b"'", b"<", b">", b"&#0;", b"&lt;", b"]]>", b"<!--"),
    *(b"{", b"}", b"[", b"]", b",", b";", b"\t", b"=", b"|", b"%s", b"${", b"(", b")", b"*", b"\\", b"/", b"../"),
    *(b"-1", b"0", b"99999999999999999999", b"1e999", b"NaN", b"null", b"true", b"2026-02-30", b"\x00\xd8"),
    *("，".encode(), "（".encode(), "二〇二六年".encode(), "😀".encode(), "\u202e".encode(), "甲".encode() * 40),
)


def changed(content: bytes, chance: random.Random, most: int) -> bytes:
    """Return `content` with one to four changes, at most `most` bytes."""
    made = bytearray(content[:most])
    for _ in range(chance.randint(1, 4)):
        at, to = (chance.randrange(len(made) + 1) for _ in range(2))
        kind = chance.randrange(6)
        if kind == 0 and made:
            made[at % len(made)] = chance.randrange(256)
        elif kind == 1:
            made[at:at] = chance.choice(PIECES)
        elif kind == 2:
            del made[min(at, to) : max(at, to)]
        elif kind == 3:
            made[at:at] = made[min(at, to) : max(at, to)][:200]
        elif kind == 4:
            made[at : at + 4] = chance.choice(PIECES)
        else:
            made[at:at] = chance.randbytes(chance.randint(1, 8))
    return bytes(made[:most])


def inside(content: bytes, chance: random.Random, most: int) -> bytes:
    """Return a zip with one part changed (or, now and then, its own bytes)."""
    if chance.randrange(8) == 0:
        return changed(content, chance, len(content))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = chance.choice(names)
        for name in names:
            part = old.read(name)
            new.writestr(name, changed(part, chance, max(most, len(part))) if name == chosen else part)
    return out.getvalue()


def made(target: Target, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """Return the next input of a target."""
    seed = chance.choice(seeds) if seeds and chance.randrange(12) else chance.randbytes(chance.randint(0, 60))
    if target.packed and seed[:2] == b"PK":
        return inside(seed, chance, target.most)
    return changed(seed, chance, target.most)
