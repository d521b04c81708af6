"""Forms of replies and of the board."""

from collections.abc import Iterable

from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from core.i18n import _, lazy
from core.numbers import row_number
from core.terms import BoardAccess, ReplyClass, ReplyOutcome
from forms.base import HouseForm
from forms.fields import RevisionField

# Longer than the words of the terms: here it is decided who reads what.
READERS = {
    BoardAccess.MEMBERS: lazy("Members who sign in may read it"),
    BoardAccess.LINK: lazy("Everybody with the link may read it"),
}
NEW = 0  # the number that stands for a survey of its own


def _clean(text: str | None) -> str:
    """Return text as we keep it: one kind of line break, nothing a database refuses."""
    return "" if text is None else text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


class ReplyForm(HouseForm):
    """What a reply says."""

    said = TextAreaField(
        lazy("What people said, in your own words"),
        [InputRequired(), Length(max=300)],
        filters=[_clean],
        render_kw={"rows": 2, "maxlength": 300},
    )
    did = TextAreaField(
        lazy("What was done, or why it cannot be done"),
        [InputRequired(), Length(max=1000)],
        filters=[_clean],
        render_kw={"rows": 6, "maxlength": 1000},
    )
    outcome = RadioField(lazy("How far it is settled"), [InputRequired()])
    revision = RevisionField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = [SelectChoice(one.value, one.label) for one in ReplyOutcome]


class StepForm(HouseForm):
    """A step that needs nothing but the reply as it was read."""

    revision = RevisionField()


class ApproveForm(HouseForm):
    """The warnings a second person looked at."""

    ticked = SelectMultipleField(lazy("Warnings"), validate_choice=False)
    revision = RevisionField()


class ReasonForm(HouseForm):
    """Why a reply goes back, or comes off the board."""

    reason = TextAreaField(
        lazy("Reason"),
        [InputRequired(), Length(max=500)],
        filters=[_clean],
        render_kw={"rows": 2, "maxlength": 500},
    )
    revision = RevisionField()


class ClassForm(HouseForm):
    """How soon a concern must be answered."""

    reply_class = SelectField(lazy("How soon it must be answered"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.reply_class.choices = [SelectChoice(one.value, one.label) for one in ReplyClass]


class BoardForm(HouseForm):
    """Who may read the board, and what stands above it."""

    title = StringField(lazy("Title of the board"), [Length(max=80)], filters=[_clean], render_kw={"maxlength": 80})
    introduction = TextAreaField(
        lazy("Above the replies (optional)"),
        [Length(max=600)],
        filters=[_clean],
        render_kw={"rows": 3, "maxlength": 600},
    )
    access = RadioField(lazy("Who may read it"), [InputRequired()])
    revision = RevisionField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.access.choices = [SelectChoice(one.value, READERS[one]) for one in BoardAccess]


class AskForm(HouseForm):
    """About which replies to ask, what, and in which questionnaire."""

    replies = SelectMultipleField(lazy("Answers to ask about"), coerce=row_number, validate_choice=False)
    question = RadioField(lazy("What to ask"), [InputRequired()])
    into = SelectField(lazy("Where to ask"), coerce=int)
    investigation = SelectField(lazy("Investigation"), coerce=int)

    def offer(
        self,
        *,
        questions: Iterable[tuple[str, str]],
        instruments: Iterable[tuple[int, str]],
        investigations: Iterable[tuple[int, str]],
    ) -> None:
        """Offer what can be asked, and where."""
        self.question.choices = [SelectChoice(value, label) for value, label in questions]
        own = SelectChoice(NEW, _("A survey of its own, with codes"))
        self.into.choices = [
            own,
            *(SelectChoice(number, _("The questionnaire “%(title)s”", title=title)) for number, title in instruments),
        ]
        self.investigation.choices = [SelectChoice(number, title) for number, title in investigations]
