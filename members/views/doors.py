"""Setting up, signing in and out, the language, and links that set a first password."""

from flask import flash, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from core import address
from core.access import Permission, public, requires
from core.errors import DomainError, NotFound
from core.i18n import LANGUAGES, _, language
from forms.members import FirstPasswordForm, SecondStepForm, SetUpForm, SignInForm
from members import accounts, factors, invitations, organisations, passkeys, queries, threshold
from members.organisations import OrganisationDetails, SecretaryDetails
from members.views import entrance
from members.views.blueprint import bp, inside


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
            entrance.enter(account, form.password.data)
            flash(_("Everything is ready. Begin by importing the roster."))
            return redirect(url_for("members.index"))
    return render_template("members/set_up.html", form=form), 422 if form.errors else 200


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Ask for name and password, then go where the reader wanted to."""
    if not queries.any_organisation():
        return redirect(url_for("members.set_up"))
    goal = inside(request.args.get("next")) or url_for("desk.overview")
    if g.account is not None:
        return redirect(goal)
    form = SignInForm()
    if form.sent():
        try:
            account = accounts.sign_in(form.username.data, form.password.data, visit=entrance.visit())
        except DomainError as no:
            form.blame(no)
        else:
            return redirect(entrance.arrive(account, form.password.data, goal))
    return render_template("members/sign_in.html", form=form), 422 if form.errors else 200


@bp.route("/sign-in/second-step", methods=["GET", "POST"])
@public
def second_step() -> ResponseReturnValue:
    """Ask for the second factor of whoever has just given the right password."""
    waiting = threshold.present()
    if waiting is None:
        session.pop(threshold.NAME, None)
        return redirect(url_for("members.sign_in"))
    account, form = waiting.account, SecondStepForm()
    if form.sent():

        def proven() -> bool:
            if form.passkey.data:
                return passkeys.vouches(account, form.passkey.data, address.origin())
            return factors.check_code(account, form.code.data)

        try:
            accounts.prove(account, proven, visit=entrance.visit())
        except DomainError as no:
            form.blame(no)
        else:
            entrance.enter(account, waiting.password)
            return redirect(inside(waiting.goal) or url_for("desk.overview"))
    page = render_template(
        "members/second_step.html",
        form=form,
        account=account,
        standing=factors.standing(account),
        passkeys_work=passkeys.possible(address.origin()),
    )
    return page, 422 if form.errors else 200


@bp.post("/sign-in/passkey")
@public
def passkey_to_vouch() -> ResponseReturnValue:
    """Hand the browser what its passkey is to sign."""
    waiting = threshold.present()
    if waiting is None:
        raise NotFound(_("You waited too long; give your password once more."))
    return jsonify(passkeys.asked_to_vouch(waiting.account, address.origin()))


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
    return redirect(inside(request.form.get("back")) or url_for("desk.overview"))


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> ResponseReturnValue:
    """Let whoever holds the link choose the account's password; looking spends nothing."""
    account = invitations.holder(token)
    form = FirstPasswordForm()
    if form.sent():
        try:
            invitations.accept(token, form.new.data)
        except DomainError as no:
            form.blame(no)
        else:
            flash(_("Your password is set."))
            return redirect(entrance.arrive(account, form.new.data, url_for("desk.overview")))
    page = render_template("members/invitation.html", form=form, account=account)
    # The address is the secret: it goes to nobody as a referrer.
    return page, 422 if form.errors else 200, {"Referrer-Policy": "no-referrer"}
