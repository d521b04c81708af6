"""Forms of the interviews package."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.i18n import lazy
from core.terms import MemberCategory, TalkMode, TalkState, Visibility
from forms.base import HouseForm
from forms.fields import UploadField

NOTES = 20_000
PROMISES = 20
PEOPLE = {"list": "people", "autocomplete": "off"}


def _clean(text: str | None) -> str:
    """Return text as we keep it: one kind of line break, nothing a database refuses."""
    return "" if text is None else text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def _text(label: object, most: int, *, required: bool = False, **attributes: Any) -> StringField:
    rules = [InputRequired()] if required else []
    return StringField(label, [*rules, Length(max=most)], filters=[_clean], render_kw={"maxlength": most, **attributes})


def _choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    return [SelectChoice(str(value), str(label)) for value, label in pairs]


def _narrowing(label: object) -> SelectField:
    """Return a filter; a choice nobody offered narrows nothing instead of being an error."""
    return SelectField(label, choices=[], default="", validate_choice=False)


class PlanForm(HouseForm):
    """The six fields of a talk: who with whom, when, why, how, where."""

    member = _text(lazy("Talk with"), 130, required=True, **PEOPLE)
    interviewer = _text(lazy("Interviewer"), 130, required=True, **PEOPLE)
    held_on = DateField(lazy("Date"), [InputRequired()])
    occasion = _text(lazy("Occasion"), 80, list="occasions", autocomplete="off")
    mode = SelectField(lazy("How"), choices=lambda: _choices((mode.value, mode.label) for mode in TalkMode))
    place = _text(lazy("Place"), 120)
    investigation = SelectField(lazy("For the investigation"), choices=[])
    based_on = HiddenField(default="0")

    def offer(self, *, investigations: Iterable[tuple[int, str]]) -> None:
        """Hand in what may be chosen."""
        self.investigation.choices = [SelectChoice("", str(lazy("None"))), *_choices(investigations)]


class PromiseForm(Form):
    """One promise; without words it is none."""

    id = HiddenField(default="")
    text = _text(lazy("Promise"), 500)
    owner = _text(lazy("Owner"), 130, **PEOPLE)
    due_on = DateField(lazy("Due"), [Optional()])


class TalkForm(PlanForm):
    """The record of a talk."""

    minutes = IntegerField(lazy("Minutes"), [Optional(), NumberRange(1, 1440)], render_kw={"min": 1, "max": 1440})
    visibility = RadioField(
        lazy("Who may read the notes"),
        [InputRequired(lazy("Choose who may read the notes."))],
        choices=lambda: _choices((level.value, level.label) for level in Visibility),
    )
    notes = TextAreaField(
        lazy("Notes"),
        [InputRequired(lazy("Write down what was said, if only a line.")), Length(max=NOTES)],
        filters=[_clean],
        render_kw={"rows": 14, "maxlength": NOTES},
    )
    promises = FieldList(FormField(PromiseForm), lazy("Promises"), min_entries=1, max_entries=PROMISES)
    aside = TextAreaField(lazy("Your earlier text, to copy from"), [Length(max=2 * NOTES)], filters=[_clean])

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check every field, and name what is wrong with a promise above the form too."""
        acceptable = super().validate(*args, **kwargs)
        faults = [str(fault) for entry in self.promises for field in entry.form for fault in field.errors]
        self.promises.errors = list(dict.fromkeys(faults))
        return acceptable


class WishForm(HouseForm):
    """What a list of talks is narrowed to; fields left empty narrow nothing."""

    q = StringField(lazy("Name, number or occasion"), [Length(max=80)], filters=[_clean])
    group = _narrowing(lazy("Group"))
    interviewer = _narrowing(lazy("Interviewer"))
    investigation = _narrowing(lazy("Investigation"))
    state = _narrowing(lazy("Talk state"))
    since = DateField(lazy("From"), [Optional()])
    until = DateField(lazy("To"), [Optional()])

    def offer(
        self,
        *,
        groups: Iterable[tuple[int, str]],
        interviewers: Iterable[tuple[int, str]],
        investigations: Iterable[tuple[int, str]],
    ) -> None:
        """Hand in what may be chosen."""
        states: Sequence[tuple[Any, Any]] = [(state.value, state.label) for state in TalkState]
        for field, every, pairs in (
            (self.group, lazy("All groups"), groups),
            (self.interviewer, lazy("All interviewers"), interviewers),
            (self.investigation, lazy("All investigations"), investigations),
            (self.state, lazy("All states"), states),
        ):
            field.choices = [SelectChoice("", str(every)), *_choices(pairs)]


class CoverageForm(HouseForm):
    """The window and the people a coverage is worked out for."""

    since = DateField(lazy("From"), [Optional()])
    until = DateField(lazy("To"), [Optional()])
    category = _narrowing(lazy("People counted"))

    def offer(self, *, categories: Iterable[tuple[MemberCategory, str]]) -> None:
        """Hand in what may be chosen."""
        pairs = [(category.value, label) for category, label in categories]
        self.category.choices = [SelectChoice("", str(lazy("Everybody"))), *_choices(pairs)]


class TalksFileForm(HouseForm):
    """A file of talk notes."""

    file = UploadField(
        lazy("File (.xlsx, .docx, .csv or .jsonl)"),
        [InputRequired(lazy("Choose a file."))],
        render_kw={"accept": ".xlsx,.docx,.csv,.tsv,.txt,.jsonl,.json"},
    )
    investigation = SelectField(lazy("For the investigation"), choices=[])

    def offer(self, *, investigations: Iterable[tuple[int, str]]) -> None:
        """Hand in what may be chosen."""
        self.investigation.choices = [SelectChoice("", str(lazy("None"))), *_choices(investigations)]


class WriteImportForm(HouseForm):
    """Whether the faulty rows of a file are left out."""

    leave_out = BooleanField(lazy("Leave out the faulty rows and import the others"))


class OutcomeForm(HouseForm):
    """What became of a promise."""

    outcome = _text(lazy("How it was kept, or why it cannot be done"), 500)
