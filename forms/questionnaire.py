"""The questions of one instrument version as a form."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import StringField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from core.i18n import lazy
from questions.base import Answers, Item, Sent
from questions.paths import Check, unanswered, walk

CODE, PADDING = "code", "pad"
RESERVED = (CODE, PADDING, "id", "channel", "complete")


class Questionnaire(BaseForm):
    """What a respondent sent. The fields are built once per version (`questions`); a form only binds them.

    BaseForm, not Form: fields are reached as form["q1"], so no name in a definition can hide a method.
    """

    def __init__(
        self,
        fields: Mapping[str, UnboundField],
        items: Sequence[Item],
        sent: Sent | None = None,
        checks: Sequence[Check] = (),
        *,
        by_code: bool = True,
    ) -> None:
        super().__init__(fields)
        self.by_code = by_code  # else a ballot gives the right to answer
        self.items, self.checks, self.answers = items, checks, Answers()
        self.process(sent)

    def validate(self, extra_validators: Any = None) -> bool:
        """Judge every question on the path and keep its answers; those off it are dropped with their errors."""
        given: Answers = {}
        for item in self.items:
            given.update(self._fields[item.name].data)
        asked, self.answers = walk(self.items, given)
        for item in asked:
            field = self._fields[item.name]
            field.errors = list(field.process_errors)
        for item in unanswered(asked, self.answers):
            field = self._fields[item.name]
            if not field.errors:
                field.errors = [item.kind.demand(item)]
        self._compare({item.name for item in asked})
        code = self._fields[CODE]
        if self.by_code and not (code.data or "").strip():
            code.errors = [lazy("Please type the answering code from your slip.")]
        return not any(field.errors for field in self)

    def _compare(self, asked: set[str]) -> None:
        """Put what answers say against each other at the item the check names, if nothing else is wrong there."""
        for check in self.checks:
            if check.at in asked and not self._fields[check.at].errors and check.fails(self.answers):
                self._fields[check.at].errors = [check.message]

    @property
    def errors(self) -> dict[str, Any]:
        """Return the errors by field."""
        return {name: field.errors for name, field in self._fields.items() if field.errors}

    def wrong(self) -> list[Item]:
        """Return the items to look at again."""
        return [item for item in self.items if self._fields[item.name].errors]


def questions(items: Iterable[Item]) -> dict[str, UnboundField]:
    """Return the unbound fields of a version: build them once, bind them for every form."""
    fields: dict[str, UnboundField] = {CODE: StringField(lazy("Answering code"))}
    fields.update({item.name: item.kind.field(item) for item in items})
    return fields
