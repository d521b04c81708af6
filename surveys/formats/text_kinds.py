"""One question out of its lines: its type, its title, its options, and what was unsure about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.i18n import _
from surveys.formats import text_wording as wording
from surveys.formats.text_account import Account
from surveys.formats.text_body import body, choices, inline
from surveys.formats.text_builders import BUILDERS
from surveys.formats.text_draft import Draft, Made
from surveys.formats.text_finish import account_for, condition, finish, logic, unsupported
from surveys.formats.text_grids import Grid, count_blanks, grid
from surveys.formats.text_hints import hints, tags, without_ticking
from surveys.formats.text_lines import BLANK, Line, Mark, numbering
from surveys.formats.text_options import bare
from surveys.formats.text_scales import GRADES, Scale, points, span, stars
from surveys.formats.text_sights import Block
from surveys.formats.text_words import SLIDER, TEXT, UNSUPPORTED, Settings

GRIDS = ("matrix", "matrix_multi", "matrix_text", "matrix_number")
CHOICES = ("single", "multi", "dropdown", "yes_no", "ranking", "constant_sum")
EMPTY_LINE = re.compile(r"\W*\w{1,2}\W*_[\W_]*")  # (1)____: a number and a blank, no words
PLACEHOLDER = re.compile(r"choose|select|please (?:choose|select)|请选择|請選擇", re.I)  # shown in a closed list
WRITTEN = ("short_text", "long_text", "date", "time", "number", TEXT)


@dataclass(slots=True)
class Surroundings:
    """What the rest of the text says about how to read one question."""

    section: Settings = field(default_factory=Settings)  # what a heading says of its questions
    scale: Scale | None = None  # what the points mean where that is told once for all
    letters: list[str] = field(default_factory=list)  # what A, B, C ... mean where that is told once for all
    boxes_mean_several: bool = False  # circles and boxes both occur, so a box means several


class Maker:
    """Makes items out of blocks and writes down what each line became."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def make(self, block: Block, around: Surroundings) -> tuple[Made | None, list[Line]]:
        """Return the item of a block (None when there is no such type here) and lines that do not belong to it."""
        draft = self._draft(block)
        kind = self._kind(draft, around)
        if kind == UNSUPPORTED:
            unsupported(block, self.account)
            return None, []
        draft.kind = kind
        item = {"type": kind, "title": draft.title}
        item.update(BUILDERS[kind](draft) if kind in BUILDERS else {})
        if kind == "note":
            item["title"] = tags(block.words).words.strip() or draft.title
        item["type"] = draft.kind
        finish(item, draft, self.account)
        made = Made(item, block.number, block.line.number, draft.marks, draft.settings.required)
        condition(made, draft)
        logic(made, draft, self.account)
        account_for(block, draft, self.account)
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
        match = match or re.search(
            r"(?<=[?？.。:：\s])(\d{1,2}\s*[(（=][^()（）]{1,40}[)）]?\s*(?:to|-|–|—|~|至|到|,|，)\s*\d{1,2}\s*[(（=][^()（）]{1,40}[)）]?)\s*$",
            draft.raw,
        )
        if match and not draft.marks and draft.settings.kind not in CHOICES and not wording.SORTING.search(draft.raw):
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
        if around.letters:
            self._lettered(draft, around.letters)
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

    def _lettered(self, draft: Draft, words: Sequence[str]) -> None:
        """Give bare letters (A B C D) the words told once for all questions."""
        bare = re.compile(r"(.*?)\s*[(（]?\s*(A(?:[\s/、,，]*[B-J]){2,})\s*[)）]?\s*")
        for line in [line for line in draft.body.entries if bare.fullmatch(line.text)][:1]:
            draft.body.entries.remove(line)
            draft.marks = [Mark("A", word, line.number) for word in words]
        match = bare.fullmatch(draft.title)
        if match and not draft.marks and match[1]:
            draft.title, draft.marks = match[1], [Mark("A", word, draft.line) for word in words]
        if draft.marks and all(re.fullmatch(r"[A-J]?", mark.words) for mark in draft.marks):
            draft.marks = [Mark("A", word, draft.line) for word in words]

    def _has_blanks(self, draft: Draft) -> bool:
        """Say whether there are several blanks to fill in."""
        if re.search(wording.DATE_BLANK, draft.raw) or re.search(wording.TIME_BLANK, draft.raw):
            return False
        named = [line for line in draft.body.entries if BLANK.search(line.text) and line.text.strip(" _。.")]
        marked = [
            line
            for line in named
            if re.match(r"[□○☐(（]|[A-Za-z]\s*[.、．]", line.text)
            and not re.fullmatch(r"\W*\w{1,2}\W*_[\W_]*", line.text)
        ]
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
        rows = choices(draft.body.entries)[0] if grades else []
        if len(rows) < 2 or sum(bool(GRADES.search(row.words)) for row in rows) * 2 > len(rows):
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
            low, high = (int(group) for group in match.groups() if group and group.isdecimal())
            settings.points = (low, high) if low < high else None
            if match["low"] and match["high"]:
                settings.meanings.update({low: match["low"], high: match["high"]})
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
        if not told and len(draft.marks) > 2 and PLACEHOLDER.fullmatch(draft.marks[0].words):
            left = draft.marks.pop(0)
            draft.unneeded.append((left.words, left.line))
            return "dropdown"
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
        first = bare(draft.marks[0].words).lower()
        if not told and boxes and around.boxes_mean_several and first not in ("yes", "是", "有", "no", "否"):
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


def _same_shape(entries: Sequence[Line]) -> bool:
    """Say whether no line is marked as an option, as in a table of bare rows."""
    marked = sum(1 for line in entries if re.match(r"[□○☐●◯]|[A-Za-z]\s*[.、．)）]", line.text))
    return marked == 0
