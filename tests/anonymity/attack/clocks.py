"""Everything that can put members, or responses, into an order or into classes.

A clock is a mapping id -> number. It need not be a time: the order of rows, keys or bytes will do, for whoever comes
first in one may come first in another.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tests.anonymity.attack import images
from tests.anonymity.attack.evidence import Evidence, named, number, spellings
from tests.anonymity.attack.images import Tables

Clock = dict[str, float]
Places = dict[str, tuple[int, int]]  # id -> page, offset in it
DISTINCT = 0.9  # share of different values from which the order of a text column is worth trying


class Clocks:
    """Clocks, classes and places of members and responses. Names of clocks say where they come from."""

    def __init__(self, evidence: Evidence, truth: Mapping[str, str]) -> None:
        self.evidence = evidence
        self.members: dict[str, Clock] = defaultdict(dict)
        self.responses: dict[str, Clock] = defaultdict(dict)
        self.member_classes: dict[str, dict[str, str]] = defaultdict(dict)
        self.response_classes: dict[str, dict[str, str]] = defaultdict(dict)
        self.layouts: dict[str, Places] = {}
        self._texts: dict[tuple[int, str], dict[str, bytes]] = defaultdict(dict)
        self._known_members, self._known_responses = set(truth), set(truth.values())
        self._answers: Mapping[str, Any] = evidence.hints["responses"]
        self._columns()
        for name, states in evidence.walks.items():
            self._walk(name, states)
        self._bytes()
        self._logs()

    # --- columns of the final database ---------------------------------------------------------------

    def _columns(self) -> None:
        for table, key in self._member_tables():
            for name, row in _rows(self.evidence.tables, table, key, self._known_members):
                self._cells(self.members, self.member_classes, f"{table}.", name, row, skip=key)
        table, key = self._answers["table"], self._answers["id"]
        for name, row in _rows(self.evidence.tables, table, key, self._known_responses):
            self._cells(self.responses, self.response_classes, "", name, row, skip="")
            for column, value in row.items():
                if isinstance(value, str | bytes):
                    length = len(value if isinstance(value, bytes) else value.encode())
                    self.responses[f"length of {column}"][name] = float(length)
        for (kind, clock), texts in self._texts.items():
            places = {text: float(place) for place, text in enumerate(sorted(set(texts.values())))}
            if len(places) >= DISTINCT * len(texts):
                clocks = self.members if kind == id(self.members) else self.responses
                clocks[clock].update({name: places[text] for name, text in texts.items()})

    def _cells(
        self,
        clocks: dict[str, Clock],
        classes: dict[str, dict[str, str]],
        prefix: str,
        name: str,
        row: Mapping[str, Any],
        *,
        skip: str,
    ) -> None:
        for column, value in row.items():
            if column == skip:
                continue
            told = number(value)
            if told is not None:
                clocks[f"{prefix}{column}"].setdefault(name, told)
            elif isinstance(value, str | bytes) and value:
                # The order of keys: some kinds of random key begin with the time.
                self._texts[id(clocks), f"order of {prefix}{column}"].setdefault(
                    name, value if isinstance(value, bytes) else value.encode()
                )
            classes[f"{prefix}{column}"].setdefault(name, str(value)[:40])
            for inner, figure in _figures(value):
                clocks[f"{prefix}{column}.{inner}"].setdefault(name, figure)

    def _member_tables(self) -> Iterator[tuple[str, str]]:
        for entry in self.evidence.hints["members"]:
            yield entry["table"], entry["id"]

    # --- write-ahead logs and backups -------------------------------------------------------------------

    def _walk(self, walk: str, states: list[Tables]) -> None:
        before: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        last: Tables = {}
        for place, state in enumerate(states):
            fresh = {table for table, now in state.items() if last.get(table) is not now}
            last = state
            for table, key in self._member_tables():
                if table not in fresh:
                    continue
                now: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
                for name, row in _rows(state, table, key, self._known_members):
                    now[name].append(tuple(row.values()))
                for name, rows in now.items():
                    then = before.get((table, name))
                    if then != rows:
                        kind = "appeared" if then is None else "changed"
                        self.members[f"{walk}: {table} {kind}"][name] = float(place)
                        before[table, name] = rows
                gone = [known for known in before if known[0] == table and known[1] not in now]
                for known in gone:
                    self.members[f"{walk}: {table} gone"][known[1]] = float(place)
                    del before[known]
            table, key = self._answers["table"], self._answers["id"]
            for name, _row in () if table not in fresh else _rows(state, table, key, self._known_responses):
                self.responses[f"{walk}: appeared"].setdefault(name, float(place))

    # --- bytes ----------------------------------------------------------------------------------------------

    def _bytes(self) -> None:
        keys = {name: spellings(name) for name in self._known_responses}
        for file in self._searched():
            for name, found in _found(self.evidence.files[file], keys).items():
                self.responses[f"bytes of {file}"][name] = float(found[0])
                self.responses[f"last bytes of {file}"][name] = float(found[-1])
        self._stamped()
        if not self.evidence.final:
            return  # not an SQLite file: no pages to look into
        self._places(keys)
        for table, key in self._member_tables():
            marks = self._marks(table, key)
            for name, found in _found(self.evidence.final, marks).items():
                self.members[f"bytes of {table}"][name] = float(found[0])
                self.members[f"offset of {table} in page"][name] = float(
                    found[0] % images.page_size(self.evidence.final)
                )

    def _stamped(self) -> None:
        """Take the place of a row from its `ctid`, where the database tells it."""
        table, key = self._answers["table"], self._answers["id"]
        for name, row in _rows(self.evidence.tables, table, key, self._known_responses):
            if row.get("page") is not None:
                self.layouts.setdefault("ctid", {})[name] = (row["page"], row["place in page"])

    def _searched(self) -> list[str]:
        """Return the files whose byte positions are clocks: all but the many backups, of which the ends do."""
        backups = list(self.evidence.hints.get("snapshots", []))
        logs = [log["path"] for log in self.evidence.hints.get("logs", [])]
        return [name for name in self.evidence.files if name not in logs and name not in backups[1:-1]]

    def _places(self, keys: Mapping[str, list[bytes]]) -> None:
        size, owners = images.page_size(self.evidence.final), images.owners(self.evidence.final)
        for name, found in _found(self.evidence.final, keys).items():
            for at in found:
                tree = owners.get(at // size + 1, "no tree")
                self.layouts.setdefault(tree, {}).setdefault(name, (at // size, at % size))
                self.responses[f"offset in page of {tree}"].setdefault(name, float(at % size))

    def _marks(self, table: str, key: str) -> dict[str, list[bytes]]:
        """Return for each member the longest cell of its row: where it stands, the row stands."""
        marks: dict[str, list[bytes]] = {}
        for name, row in _rows(self.evidence.tables, table, key, self._known_members):
            cells = [v if isinstance(v, bytes) else v.encode() for v in row.values() if isinstance(v, str | bytes)]
            longest = max(cells, key=len, default=b"")
            if len(longest) >= 4:
                marks.setdefault(name, [longest])
        return marks if len({mark[0] for mark in marks.values()}) >= DISTINCT * len(marks) else {}

    # --- logs -------------------------------------------------------------------------------------------------

    def _logs(self) -> None:
        counts: Clock = defaultdict(float)
        for line in self.evidence.log_lines():
            if line.member not in self._known_members:
                continue
            counts[line.member] += 1
            self.members[f"log order {line.kind}"][line.member] = float(line.place)
            for what, figure in (("time", line.moment), ("bytes", line.length), ("bytes sent", line.sent)):
                if figure is not None:
                    self.members[f"log {what} {line.kind}"][line.member] = figure
            if line.agent:
                self.member_classes[f"device in log {line.kind}"][line.member] = line.agent
        self.members["log lines"].update(counts)


def _rows(state: Tables, table: str, key: str, known: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    if table not in state:
        return
    columns, rows = state[table]
    place = columns.index(key) + 1
    for row in rows:
        name = named(row[place])
        if name in known:
            yield name, dict(zip(["row number", *columns], row, strict=True))


def _found(content: bytes, keys: Mapping[str, list[bytes]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    needles = {one: name for name, spelt in keys.items() for one in spelt}
    for at, name in images.occurrences(content, needles):
        found.setdefault(name, []).append(at)
    return found


def _figures(value: Any) -> Iterator[tuple[str, float]]:
    """Yield the numbers and moments in a JSON object, by key."""
    if not isinstance(value, str) or not value.startswith("{"):
        return
    try:
        told = json.loads(value)
    except ValueError:
        return
    for key, inner in told.items() if isinstance(told, dict) else ():
        figure = number(inner)
        if figure is not None:
            yield key, figure
