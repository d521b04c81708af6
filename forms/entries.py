"""Lists a question is made of (options, rows, a tree, labels) as the designer's form shows and sends them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms import conditions
from forms.words import with_words, words
from questions.base import OPTIONS, Sent

ENTRY = re.compile(r"[0-9]{1,4}")
KINDS = ("text", "number")
FLAGS = ("text", "exclusive", "fixed")
WORDS = 500
DEEPEST = 6
LISTS = frozenset({"labels", "levels"})  # settings that are a list of words, one a line


@dataclass(frozen=True, slots=True)
class Entry:
    """One option or row: its value, its words, and what is special about it."""

    value: str
    words: str
    text: bool = False
    exclusive: bool = False
    fixed: bool = False
    rule: str = ""
    kind: str = ""  # of a blank: "text" or "number"


def shown(listed: Any, own: str) -> tuple[Entry, ...]:
    """Return a list of {v, t} mappings as a form shows it."""
    return tuple(
        _shown(entry, own) for entry in (listed if isinstance(listed, list) else ()) if isinstance(entry, dict)
    )


def _shown(entry: Mapping[str, Any], own: str) -> Entry:
    return Entry(
        value=str(entry.get("v", "")),
        words=words(entry.get("t"), own, own),
        text=bool(entry.get("text")),
        exclusive=bool(entry.get("exclusive")),
        fixed=bool(entry.get("fixed")),
        rule=conditions.shown(entry.get("show_if"), {}).text,
        kind=str(entry.get("kind", "")),
    )


def read(sent: Sent, name: str, old: Any, own: str) -> list[dict[str, Any]]:
    """Return the list as sent: `name.v`, `name.t` repeated in order, flags as `name.text` = value, lines to paste.

    What the form does not show of an entry is kept, found by the value it had (`name.was`). Raises `RuleSyntax`.
    """
    before = {str(entry.get("v")): entry for entry in (old if isinstance(old, list) else ()) if isinstance(entry, dict)}
    flagged = {flag: set(sent.getlist(f"{name}.{flag}")) for flag in FLAGS}
    values, labels, was = (sent.getlist(f"{name}.{part}")[:OPTIONS] for part in ("v", "t", "was"))
    rules, kinds = sent.getlist(f"{name}.if"), sent.getlist(f"{name}.kind")
    kept: list[dict[str, Any]] = []
    for place, (value, label, known) in enumerate(zip(values, labels, was, strict=False)):
        entry = dict(before.get(known) or before.get(value.strip()) or {})
        if not label.strip() and not known:
            continue
        entry["t"] = with_words(entry.get("t"), own, own, label.strip()[:WORDS])
        entry["v"] = value.strip()[:40] or known
        for flag in FLAGS:
            if known in flagged[flag]:
                entry[flag] = True
            elif sent.getlist(f"{name}.has"):
                entry.pop(flag, None)
        if place < len(kinds) and kinds[place] in KINDS:
            entry["kind"] = kinds[place]
        if place < len(rules):
            entry.pop("show_if", None)
            if rules[place].strip():
                entry["show_if"] = conditions.parsed(rules[place])
        kept.append(entry)
    for line in "\n".join(sent.getlist(f"{name}.paste")).splitlines():
        if line.strip() and len(kept) < OPTIONS:
            kept.append({"v": "", "t": line.strip()[:WORDS]})
    return _named(kept)


def acted(listed: list[Any], what: str) -> list[Any]:
    """Return a list after "add", "up.2", "down.2" or "gone.2"; anything else changes nothing."""
    made = list(listed)
    verb, _dot, at = what.partition(".")
    if verb == "add" and len(made) < OPTIONS:
        return _named([*made, {"v": "", "t": ""}])
    if not ENTRY.fullmatch(at) or int(at) >= len(made):
        return made
    place = int(at)
    other = place + {"up": -1, "down": 1}.get(verb, 0)
    if verb == "gone":
        del made[place]
    elif 0 <= other < len(made):
        made[place], made[other] = made[other], made[place]
    return made


def _named(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return entries that all have a value; new ones get the next free number."""
    taken = {str(entry.get("v")) for entry in kept}
    number = 0
    for entry in kept:
        while not entry.get("v"):
            number += 1
            if f"o{number}" not in taken:
                entry["v"] = f"o{number}"
                taken.add(entry["v"])
    return [{"v": entry["v"], **{key: value for key, value in entry.items() if key != "v"}} for entry in kept]


def lines(listed: Any, own: str) -> str:
    """Return a list of words, one a line."""
    return "\n".join(words(part, own, own) for part in listed) if isinstance(listed, list) else ""


def relisted(said: str, old: Any, own: str) -> list[Any]:
    """Return one line each as a list of words, translations kept by place."""
    before = old if isinstance(old, list) else []
    told = [line.strip()[:WORDS] for line in said.splitlines() if line.strip()]
    return [with_words(before[place] if place < len(before) else "", own, own, line) for place, line in enumerate(told)]


def outline(tree: Any, own: str, depth: int = 0) -> str:
    """Return a tree of {v, t, options} as indented lines."""
    rows: list[str] = []
    for node in tree if isinstance(tree, list) else ():
        if isinstance(node, Mapping):
            rows.append("  " * depth + words(node.get("t"), own, own))
            below = outline(node.get("options"), own, depth + 1)
            rows += [below] if below else []
    return "\n".join(rows)


def tree(said: str, old: Any, own: str) -> list[dict[str, Any]]:
    """Return indented lines as a tree; a node keeps value and translations by its words, else by its place."""
    told = [line for line in said.replace("\t", "  ").replace("\u3000", "  ").splitlines() if line.strip()]
    nodes = list(_nodes(old, "", own))
    known = {(path, label): node for path, label, node in nodes}
    taken = {str(node.get("v")) for node in known.values()}
    still = len(nodes) == len(told)  # nothing came or went: what stands in a line's place is the same node
    roots: list[dict[str, Any]] = []
    above: list[tuple[int, dict[str, Any], str]] = []
    for place, line in enumerate(told):
        label, indent = line.strip()[:WORDS], len(line) - len(line.lstrip(" "))
        while above and above[-1][0] >= indent:
            above.pop()
        path = above[-1][2] if above else ""
        before = known.get((path, label)) or (nodes[place][2] if still else {})
        told_words = with_words(before.get("t"), own, own, label)
        node = {"v": before.get("v") or _free(taken), "t": told_words}
        (above[-1][1].setdefault("options", []) if above and len(above) < DEEPEST else roots).append(node)
        above.append((indent, node, f"{path}/{label}"))
    return roots


def _nodes(tree: Any, path: str, own: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for node in tree if isinstance(tree, list) else ():
        if isinstance(node, dict):
            label = words(node.get("t"), own, own)
            yield path, label, node
            yield from _nodes(node.get("options"), f"{path}/{label}", own)


def _free(taken: set[str]) -> str:
    number = 1
    while f"n{number}" in taken:
        number += 1
    taken.add(f"n{number}")
    return f"n{number}"
