"""Forms of the designer; the editor of a question is drawn from the settings its kind names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from core.i18n import LANGUAGES, _, lazy
from core.terms import Access, Secrecy
from forms import conditions, entries
from forms.base import HouseForm
from forms.conditions import Conditions, Values
from forms.entries import Entry
from forms.fields import UploadField
from forms.surveys import ChoicesForm
from forms.words import with_words, words
from questions import named
from questions.base import Kind, Sent, Setting
from questions.rule_text import RuleSyntax

TITLE, TEXT = 4000, 4000
JUMPS = 20
FILE = "file"
LINE = {"maxlength": 200}
LISTED = (Kind.OPTIONS, Kind.ROWS)


class BeginForm(HouseForm):
    """A new questionnaire from nothing."""

    title = StringField(
        lazy("Title of the questionnaire"), [InputRequired(), Length(max=200)], render_kw={"maxlength": 200}
    )
    lang = RadioField(lazy("Language"), default="zh")

    def __init__(self) -> None:
        super().__init__()
        self.lang.choices = [SelectChoice(code, name) for code, name in LANGUAGES.items()]


class HeadForm(HouseForm):
    """Title page of a questionnaire."""

    title = StringField(
        lazy("Title of the questionnaire"), [InputRequired(), Length(max=200)], render_kw={"maxlength": 200}
    )
    intro = TextAreaField(lazy("Introduction"), [Length(max=4000)], render_kw={"rows": 4, "maxlength": 4000})
    languages = SelectMultipleField(
        lazy("Languages"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=True
    )

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.languages.choices = [SelectChoice(code, name) for code, name in LANGUAGES.items()]


class ChooseInvestigationForm(HouseForm):
    """Where a survey of a questionnaire belongs."""

    investigation = SelectField(lazy("Investigation"), [InputRequired()])


class NewSurveyForm(ChoicesForm):
    """A survey: what it asks, who may answer, what is ever shown, how its box will be opened, and when."""

    source = RadioField(lazy("Questionnaire"), [InputRequired()])
    definition = UploadField(lazy("Definition file"), render_kw={"accept": ".yaml,.yml,.json"})
    access = RadioField(lazy("Who may answer"), [Optional()], default=Access.CODES.value)
    secrecy = RadioField(lazy("What is shown of the answers"), [Optional()], default=Secrecy.ANONYMOUS.value)
    opens_on = DateField(lazy("First day"), [Optional()])
    closes_on = DateField(lazy("Last day"), [Optional()])

    def offer(self, groups: Mapping[Any, Sequence[tuple[str, str]]], *, unseen: Iterable[str] = ()) -> None:
        """Set the questionnaires to choose from, by heading; `unseen` keys are taken but not shown."""
        self.groups = {heading: [SelectChoice(key, title) for key, title in rows] for heading, rows in groups.items()}
        self.groups[_("Your own file")] = [SelectChoice(FILE, _("From a file of my own (YAML or JSON)"))]
        listed = [choice for rows in self.groups.values() for choice in rows]
        self.source.choices = [*listed, *(SelectChoice(key, key) for key in unseen)]
        self.access.choices = [SelectChoice(one.value, one.label) for one in Access]
        self.secrecy.choices = [SelectChoice(one.value, one.label) for one in Secrecy]
        if not self.source.data and not self.is_submitted():
            self.source.data = listed[0].value

    def validate_definition(self, field: UploadField) -> None:
        """Ask for the file when it is to come from one."""
        if self.source.data == FILE and not (field.data and field.data.filename):
            raise ValidationError(_("Please choose the file."))


class PublishForm(HouseForm):
    """The last look before a version is frozen."""

    understood = BooleanField(lazy("I have read this; publish it."), [InputRequired()])


@dataclass(frozen=True, slots=True)
class Box:
    """One setting of a question as the editor draws it; `value` is text, or True and False for a flag."""

    setting: Setting
    name: str
    value: Any = ""
    entries: tuple[Entry, ...] = ()
    low: str = ""
    high: str = ""
    error: str = ""
    alone: bool = False  # options may exclude all others


@dataclass(frozen=True, slots=True)
class JumpRow:
    """Where to go on when an answer holds, as the editor draws it."""

    text: str = ""
    to: str = ""


class ItemForm:
    """The editor of one question: drawn from its definition, read from what was posted."""

    def __init__(self, item: Mapping[str, Any], own: str, values: Values, sent: Sent | None = None) -> None:
        self.item, self.own, self.known = dict(item), own, values
        self.kind = named(item)
        self.errors: list[str] = []
        self.changes: dict[str, Any] = {}
        self._wrong: dict[str, tuple[Any, str]] = {}
        self._rule: Conditions | None = None
        self._jumps: list[JumpRow] | None = None
        if sent is not None:
            self._read(sent)

    # --- drawing

    @property
    def merged(self) -> dict[str, Any]:
        """Return the question with what was read so far."""
        both = {**self.item, **self.changes}
        return {key: value for key, value in both.items() if value is not None}

    def text(self, key: str) -> str:
        """Return the words of a key in the questionnaire's own language."""
        return words(self.merged.get(key), self.own, self.own)

    @property
    def boxes(self) -> list[Box]:
        """Return the settings of the kind with their values."""
        return [self._box(setting) for setting in (self.kind.settings if self.kind else ())]

    @property
    def rule(self) -> Conditions:
        """Return when the question is asked."""
        return self._rule or conditions.shown(self.merged.get("show_if"), self.known)

    @property
    def jumps(self) -> list[JumpRow]:
        """Return where the path goes on."""
        if self._jumps is not None:
            return self._jumps
        listed = self.merged.get("jumps") or ()
        return [JumpRow(conditions.shown(jump.get("if"), {}).text, str(jump.get("to", ""))) for jump in listed]

    def _box(self, setting: Setting) -> Box:
        name, value = f"set.{setting.key}", self.merged.get(setting.key)
        if setting.key in self._wrong:
            raw, error = self._wrong[setting.key]
            return Box(setting, name, raw, error=error)
        if setting.kind in LISTED:
            alone = "max" in self.kind.more_keys if self.kind and setting.kind is Kind.OPTIONS else False
            return Box(setting, name, entries=entries.shown(value, self.own), alone=alone)
        if setting.kind is Kind.TREE:
            return Box(setting, name, entries.outline(value, self.own))
        if setting.kind is Kind.SCALE:
            scale = value if isinstance(value, dict) else {}
            labels = entries.lines(scale.get("labels"), self.own)
            return Box(setting, name, labels, low=_number(scale.get("min")), high=_number(scale.get("max")))
        if setting.kind is Kind.FLAG:
            return Box(setting, name, bool(value))
        if setting.key in entries.LISTS:
            return Box(setting, name, entries.lines(value, self.own))
        if setting.kind in (Kind.WORDS, Kind.LINES):
            return Box(setting, name, words(value, self.own, self.own))
        return Box(setting, name, _number(value))

    # --- reading

    def _read(self, sent: Sent) -> None:
        self._words(sent, "title", TITLE)
        self._words(sent, "help", TEXT)
        self.changes["required"] = bool(sent.getlist("required"))
        for setting in self.kind.settings if self.kind else ():
            try:
                self.changes[setting.key] = self._setting(setting, sent)
            except ValueError as error:
                self._wrong[setting.key] = (_first(sent, f"set.{setting.key}"), str(error))
                self.errors.append(f"{setting.label}: {error}")
        self._read_rule(sent)
        self._read_jumps(sent)

    def _words(self, sent: Sent, key: str, most: int) -> None:
        said = _first(sent, key)
        if len(said) > most:
            self.errors.append(
                _("Please shorten this to %(limit)s characters; it has %(count)s now.", limit=most, count=len(said))
            )
        self.changes[key] = with_words(self.item.get(key), self.own, self.own, said[:most])
        if key == "help" and not self.changes[key]:
            self.changes[key] = None

    def _setting(self, setting: Setting, sent: Sent) -> Any:
        """Return the value of a setting as sent, None for none; raise `ValueError` in words."""
        name, old = f"set.{setting.key}", self.item.get(setting.key)
        if setting.kind in LISTED:
            return entries.read(sent, name, old, self.own) or None
        said = _first(sent, name)
        if setting.kind is Kind.TREE:
            return entries.tree(said, old, self.own) or None
        if setting.kind is Kind.SCALE:
            return self._scale(sent, name, said, old)
        if setting.kind is Kind.FLAG:
            if not sent.getlist(name):
                return None
            return old or True
        if setting.kind in (Kind.WHOLE, Kind.NUMBER):
            return _as_number(said, whole=setting.kind is Kind.WHOLE)
        if setting.key in entries.LISTS:
            return entries.relisted(said, old, self.own) or None
        if setting.kind in (Kind.WORDS, Kind.LINES):
            return with_words(old, self.own, self.own, said[:TEXT]) or None
        return said[:TITLE] or None

    def _scale(self, sent: Sent, name: str, said: str, old: Any) -> Any:
        low, high = (_as_number(_first(sent, f"{name}.{end}"), whole=True) for end in ("low", "high"))
        if low is None and high is None and not said:
            return None
        before = old if isinstance(old, dict) else {}
        labels = entries.relisted(said, before.get("labels"), self.own)
        scale = {**before, "min": low, "max": high, "labels": labels or None}
        return {key: value for key, value in scale.items() if value is not None}

    def _read_rule(self, sent: Sent) -> None:
        try:
            self.changes["show_if"] = conditions.told(sent, "rule", self.known)
        except RuleSyntax as error:
            self._rule = conditions.typed(sent, "rule")
            self.errors.append(_("The rule cannot be read: %(error)s", error=error))

    def _read_jumps(self, sent: Sent) -> None:
        pairs = list(zip(sent.getlist("jump.if")[:JUMPS], sent.getlist("jump.to")[:JUMPS], strict=False))
        kept = []
        for text, to in pairs:
            if not text.strip() or not to:
                continue
            try:
                kept.append({"if": conditions.parsed(text), "to": to[:40]})
            except RuleSyntax as error:
                self.errors.append(_("The rule cannot be read: %(error)s", error=error))
                self._jumps = [JumpRow(text, to) for text, to in pairs if text.strip() or to]
        self.changes["jumps"] = kept or None

    def act(self, do: str) -> None:
        """Add, move or remove an entry of a list: "options.add", "options.up.2", "options.down.2", "options.gone.2"."""
        key, _dot, what = do.partition(".")
        listed = self.merged.get(key)
        if isinstance(listed, list):
            self.changes[key] = entries.acted(listed, what)
        elif what == "add":
            self.changes[key] = entries.acted([], what)


def _first(sent: Sent, name: str) -> str:
    return next(iter(sent.getlist(name)), "").strip().replace("\r\n", "\n")


def _number(value: Any) -> str:
    return "" if value is None or isinstance(value, (bool, dict, list)) else str(value)


def _as_number(said: str, *, whole: bool) -> int | float | None:
    if not said:
        return None
    try:
        number = float(said)
        if not abs(number) < 1e15:
            raise ValueError
    except ValueError as error:
        raise ValueError(_("Please type a number.")) from error
    if number.is_integer():
        return int(number)
    if whole:
        raise ValueError(_("Please type a whole number."))
    return number


def offer_investigations(form: ChooseInvestigationForm, listed: Iterable[tuple[int, str]]) -> None:
    """Set the investigations to choose from."""
    form.investigation.choices = [SelectChoice(str(key), title) for key, title in listed]
