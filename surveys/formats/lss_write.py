"""A definition as a LimeSurvey survey file, in the layout of version 6."""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from core.i18n import _, speaking
from questions import rules as language_of_rules
from questions.rules import Not, Rule, joined
from surveys.formats.base import INFO, WARNING, Note, Written
from surveys.formats.lss_rows import Tables
from surveys.formats.lss_rules import Equations, Unsaid
from surveys.instruments import in_language, normalised, spoken

VERSION = "628"
CODES = {"zh": "zh-Hans", "en": "en"}
ORDER = (
    "answers",
    "answer_l10ns",
    "groups",
    "group_l10ns",
    "questions",
    "question_l10ns",
    "subquestions",
    "question_attributes",
    "surveys",
    "surveys_languagesettings",
)


def write(definition: Mapping[str, Any], language: str) -> Written:
    """Return the definition as an .lss, in one language or ("") in all it has."""
    told = normalised(definition)
    main = language or spoken(told)
    if language:
        told = in_language(told, language)
        told.pop("languages", None)
    languages = list(dict.fromkeys([main, *(told.get("languages") or [])]))
    with speaking(main):
        writer = _Writer(told, languages)
        writer.write()
    content = _document(writer.tables, [CODES[code] for code in languages])
    return Written(content.encode("utf-8"), f"{told.get('id') or 'survey'}.lss", tuple(writer.notes))


class _Writer:
    """Fills the tables."""

    def __init__(self, definition: Mapping[str, Any], languages: list[str]) -> None:
        self.definition = definition
        self.notes: list[Note] = []
        self.tables = Tables([(code, CODES[code]) for code in languages], self.lose)
        self.extra: dict[str, list[Rule]] = {}

    def lose(self, name: str, what: str, level: str = WARNING) -> None:
        """Note what cannot be held of the item `name`, "" for the whole."""
        self.notes.append(Note(level, f"{name}: {what}" if name else what))

    def write(self) -> None:
        """Write settings, groups and questions."""
        told, tables = self.definition, self.tables
        tables.add(
            "surveys",
            sid="1",
            language=tables.languages[0][1],
            additional_languages=" ".join(code for _own, code in tables.languages[1:]),
            anonymized="Y",
            active="N",
            format="G",
        )
        for own, code in tables.languages:
            tables.add(
                "surveys_languagesettings",
                surveyls_survey_id="1",
                surveyls_language=code,
                surveyls_title=tables.words(told["title"], own, always=True),
                surveyls_welcometext=tables.words(told.get("intro", ""), own),
            )
        items = [item for section in told["sections"] for item in section["items"]]
        tables.learn(items)
        self.equations = Equations(tables.items, tables.codes)
        self._jumps()
        for place, section in enumerate(told["sections"], start=1):
            self._group(place, section)
        for key in ("id", "version", "anonymity"):
            if told.get(key):
                self.lose("", _("“%(key)s” is not kept in a LimeSurvey file.", key=key), INFO)
        for check in told.get("checks", ()):
            self.lose(check["at"], _("its check is not kept"))

    def _group(self, place: int, section: Mapping[str, Any]) -> None:
        tables, gid = self.tables, str(place)
        rule = self._equation(section["id"], [section["show_if"]] if section.get("show_if") else [])
        tables.add("groups", gid=gid, sid="1", group_order=gid, randomization_group="", grelevance=rule)
        for own, code in tables.languages:
            tables.add(
                "group_l10ns",
                id=tables.number("group_l10ns"),
                gid=gid,
                group_name=tables.words(section.get("title", ""), own),
                description=tables.words(section.get("intro", ""), own),
                language=code,
            )
        if section.get("shuffle"):
            self.lose(section["id"], _("the random order of its questions is not kept"))
        for order, item in enumerate(section["items"], start=1):
            own_rules = [item["show_if"]] if item.get("show_if") else []
            own_rules += [language_of_rules.mapping(rule) for rule in self.extra.get(item["id"], ())]
            relevance = self._equation(item["id"], own_rules)
            if any(option.get("show_if") for option in item.get("options", ())):
                self.lose(item["id"], _("the conditions of its options are not kept"))
            tables.item(item, gid, order, relevance)

    def _equation(self, name: str, raw: list[Mapping[str, Any]]) -> str:
        if not raw:
            return "1"
        try:
            return self.equations.text(joined([language_of_rules.read(rule) for rule in raw]))
        except Unsaid as unsaid:
            self.lose(name, _("its condition is not kept: %(why)s", why=unsaid))
            return "1"

    def _jumps(self) -> None:
        """Turn jumps into conditions of what they jump over."""
        sections = [section for section in self.definition["sections"] if section["items"]]
        order = [(item, section) for section in sections for item in section["items"]]
        starts = {section["id"]: section["items"][0]["id"] for section in sections}
        place = {item["id"]: at for at, (item, _section) in enumerate(order)}
        for at, (item, section) in enumerate(order):
            for jump in item.get("jumps", ()):
                end = place.get(starts.get(jump["to"], jump["to"]), len(order))
                own = [language_of_rules.read(r["show_if"]) for r in (section, item) if r.get("show_if")]
                when = joined([*own, *self.extra.get(item["id"], ()), language_of_rules.read(jump["if"])])
                for over, _section in order[at + 1 : end]:
                    self.extra.setdefault(over["id"], []).append(Not(when))
                self.lose(item["id"], _("its jump is written as conditions of what it jumps over"), INFO)


def _document(tables: Tables, languages: list[str]) -> str:
    out = ['<?xml version="1.0" encoding="UTF-8"?>', "<document>"]
    out += [" <LimeSurveyDocType>Survey</LimeSurveyDocType>", f" <DBVersion>{VERSION}</DBVersion>", " <languages>"]
    out += [f"  <language>{code}</language>" for code in languages]
    out.append(" </languages>")
    for table in ORDER:
        rows = tables.rows.get(table, [])
        if not rows:
            continue
        names = list(dict.fromkeys(name for row in rows for name in row))
        out += [f" <{table}>", "  <fields>"]
        out += [f"   <fieldname>{name}</fieldname>" for name in names]
        out += ["  </fields>", "  <rows>"]
        for row in rows:
            out.append("   <row>")
            out += [f"    <{name}>{_text(row.get(name, ''))}</{name}>" for name in names]
            out.append("   </row>")
        out += ["  </rows>", f" </{table}>"]
    return "\n".join([*out, "</document>", ""])


def _text(value: str) -> str:
    return escape("".join(c for c in value if c in "\n\t" or c >= " "))
