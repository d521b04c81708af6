"""Concerns side by side with who raised them: by group, by source, over time; small numbers hidden, row by row.

How many members of a group, or of a month, were heard in talks is known to those who read these pages, and so is how
many raised a concern in talks: whatever is hidden must not follow from the two.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from concerns import breadth, queries
from concerns.breadth import Heard, Told
from concerns.hiding import hidden
from concerns.queries import Ranked, SourceCount
from core.i18n import _
from core.terms import SourceKind
from investigations.models import Investigation
from members import rules
from members.models import Organisation

ROWS = 25


@dataclass(frozen=True, slots=True)
class Column:
    """A group, a period or a source; `heard` are the members talked with, None where they are too few to tell."""

    label: str
    heard: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """How many raised a concern: `answers` in surveys and meetings, `talks` members in talks; None is hidden."""

    answers: int
    talks: int | None

    @property
    def known(self) -> int:
        """Return what may be told of the two together."""
        return self.answers + (self.talks or 0)


@dataclass(frozen=True, slots=True)
class Line:
    """A concern and its cells, one for each column."""

    id: int
    label: str
    answers: int
    talks: int
    cells: tuple[Cell, ...]

    @property
    def told(self) -> bool:
        """Say whether any number of members is told, and not all of them hidden."""
        return any(cell.talks is not None for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Some of an investigation's concerns, widest first, page `number` of `count`; `floor` is the least number told."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    total: int
    number: int
    count: int
    floor: int

    @property
    def told(self) -> bool:
        """Say whether any number of members is told, and not all of them hidden."""
        return any(line.told for line in self.lines)

    @property
    def most(self) -> int:
        """Return the largest number that is told."""
        return max((cell.known for line in self.lines for cell in line.cells), default=0)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The concerns of page `number` of `count`: (id, label, counts) of each, of `total` in all."""

    chosen: tuple[Ranked, ...]
    total: int
    number: int
    count: int


def floor(within: Organisation) -> int:
    """Return the least number of members that is told."""
    return int(rules.value(within, "suppression.cell_floor"))


def by_group(
    investigation: Investigation,
    *,
    within: Organisation,
    page: int = 1,
    only: Ranked | None = None,
    known: Told | None = None,
) -> Matrix:
    """Return concerns by the group of the members who raised them in talks; answers have none and are left out."""
    known = known or breadth.told(investigation, within=within)
    keys, names = _groups(known, floor(within))
    rows = _page(investigation, within, page, only)
    return _matrix(investigation, within, known, rows, key=lambda talk: keys[talk.group_id], names=names)


def over_time(
    investigation: Investigation,
    *,
    within: Organisation,
    page: int = 1,
    only: Ranked | None = None,
    known: Told | None = None,
) -> Matrix:
    """Return concerns by the month (quarter, year) of the talk or the meeting, and by that in which a survey closed."""
    known = known or breadth.told(investigation, within=within)
    dated = {(source.kind, source.id): source.day for source in known.sources if source.day}
    days = [talk.held_on for talk in known.talks.values()] + list(dated.values())
    period = breadth.periods(days)
    return _matrix(
        investigation,
        within,
        known,
        _page(investigation, within, page, only),
        key=lambda talk: period(talk.held_on),
        names={name: breadth.period_label(name) for name in sorted({period(day) for day in days})},
        dated={source: period(day) for source, day in dated.items()},
    )


