"""A place in a tree: company, department, team."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    LABEL,
    VALUE,
    Answers,
    Bar,
    Column,
    Counts,
    Item,
    Kind,
    Measure,
    Option,
    QuestionType,
    Refused,
    Sent,
    Setting,
    Shape,
    Tally,
    find,
    lines,
    one,
)
from questions.choices import parted
from questions.timing import CHOOSING, reading

LEVELS, NODES = 6, 2000


@dataclass(frozen=True, slots=True)
class Node:
    """One place in the tree; `path`: the values from the top down to it; `below`: whether it has any under it."""

    value: str
    label: str
    path: tuple[str, ...]
    below: bool


class Cascade(QuestionType):
    """One list for each level; the answer is the list of values from the top down."""

    key = "cascade"
    label = lazy("Levels (company, department, team)")
    hint = lazy("Finds a place in a tree level by level, each list showing only what belongs to the one before.")
    icon = "diagram-3"
    order = 34
    aliases = ("linked_select",)
    page_shape = "levels"
    more_keys = ("levels", "tree")
    settings = (
        Setting("levels", lazy("Levels"), Kind.LINES, lazy("One line for each level, from the top.")),
        Setting("tree", lazy("Entries of the levels"), Kind.TREE),
    )

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the levels and the tree."""
        levels = definition.get("levels")
        named = lines(levels) if isinstance(levels, (list, str)) else []
        if not 2 <= len(named) <= LEVELS or not all(1 <= len(name) <= LABEL for name in named):
            yield _("“levels” must be a list of 2 to %(most)s words", most=LEVELS)
            return
        tree = definition.get("tree")
        if not isinstance(tree, list) or not tree:
            yield _("“tree” must be a list of places, each with “v”, “t” and “options” for those under it")
            return
        yield from _check_tree(tree, len(named))

    def begin(self) -> dict[str, Any]:
        """Return two levels with two places each to write over."""
        tree = [
            {
                "v": top,
                "t": _("Department %(name)s", name=top.upper()),
                "options": [
                    {"v": f"{top}{number}", "t": _("Team %(name)s", name=f"{top.upper()}{number}")} for number in (1, 2)
                ],
            }
            for top in "ab"
        ]
        return {"type": self.key, "levels": [_("Department"), _("Team")], "tree": tree}

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the names of the levels; for each its nodes in the order of the tree; those `under` each node."""
        levels = lines(definition["levels"])
        nodes = tuple(_nodes(definition["tree"], ()))
        by_level = tuple(tuple(node for node in nodes if len(node.path) == level + 1) for level in range(len(levels)))
        under: dict[str, list[Node]] = {node.value: [] for node in nodes}
        for node in nodes:
            if len(node.path) > 1:
                under[node.path[-2]].append(node)
        return {"levels": levels, "nodes": by_level, "under": under, "known": {node.value: node for node in nodes}}

    def values(self, item: Item) -> Mapping[str, str]:
        """Return every place of the tree with its words."""
        return {node.value: node.label for node in item.settings["known"].values()}

    def within(self, answer: Answers, item: Item, offered: frozenset[str]) -> Answers:
        """Return the answer: the tree always offers all its places."""
        return answer

    def seconds(self, item: Item) -> float:
        """Return the time to read the question and the names of the levels, and to choose on each level."""
        return reading(item.title, item.help, *item.settings["levels"]) + CHOOSING * len(item.settings["levels"])

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return the path; a level left open is filled in from a deeper one."""
        chosen = [one(sent, f"{item.name}.{level}") for level in range(1, len(item.settings["levels"]) + 1)]
        return self._path(chosen, item)

    def _path(self, chosen: Sequence[str], item: Item) -> Answers:
        given = [(level, value) for level, value in enumerate(chosen) if value]
        if not given:
            return {}
        known = item.settings["known"]
        if any(value not in known or len(known[value].path) != level + 1 for level, value in given):
            raise Refused(_("Please choose one of the answers shown."))
        path = known[given[-1][1]].path
        for level, value in given:
            if path[level] != value:
                raise Refused(
                    _(
                        "“%(child)s” does not belong to “%(parent)s”.",
                        child=known[path[-1]].label,
                        parent=known[value].label,
                    )
                )
        return {item.name: list(path)}

    def columns(self, item: Item) -> tuple[str, ...]:
        """Return one column for the path, or one for each level."""
        return (item.name, *(f"{item.name}.{level}" for level in range(1, len(item.settings["levels"]) + 1)))

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the path a row lists (a list, or text parted by / > or ;) or gives level by level."""
        cell = value.get(item.name)
        if isinstance(cell, dict):
            raise Refused(_("A list of answers is expected here."))
        parts = parted(cell, "；|┋\n>→/")
        if not parts:
            cells = [value.get(name) for name in self.columns(item)[1:]]
            parts = ["" if part is None else str(part).strip() for part in cells]
            while parts and not parts[-1]:
                parts.pop()
        if len(parts) > len(item.settings["levels"]):
            raise Refused(_("There are only %(count)s levels.", count=len(item.settings["levels"])))
        path: list[str] = []
        for level, part in enumerate(parts):
            under = [node for node in item.settings["nodes"][level] if list(node.path[:-1]) == path]
            path.append(find(part, [Option(node.value, node.label) for node in under]))
        return {item.name: path} if path else {}

    def complete(self, answer: Mapping[str, Any], item: Item) -> bool:
        """Say whether the path leads down to a place with none under it."""
        path = answer.get(item.name) or []
        return bool(path) and not item.settings["known"][path[-1]].below

    def demand(self, item: Item) -> str:
        """Say that a level is missing."""
        return _("Please choose on every level.")

    def words(self, answer: Mapping[str, Any], item: Item) -> str:
        """Return the path in words."""
        return " / ".join(item.settings["known"][value].label for value in answer.get(item.name, ()))

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one coded column for each level."""
        return tuple(
            Column(
                f"{item.name}.{level}",
                f"{item.title} – {name}",
                Measure.NOMINAL,
                {node.value: node.label for node in nodes},
            )
            for level, (name, nodes) in enumerate(
                zip(item.settings["levels"], item.settings["nodes"], strict=True), start=1
            )
        )

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return the value on each level, None below the end of the path."""
        path = answer.get(item.name, [])
        return (*path, *(None for _level in range(len(item.settings["levels"]) - len(path))))

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Count the first level alone: counts of deeper ones would let hidden small ones be worked out."""
        given = counts.by[f"{item.name}.1"]
        bars = tuple(Bar(node.value, node.label, given.get(node.value, 0)) for node in item.settings["nodes"][0])
        return Tally(Shape.PARTS, counts.answered, counts.asked - counts.answered, counts.skipped, bars)

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes of JSON: the longest value on each level."""
        return len(item.name) + 8 + sum(_longest(nodes) + 4 for nodes in item.settings["nodes"])

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form: the longest value on each level."""
        return sum(len(item.name) + 4 + _longest(nodes) for nodes in item.settings["nodes"])


