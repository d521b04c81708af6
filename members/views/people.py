"""The roster, its people one by one, and its groups."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import paging
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from core.numbers import row_number
from core.terms import MemberCategory
from forms.members import GroupForm, MemberForm
from members import columns, people, queries, words
from members.models import Member
from members.people import MemberDetails
from members.views.blueprint import bp


def labels() -> dict[str, str]:
    """Return what the organisation calls each field of a person."""
    return {field: columns.label(field, g.organisation) for field in columns.LABELS}


def _categories() -> dict[MemberCategory, str]:
    return {category: words.category_word(g.organisation, category) for category in MemberCategory}


@bp.get("/members")
@requires(Permission.SEE_MEMBERS)
def index() -> ResponseReturnValue:
    """Show the roster, fifty people a page."""
    category = request.args.get("category", "")
    chosen = {
        "search": request.args.get("search", "").strip()[:80],
        "group": row_number(request.args.get("group")),
        "category": MemberCategory(category) if category in {term.value for term in MemberCategory} else None,
    }
    page = queries.roster(g.organisation, **chosen, page=row_number(request.args.get("page")) or 1)
    return render_template(
        "members/index.html",
        page=page,
        chosen=chosen,
        labels=labels(),
        categories=_categories(),
        sizes=queries.category_sizes(g.organisation),
        groups=queries.groups(g.organisation),
    )


@bp.get("/members/<int:member_id>")
@requires(Permission.SEE_MEMBERS)
def show(member_id: int) -> ResponseReturnValue:
    """Show what the roster says about a person."""
    member = queries.member(member_id, g.organisation)
    return render_template("members/show.html", member=member, labels=labels(), categories=_categories())


@bp.route("/members/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_MEMBERS)
def new() -> ResponseReturnValue:
    """Put a person on the roster."""
    return _edit(None)


@bp.route("/members/<int:member_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_MEMBERS)
def edit(member_id: int) -> ResponseReturnValue:
    """Correct what the roster says about a person."""
    return _edit(queries.member(member_id, g.organisation))


def _edit(member: Member | None) -> ResponseReturnValue:
    form = MemberForm(obj=member, data=None if member else {"category": MemberCategory.FULL})
    form.offer(
        groups=[(group.id, group.name) for group in queries.groups(g.organisation)],
        categories=_categories().items(),
        labels=labels(),
        nowhere=_("In no group"),
    )
    if form.sent():
        details = MemberDetails(**form.values())
        try:
            if member is None:
                saved = people.add(details, by=g.account)
            else:
                people.change(member, details, by=g.account)
                saved = member
        except DomainError as no:
            form.blame(no)
        else:
            flash(_("%(name)s has been saved.", name=saved.name))
            return redirect(url_for("members.show", member_id=saved.id))
    page = render_template("members/edit.html", form=form, member=member)
    return page, 422 if form.errors else 200


@bp.route("/members/groups", methods=["GET", "POST"])
@requires(Permission.MANAGE_MEMBERS)
def groups() -> ResponseReturnValue:
    """Show the groups and how many people each has; make another."""
    form = GroupForm()
    if form.sent():
        try:
            group = people.add_group(form.name.data, by=g.account)
        except DomainError as no:
            form.blame(no)
        else:
            flash(_("“%(name)s” has been added.", name=group.name))
            return redirect(url_for("members.groups"))
    page = render_template(
        "members/groups.html",
        form=form,
        groups=paging.of(queries.groups(g.organisation), paging.asked()),
        sizes=queries.group_sizes(g.organisation),
        labels=labels(),
    )
    return page, 422 if form.errors else 200


@bp.post("/members/groups/<int:group_id>/rename")
@requires(Permission.MANAGE_MEMBERS)
def rename_group(group_id: int) -> ResponseReturnValue:
    """Call a group something else."""
    group = queries.group(group_id, g.organisation)
    people.rename_group(group, request.form.get("name", ""), by=g.account)
    flash(_("“%(name)s” has been saved.", name=group.name))
    return redirect(url_for("members.groups"))


@bp.post("/members/groups/<int:group_id>/remove")
@requires(Permission.MANAGE_MEMBERS)
def remove_group(group_id: int) -> ResponseReturnValue:
    """Remove a group nobody is in."""
    group = queries.group(group_id, g.organisation)
    name = group.name
    people.remove_group(group, by=g.account)
    flash(_("“%(name)s” has been removed.", name=name))
    return redirect(url_for("members.groups"))
