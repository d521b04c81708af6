"""A definition as an XLSForm workbook, with notes on what it cannot hold."""

import io
from collections.abc import Mapping
from typing import Any

from core.i18n import _, speaking
from core.spreadsheet import Sheet, write_book
from questions import rules as language_of_rules
from questions.rules import Not, Rule, joined
from surveys.formats.base import INFO, WARNING, Note, Written
from surveys.formats.xlsform_conditions import Paths, Unsaid
from surveys.formats.xlsform_rows import Rows
from surveys.instruments import in_language, normalised, spoken

NAMES = {"zh": "中文 (zh)", "en": "English (en)"}
SPOKEN = ("label", "hint", "constraint_message")
PLAIN = ("type", "name", "required", "relevant", "constraint", "appearance", "parameters", "choice_filter")


def write(definition: Mapping[str, Any], language: str) -> Written:
    """Return the definition as an .xlsx, in one language or ("") in all it has."""
    told = normalised(definition)
    main = language or spoken(told)
    if language:
        told = in_language(told, language)
        told.pop("languages", None)
    spoken_in = list(dict.fromkeys([main, *(told.get("languages") or [])]))
    with speaking(main):
        writer = _Writer(told, spoken_in)
        writer.write()
    out = io.BytesIO()
    write_book(writer.sheets(), out)
    return Written(out.getvalue(), f"{told.get('id') or 'survey'}.xlsx", tuple(writer.notes))


