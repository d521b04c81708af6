"""What must not be found: answers before the close, codes, seeds and keys ever, the pool and free pages after."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.anonymity.attack import images
from tests.anonymity.attack.schema import LOG_LINES

OPENED = ("app.db", "closing")  # files that hold the answers, because the box has been opened


def found(folder: Path, truths: Path) -> list[str]:
    """Return what stands in the files of a simulated deployment and must not, in words; nothing when all is well."""
    known = json.loads((truths / "known.json").read_text())
    files = {str(path.relative_to(folder)): path.read_bytes() for path in _files(folder, truths)}
    always = {
        "code": [form.encode() for code in known["codes"] for form in (code, code.replace("-", ""))],
        "seed": [form for seed in known["seeds"] for form in (seed.encode(), bytes.fromhex(seed))],
        "key": [form for key in known["keys"] for form in (key.encode(), bytes.fromhex(key))],
    }
    wrong = list(_standing(files, always))
    sealed = {name: content for name, content in files.items() if not name.split("/")[-1].startswith(OPENED)}
    wrong += _standing(sealed, {"answer before the close": [word.encode() for word in known["words"]]})
    tags = {"pool tag after the close": [bytes.fromhex(tag) for tag in known["tags"]]}
    wrong += _standing({"app.db": files["app.db"]}, tags)
    if free := images.free_pages(files["app.db"]):
        wrong.append(f"app.db: {free} free pages after the close")
    if rows := images.tables(files["app.db"])["sealed_response"][1]:
        wrong.append(f"app.db: {len(rows)} sealed rows after the close")
    wrong += [
        f"{name}: sealed rows of different lengths" for name in files if name.endswith(".db") and _uneven(files[name])
    ]
    lines = files["app.log"].decode(errors="replace").splitlines()
    return wrong + [f"app.log: {line[:120]}" for line in lines if not LOG_LINES.fullmatch(line)]


def _uneven(image: bytes) -> bool:
    columns, rows = images.tables(image).get("sealed_response", ([], []))
    return len({len(row[columns.index("box") + 1]) for row in rows}) > 1


def _files(folder: Path, truths: Path) -> Iterable[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and truths not in path.parents)


def _standing(files: Mapping[str, bytes], wanted: Mapping[str, list[bytes]]) -> Iterable[str]:
    for kind, needles in wanted.items():
        for name, content in files.items():
            hits = images.occurrences(content, dict.fromkeys(needles, kind))
            if hits:
                yield f"{name}: {len(hits)} times a {kind}"
