"""What the pages of members may send."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import HiddenField, IntegerField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from core.i18n import LANGUAGES, lazy
from core.mail import ADDRESS
from core.terms import MemberCategory, OrganisationKind, Role, Standing, Term
from forms.base import HouseForm
from forms.fields import UploadField

NEEDED = lazy("Please fill this in.")
TOO_LONG = lazy("At most %(max)d characters.")
CHOOSE = lazy("Choose one of these.")
WHOLE = lazy("Write a whole number.")
MAIL = lazy("Write an address such as name@example.org.")
YEAR = lazy("Write a year such as 1985.")
PASSWORD_LIMIT = 200


def _needed() -> InputRequired:
    return InputRequired(message=NEEDED)


def _line(
    label: object, most: int, *, needed: bool = False, checks: Sequence[Any] = (), **attributes: Any
) -> StringField:
    return StringField(
        label,
        [*([_needed()] if needed else []), *checks, Length(max=most, message=TOO_LONG)],
        default="",
        filters=[_stripped],
        render_kw={"maxlength": most, **attributes},
    )


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _username(autocomplete: str) -> StringField:
    return _line(
        lazy("Sign-in name"), 80, needed=True, autocomplete=autocomplete, autocapitalize="none", spellcheck="false"
    )


def _password(label: object, autocomplete: str) -> PasswordField:
    return PasswordField(
        label,
        [_needed(), Length(max=PASSWORD_LIMIT, message=TOO_LONG)],
        render_kw={"autocomplete": autocomplete, "maxlength": PASSWORD_LIMIT},
    )


def _terms(kind: type[Term], words: Iterable[tuple[Term, str]] | None = None) -> list[SelectChoice]:
    return [SelectChoice(term.value, word) for term, word in words or ((term, term.label) for term in kind)]


def _number(text: str | None) -> int | None:
    return int(text) if text else None


class SignInForm(HouseForm):
    """Name and password."""

    username = _username("username")
    password = _password(lazy("Password"), "current-password")


class SecondStepForm(HouseForm):
    """The code of an authenticator app or from the recovery sheet; or what a passkey says, put in by a script."""

    code = _line(lazy("Code"), 40, autocomplete="one-time-code", autocapitalize="none", spellcheck="false")
    passkey = HiddenField(filters=[_stripped])


class CodeForm(HouseForm):
    """Six figures of an authenticator app."""

    code = _line(lazy("The six figures shown"), 12, needed=True, autocomplete="one-time-code", inputmode="numeric")


class PasskeyForm(HouseForm):
    """What a new passkey says, put in by a script, and what its owner calls it."""

    name = _line(lazy("What you call it"), 60, autocomplete="off")
    passkey = HiddenField(validators=[_needed()], filters=[_stripped])


class ConfirmForm(HouseForm):
    """The present password, once more."""

    password = _password(lazy("Password"), "current-password")


class FirstPasswordForm(HouseForm):
    """The password somebody chooses who holds a link."""

    new = _password(lazy("New password"), "new-password")


class OrganisationForm(HouseForm):
    """What an organisation is called, what kind it is, and its language."""

    name = _line(lazy("Name of the organisation"), 120, needed=True, autocomplete="organization")
    kind = RadioField(
        lazy("Kind of organisation"),
        [InputRequired(message=CHOOSE)],
        coerce=OrganisationKind,
        choices=_terms(OrganisationKind),
        invalid_value_message=CHOOSE,
        invalid_choice_message=CHOOSE,
    )
    language = RadioField(
        lazy("Language"),
        [InputRequired(message=CHOOSE)],
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
        invalid_choice_message=CHOOSE,
    )


class SetUpForm(OrganisationForm):
    """The first visit: the organisation and its secretary."""

    secretary = _line(lazy("Secretary's name"), 80, needed=True, autocomplete="name")
    username = _username("username")
    password = _password(lazy("Password"), "new-password")


class SubOrganisationForm(OrganisationForm):
    """An organisation to hang under this one, and its secretary; the password is made here."""

    secretary = _line(lazy("Secretary's name"), 80, needed=True, autocomplete="off")
    username = _username("off")


class PasswordForm(HouseForm):
    """The present password and the next one."""

    old = _password(lazy("Present password"), "current-password")
    new = _password(lazy("New password"), "new-password")


class AccountForm(HouseForm):
    """Who an account is for and what it may do; `username` only when it is opened."""

    username = _username("off")
    name = _line(lazy("Name"), 80, needed=True, autocomplete="off")
    role = RadioField(lazy("Role"), [InputRequired(message=CHOOSE)], coerce=Role, invalid_value_message=CHOOSE)
    member = SelectField(lazy("On the roster as"), [Optional()], coerce=_number, invalid_value_message=CHOOSE)

    def offer(self, roles: Iterable[tuple[Role, str]], members: Iterable[tuple[int, str]], nobody: str) -> None:
        """Say which roles and people may be chosen, in the organisation's words."""
        self.role.choices = _terms(Role, roles)
        self.member.choices = [SelectChoice("", nobody), *(SelectChoice(str(key), name) for key, name in members)]


