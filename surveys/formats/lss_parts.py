"""The parts of a LimeSurvey survey put together: languages, words, questions with their rows, answers, attributes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _
from surveys.formats.lss_xml import Ledger, Record, Survey, plain
from surveys.formats.xlsform_columns import HAN

# Fields that tie the tables together; every one of them is used to put the survey together.
STRUCTURE = frozenset(
    "qid parent_qid sid gid aid id cid cqid language sortorder question_order group_order scale_id sqid qaid "
    "surveyls_survey_id surveyls_language qlid lid".split()
)
USUAL = {
    "same_default": ("0", "1"),
    "same_script": ("0", "1"),
    "encrypted": ("N",),
    "modulename": None,
    "question_theme_name": None,
    "assessment_value": ("0",),
    "other": ("N",),
    "mandatory": ("N",),
    "relevance": ("1",),
    "grelevance": ("1",),
    "preg": (),
}


def language_of(code: str) -> str:
    """Return zh or en for a language code of LimeSurvey, or the code."""
    short = code.strip().lower().replace("_", "-").split("-")[0]
    return short if short in ("zh", "en") else code.strip().lower()


@dataclass(slots=True)
class Entry:
    """An answer or a row of a question: its code, its words, and which of two scales it is of."""

    code: str
    words: Any
    scale: str
    line: int


@dataclass(slots=True)
class Question:
    """A question with everything that hangs on it."""

    record: Record
    rows: list[Entry] = field(default_factory=list)
    answers: list[Entry] = field(default_factory=list)
    attributes: dict[str, Record] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Return its code."""
        return self.record["title"]

    @property
    def line(self) -> int:
        """Return the line its code stands on."""
        found = self.record.fields.get("title")
        return found.line if found else self.record.line


