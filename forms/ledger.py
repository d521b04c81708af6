"""Forms of the ledger: a row, what its owner reports, how it is checked, which rows are shown, and a file of rows."""

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.i18n import _, lazy
from core.terms import ActionState
from forms.base import HouseForm
from forms.fields import RevisionField, UploadField

KEPT = 1_500_000  # characters of a file's rows carried along by the preview
PEOPLE = {"list": "people", "autocomplete": "off"}
BY_LABEL = "0"  # rows go to the concern of the same name


def _clean(text: str | None) -> str:
    """Return text as we keep it: one kind of line break, nothing a database refuses."""
    return "" if text is None else text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def _text(label: object, most: int, *, required: bool = False, **attributes: Any) -> StringField:
    rules = [InputRequired() if required else Optional(), Length(max=most)]
    return StringField(label, rules, filters=[_clean], render_kw={"maxlength": most, **attributes})


def _lines(label: object, *, rows: int = 2, required: bool = False) -> TextAreaField:
    rules = [InputRequired() if required else Optional(), Length(max=500)]
    return TextAreaField(label, rules, filters=[_clean], render_kw={"rows": rows, "maxlength": 500})


def _narrowing(label: object) -> SelectField:
    """Return a filter; a choice nobody offered narrows nothing instead of being an error."""
    return SelectField(label, choices=[], default="", validate_choice=False)


class ActionForm(HouseForm):
    """A row of the ledger as the secretary writes it."""

    number = _text(lazy("Number"), 20)
    problem = _lines(lazy("Problem"))
    source = _text(lazy("Source"), 200)
    category = _text(lazy("Category"), 40, list="categories", autocomplete="off")
    measure = _lines(lazy("What is to be done"), required=True)
    unit = _text(lazy("Unit responsible"), 80, list="units", autocomplete="off")
    owner = _text(lazy("Person responsible"), 130, required=True, **PEOPLE)
    checker = _text(lazy("Checker"), 130, **PEOPLE)
    due_on = DateField(lazy("To be done by"), [Optional()])
    due_working_days = IntegerField(
        lazy("Or within working days"), [Optional(), NumberRange(1, 1000)], render_kw={"min": 1, "max": 1000}
    )
    state = SelectField(
        lazy("Progress"),
        default=ActionState.NOT_STARTED.value,
        choices=lambda: [SelectChoice(state.value, str(state.label)) for state in ActionState],
    )
    outcome = _lines(lazy("What has been done"))
    evidence = _lines(lazy("Evidence"))
    reason = _lines(lazy("Why it cannot be done for now"))
    review_on = DateField(lazy("Looked at again on"), [Optional()])
    closed_on = DateField(lazy("Closed on"), [Optional()])
    note = _lines(lazy("Further remarks"))
    revision = RevisionField()


class NewActionForm(ActionForm):
    """A new row: nothing is decided without a day."""

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check every field, and that a day is given or can be counted."""
        acceptable = super().validate(*args, **kwargs)
        started = self.state.data in (ActionState.NOT_STARTED.value, ActionState.UNDER_WAY.value)
        named = self.due_on.data or self.due_working_days.data or self.due_on.errors or self.due_working_days.errors
        if started and not named:
            self.due_on.errors = [*self.due_on.errors, _("Give a day, or a number of working days.")]
            return False
        return acceptable


class ReportForm(HouseForm):
    """What the owner of a row reports."""

    state = SelectField(
        lazy("Progress"),
        choices=lambda: [
            SelectChoice(state.value, str(state.label))
            for state in (ActionState.NOT_STARTED, ActionState.UNDER_WAY, ActionState.DONE)
        ],
    )
    outcome = _lines(lazy("What has been done"), rows=3)
    evidence = _lines(lazy("Evidence"))
    revision = RevisionField()


class CheckForm(HouseForm):
    """What its checker finds: evidence to close a row, or what is still missing."""

    evidence = _lines(lazy("Evidence"))
    why = _lines(lazy("What is missing"))
    revision = RevisionField()


class RemoveActionForm(HouseForm):
    """A row as the page showed it."""

    revision = RevisionField()


class LedgerWishForm(HouseForm):
    """Which rows of the ledger are shown; fields left empty narrow nothing."""

    words = StringField(lazy("Words or number"), [Length(max=80)], filters=[_clean], render_kw={"maxlength": 80})
    investigation = _narrowing(lazy("Investigation"))
    standing = _narrowing(lazy("Progress"))
    owner = _narrowing(lazy("Person responsible"))
    category = _narrowing(lazy("Category"))

    def offer(
        self,
        *,
        investigations: Iterable[tuple[int, str]],
        standings: Iterable[tuple[str, Any]],
        owners: Iterable[str],
        categories: Iterable[str],
    ) -> None:
        """Hand in what may be chosen."""
        for field, every, pairs in (
            (self.investigation, lazy("All investigations"), investigations),
            (self.standing, lazy("All rows"), standings),
            (self.owner, lazy("Everybody responsible"), ((name, name) for name in owners)),
            (self.category, lazy("All categories"), ((name, name) for name in categories)),
        ):
            choices = [SelectChoice(str(value), str(label)) for value, label in pairs]
            field.choices = [SelectChoice("", str(every)), *choices]


class LedgerFileForm(HouseForm):
    """A ledger in a file: where its rows go, and when what cannot be done is looked at again."""

    file = UploadField(
        lazy("File (.xlsx or .csv)"),
        [InputRequired(lazy("Choose a file."))],
        render_kw={"accept": ".xlsx,.csv,.tsv,.txt"},
    )
    concern = SelectField(lazy("The rows belong to"), choices=[], default=BY_LABEL)
    review_on = DateField(lazy("Look again at what cannot be done for now on"), [Optional()])

    def offer(self, concerns: Iterable[tuple[int, str]]) -> None:
        """Hand in the concerns the rows may be put under."""
        first = SelectChoice(BY_LABEL, _("the concern of the same name, made where there is none"))
        self.concern.choices = [first, *(SelectChoice(str(number), label) for number, label in concerns)]


class LedgerRowsForm(HouseForm):
    """The rows of a file as they were looked at, carried along unseen, and whether faulty ones are left out."""

    kept = HiddenField(validators=[InputRequired(), Length(max=KEPT)])
    leave_out = BooleanField(lazy("Leave out the faulty rows and import the others"))
