"""Who may do what: one table, two decorators."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from flask import Flask, g, redirect, request, url_for

from core.errors import NotAllowed
from core.i18n import _
from core.terms import Role


class Permission(StrEnum):
    """A right an endpoint asks for."""

    USE_DESK = "use_desk"
    MANAGE_ORGANISATION = "manage_organisation"
    SEE_MEMBERS = "see_members"
    MANAGE_MEMBERS = "manage_members"
    SEE_INVESTIGATIONS = "see_investigations"
    MANAGE_INVESTIGATIONS = "manage_investigations"
    SEE_RESULTS = "see_results"
    MANAGE_SURVEYS = "manage_surveys"
    RECORD_TALKS = "record_talks"
    SEE_COVERAGE = "see_coverage"
    READ_OWN_TALKS = "read_own_talks"
    SEE_CONCERNS = "see_concerns"
    CURATE_CONCERNS = "curate_concerns"
    APPROVE_REPLIES = "approve_replies"
    READ_BOARD = "read_board"
    READ_REPORTS = "read_reports"
    MAKE_REPORTS = "make_reports"
    KEEP_BACKUPS = "keep_backups"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.SECRETARY: frozenset(Permission),
    Role.COMMITTEE: frozenset(
        {
            Permission.USE_DESK,
            Permission.SEE_MEMBERS,
            Permission.SEE_INVESTIGATIONS,
            Permission.SEE_RESULTS,
            Permission.RECORD_TALKS,
            Permission.SEE_COVERAGE,
            Permission.READ_OWN_TALKS,
            Permission.SEE_CONCERNS,
            Permission.APPROVE_REPLIES,
            Permission.READ_BOARD,
            Permission.READ_REPORTS,
        }
    ),
    Role.MEMBER: frozenset({Permission.USE_DESK, Permission.READ_OWN_TALKS, Permission.READ_BOARD}),
}


View = Callable[..., Any]


def allowed(permission: Permission) -> bool:
    """Say whether the reader holds `permission`."""
    account = g.get("account")
    return account is not None and permission in GRANTS[account.role]


def requires(permission: Permission) -> Callable[[View], View]:
    """Let only holders of `permission` in: strangers sign in first, others are refused with 403."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if g.get("account") is None:
                back = request.path if request.method == "GET" else None
                return redirect(url_for("members.sign_in", next=back))
            if not allowed(permission):
                raise NotAllowed(_("Your account may not open this page. Ask your secretary if you need it."))
            return view(*args, **kwargs)

        guarded.access = permission  # type: ignore[attr-defined]
        return guarded

    return wrap


def public(view: View) -> View:
    """Let anyone in: the page says nothing that is not for everyone, or checks for itself."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Let templates ask `can('manage_members')`."""
    app.jinja_env.globals["can"] = lambda name: allowed(Permission(name))