class Parts:
    """Finds what belongs together, in files of before and after version 4."""

    def __init__(self, survey: Survey, ledger: Ledger) -> None:
        self.survey, self.ledger = survey, ledger
        settings = survey.rows("surveys")
        own = settings[0]["language"] if settings else ""
        listed = [value.text for value in survey.tops.get("languages/language", [])]
        every = list(dict.fromkeys([code for code in [own, *listed] if code]))
        known = {language_of(code): code for code in reversed(every) if language_of(code) in ("zh", "en")}
        self.foreign = own or (every[0] if every else "")
        if language_of(self.foreign) not in ("zh", "en") and known:
            self.main = next(iter(known))
        else:
            self.main = language_of(self.foreign)
        self.taken = known or {self.main: self.foreign}
        if self.main not in ("zh", "en"):
            self.main = "zh" if HAN.search(" ".join(_texts(survey))) else "en"
            self.taken = {self.main: self.foreign}
        order = [self.main, *(code for code in self.taken if code != self.main)]
        self.taken = {code: self.taken[code] for code in order}
        for value in survey.tops.get("languages/language", []):
            ledger.take(value)

    def words(self, records: Iterable[Record], name: str) -> Any:
        """Return the words of a field in the languages kept, from the rows of one thing in all languages."""
        found: dict[str, str] = {}
        spare = ""
        for record in records:
            value = record.fields.get(name)
            if value is None or not value.text.strip():
                continue
            text, lost = plain(value.text)
            if lost:
                self.ledger.warn(
                    _("Pictures, links and scripts are not kept: %(tags)s", tags=", ".join(sorted(lost))), value
                )
            tongue = record["language"] or record["surveyls_language"]
            code = next((ours for ours, theirs in self.taken.items() if theirs == tongue), "")
            if not tongue:
                code = self.main
            if code:
                found[code] = text
                self.ledger.use(record, name)
            else:
                spare = spare or text
                said = _(
                    "Words in “%(language)s” were not taken: %(text)s", language=record["language"], text=text[:80]
                )
                self.ledger.info(said, value)
        if not found:
            return spare
        return next(iter(found.values())) if len(found) == 1 else {c: found[c] for c in self.taken if c in found}

    def named(self, table: str, key: str) -> dict[str, list[Record]]:
        """Return the rows of a table by the thing they belong to."""
        found: dict[str, list[Record]] = {}
        for record in self.survey.rows(table):
            found.setdefault(record[key], []).append(record)
        return found

    def groups(self) -> list[tuple[Record, Any, Any]]:
        """Return the groups in order, with title and description."""
        later = self.named("group_l10ns", "gid")
        found: dict[str, list[Record]] = {}
        for record in self.survey.rows("groups"):
            found.setdefault(record["gid"], []).append(record)
        made = []
        for gid, records in sorted(found.items(), key=lambda pair: _order(pair[1][0]["group_order"])):
            said = later.get(gid) or records
            made.append((records[0], self.words(said, "group_name"), self.words(said, "description")))
            self._same(records)
        return made

    def questions(self) -> dict[str, list[Question]]:
        """Return the questions of each group in order."""
        every: dict[str, Question] = {}
        self.said = self.named("question_l10ns", "qid")
        for record in self.survey.rows("questions"):
            if record["parent_qid"] in ("", "0") and record["qid"] not in every:
                every[record["qid"]] = Question(record)
        for qid, records in self._once("questions", "qid").items():
            if qid in every:
                self.said.setdefault(qid, records)
                self._same(records)
        self._rows(every)
        self._answers(every)
        for record in self.survey.rows("question_attributes"):
            if record["qid"] in every and record["attribute"]:
                every[record["qid"]].attributes.setdefault(record["attribute"], record)
            elif record["attribute"]:
                self.ledger.warn(_("This setting belongs to no question."), record.line)
        made: dict[str, list[Question]] = {}
        for question in sorted(every.values(), key=lambda one: _order(one.record["question_order"])):
            made.setdefault(question.record["gid"], []).append(question)
        return made

    def _once(self, table: str, key: str) -> dict[str, list[Record]]:
        return self.named(table, key)

    def _same(self, records: list[Record]) -> None:
        """Old files repeat a row for each language; the repeated fields say nothing new."""
        for record in records[1:]:
            for name, value in record.fields.items():
                if value.text == records[0].fields.get(name, value).text and name not in ("question", "help"):
                    self.ledger.take(value)

    def _rows(self, every: dict[str, Question]) -> None:
        records = [*self.survey.rows("subquestions")]
        records += [r for r in self.survey.rows("questions") if r["parent_qid"] not in ("", "0")]
        by: dict[str, list[Record]] = {}
        for record in records:
            by.setdefault(record["qid"] or f"line {record.line}", []).append(record)
        for qid, same in sorted(by.items(), key=lambda pair: _order(pair[1][0]["question_order"])):
            parent = every.get(same[0]["parent_qid"])
            line = same[0].line
            if parent is None:
                self.ledger.warn(_("This row belongs to no question: %(code)s", code=same[0]["title"]), line)
                continue
            words = self.words(self.said.get(qid) or same, "question") or same[0]["title"]
            self.ledger.use(same[0], "title", "type")
            self._same(same)
            parent.rows.append(Entry(same[0]["title"], words, same[0]["scale_id"] or "0", line))

    def _answers(self, every: dict[str, Question]) -> None:
        later = self.named("answer_l10ns", "aid")
        by: dict[tuple[str, str, str], list[Record]] = {}
        for record in self.survey.rows("answers"):
            by.setdefault((record["qid"], record["code"], record["scale_id"] or "0"), []).append(record)
        for (qid, code, scale), same in sorted(by.items(), key=lambda pair: _order(pair[1][0]["sortorder"])):
            question = every.get(qid)
            if question is None:
                self.ledger.warn(_("This answer belongs to no question: %(code)s", code=code), same[0].line)
                continue
            words = self.words(later.get(same[0]["aid"]) or same, "answer") if same[0]["aid"] else None
            words = words or self.words(same, "answer") or code
            self.ledger.use(same[0], "code")
            self._same(same)
            question.answers.append(Entry(code, words, scale, same[0].line))


def _texts(survey: Survey) -> Iterable[str]:
    for table, names in (("question_l10ns", ("question",)), ("questions", ("question",)), ("answers", ("answer",))):
        for record in survey.rows(table):
            yield from (record[name] for name in names)


def _order(text: str) -> int:
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else 0
