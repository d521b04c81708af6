"""The catalogue of words: `collect` gathers them from the code, `check` fails unless Chinese is complete.

python tools/messages.py collect            update translations/zh from the sources and compile it
python tools/messages.py merge FILE.po …    take the Chinese of other catalogues over
python tools/messages.py check              exit 1 and say what is missing, changed or mismatched
"""

import io
import re
import sys
from gettext import GNUTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations" / "zh" / "LC_MESSAGES"
PO, MO = FOLDER / "messages.po", FOLDER / "messages.mo"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
LEFT_OUT = {"tests", "tools", "bench", "migrations", "static", "docs", "deploy", "translations"}
KEYWORDS = {"_": None, "lazy": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
OPTIONS = {"templates/**.html": {"silent": "false", "trimmed": "true"}}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|\{(\w*)\}")


def wanted(folder: str) -> bool:
    """Say whether a folder may hold words for readers."""
    path = Path(folder).relative_to(ROOT)
    return not path.parts or (path.parts[0] not in LEFT_OUT and not any(p.startswith(".") for p in path.parts))


def collected() -> Catalog:
    """Return every word of the sources, without translations."""
    catalog = Catalog(project="Xinsheng", charset="utf-8")
    found = extract_from_dir(
        str(ROOT), METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",), directory_filter=wanted
    )
    for file, line, message, comments, context in sorted(found, key=lambda each: (each[0], each[1])):
        catalog.add(message, locations=[(file, line)], auto_comments=comments, context=context)
    return catalog


def stored() -> Catalog:
    """Return the Chinese catalogue as it stands."""
    if not PO.exists():
        return Catalog(locale="zh", project="Xinsheng", charset="utf-8")
    return read_po(io.BytesIO(PO.read_bytes()), locale="zh")


def write(catalog: Catalog) -> None:
    """Write the catalogue for people and for the program; line numbers stay out, so that diffs stay small."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = io.BytesIO()
    write_po(text, catalog, width=110, omit_header=False, sort_output=True, ignore_obsolete=True, no_location=True)
    kept = [line for line in text.getvalue().splitlines() if not line.startswith(b'"POT-Creation-Date')]
    PO.write_bytes(b"\n".join(line for line in kept if not line.startswith(b'"PO-Revision-Date')) + b"\n")
    with MO.open("wb") as file:
        write_mo(file, read_po(io.BytesIO(PO.read_bytes()), locale="zh"))


def collect() -> None:
    """Bring the catalogue up to date with the sources; what is gone is dropped, what is new stands empty."""
    catalog = stored()
    catalog.update(collected(), no_fuzzy_matching=True)
    for message in catalog:
        # With guessing switched off, fuzzy only means that a sentence got or lost its plural.
        if message.id and message.fuzzy:
            message.flags.discard("fuzzy")
            message.string = _shaped(message.string, message.id)
    write(catalog)
    print(f"{len(catalog)} messages, {len(problems())} problems")


def merge(files: list[str]) -> None:
    """Take over the translations of other catalogues."""
    catalog = stored()
    for file in files:
        for message in read_po(io.BytesIO(Path(file).read_bytes()), locale="zh"):
            if message.id and message.string and any(message.string):
                kept = catalog.get(message.id, message.context)
                if kept is not None:
                    kept.string = _shaped(message.string, kept.id)
                else:
                    catalog.add(message.id, _shaped(message.string, message.id), context=message.context)
    write(catalog)
    collect()


def _shaped(string: object, identity: object) -> object:
    """Chinese has one plural form: keep the first of however many were written."""
    text = string if isinstance(string, str) else next(part for part in string if part)  # type: ignore[union-attr]
    return text if isinstance(identity, str) else (text,)


def problems() -> list[str]:
    """Return what is wrong with the Chinese catalogue, one line each."""
    catalog, found = stored(), []
    for message in collected():
        if not message.id:
            continue
        name = message.id if isinstance(message.id, str) else message.id[0]
        translated = catalog.get(message.id, message.context)
        text = "" if translated is None else translated.string
        text = text if isinstance(text, str) else (text[0] if text else "")
        if not text:
            found.append(f"not translated: {name!r} ({message.locations[0][0]}:{message.locations[0][1]})")
        elif translated is not None and translated.fuzzy:
            found.append(f"fuzzy: {name!r}")
        elif _names(text) - _names(*([message.id] if isinstance(message.id, str) else message.id)):
            found.append(f"unknown placeholder: {name!r} -> {text!r}")
        elif isinstance(message.id, str) and _names(message.id) - _names(text):
            found.append(f"placeholder lost: {name!r} -> {text!r}")
    if not found and _differs(catalog):
        found.append("messages.mo is older than messages.po: run tools/messages.py collect")
    return found


def _names(*texts: str) -> set[str]:
    return {one or two for text in texts for one, two in PLACEHOLDER.findall(text)}


def _differs(catalog: Catalog) -> bool:
    if not MO.exists():
        return True
    with MO.open("rb") as file:
        compiled = GNUTranslations(file)
    for message in catalog:
        if not message.id or not message.string or not isinstance(message.id, str):
            continue
        context = message.context
        said = compiled.pgettext(context, message.id) if context else compiled.gettext(message.id)
        if said != message.string:
            return True
    return False


def main(arguments: list[str]) -> int:
    """Do what the command line asks."""
    command = arguments[0] if arguments else ""
    if command == "collect":
        collect()
    elif command == "merge":
        merge(arguments[1:])
    elif command == "check":
        found = problems()
        print("\n".join(found) or "Chinese is complete.")
        return bool(found)
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