def _longest(nodes: Sequence[Node]) -> int:
    return max((len(node.value) for node in nodes), default=0)


def _nodes(tree: Iterable[Mapping[str, Any]], above: tuple[str, ...]) -> Iterator[Node]:
    for entry in tree:
        path = (*above, str(entry["v"]))
        below = entry.get("options") or ()
        yield Node(path[-1], str(entry["t"]), path, bool(below))
        yield from _nodes(below, path)


def _check_tree(tree: Sequence[Any], levels: int) -> Iterator[str]:
    """Yield what is wrong with a tree of at most so many levels; values are unique in all of it."""
    seen: set[str] = set()
    waiting = [(entry, 1) for entry in tree]
    while waiting:
        entry, level = waiting.pop(0)
        value = str(entry.get("v", "")) if isinstance(entry, dict) else ""
        if not VALUE.fullmatch(value):
            yield _("every place of “tree” needs a short value “v” of letters and digits")
            return
        words, below = entry.get("t"), entry.get("options", [])
        if not isinstance(words, (str, int, float)) or not 1 <= len(str(words)) <= LABEL:
            yield _("“%(value)s” in “tree” needs its words “t”", value=value)
        if value in seen:
            yield _("“%(what)s” has the value “%(value)s” twice", what="tree", value=value)
        seen.add(value)
        if not isinstance(below, list) or (below and level == levels):
            yield _(
                "“%(value)s” in “tree”: “options” must be a list, on no more than %(count)s levels",
                value=value,
                count=levels,
            )
            return
        waiting += [(child, level + 1) for child in below]
        if len(seen) + len(waiting) > NODES:
            yield _("a tree has at most %(most)s places", most=NODES)
            return
