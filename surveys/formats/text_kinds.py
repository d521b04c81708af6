"""One question out of its lines: its type, its title, its options, and what was unsure about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _, pgettext
from surveys.formats import text_wording as wording
from surveys.formats.text_account import Account
from surveys.formats.text_blocks import Block
from surveys.formats.text_body import HELP, Scale, body, choices, inline, points, span, stars
from surveys.formats.text_builders import BUILDERS
from surveys.formats.text_draft import Draft
from surveys.formats.text_grids import GRADES, Grid, count_blanks, grid
from surveys.formats.text_hints import hints, tags, without_ticking
from surveys.formats.text_lines import BLANK, Line, Mark, numbering
from surveys.formats.text_logic import Jump, Show, jumps, show, target
from surveys.formats.text_options import bare
from surveys.formats.text_words import SLIDER, TEXT, UNSUPPORTED, Settings

GRIDS = ("matrix", "matrix_multi", "matrix_text", "matrix_number")
CHOICES = ("single", "multi", "dropdown", "yes_no", "ranking", "constant_sum")
WRITTEN = ("short_text", "long_text", "date", "time", "number", TEXT)


@dataclass(slots=True)
class Surroundings:
    """What the rest of the text says about how to read one question."""

    section: Settings = field(default_factory=Settings)  # what a heading says of its questions
    scale: Scale | None = None  # what the points mean where that is told once for all
    boxes_mean_several: bool = False  # circles and boxes both occur, so a box means several


@dataclass(slots=True)
class Made:
    """An item not yet named, with what only the whole can settle."""

    item: dict[str, Any]
    number: int
    line: int
    marks: list[Mark]
    required: bool | None = None
    jumps: list[Jump] = field(default_factory=list)
    shows: list[Show] = field(default_factory=list)


class Maker:
    """Makes items out of blocks and writes down what each line became."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def make(self, block: Block, around: Surroundings) -> tuple[Made | None, list[Line]]:
        """Return the item of a block (None when there is no such type here) and lines that do not belong to it."""
        draft = self._draft(block)
        kind = self._kind(draft, around)
        if kind == UNSUPPORTED:
            self._unsupported(block, draft)
            return None, []
        draft.kind = kind
        item = {"type": kind, "title": draft.title}
        item.update(BUILDERS[kind](draft) if kind in BUILDERS else {})
        if kind == "note":
            item["title"] = draft.raw.strip() or draft.title
        item["type"] = draft.kind
        self._finish(item, draft)
        made = Made(item, block.number, block.line.number, draft.marks, draft.settings.required)
        self._logic(made, draft)
        self._account(block, draft, made)
        return made, draft.after

    # --- reading ---------------------------------------------------------------------------------------------

    def _draft(self, block: Block) -> Draft:
        words = block.words
        doubled = numbering(words)
        if doubled and doubled.rest and (doubled.value == block.number or (not block.number and doubled.style != "cn")):
            words = doubled.rest
        ticking = without_ticking(words)
        plain = tags(ticking.words)
        head, marks = inline(plain.words, block.line.number)
        heard = hints(head)
        settings = Settings()
        for said in (plain.settings, ticking.settings, heard.settings):
            settings.merge(said)
        found = body(block.body)
        settings.merge(found.settings)
        draft = Draft(heard.words, heard.raw.strip(), settings, found, marks, block.line.number, tagged=plain.tagged)
        draft.help = [text for text in (plain.help, heard.help) if text]
        draft.logic = [(said, block.line.number) for said in (*plain.logic, *heard.logic)] + found.logic
        self._scale_beside(draft)
        return draft

    def _scale_beside(self, draft: Draft) -> None:
        """Take a scale off the end of the title: 我对工作满意 1 2 3 4 5, 总体评价 ☆☆☆☆☆."""
        match = re.search(r"[\s:：]((?:[★☆⭐]\s*){3,10}|(?:[○□]?\s*\d{1,2}[\s,、/]+){2,}\d{1,2})\s*$", " " + draft.raw)
        if match and not draft.marks:
            draft.stars = stars(match[1])
            draft.scale = None if draft.stars else span(match[1])
            if draft.stars or draft.scale:
                draft.title = draft.title[: draft.title.find(match[1].strip())].strip(" :：") or draft.title
        if not draft.scale and points(draft.marks):
            draft.scale, draft.marks = points(draft.marks), []

    def _kind(self, draft: Draft, around: Surroundings) -> str:
        """Decide what type a question is."""
        told = draft.settings.kind or around.section.kind
        if not draft.settings.kind and draft.settings.high is None and draft.settings.low is None:
            draft.settings.low, draft.settings.high = around.section.low, around.section.high
        entries = draft.body.entries
        if told == UNSUPPORTED or told == "note":
            return told
        if draft.body.rows or told in GRIDS:
            return self._grid_kind(draft, told)
        if told == "cascade":
            return told
        shared = wording.SHARING.search(draft.title) and len(entries) > 1
        if told == "blanks" or (not draft.marks and told in ("", TEXT) and not shared and self._has_blanks(draft)):
            return "blanks"
        if not draft.marks and not draft.scale and not draft.stars:
            self._below(draft, told)
        if draft.table is not None:
            return self._grid_kind(draft, told)
        return self._simple_kind(draft, told, around, entries)

    def _has_blanks(self, draft: Draft) -> bool:
        """Say whether there are several blanks to fill in."""
        if re.search(wording.DATE_BLANK, draft.raw) or re.search(wording.TIME_BLANK, draft.raw):
            return False
        named = [line for line in draft.body.entries if BLANK.search(line.text) and line.text.strip(" _。.")]
        marked = [line for line in named if re.match(r"[□○☐(（]|[A-Za-z]\s*[.、．]", line.text)]
        several = count_blanks(draft.raw) + sum(count_blanks(line.text) for line in named)
        return several > 1 and not marked and len(named) == len(draft.body.entries)

    def _graded(self, draft: Draft) -> bool:
        """Read rows below grades that stand in brackets: (非常满意/满意/一般/不满意)."""
        grades: list[str] = []
        rest: list[Line] = []
        for line in draft.body.help:
            words = [part.strip() for part in re.split(r"[/、,，;；|]", line.text.strip("()（）"))]
            good = len(words) > 2 and sum(bool(GRADES.search(word)) for word in words) * 2 > len(words)
            grades, rest = (words, rest) if good and not grades else (grades, [*rest, line])
        if not grades or not wording.GRADING.search(draft.title):
            return False
        rows = choices(draft.body.entries)[0]
        if len(rows) < 2:
            return False
        draft.table = Grid(rows, grades)
        draft.entry_lines = [*draft.body.entries, *(line for line in draft.body.help if line not in rest)]
        draft.body.help = rest
        return True

    def _below(self, draft: Draft, told: str) -> None:
        """Read the plain lines below a question as a scale, a table or options."""
        entries = draft.body.entries
        if told in ("", "scale") and self._graded(draft):
            return
        scaled = next((line for line in entries if span(line.text)), None)
        drawn = next((line for line in entries if stars(line.text)), None)
        if (
            scaled is not None
            and len(entries) == 3
            and not wording.GRADING.search(draft.title)
            and told in ("", "scale")
        ):
            found, ends = span(scaled.text), [line.text for line in entries if line is not scaled]
            if found and not found.labels and entries.index(scaled) < 2 and all(len(end) <= 30 for end in ends):
                draft.scale, draft.entry_lines = Scale(found.low, found.high, ends), list(entries)
                return
        if drawn is not None and len(entries) == 1:
            draft.stars, draft.entry_lines = stars(drawn.text), [drawn]
            return
        if scaled is not None and (
            len(entries) == 1 or told in ("scale", SLIDER, "nps", "stars", "number") and len(entries) <= 3
        ):
            draft.scale, draft.entry_lines = span(scaled.text), list(entries)
            return
        if told in WRITTEN and not any(re.match(r"[□○☐(（]|[A-Za-z]\s*[.、．]", line.text) for line in entries):
            draft.after = self._spill(draft, entries)
            return
        if told in ("", "scale", "single", "multi", "stars", "number"):
            known = bool(wording.GRADING.search(draft.title)) or told == "number"
            draft.table = grid(
                entries, known=known and told in ("", "number") and len(entries) > 2 and _same_shape(entries)
            )
            if draft.table is not None:
                draft.entry_lines = list(entries)
                return
        marks, before, wrapped, after = choices(entries)
        if len(marks) == 1 and not marks[0].sign and told not in CHOICES:
            draft.after = self._spill(draft, entries)
            return
        draft.marks, draft.after = marks, after
        draft.before, draft.wrapped = before, wrapped
        pointed = points(marks)
        if pointed and told in ("", "scale", "nps", "stars"):
            draft.scale = pointed

    def _spill(self, draft: Draft, entries: Sequence[Line]) -> list[Line]:
        """Keep lines right below a written question as its help; what stands apart goes on after it."""
        apart = next((at for at, line in enumerate(entries) if line.gap), len(entries))
        draft.before = list(entries[:apart])
        return list(entries[apart:])

    def _grid_kind(self, draft: Draft, told: str) -> str:
        first = draft.body.entries[0].text if draft.body.entries else ""
        headless = told in ("matrix_text", "matrix_number") and BLANK.search(first)
        if draft.table is None and not draft.body.rows and not headless:
            draft.table = grid(draft.body.entries, known=True)
            draft.entry_lines = list(draft.body.entries) if draft.table else []
        elif draft.body.rows and draft.body.entries:
            draft.scale = next((found for line in draft.body.entries if (found := span(line.text))), None)
            draft.entry_lines = list(draft.body.entries)
        if told in GRIDS:
            return told
        return "matrix_multi" if told == "multi" else "matrix"

    def _simple_kind(self, draft: Draft, told: str, around: Surroundings, entries: Sequence[Line]) -> str:
        """Decide between the types without rows."""
        scale = draft.scale
        same = around.scale
        if scale and not scale.labels and same and (scale.low, scale.high) == (same.low, same.high):
            scale = draft.scale = same
        self._spoken(draft, told)
        if (
            draft.settings.points
            and not draft.marks
            and not scale
            and told in ("", "scale", "stars", SLIDER, TEXT, "number")
        ):
            low, high = draft.settings.points
            scale = draft.scale = Scale(low, high)
        if scale and (scale.low, scale.high) == (0, 10) and wording.NPS.search(draft.title) or told == "nps":
            return "nps"
        if told == SLIDER or (scale and scale.high - scale.low > 10):
            return "scale" if scale and scale.high - scale.low <= 10 else "number"
        if told == "stars" or draft.stars:
            return "stars" if not draft.marks or draft.scale else "scale"
        if told == "scale" or (
            scale and told in ("", "single", TEXT) and not (told == "single" and draft.tagged and not scale)
        ):
            return "scale"
        if draft.marks:
            return self._choice(draft, told, around)
        if told == "yes_no":
            return told
        if told in CHOICES:
            self.account.warn(
                _(
                    "Line %(line)s asks for a choice, but no options stand below it; it was read as a text question.",
                    line=draft.line,
                ),
                draft.line,
            )
            return "long_text"
        kind, extra = wording.of_text(draft.title, draft.raw, told, len(draft.body.blanks))
        draft.extra = extra
        if kind in ("date", "time", "number"):
            draft.title = hints(wording.before_blank(draft.raw)).words or draft.title
        return kind

    def _spoken(self, draft: Draft, told: str) -> None:
        """Take the points out of what the title or a hint says of them: 从0到10分, 0分为不愿意."""
        settings = draft.settings
        match = wording.SPOKEN_SCALE.search(draft.title)
        if match and told in ("", "scale", "nps") and not settings.points:
            low, high = (int(group) for group in match.groups() if group)
            settings.points = (low, high) if low < high else None
        if (
            settings.meanings
            and not settings.points
            and len(settings.meanings) > 1
            and not draft.scale
            and not draft.marks
        ):
            settings.points = (min(settings.meanings), max(settings.meanings))

    def _choice(self, draft: Draft, told: str, around: Surroundings) -> str:
        signs = {mark.sign for mark in draft.marks}
        if told in ("dropdown", "ranking", "constant_sum", "yes_no", "multi"):
            return "ranking" if told == "multi" and wording.SORTING.search(draft.title) and not draft.tagged else told
        if not told and wording.SORTING.search(draft.title):
            return "ranking"
        if not told and wording.SHARING.search(draft.title):
            return "constant_sum"
        if told in WRITTEN:
            return "single"
        if not told and wording.yes_no([bare(mark.words) for mark in draft.marks]):
            return "yes_no"
        boxes = bool(signs & set("□☐☑☒")) or any(sign.startswith("[") for sign in signs)
        if not told and boxes and around.boxes_mean_several:
            return "multi"
        if not told and wording.PLURAL.search(draft.title):
            self.account.warn(
                _(
                    "Line %(line)s says “which of …” but not whether several may be chosen; it was read as single "
                    "choice, unsure.",
                    line=draft.line,
                ),
                draft.line,
            )
        return "single"

    # --- finishing -------------------------------------------------------------------------------------------

    def _finish(self, item: dict[str, Any], draft: Draft) -> None:
        settings = draft.settings
        told = [*draft.help, *(line.text for line in draft.before)]
        told += [_help(line.text) for line in draft.body.help]
        if told:
            item["help"] = "\n".join(told)
        if settings.extra.get("shuffle") and "options" in item:
            item["shuffle"] = True
        for lost, at in (*((lost, draft.line) for lost in settings.lost), *draft.lost):
            self.account.warn(
                _("“%(words)s” is not kept: there are no scores and no right answers here.", words=lost), at
            )
        for said in settings.silent:
            self.account.info(_("“%(words)s” is only needed on paper and was left out.", words=said), draft.line)
        for line in draft.body.lost:
            self.account.warn(
                _("Not kept: “%(words)s”. There are no scores and no right answers here.", words=line.text), line.number
            )
        for note in draft.notes:
            self.account.warn(note, draft.line)
        if not item["title"]:
            item["title"] = _("Question %(number)s", number=draft.line)
            self.account.warn(_("Line %(line)s: this question has no words of its own.", line=draft.line), draft.line)

    def _logic(self, made: Made, draft: Draft) -> None:
        """Read where to go on and when to ask; what is not clear is told."""
        for said, line in draft.logic:
            shown = None if target(said) is not None else show(said, line)
            sent = jumps(said, line) if shown is None else ()
            if shown is not None:
                made.shows.append(shown)
            elif sent:
                made.jumps += sent
            else:
                self.account.warn(_("Logic not understood, not kept: “%(words)s”.", words=said), line)
        for place, jump in draft.option_jumps:
            made.jumps.append(Jump((f"#{place}",), jump[0], jump[1], jump[2]))

    def _unsupported(self, block: Block, draft: Draft) -> None:
        for line in (block.line, *block.body):
            self.account.warn(
                _("There is no such question type here, so this was left out: “%(words)s”.", words=line.text[:80]),
                line.number,
            )

    def _account(self, block: Block, draft: Draft, made: Made) -> None:
        """Write down what each line became."""
        use, found = self.account.use, draft.body
        use(block.line, pgettext("line", "Question"))
        use(found.hints, pgettext("line", "Setting"))
        use(found.help, pgettext("line", "Help"))
        use(found.lists, pgettext("line", "Setting"))
        use(found.blanks, pgettext("line", "Room to write"))
        use(draft.before, pgettext("line", "Help"))
        use(draft.wrapped, pgettext("line", "Answers"))
        use(draft.entry_lines, pgettext("line", "Answers"))
        for mark in (*draft.marks, *found.rows, *found.columns):
            use(mark.line, pgettext("line", "Answers"))
        for line in draft.wrapped:
            self.account.info(_("Read as the rest of the option above it."), line.number)
        if block.unsure:
            self.account.info(_("Read as a question of its own, though it bears no number; unsure."), block.line.number)


def _help(text: str) -> str:
    """Return words of help without their brackets or the word that announces them."""
    match = HELP.fullmatch(text)
    return (
        match[1]
        if match and text.startswith(("提示", "说明", "說明", "hint", "Hint", "help", "Help"))
        else text.strip("()（）")
    )


def _same_shape(entries: Sequence[Line]) -> bool:
    """Say whether no line is marked as an option, as in a table of bare rows."""
    marked = sum(1 for line in entries if re.match(r"[□○☐●◯]|[A-Za-z]\s*[.、．)）]", line.text))
    return marked == 0
