"""Builds the browser's ballot client: `python tools/client.py` joins client/*.js to static/js/ballot.js.

The sources in a fixed order, in one function, without comments and needless blanks, and with short names for what is
named only inside it. It needs nothing but Python and gives the same bytes everywhere. The SHA-384 of what comes out
goes to docs/client.md, for people, and into the page, for the browser. `python tools/client.py --check` only compares.
"""

import base64
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from string import ascii_letters

ROOT = Path(__file__).resolve().parent.parent
SOURCES = tuple(ROOT / "client" / name for name in ("bytes.js", "hash.js", "rsa.js", "curve.js", "ballot.js"))
BUILT = ROOT / "static" / "js" / "ballot.js"
INTEGRITY = ROOT / "templates" / "surveys" / "integrity.html"  # the page includes it
DOCUMENT = ROOT / "docs" / "client.md"
LIMIT = 10_000  # bytes
HASH = re.compile(r"\b[0-9a-f]{96}\b")

TOKEN = re.compile(r"'(?:[^'\\\n]|\\.)*'|[\w$]+|=>|\.\.\.|\+\+|--|\s+|[^\w\s]")
PATTERN = re.compile(r"/(?:[^/\\\[\n]|\\.|\[[^\]\n]*\])+/[a-z]*")
WORD = re.compile(r"[A-Za-z_$][\w$]*")
# What the language and the browser name; everything else is named by the sources.
GIVEN = frozenset(
    """async await catch const do else false for function if let new null of return throw true while
    Array BigInt DataView Error JSON Math Number Object String TextEncoder Uint8Array
    atob btoa crypto fetch parseInt window""".split()
)


def build() -> bytes:
    """Return the client as the browser gets it; exit where the sources do not keep to what makes the build safe."""
    tokens = ["(", "function", "(", ")", "{", "'use strict'", ";"]
    for source in SOURCES:
        tokens += tokenised(source)
    built = (written(shortened([*tokens, "}", ")", "(", ")", ";"])) + "\n").encode()
    if len(built) >= LIMIT:
        raise SystemExit(f"{len(built)} bytes: the client must stay under {LIMIT}")
    return built


def tokenised(source: Path) -> list[str]:
    """Return the tokens of a source; its comments are whole lines that begin with //."""
    lines = source.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("//"))
    tokens: list[str] = []
    at = 0
    while at < len(text):
        # A slash after a value divides; after one of these it begins a pattern.
        begins = text[at] == "/" and tokens and tokens[-1] in {"(", ",", "=", "!"}
        found = (PATTERN if begins else TOKEN).match(text, at)
        comment = not begins and text[at : at + 2] in {"/*", "//"}
        if found is None or comment or not found[0].isascii() or found[0] in {"`", '"'}:
            raise SystemExit(f"{source.name}: only ASCII, single quotes, whole-line comments: {text[at : at + 40]!r}")
        if not found[0].isspace():
            tokens.append(found[0])
        at = found.end()
    return tokens


def shortened(tokens: list[str]) -> list[str]:
    """Return the tokens with short names for all that the sources name, but for the properties of objects.

    A name that stands for itself in braces, `{ salt }`, is spelled out first: `{ salt: a }`.
    """
    open_, places = [""], []
    for at, token in enumerate(tokens):
        before, after = tokens[at - 1] if at else "", tokens[at + 1] if at + 1 < len(tokens) else ""
        if WORD.fullmatch(token) and token not in GIVEN and before != ".":
            listed = open_[-1] == "{" and before in {"{", ","}
            if not (listed and after == ":"):
                places.append((at, listed and after in {",", "}"}))
        if token in "([{":
            open_.append(token)
        elif token in ")]}":
            open_.pop()
    counts = Counter(tokens[at] for at, _shorthand in places)
    free = (name for name in names() if name not in GIVEN)
    # Ordered by use, then by name: the same sources always give the same names.
    short = dict(zip(sorted(counts, key=lambda name: (-counts[name], name)), free, strict=False))
    result = list(tokens)
    for at, shorthand in places:
        result[at] = f"{tokens[at]}:{short[tokens[at]]}" if shorthand else short[tokens[at]]
    return result


def names() -> Iterator[str]:
    """Yield a, b, ... Z, aa, ab, ..."""
    for length in (1, 2):
        yield from map("".join, product(ascii_letters, repeat=length))


def written(tokens: list[str]) -> str:
    """Return the tokens as text: a blank only between two words, a line for each function and constant of the file."""
    text, depth = "", 0
    for at, token in enumerate(tokens):
        before, after = tokens[at - 1] if at else "", tokens[at + 1] if at + 1 < len(tokens) else ""
        if (token, before) in {("+", "+"), ("-", "-")}:
            raise SystemExit(f"{before} {token} would run together")
        # (x) => is x =>
        if token == "(" and tokens[at + 2 : at + 4] == [")", "=>"] and WORD.fullmatch(after):
            continue
        if (token, after) == (")", "=>") and tokens[at - 2] == "(" and WORD.fullmatch(before):
            continue
        if token == ";" and after == "}":
            continue
        depth += (token == "{") - (token == "}")
        blank = text[-1:].isidentifier() or text[-1:].isdigit() or text[-1:] == "$"
        text += " " * (blank and (token[0].isidentifier() or token[0].isdigit())) + token
        if depth == 1 and token in {";", "}"} and after in {"const", "function", "async", "window", "for"}:
            text += "\n"
    return text


def digest(built: bytes) -> str:
    """Return the SHA-384 in hexadecimal, as `sha384sum` prints it."""
    return hashlib.sha384(built).hexdigest()


def integrity(built: bytes) -> str:
    """Return the value of the script's integrity attribute."""
    return "sha384-" + base64.b64encode(hashlib.sha384(built).digest()).decode()


def files() -> dict[Path, bytes]:
    """Return what the build writes, by file: the client, the page's integrity value, the document with the hash."""
    built = build()
    document = HASH.sub(digest(built), DOCUMENT.read_text(encoding="utf-8"))
    return {BUILT: built, INTEGRITY: integrity(built).encode(), DOCUMENT: document.encode()}


def problems() -> list[str]:
    """Return the files that are not what the build gives."""
    return [path.relative_to(ROOT).as_posix() for path, content in files().items() if path.read_bytes() != content]


def main(arguments: list[str]) -> int:
    """Build, or with --check compare."""
    if arguments == ["--check"]:
        found = problems()
        print("\n".join(f"{name}: not what tools/client.py builds" for name in found) or "The client is as built.")
        return bool(found)
    for path, content in files().items():
        path.write_bytes(content)
    print(f"{BUILT.relative_to(ROOT)}: {len(build())} bytes, SHA-384 {digest(build())}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
