"""LimeSurvey's survey files (.lss), of the versions 2 to 6."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.i18n import _, lazy
from questions.rules import Either, Rule, joined, mapping
from surveys.formats.base import ERROR, INFO, WARNING, Format, Reading, Written, unreadable
from surveys.formats.conditions import Beyond, Conditions, Nowhere, Target
from surveys.formats.expressions import Broken, parse
from surveys.formats.lss_parts import STRUCTURE, USUAL, Parts, Question
from surveys.formats.lss_questions import OUTSIDE, TYPES, Maker
from surveys.formats.lss_write import write
from surveys.formats.lss_xml import Field, Ledger, NotXml, Record, left
from surveys.formats.lss_xml import parse as parse_xml
from surveys.formats.naming import Names

GRAVE = ("em_validation_q", "em_validation_sq", "array_filter", "array_filter_exclude")
SUFFIX = re.compile(r"\.(NAOK|value|code|shown)$")
PIPED = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)(?:\.(?:NAOK|shown|value|code))*\}|\{INSERTANS:([0-9]+X[0-9]+X\w+)\}")


class Lss(Format):
    """A LimeSurvey survey."""

    key = "lss"
    label = lazy("LimeSurvey (.lss)")
    order = 40
    extensions = (".lss",)
    mimetype = "application/xml"
    writes = True

    def claims(self, content: bytes, name: str) -> float:
        """Say how sure it is: by the document type LimeSurvey writes."""
        head = content[:4000]
        if b"LimeSurveyDocType" in head:
            return 1.0
        if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml"):
            return 0.95 if self.named_like(name) else 0.4
        return 0.8 if self.named_like(name) else 0.0

    def read(self, content: bytes, name: str, *, language: str = "zh") -> Reading:
        """Return the survey as a definition, with every field used or in a note."""
        try:
            survey = parse_xml(content)
        except NotXml as wrong:
            return unreadable(self.key, str(wrong), line=wrong.line)
        ledger = Ledger()
        reader = _Reader(Parts(survey, ledger), ledger)
        definition = reader.definition(name)
        for table, field_name, value in left(survey, ledger):
            _leftover(ledger, table, field_name, value)
        for values in survey.tops.values():
            for value in values:
                ledger.take(value)  # names of fields and versions: they say how to read the rest
        return Reading(self.key, definition, tuple(ledger.notes), frozenset(ledger.used.values()))

    def write(self, definition: Mapping[str, Any], *, language: str = "") -> Written:
        """Return the definition as an .lss, with notes on what LimeSurvey cannot hold."""
        return write(definition, language)


def _leftover(ledger: Ledger, table: str, name: str, value: Field) -> None:
    usual, text = USUAL.get(name, ()), value.text.strip()
    if name in STRUCTURE or usual is None or text in usual:
        ledger.take(value)
        return
    told = {"name": f"{table}/{name}", "text": text[:80]}
    ledger.info(_("A setting of LimeSurvey that has no meaning here: %(name)s = %(text)s", **told), value)


class _Reader:
    """Makes the definition from the parts."""

    def __init__(self, parts: Parts, ledger: Ledger) -> None:
        self.parts, self.ledger = parts, ledger
        self.names = Names(("code", "csrf_token", "padding", "end", "lang"))
        self.targets: dict[str, Target] = {}
        self.later: set[str] = set()
        self.gone: set[str] = set()
        self.sgqa: dict[str, str] = {}
        self.sections: list[dict[str, Any]] = []

    def definition(self, name: str) -> dict[str, Any] | None:
        """Return the definition, or None when there is no question."""
        survey, ledger = self.parts.survey, self.ledger
        if not survey.rows("questions"):
            ledger.fail(_("There is no question in this survey."))
        settings = survey.rows("surveys_languagesettings")
        title = self.parts.words(settings, "surveyls_title")
        intro = self.parts.words(settings, "surveyls_welcometext") or self.parts.words(settings, "surveyls_description")
        if survey.rows("surveys"):
            ledger.use(survey.rows("surveys")[0], "sid", "language", "additional_languages")
        groups, questions = self.parts.groups(), self.parts.questions()
        for listed in questions.values():
            for question in listed:
                self.later.add(question.code)
                self.sgqa[f"{question.record['sid']}X{question.record['gid']}X{question.record['qid']}"] = question.code
        codes: dict[str, int] = {}
        for record, words, description in groups:
            self._group(record, words, description, questions.pop(record["gid"], []), codes)
        for lost in (question for listed in questions.values() for question in listed):
            ledger.fail(_("The question “%(code)s” belongs to no group.", code=lost.code), lost.line)
        self.sections = [section for section in self.sections if section["items"]]
        if not self.sections:
            if not any(note.level == ERROR for note in ledger.notes):
                ledger.fail(_("There is no question in this survey."))
            return None
        made: dict[str, Any] = {"lang": self.parts.main, "title": title or name.rsplit(".", 1)[0]}
        if intro:
            made["intro"] = intro
        if len(self.parts.taken) > 1:
            made["languages"] = list(self.parts.taken)
        return made | {"sections": self.sections}

    def _group(
        self, record: Record, words: Any, description: Any, questions: list[Question], codes: dict[str, int]
    ) -> None:
        section: dict[str, Any] = {"id": self.names.take(f"s{len(self.sections) + 1}", fallback="s"), "items": []}
        if words:
            section["title"] = words
        if description:
            section["intro"] = self._piped(description, record.line)
        if rule := self._relevance(record, "grelevance"):
            section["show_if"] = mapping(rule)
        if record["randomization_group"]:
            found = record.fields["randomization_group"]
            self.ledger.warn(_("The random order of groups is not kept: %(name)s", name=found.text), found)
        self.sections.append(section)
        for question in questions:
            if question.code in codes:
                said = _("The code “%(code)s” stands there twice.", code=question.code)
                self.ledger.fail(said, question.line)
            codes[question.code] = question.line
            self._question(question, section)

    def _question(self, question: Question, section: dict[str, Any]) -> None:
        record, ledger = question.record, self.ledger
        kind = record["type"]
        line: Field | int = record.fields.get("type") or record.line
        self.later.discard(question.code)
        if kind not in TYPES:
            self.gone.add(question.code)
            if kind in OUTSIDE:
                ledger.warn(_outside(kind, question.code), line)
            else:
                ledger.fail(_("The question type “%(type)s” is not known.", type=kind), line)
            self._lost(question)
            return
        if "hidden" in question.attributes and question.attributes["hidden"]["value"] == "1":
            self.gone.add(question.code)
            ledger.warn(_("The question “%(code)s” is never shown and was left out.", code=question.code), line)
            self._lost(question)
            return
        said = self.parts.said.get(record["qid"], [record])
        name = self.names.take(question.code)
        if name != question.code:
            ledger.info(_("“%(old)s” is called “%(new)s” here.", old=question.code, new=name), question.line)
        title = self._piped(self.parts.words(said, "question"), question.line)
        if not title:
            ledger.warn(_("This question has no words; its name is shown."), question.line)
        base: dict[str, Any] = {"id": name, "type": "", "title": title or question.code}
        help_ = self._piped(self.parts.words(said, "help"), question.line)
        if help_:
            base["help"] = help_
        if record["mandatory"] == "Y" and kind != "X":
            base["required"] = True
        elif record["mandatory"] == "S":
            ledger.info(_("An answer is asked for but not demanded (“soft mandatory”); here it is not demanded."), line)
        ledger.use(record, "title", "type", "mandatory")
        rule = self._relevance(record, "relevance") or self._conditions(record["qid"])
        if rule:
            base["show_if"] = mapping(rule)
        made = Maker(question, name, base, ledger, self._both).make()
        for item in made.items:
            if item["id"] != name:
                fresh = self.names.take(item["id"])
                made.targets = {
                    k: replace(t, item=fresh) if t.item == item["id"] else t for k, t in made.targets.items()
                }
                item["id"] = fresh
            for option in item.get("options", ()):
                if option.get("text"):
                    self.names.taken.add(f"{item['id']}_{option['v']}")
        section["items"] += made.items
        for suffix, target in made.targets.items():
            self.targets[f"{question.code}_{suffix}" if suffix else question.code] = target
        self._attributes(question)

    def _lost(self, question: Question) -> None:
        """Note every field of a question that is left out."""
        for record in (question.record, *self.parts.said.get(question.record["qid"], ())):
            for name in ("question", "help", "relevance", "mandatory", "title"):
                found = record.fields.get(name)
                if found and found.text.strip() and found.line not in self.ledger.noted:
                    self.ledger.info(
                        _("Left out with its question: %(text)s", text=found.text.strip()[:80]), found.line
                    )
        self._attributes(question)

    def _attributes(self, question: Question) -> None:
        for name, record in question.attributes.items():
            found = record.fields.get("value")
            if found is None or not found.text.strip():
                self.ledger.use(record, "attribute")
            elif not self.ledger.settled(found):
                told = {"name": name, "code": question.code, "text": found.text[:80]}
                said = _("“%(name)s” of the question “%(code)s” is not kept: %(text)s", **told)
                self.ledger.use(record, "attribute")
                self.ledger.say(WARNING if name in GRAVE else INFO, said, found)

    def _both(self, english: str, chinese: str) -> Any:
        own = {"zh": chinese, "en": english}
        return own[self.parts.main] if len(self.parts.taken) == 1 else {code: own[code] for code in self.parts.taken}

    # -- conditions

    def find(self, name: str, kind: str) -> Target:
        """Return what a name in a condition stands for; raise `Beyond` or `Nowhere`."""
        plain = name.removeprefix("that.")
        while match := SUFFIX.search(plain):
            plain = plain[: match.start()]
        for sgqa, code in self.sgqa.items():
            if plain.startswith(sgqa):
                rest = plain[len(sgqa) :].lstrip("_")
                plain = f"{code}_{rest}" if rest else code
        if plain in self.targets:
            return self.targets[plain]
        base = plain.split("_")[0]
        if base in self.gone:
            raise Beyond(_("the question “%(name)s” was left out", name=base))
        if base in self.later:
            raise Beyond(_("“%(name)s” has no answer yet at that point", name=base))
        if base in self.targets or any(known.startswith(f"{base}_") for known in self.targets):
            raise Beyond(_("“%(name)s” is a part of a question that has no counterpart here", name=plain))
        if "." in plain or plain.isupper() and ":" in plain or plain in ("self", "this", "that"):
            raise Beyond(_("“%(name)s” is not known here", name=name))
        raise Nowhere(_("There is no question “%(name)s”.", name=plain))

    def _relevance(self, record: Record, key: str) -> Rule | None:
        text = record[key].strip()
        if text in ("", "1"):
            self.ledger.use(record, key)
            return None
        line = record.fields[key]
        inner = text[1:-1] if text.startswith("{") and text.endswith("}") else text
        try:
            truth = Conditions(self.find).truth(parse(inner)) if inner != "0" else False
            if truth is False:
                raise Beyond(_("it is never fulfilled"))
            self.ledger.use(record, key)
            return None if isinstance(truth, bool) else truth
        except Broken as broken:
            self.ledger.fail(_("The condition “%(text)s” cannot be read: %(why)s.", text=text, why=broken), line)
        except Nowhere as nowhere:
            self.ledger.fail(_("The condition “%(text)s”: %(why)s", text=text, why=nowhere), line)
        except Beyond as beyond:
            self.ledger.warn(
                _(
                    "The condition “%(text)s” cannot be said here (%(why)s); this is always shown.",
                    text=text,
                    why=beyond,
                ),
                line,
            )
        return None

    def _conditions(self, qid: str) -> Rule | None:
        """Return the rule the rows of old conditions make: or between scenarios and within one question, else and."""
        rows = [record for record in self.parts.survey.rows("conditions") if record["qid"] == qid]
        scenarios: dict[str, dict[str, list[Rule]]] = {}
        for record in rows:
            code = record["cfieldname"].lstrip("+")
            wanted = record["value"]
            operator = {"==": "==", "": "==", "=": "=="}.get(record["method"].strip(), record["method"].strip())
            try:
                quoted = "'" if '"' in wanted else '"'
                truth = Conditions(self.find).rule(
                    parse(f"{_code(code, self.sgqa)} {operator} {quoted}{wanted}{quoted}")
                )
            except (Broken, Beyond) as error:
                said = _(
                    "The condition “%(text)s” cannot be said here (%(why)s); this is always shown.",
                    text=f"{code} {operator} {wanted}",
                    why=error,
                )
                self.ledger.warn(said, record.line)
                return None
            self.ledger.use(record, "cfieldname", "method", "value", "scenario")
            scenarios.setdefault(record["scenario"] or "1", {}).setdefault(record["cqid"] + code, []).append(truth)
        found = [joined([_any(rules) for rules in fields.values()]) for fields in scenarios.values()]
        return _any(found) if found else None

    def _piped(self, words: Any, line: int) -> Any:
        if isinstance(words, dict):
            return {code: self._piped(text, line) for code, text in words.items()}

        def piped(match: re.Match[str]) -> str:
            try:
                return "{{" + self.find(match[1] or match[2], "bare").item + "}}"
            except Beyond:
                self.ledger.warn(_("“%(name)s” has no answer to show at that point.", name=match[0]), line)
                return "…"

        return PIPED.sub(piped, words)


def _any(rules: list[Rule]) -> Rule:
    return rules[0] if len(rules) == 1 else Either(tuple(rules))


def _code(field_name: str, sgqa: Mapping[str, str]) -> str:
    for key in sorted(sgqa, key=len, reverse=True):
        if field_name.startswith(key):
            rest = field_name[len(key) :].lstrip("_")
            return f"{sgqa[key]}_{rest}" if rest else sgqa[key]
    return field_name


def _outside(kind: str, code: str) -> str:
    what = {
        "file": _("Files cannot be handed in; the question “%(code)s” was left out.", code=code),
        "equation": _("Calculations are not carried out; “%(code)s” was left out.", code=code),
        "language": _("The language is switched at the top of the page; “%(code)s” was left out.", code=code),
    }
    return what[OUTSIDE[kind]]
