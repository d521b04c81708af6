"""Forms of the plan of talks: proposals, events, rules, days off."""

from collections.abc import Iterable
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from core.i18n import lazy
from forms.base import HouseForm
from forms.fields import RevisionField

PEOPLE = {"list": "people", "autocomplete": "off"}


def _clean(text: str | None) -> str:
    """Return text as we keep it: nothing a database refuses, no line breaks of another kind."""
    return "" if text is None else text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def _text(label: object, most: int, *, required: bool = False, **attributes: Any) -> StringField:
    rules = [InputRequired()] if required else []
    return StringField(label, [*rules, Length(max=most)], filters=[_clean], render_kw={"maxlength": most, **attributes})


def _choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    return [SelectChoice(str(value), str(label)) for value, label in pairs]


class AcceptForm(HouseForm):
    """A proposal and the day its talk is planned for."""

    proposal = HiddenField(validators=[InputRequired(), Length(max=120)], filters=[_clean])
    day = DateField(lazy("Day"), [InputRequired()])
    interviewer = _text(lazy("Interviewer"), 130, **PEOPLE)


class LaterForm(HouseForm):
    """A proposal to put off, or to take up again."""

    proposal = HiddenField(validators=[Length(max=120)], filters=[_clean])


class MoveForm(HouseForm):
    """Another day for a planned talk."""

    day = DateField(lazy("Day"), [InputRequired()])
    based_on = RevisionField()


class UndoForm(HouseForm):
    """Where a talk stood before it was moved; without a day it had not been planned."""

    was = DateField(lazy("Day"), [Optional()])


class EventForm(HouseForm):
    """What happened, to whom and when."""

    kind = SelectField(lazy("What happened"), choices=[])
    member = _text(lazy("To whom"), 130, **PEOPLE)
    category = SelectField(lazy("Or to everybody who is"), choices=[])
    happened_on = DateField(lazy("When"), [InputRequired()])

    def offer(self, *, kinds: Iterable[tuple[str, str]], categories: Iterable[tuple[str, str]]) -> None:
        """Hand in what may be chosen."""
        self.kind.choices = _choices(kinds)
        self.category.choices = [SelectChoice("", "–"), *_choices(categories)]


class NoticedForm(HouseForm):
    """Something noticed on the roster, and the day it happened."""

    noticed = HiddenField(validators=[InputRequired(), Length(max=200)], filters=[_clean])
    happened_on = DateField(lazy("When"), [Optional()])


class AnswerForm(HouseForm):
    """The talk that answered an event."""

    talk = HiddenField(validators=[InputRequired(), Length(max=12)], filters=[_clean])


class DismissForm(HouseForm):
    """Why no talk is held."""

    reason = _text(lazy("Why no talk is held"), 200, required=True)


class TalkRuleForm(HouseForm):
    """A rule's words and numbers; those that do not belong to its kind are left empty."""

    kind = SelectField(lazy("What calls for a talk"), choices=[], validate_choice=False)
    title = _text(lazy("Name of the rule"), 80, required=True)
    who = SelectField(lazy("Who holds the talk"), choices=[])
    whom = SelectField(lazy("With whom"), choices=[], default="member")
    times = IntegerField(lazy("Talks"), [Optional(), NumberRange(1, 24)], render_kw={"min": 1, "max": 24})
    per = SelectField(lazy("How often"), choices=[], default="year")
    days = IntegerField(lazy("Within"), [Optional(), NumberRange(1, 366)], render_kw={"min": 1, "max": 366})
    counting = SelectField(lazy("Counted in"), choices=[], default="working")
    occasion = _text(lazy("Occasion of the talk"), 80, required=True)
    guide = _text(lazy("Guide for the occasion"), 80)
    source = TextAreaField(
        lazy("Where it comes from"),
        [InputRequired(), Length(max=300)],
        filters=[_clean],
        render_kw={"rows": 2, "maxlength": 300},
    )
    since = DateField(lazy("Last checked"), [InputRequired()])

    def offer(self, **terms: Iterable[tuple[Any, Any]]) -> None:
        """Hand in what may be chosen in each list, by the field's name."""
        for name, pairs in terms.items():
            self._fields[name].choices = _choices(pairs)


class DecisionsForm(HouseForm):
    """What else an organisation decides about talks."""

    left_out = SelectMultipleField(
        lazy("Who leaves the count of coverage"),
        choices=[],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    member_reads = BooleanField(lazy("Members read the record of their talk and may ask for corrections"))
    ahead_days = IntegerField(lazy("Propose talks so many days ahead"), [InputRequired(), NumberRange(1, 366)])
    promise_days = IntegerField(lazy("Propose a talk so many days before a promise is due"), [NumberRange(0, 90)])
    later_days = IntegerField(lazy("A proposal put off stays away for so many days"), [NumberRange(1, 366)])

    def offer(self, *, standings: Iterable[tuple[Any, Any]]) -> None:
        """Hand in what may be chosen."""
        self.left_out.choices = _choices(standings)


class DayOffForm(HouseForm):
    """A day marked as worked or not."""

    day = DateField(lazy("Day"), [InputRequired()])
    worked = SelectField(lazy("The day is"), choices=lambda: _choices([("", lazy("free")), ("1", lazy("worked"))]))
    name = _text(lazy("What for"), 80)


class DayListForm(HouseForm):
    """A year's list of days off, or the official notice."""

    year = IntegerField(lazy("Year of days without one"), [InputRequired(), NumberRange(2000, 2099)])
    text = TextAreaField(
        lazy("The list or the notice"), [InputRequired(), Length(max=20_000)], filters=[_clean], render_kw={"rows": 8}
    )


class MarkedDayForm(HouseForm):
    """One marked day."""

    day = DateField(lazy("Day"), [InputRequired()])


class MarkedYearForm(HouseForm):
    """All marked days of a year."""

    year = IntegerField(lazy("Year"), [InputRequired(), NumberRange(2000, 2099)])
