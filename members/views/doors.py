"""Setting up, signing in and out, the language, one's own account."""

import re

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user

from core.access import Permission, public, requires
from core.errors import DomainError
from core.i18n import LANGUAGES, _, language
from forms.members import PasswordForm, SetUpForm, SignInForm
from members import accounts, organisations, queries, sessions
from members.models import Account
from members.organisations import OrganisationDetails, SecretaryDetails
from members.views.blueprint import bp

INSIDE = re.compile(r"/app(?:/[\w\-./%]*)?")


def _inside(path: str | None) -> str | None:
    """Return a path of the desk, or None for anything a stranger could have slipped in."""
    return path if path and INSIDE.fullmatch(path) and "//" not in path and ".." not in path else None


def _enter(account: Account, password: str) -> None:
    """Begin a session of `account`, in the language the reader chose at the door."""
    chosen = session.get("language")
    session.clear()
    login_user(account)
    if chosen in LANGUAGES:
        session["language"] = chosen
    sessions.entered(account, password)


@bp.route("/set-up", methods=["GET", "POST"])
@public
def set_up() -> ResponseReturnValue:
    """The first visit: name the organisation and its secretary. Never again afterwards."""
    if queries.any_organisation():
        return redirect(url_for("members.sign_in"))
    form = SetUpForm(data={"language": language()})
    if form.sent():
        try:
            account = organisations.found(
                OrganisationDetails(form.name.data, form.kind.data, form.language.data),
                SecretaryDetails(form.secretary.data, form.username.data, form.password.data),
            )
        except DomainError as no:
            form.blame(no)
        else:
            session["language"] = account.language
            _enter(account, form.password.data)
            flash(_("Everything is ready. Begin by importing the roster."))
            return redirect(url_for("members.index"))
    return render_template("members/set_up.html", form=form), 422 if form.errors else 200


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Ask for name and password, then go where the reader wanted to."""
    if not queries.any_organisation():
        return redirect(url_for("members.set_up"))
    goal = _inside(request.args.get("next")) or url_for("desk.overview")
    if g.account is not None:
        return redirect(goal)
    form = SignInForm()
    if form.sent():
        try:
            account = accounts.sign_in(form.username.data, form.password.data)
        except DomainError as no:
            form.blame(no)
        else:
            _enter(account, form.password.data)
            return redirect(goal)
    return render_template("members/sign_in.html", form=form), 422 if form.errors else 200


@bp.post("/sign-out")
@requires(Permission.USE_DESK)
def sign_out() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    session.clear()
    return redirect(url_for("members.sign_in"))


@bp.post("/language")
@public
def speak() -> ResponseReturnValue:
    """Change the language, for this session and, when signed in, for the account."""
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        session["language"] = wanted
        if g.account is not None:
            g.account.language = wanted
    return redirect(_inside(request.form.get("back")) or url_for("desk.overview"))


@bp.get("/account")
@requires(Permission.USE_DESK)
def own_account() -> ResponseReturnValue:
    """Show the reader's own account."""
    return render_template("members/own_account.html", form=PasswordForm())


@bp.post("/account/password")
@requires(Permission.USE_DESK)
def change_password() -> ResponseReturnValue:
    """Change the reader's own password; other sessions of the account end."""
    form = PasswordForm()
    if form.sent():
        try:
            accounts.change_password(g.account, form.old.data, form.new.data)
        except DomainError as no:
            form.blame(no)
        else:
            _enter(g.account, form.new.data)
            flash(_("Your password has been changed; you were signed out everywhere else."))
            return redirect(url_for("members.own_account"))
    return render_template("members/own_account.html", form=form), 422