def by_source(
    investigation: Investigation,
    *,
    within: Organisation,
    page: int = 1,
    only: Ranked | None = None,
    known: Told | None = None,
) -> Matrix:
    """Return concerns by survey; all talks stand together in a column of their own, and so do all meetings."""
    known = known or breadth.told(investigation, within=within)
    rows = _page(investigation, within, page, only)
    voices = breadth.voices_by_source([one[0] for one in rows.chosen], investigation, within=within)
    used = {source for row in voices.values() for source in row}
    surveys = [source for source in known.sources if source.kind is SourceKind.SURVEY]
    surveys = [source for source in surveys if (source.kind, source.id) in used or source.day]
    met = any(source.kind is SourceKind.MEETING for source in known.sources)
    lines = []
    for id_, label, counts in rows.chosen:
        unnamed, from_talks = _voices(counts)
        cells = [Cell(voices[id_].get((source.kind, source.id), 0), 0) for source in surveys]
        if met:
            cells.append(Cell(sum(one.voices for one in counts if one.kind is SourceKind.MEETING), 0))
        lines.append(Line(id_, label, unnamed, from_talks, (*cells, Cell(0, from_talks))))
    labels = [*(source.title for source in surveys), *([_("Meetings")] if met else []), _("Talks")]
    columns = tuple(Column(label) for label in labels)
    return Matrix(columns, tuple(lines), rows.total, rows.number, rows.count, floor(within))


def _matrix(
    investigation: Investigation,
    within: Organisation,
    known: Told,
    rows: _Rows,
    *,
    key: Callable[[Heard], object],
    names: dict[object, str],
    dated: dict[tuple[SourceKind, int], str] | None = None,
) -> Matrix:
    """A page of concerns by what `key` says of a talk and `dated` of other sources; `names`: the columns in order."""
    least = floor(within)
    ids = [one[0] for one in rows.chosen]
    placed = {talk_id: (key(talk), talk.member_id) for talk_id, talk in known.talks.items()}
    raised = breadth.members_by(ids, investigation, within=within, placed=placed)
    answers = breadth.voices_by_source(ids, investigation, within=within) if dated else {}
    heard = _heard(placed.values())
    all_heard = [heard.get(name, 0) for name in names]
    lines = []
    for id_, label, counts in rows.chosen:
        from_surveys, from_talks = _voices(counts)
        spoken = [len(raised[id_].get(name, ())) for name in names]
        unsaid = hidden(spoken, all_heard, least)
        written: dict[object, int] = defaultdict(int)
        for source, voices in answers.get(id_, {}).items():
            if dated and source in dated:
                written[dated[source]] += voices
        cells = [Cell(written[name], None if place in unsaid else spoken[place]) for place, name in enumerate(names)]
        lines.append(Line(id_, label, from_surveys, from_talks, tuple(cells)))
    told = {name: number if number >= least else None for name, number in heard.items()}
    columns = (Column(label, told.get(name)) for name, label in names.items())
    return Matrix(tuple(columns), tuple(lines), rows.total, rows.number, rows.count, least)


def _page(investigation: Investigation, within: Organisation, page: int, only: Ranked | None) -> _Rows:
    if only is not None:
        return _Rows((only,), 1, 1, 1)
    found = queries.ranked(investigation, within=within)
    count = max(1, -(-len(found) // ROWS))
    number = min(max(page, 1), count)
    return _Rows(tuple(found[(number - 1) * ROWS : number * ROWS]), len(found), number, count)


def _voices(counts: Collection[SourceCount]) -> tuple[int, int]:
    """Voices of people nobody knows, and members in talks."""
    found = {one.kind: one.voices for one in counts}
    talks = found.pop(SourceKind.TALK, 0)
    return sum(found.values()), talks


def _heard(placed: Iterable[tuple[object, int]]) -> dict[object, int]:
    """How many members were heard in each column, given (column, member) of each talk."""
    found: dict[object, set[int]] = defaultdict(set)
    for name, member_id in placed:
        found[name].add(member_id)
    return {name: len(people) for name, people in found.items()}


def _groups(known: Told, least: int) -> tuple[dict[int | None, object], dict[object, str]]:
    """Under which column each group stands, and the columns: groups of whom too few were heard share one."""
    heard = _heard((talk.group_id, talk.member_id) for talk in known.talks.values())
    large = [id_ for id_, number in heard.items() if id_ is not None and number >= least]
    keys: dict[int | None, object] = {id_: id_ if id_ in large else "rest" for id_ in heard}
    names: dict[object, str] = {id_: known.groups[id_] for id_ in sorted(large, key=lambda id_: known.groups[id_])}
    if "rest" in keys.values():
        names["rest"] = _("Smaller groups, and no group")
    return keys, names
