"""The organisation: what it is, its rules, its accounts, and the organisations under it."""

from datetime import timedelta

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import address, clock, paging, qr
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _, language
from core.terms import Role
from forms.members import AccountForm, OrganisationForm, RuleForm, SubOrganisationForm
from members import accounts, factors, invitations, organisations, queries, rescue, words
from members import rules as rulebook
from members.accounts import AccountDetails
from members.models import Account
from members.organisations import OrganisationDetails, SecretaryDetails
from members.views.blueprint import bp


@bp.route("/organisation", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def settings() -> ResponseReturnValue:
    """Show and change what the organisation is."""
    form = OrganisationForm(obj=g.organisation)
    if form.sent():
        try:
            organisations.change(g.organisation, OrganisationDetails(**form.values()), by=g.account)
        except DomainError as no:
            form.blame(no)
        else:
            flash(_("Saved."))
            return redirect(url_for("members.settings"))
    return render_template("members/settings.html", form=form), 422 if form.errors else 200


@bp.get("/organisation/rules")
@requires(Permission.MANAGE_ORGANISATION)
def rules() -> ResponseReturnValue:
    """Show every rule with its source and date."""
    return _rules()


@bp.post("/organisation/rules/<rule>")
@requires(Permission.MANAGE_ORGANISATION)
def change_rule(rule: str) -> ResponseReturnValue:
    """Give the organisation its own number for a rule."""
    form = RuleForm()
    found = rulebook.find(rule)
    if form.sent():
        try:
            rulebook.change(g.organisation, rule, form.value.data, by=g.account)
        except DomainError as no:
            form.blame(no)
        else:
            flash(_("%(rule)s: saved.", rule=found.title))
            return redirect(url_for("members.rules") + f"#{rule}")
    return _rules(rule, form), 422


@bp.post("/organisation/rules/<rule>/reset")
@requires(Permission.MANAGE_ORGANISATION)
def reset_rule(rule: str) -> ResponseReturnValue:
    """Go back to the number that ships."""
    rulebook.reset(g.organisation, rule, by=g.account)
    flash(_("%(rule)s: back to the number it came with.", rule=rulebook.find(rule).title))
    return redirect(url_for("members.rules") + f"#{rule}")


def _rules(wrong: str = "", form: RuleForm | None = None) -> str:
    return render_template("members/rules.html", rules=rulebook.standing(g.organisation), wrong=wrong, form=form)


@bp.get("/organisation/accounts")
@requires(Permission.MANAGE_ORGANISATION)
def account_list() -> ResponseReturnValue:
    """Show who may sign in."""
    return render_template(
        "members/accounts.html",
        accounts=paging.of(queries.accounts(g.organisation), paging.asked()),
        roles={role: words.role_word(g.organisation, role) for role in Role},
    )


def _account_form(account: Account | None) -> AccountForm:
    form = AccountForm(obj=account, data=None if account else {"role": Role.COMMITTEE})
    form.offer(
        roles=[(role, words.role_word(g.organisation, role)) for role in Role],
        members=[(member.id, f"{member.number} {member.name}") for member in queries.everybody(g.organisation)],
        nobody=_("Not on the roster"),
    )
    return form


def _details(form: AccountForm) -> AccountDetails:
    member = queries.member(form.member.data, g.organisation) if form.member.data else None
    return AccountDetails(form.name.data, form.role.data, member)


@bp.route("/organisation/accounts/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def new_account() -> ResponseReturnValue:
    """Open an account and show its temporary password, or the link to choose one with, once."""
    form = _account_form(None)
    if form.sent():
        try:
            if request.form.get("hand") == "link":
                account, token = invitations.open_account(form.username.data, _details(form), by=g.account)
                return _link(account, token)
            account, password = accounts.open_account(form.username.data, _details(form), by=g.account)
        except DomainError as no:
            form.blame(no)
        else:
            return _password(account, password)
    return render_template("members/account.html", form=form, account=None), 422 if form.errors else 200


def _password(account: Account, password: str) -> str:
    # Shown in the answer itself and nowhere else: a session or an address would keep it.
    return render_template("members/temporary_password.html", account=account, password=password)


def _link(account: Account, token: str) -> str:
    # Like a password: shown once, in the answer itself.
    link = address.origin() + url_for("members.invitation", token=token)
    return render_template(
        "members/invitation_link.html",
        account=account,
        link=link,
        picture=qr.drawn(link),
        last_day=clock.today() + timedelta(days=invitations.DAYS),
    )


@bp.route("/organisation/accounts/<int:account_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def account(account_id: int) -> ResponseReturnValue:
    """Show an account; change whose it is and what it may do."""
    found = queries.account(account_id, g.organisation)
    form = _account_form(found)
    if not form.is_submitted():
        form.member.data = found.member_id
    form.username.data = found.username
    form.username.validators = ()
    if form.sent():
        try:
            accounts.change_account(found, _details(form), by=g.account)
        except DomainError as no:
            form.blame(no)
        else:
            flash(_("Saved."))
            return redirect(url_for("members.account_list"))
    page = render_template(
        "members/account.html",
        form=form,
        account=found,
        standing=factors.standing(found),
        waiting=invitations.waiting(found),
    )
    return page, 422 if form.errors else 200


@bp.post("/organisation/accounts/<int:account_id>/close")
@requires(Permission.MANAGE_ORGANISATION)
def close_account(account_id: int) -> ResponseReturnValue:
    """Let nobody in with this account any more."""
    found = queries.account(account_id, g.organisation)
    accounts.close_account(found, by=g.account)
    flash(_("The account of %(name)s is closed; it can be opened again.", name=found.name))
    return redirect(url_for("members.account_list"))


@bp.post("/organisation/accounts/<int:account_id>/reopen")
@requires(Permission.MANAGE_ORGANISATION)
def reopen_account(account_id: int) -> ResponseReturnValue:
    """Let a closed account in again."""
    found = queries.account(account_id, g.organisation)
    accounts.reopen_account(found, by=g.account)
    flash(_("The account of %(name)s is open again.", name=found.name))
    return redirect(url_for("members.account_list"))


@bp.post("/organisation/accounts/<int:account_id>/reset-password")
@requires(Permission.MANAGE_ORGANISATION)
def reset_password(account_id: int) -> ResponseReturnValue:
    """Make a temporary password and show it, once."""
    found = queries.account(account_id, g.organisation)
    return _password(found, accounts.reset_password(found, by=g.account))


@bp.post("/organisation/accounts/<int:account_id>/invite")
@requires(Permission.MANAGE_ORGANISATION)
def invite(account_id: int) -> ResponseReturnValue:
    """Make a link that lets the account's holder choose a password, and show it, once."""
    found = queries.account(account_id, g.organisation)
    return _link(found, invitations.invite(found, by=g.account))


@bp.post("/organisation/accounts/<int:account_id>/sign-out")
@requires(Permission.MANAGE_ORGANISATION)
def sign_out_account(account_id: int) -> ResponseReturnValue:
    """End every session of the account."""
    found = queries.account(account_id, g.organisation)
    rescue.sign_out_everywhere(found, by=g.account)
    flash(_("%(name)s is signed out everywhere.", name=found.name))
    return redirect(url_for("members.account", account_id=found.id))


@bp.post("/organisation/accounts/<int:account_id>/forget-second-factor")
@requires(Permission.MANAGE_ORGANISATION)
def forget_second_factor(account_id: int) -> ResponseReturnValue:
    """Take the second factor from somebody who has lost it."""
    found = queries.account(account_id, g.organisation)
    rescue.forget_factors(found, by=g.account)
    flash(_("%(name)s signs in with the password alone now, and can set a new second factor up.", name=found.name))
    return redirect(url_for("members.account", account_id=found.id))


@bp.route("/organisation/sub-organisations", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def sub_organisations() -> ResponseReturnValue:
    """Show the names of the organisations under this one; found another."""
    form = SubOrganisationForm(data={"language": language(), "kind": g.organisation.kind})
    if form.sent():
        password = accounts.temporary_password()
        try:
            account = organisations.add_sub_organisation(
                g.organisation,
                OrganisationDetails(form.name.data, form.kind.data, form.language.data),
                SecretaryDetails(form.secretary.data, form.username.data, password),
                by=g.account,
            )
        except DomainError as no:
            form.blame(no)
        else:
            return _password(account, password)
    page = render_template(
        "members/sub_organisations.html", form=form, organisations=queries.sub_organisations(g.organisation)
    )
    return page, 422 if form.errors else 200