class MemberForm(HouseForm):
    """A person on the roster."""

    name = _line(lazy("Name"), 80, needed=True, autocomplete="off")
    number = _line(lazy("Number"), 40, autocomplete="off")
    group_id = SelectField(lazy("Group"), [Optional()], coerce=_number, invalid_value_message=CHOOSE)
    category = SelectField(lazy("Membership"), coerce=MemberCategory, invalid_value_message=CHOOSE)
    joined_on = _line(lazy("Joined"), 20, placeholder="2016-09")
    duty = _line(lazy("Office held"), 80)
    post = _line(lazy("Post"), 80)
    shift = _line(lazy("Shift"), 40)
    standing = SelectField(
        lazy("Standing"),
        coerce=Standing,
        choices=_terms(Standing),
        default=Standing.ACTIVE,
        invalid_value_message=CHOOSE,
    )
    standing_note = _line(lazy("More about the standing"), 80)
    gender = _line(lazy("Gender"), 10)
    birth_year = IntegerField(
        lazy("Year of birth"),
        [Optional(), NumberRange(1900, 2100, message=YEAR)],
        invalid_value_message=YEAR,
        render_kw={"inputmode": "numeric"},
    )
    phone = _line(lazy("Telephone"), 40, inputmode="tel", autocomplete="off")
    email = _line(
        lazy("Mail address"),
        120,
        checks=[Optional(), Regexp(ADDRESS, message=MAIL)],
        inputmode="email",
        autocomplete="off",
        autocapitalize="none",
        spellcheck="false",
    )
    note = TextAreaField(
        lazy("Note"), [Length(max=500, message=TOO_LONG)], default="", filters=[_stripped], render_kw={"rows": 3}
    )

    def offer(
        self,
        groups: Iterable[tuple[int, str]],
        categories: Iterable[tuple[MemberCategory, str]],
        labels: Mapping[str, Any],
        nowhere: str,
    ) -> None:
        """Say which groups and kinds of membership may be chosen, all in the organisation's words."""
        for place, field in {
            "group_id": "group",
            "category": "category",
            "duty": "duty",
            "joined_on": "joined_on",
        }.items():
            self[place].label.text = labels[field]
        self.group_id.choices = [SelectChoice("", nowhere), *(SelectChoice(str(key), name) for key, name in groups)]
        self.category.choices = _terms(MemberCategory, categories)


class GroupForm(HouseForm):
    """The name of a group."""

    name = _line(lazy("Name of the group"), 80, needed=True, autocomplete="off")


class RosterFileForm(HouseForm):
    """A roster to read."""

    file = UploadField(
        lazy("Roster file (.xlsx or .csv)"),
        [InputRequired(message=lazy("Choose a file first."))],
        render_kw={"accept": ".xlsx,.csv,.tsv,.txt"},
    )


class RuleForm(HouseForm):
    """The number a rule gets."""

    value = IntegerField(
        lazy("Number"),
        [InputRequired(message=WHOLE)],
        invalid_value_message=WHOLE,
        render_kw={"inputmode": "numeric"},
    )