class _Writer:
    """Collects the rows of the three sheets."""

    def __init__(self, definition: Mapping[str, Any], languages: list[str]) -> None:
        self.definition, self.languages = definition, languages
        self.notes: list[Note] = []
        self.rows = Rows(definition, self.lose)
        self.paths = Paths(self.rows.items, self.rows.names)
        self.extra: dict[str, list[Rule]] = {}

    def lose(self, name: str, what: str, level: str = WARNING) -> None:
        """Note what cannot be held of the item `name`, "" for the whole."""
        self.notes.append(Note(level, f"{name}: {what}" if name else what))

    def write(self) -> None:
        """Write every section."""
        self._jumps()
        if self.definition.get("intro"):
            self.rows.line(type="note", name="form_intro", label=self.definition["intro"])
        for section in self.definition["sections"]:
            self._section(section)
        for key in ("anonymity",):
            if self.definition.get(key):
                self.lose("", _("“%(key)s” is not kept in an XLSForm.", key=key), INFO)

    def _section(self, section: Mapping[str, Any]) -> None:
        relevant = self._xpath(section["id"], [section["show_if"]] if section.get("show_if") else [])
        self.rows.line(
            type="begin_group",
            name=section["id"],
            label=section.get("title", ""),
            relevant=relevant,
            appearance="field-list",
        )
        if section.get("intro"):
            self.rows.line(type="note", name=f"{section['id']}_intro", label=section["intro"])
        if section.get("shuffle"):
            self.lose(section["id"], _("the random order of its questions is not kept"))
        for item in section["items"]:
            own = [item["show_if"]] if item.get("show_if") else []
            own += [language_of_rules.mapping(rule) for rule in self.extra.get(item["id"], ())]
            relevant = self._xpath(item["id"], own)
            constraint, message = self._checks(item["id"])
            filters = self._filters(item)
            self.rows.item(item, relevant, constraint, message, filters)
        self.rows.line(type="end_group")

    def _xpath(self, name: str, raw: list[Mapping[str, Any]]) -> str:
        if not raw:
            return ""
        try:
            return self.paths.text(joined([language_of_rules.read(rule) for rule in raw]))
        except Unsaid as unsaid:
            self.lose(name, _("its condition is not kept: %(why)s", why=unsaid))
            return ""

    def _checks(self, name: str) -> tuple[list[str], Any]:
        found, message = [], ""
        for check in self.definition.get("checks", ()):
            if check.get("at") != name:
                continue
            try:
                said = self.paths.text(language_of_rules.read(check["rule"]), own=name)
            except Unsaid as unsaid:
                self.lose(name, _("its check is not kept: %(why)s", why=unsaid))
                continue
            found.append(f"({said})" if " or " in said else said)
            if message:
                self.lose(name, _("one message must do for all its checks"))
            message = message or check["message"]
        return found, message

    def _filters(self, item: Mapping[str, Any]) -> tuple[dict[str, str], str]:
        """Return the options that are shown conditionally, each with its number, and the filter that reads these."""
        numbers: dict[str, str] = {}
        said: dict[str, str] = {}
        for option in item.get("options", ()):
            if not option.get("show_if"):
                continue
            try:
                text = self.paths.text(language_of_rules.read(option["show_if"]))
            except Unsaid as unsaid:
                self.lose(
                    item["id"], _("the condition of “%(value)s” is not kept: %(why)s", value=option["v"], why=unsaid)
                )
                continue
            number = said.setdefault(text, str(len(said) + 1))
            numbers[option["v"]] = number
        if not said:
            return {}, ""
        parts = ["shown_if = ''"] + [f"(shown_if = '{number}' and ({text}))" for text, number in said.items()]
        return numbers, " or ".join(parts)

    def _jumps(self) -> None:
        """Turn jumps into conditions of what they jump over."""
        order = [(item, section) for section in self.definition["sections"] for item in section["items"]]
        starts = {
            section["id"]: section["items"][0]["id"] for section in self.definition["sections"] if section["items"]
        }
        place = {item["id"]: at for at, (item, _section) in enumerate(order)}
        for at, (item, section) in enumerate(order):
            for jump in item.get("jumps", ()):
                to = starts.get(jump["to"], jump["to"])
                end = place.get(to, len(order))
                own = [language_of_rules.read(r["show_if"]) for r in (section, item) if r.get("show_if")]
                when = joined([*own, *self.extra.get(item["id"], ()), language_of_rules.read(jump["if"])])
                for over, _section in order[at + 1 : end]:
                    self.extra.setdefault(over["id"], []).append(Not(when))
                self.lose(item["id"], _("its jump is written as conditions of what it jumps over"), INFO)

    def sheets(self) -> list[Sheet]:
        """Return the sheets of the workbook."""
        heads = list(PLAIN[:2]) + [f"{c}::{NAMES[code]}" for c in SPOKEN for code in self.languages] + list(PLAIN[2:])
        survey = [self._spread(row, PLAIN, SPOKEN) for row in self.rows.survey]
        columns = sorted({key for row in self.rows.choices for key in row} - {"list_name", "name", "label"})
        listed = [f"label::{NAMES[code]}" for code in self.languages]
        choices = [
            [row["list_name"], row["name"], *self._words(row.get("label", "")), *(row.get(c, "") for c in columns)]
            for row in self.rows.choices
        ]
        title = self.definition["title"]
        if isinstance(title, dict):
            if len(title) > 1:
                self.lose("", _("The title is kept in one language only."))
            title = title.get(self.languages[0], next(iter(title.values())))
        settings = {
            "form_title": title,
            "form_id": str(self.definition.get("id") or "survey"),
            "version": str(self.definition.get("version", "")),
            "default_language": NAMES[self.languages[0]],
        }
        if self.rows.twice:
            settings["allow_choice_duplicates"] = "yes"
        return [
            Sheet("survey", heads, survey),
            Sheet("choices", ["list_name", "name", *listed, *columns], choices),
            Sheet("settings", list(settings), [list(settings.values())]),
        ]

    def _spread(self, row: Mapping[str, Any], plain: tuple[str, ...], several: tuple[str, ...]) -> list[str]:
        words = [text for column in several for text in self._words(row.get(column, ""))]
        return [row.get(c, "") for c in plain[:2]] + words + [row.get(c, "") for c in plain[2:]]

    def _words(self, words: Any) -> list[str]:
        if isinstance(words, dict):
            return [self.rows.piped(str(words.get(code, ""))) for code in self.languages]
        return [self.rows.piped(str(words))] + [""] * (len(self.languages) - 1)
