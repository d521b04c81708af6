"""Forms of the surveys package."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from core.i18n import _, lazy
from core.terms import Channel, Split
from forms.base import HouseForm
from forms.fields import UploadField
from forms.questionnaire import Questionnaire
from questions.base import Answers
from questions.paths import unanswered, walk

KEY_FILE = 4096  # bytes; a scrutineer's key takes some seventy
ROSTERLESS = "0"  # the members who are in no group
PLACES = (Channel.PAPER, Channel.PHONE, Channel.COMPUTER, Channel.IMPORTED)


class InviteForm(HouseForm):
    """Whom to make codes for."""

    groups = SelectMultipleField(
        lazy("Members"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=True
    )
    only = TextAreaField(
        lazy("Only these members"), [Optional(), Length(max=40_000)], render_kw={"rows": 3, "spellcheck": "false"}
    )
    spares = IntegerField(
        lazy("Blank ballot slips"),
        [InputRequired(), NumberRange(0, 2000)],
        default=0,
        render_kw={"min": 0, "max": 2000},
    )
    address = StringField(
        lazy("Address printed on the slips"),
        [
            InputRequired(),
            Length(max=200),
            Regexp(r"^https?://[^\s/#?]+/?$", message=lazy("Like http://192.168.1.20:5000")),
        ],
    )

    def offer(self, groups: Sequence[tuple[int | None, str]]) -> None:
        """Set the groups, all ticked at first."""
        self.groups.choices = [SelectChoice(str(key or ROSTERLESS), title) for key, title in groups]
        if not self.is_submitted():
            self.groups.data = [choice.value for choice in self.groups.choices]

    def chosen(self) -> list[int | None]:
        """Return the ids of the chosen groups; None stands for members in no group."""
        return [int(key) or None for key in self.groups.data or ()]


class ImportForm(HouseForm):
    """A file of responses."""

    file = UploadField(lazy("File"), render_kw={"accept": ".csv,.tsv,.xlsx,.jsonl"})
    channel = SelectField(lazy("How these people answered, where the file does not say"))
    leave_out = BooleanField(lazy("Leave out the faulty rows and take the others"))

    def __init__(self) -> None:
        super().__init__()
        self.channel.choices = [SelectChoice(place.value, place.label) for place in PLACES]

    def validate_file(self, field: UploadField) -> None:
        """Ask for the file."""
        if not (field.data and field.data.filename):
            raise ValidationError(_("Please choose the file."))


class ChoicesForm(HouseForm):
    """How an anonymous survey will be opened: what is taken apart, in rounds or at once, with whose key."""

    split = RadioField(lazy("What is taken apart"), [Optional()], default="")
    rounds = BooleanField(lazy("Open the box in rounds"))
    scrutineer = StringField(
        lazy("Public key of a scrutineer"),
        [Optional(), Length(max=200)],
        render_kw={"maxlength": 200, "spellcheck": "false", "autocomplete": "off", "autocapitalize": "off"},
    )

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.split.choices = [
            SelectChoice("", lazy("Decided when it opens (recommended)")),
            *(SelectChoice(one.value, one.label) for one in Split),
        ]

    def chosen(self) -> tuple[Split | None, bool, str]:
        """Return what is taken apart (none: decided on opening), whether in rounds, and the key as it was typed."""
        split = Split(self.split.data) if (self.split.data or "").strip() else None
        return split, bool(self.rounds.data), (self.scrutineer.data or "").strip()


class OpenForm(HouseForm):
    """The tick without which no survey with a scrutineer opens."""

    understood = BooleanField(
        lazy("I understand: if the scrutineer loses the key, nobody can ever read the answers."), [InputRequired()]
    )


class CloseForm(HouseForm):
    """The last word before a survey is closed for good; with a scrutineer, the key file as well."""

    understood = BooleanField(
        lazy("I understand: afterwards nobody can answer, and it cannot be opened again."), [InputRequired()]
    )
    private = UploadField(lazy("The scrutineer’s key file"), render_kw={"accept": ".txt,text/plain"})
    sealed_to_somebody = False

    def validate_private(self, field: UploadField) -> None:
        """Ask for the file where the box is sealed to a scrutineer."""
        if self.sealed_to_somebody and not (field.data and field.data.filename):
            raise ValidationError(_("Please choose the file."))

    def private_key(self) -> str:
        """Return what the key file says; it is read from memory and kept nowhere."""
        if not self.sealed_to_somebody or not self.private.data:
            return ""
        return str(self.private.data.read(KEY_FILE).decode("utf-8-sig", "replace")).strip()


class ExtendForm(HouseForm):
    """A later last day."""

    closes_on = DateField(lazy("New last day"), [InputRequired()])


class RemindForm(HouseForm):
    """How many were reminded by a printed list, or the address a mail leads to."""

    address = StringField(
        lazy("Address in the letter"),
        [
            InputRequired(),
            Length(max=200),
            Regexp(r"^https?://[^\s/#?]+/?$", message=lazy("Like http://192.168.1.20:5000")),
        ],
    )


class SheetForm(HouseForm):
    """The number printed on a paper form."""

    number = IntegerField(lazy("Sheet number"), [InputRequired(), NumberRange(1, 100_000)], render_kw={"min": 1})


class SettleForm(HouseForm):
    """Which of two keyings of a paper form is right, question by question."""

    @classmethod
    def of(cls, names: Sequence[str]) -> "SettleForm":
        """Return a form that asks about the items `names`."""
        fields = {
            f"item-{name}": RadioField(
                name,
                [InputRequired()],
                choices=[SelectChoice("1", lazy("First keying")), SelectChoice("2", lazy("Second keying"))],
            )
            for name in names
        }
        form: SettleForm = type("SettleOne", (cls,), fields)()
        return form

    def chosen(self) -> dict[str, int]:
        """Return the number of the right keying by item."""
        return {
            field.name.removeprefix("item-"): int(field.data)
            for field in self
            if field.name.startswith("item-") and field.data
        }


class PaperSheet(Questionnaire):
    """What was keyed from a paper form: what nobody ticked may stay empty, what no answer can be is refused."""

    complete = False  # every required question on the path was answered

    def validate(self, extra_validators: Any = None) -> bool:
        """Keep the answers on the path; those off it are dropped with their errors."""
        given: Answers = {}
        for item in self.items:
            given.update(self._fields[item.name].data)
        asked, self.answers = walk(self.items, given)
        for item in asked:
            field = self._fields[item.name]
            field.errors = list(field.process_errors)
        self.complete = not unanswered(asked, self.answers)
        return not any(field.errors for field in self)
