"""The rules about talks and the days off, for who manages the organisation."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import calendar, clock
from core.access import Permission, requires
from core.errors import BadInput, DomainError
from core.i18n import _, ngettext
from core.terms import Standing
from forms.agenda import DayListForm, DayOffForm, DecisionsForm, MarkedDayForm, MarkedYearForm, TalkRuleForm
from interviews import days_off, rulebook
from interviews.days_off import Marked
from interviews.rule_terms import Counting, Period, RuleKind, Side, TalkRule
from interviews.rulebook import RuleWords, Settings
from interviews.views.blueprint import bp
from members import words


@bp.get("/talks/rules")
@requires(Permission.MANAGE_ORGANISATION)
def talk_rules() -> ResponseReturnValue:
    """Show every rule about talks with its source and date."""
    return _rules_page()


def _rules_page(wrong: str = "", form: TalkRuleForm | None = None, decisions: DecisionsForm | None = None) -> str:
    rules = rulebook.rules(g.organisation)
    forms = {rule.key: form if rule.key == wrong and form else _filled(rule) for rule in rules}
    return render_template(
        "interviews/rules.html",
        kinds={kind: [rule for rule in rules if rule.kind is kind] for kind in RuleKind},
        forms=forms,
        side=_side,
        wrong=wrong,
        added=form if wrong == "new" and form else _empty(),
        decisions=decisions or _decided(),
        gone=request.args.get("gone", "") if _is_removed(request.args.get("gone", "")) else "",
    )


def _is_removed(key: str) -> bool:
    return bool(key) and key in rulebook.content(g.organisation).get("removed", ())


def _side(side: Side) -> str:
    """Return what the organisation calls those on a side: 书记, 委员, 党员, 群众."""
    keys = {Side.SECRETARY: "secretary", Side.COMMITTEE: "committee_member", Side.MEMBER: "member"}
    return words.word(g.organisation, keys.get(side, "category.none"))


def _offered(form: TalkRuleForm) -> TalkRuleForm:
    form.offer(
        kind=[(kind, kind.label) for kind in (RuleKind.EVENT, RuleKind.PAIR)],
        who=[(side, _side(side)) for side in (Side.SECRETARY, Side.COMMITTEE, Side.MEMBER)],
        whom=[(side, _side(side)) for side in (Side.COMMITTEE, Side.MEMBER, Side.OTHER)],
        per=[(period, period.label) for period in Period],
        counting=[(counting, counting.label) for counting in Counting],
    )
    return form


def _filled(rule: TalkRule) -> TalkRuleForm:
    known = {
        "kind": rule.kind,
        "title": rule.title,
        "who": rule.who,
        "whom": rule.whom or Side.MEMBER,
        "times": rule.times or 1,
        "per": rule.per or Period.YEAR,
        "days": rule.days or 10,
        "counting": rule.counting or Counting.WORKING,
        "occasion": rule.occasion,
        "guide": rule.guide,
        "source": rule.source,
        "since": rule.since,
    }
    return _offered(TalkRuleForm(formdata=None, data=known, prefix=f"{rule.key}-"))


def _empty() -> TalkRuleForm:
    start = {"kind": RuleKind.EVENT, "who": Side.COMMITTEE, "whom": Side.MEMBER, "per": Period.YEAR, "times": 1}
    more = {"days": 10, "counting": Counting.WORKING, "since": clock.today()}
    return _offered(TalkRuleForm(formdata=None, data=start | more, prefix="new-"))


def _words(form: TalkRuleForm) -> RuleWords:
    return RuleWords(
        title=form.title.data,
        source=form.source.data,
        since=form.since.data,
        occasion=form.occasion.data,
        guide=form.guide.data or "",
        who=Side(form.who.data),
        whom=Side(form.whom.data),
        times=form.times.data or 0,
        per=Period(form.per.data),
        days=form.days.data or 0,
        counting=Counting(form.counting.data),
    )


@bp.post("/talks/rules")
@requires(Permission.MANAGE_ORGANISATION)
def talk_rule_new() -> ResponseReturnValue:
    """Add a rule of one's own."""
    form = _offered(TalkRuleForm(prefix="new-"))
    if form.sent():
        try:
            if form.kind.data not in (RuleKind.EVENT, RuleKind.PAIR):
                raise BadInput(_("Choose what calls for the talk."), field="kind")
            rulebook.add(g.organisation, RuleKind(form.kind.data), _words(form), by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("The rule is added."))
            return redirect(url_for("interviews.talk_rules"))
    return _rules_page("new", form), 422


@bp.post("/talks/rules/<string:key>")
@requires(Permission.MANAGE_ORGANISATION)
def talk_rule_change(key: str) -> ResponseReturnValue:
    """Give the organisation its own wording and numbers of a rule."""
    rule = rulebook.find(g.organisation, key)
    form = _offered(TalkRuleForm(prefix=f"{rule.key}-"))
    if form.sent():
        try:
            rulebook.change(g.organisation, key, _words(form), by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("%(rule)s: saved.", rule=form.title.data))
            return redirect(url_for("interviews.talk_rules") + f"#{key}")
    return _rules_page(key, form), 422


@bp.post("/talks/rules/<string:key>/switch")
@requires(Permission.MANAGE_ORGANISATION)
def talk_rule_switch(key: str) -> ResponseReturnValue:
    """Use a rule, or leave it alone."""
    rule = rulebook.find(g.organisation, key)
    rulebook.switch(g.organisation, key, on=not rule.used, by=g.account)
    message = _("%(rule)s is not used any more.") if rule.used else _("%(rule)s is used again.")
    flash(message % {"rule": rule.title})
    return redirect(url_for("interviews.talk_rules") + f"#{rule.key}")


@bp.post("/talks/rules/<string:key>/reset")
@requires(Permission.MANAGE_ORGANISATION)
def talk_rule_reset(key: str) -> ResponseReturnValue:
    """Go back to the rule that ships."""
    rulebook.reset(g.organisation, key, by=g.account)
    flash(_("%(rule)s: as it came with the product.", rule=rulebook.find(g.organisation, key).title))
    return redirect(url_for("interviews.talk_rules") + f"#{key}")


@bp.post("/talks/rules/<string:key>/remove")
@requires(Permission.MANAGE_ORGANISATION)
def talk_rule_remove(key: str) -> ResponseReturnValue:
    """Take a rule of one's own away."""
    rulebook.remove(g.organisation, key, by=g.account)
    return redirect(url_for("interviews.talk_rules", gone=key))


@bp.post("/talks/rules/<string:key>/put-back")
@requires(Permission.MANAGE_ORGANISATION)
def talk_rule_put_back(key: str) -> ResponseReturnValue:
    """Take up a rule again that was taken away."""
    rulebook.put_back(g.organisation, key, by=g.account)
    flash(_("The rule is back."))
    return redirect(url_for("interviews.talk_rules") + f"#{key}")


def _decided() -> DecisionsForm:
    now = rulebook.settings(g.organisation)
    form = DecisionsForm(
        formdata=None,
        data={
            "left_out": sorted(now.left_out),
            "member_reads": now.member_reads,
            "ahead_days": now.ahead_days,
            "promise_days": now.promise_days,
            "later_days": now.later_days,
        },
    )
    form.offer(standings=[(standing, standing.label) for standing in rulebook.LEAVING])
    return form


@bp.post("/talks/rules/decisions")
@requires(Permission.MANAGE_ORGANISATION)
def talk_decisions() -> ResponseReturnValue:
    """Keep what the organisation decides beside the rules."""
    form = DecisionsForm()
    form.offer(standings=[(standing, standing.label) for standing in rulebook.LEAVING])
    if form.sent():
        wanted = Settings(
            left_out=frozenset(map(Standing, form.left_out.data or ())),
            member_reads=form.member_reads.data,
            ahead_days=form.ahead_days.data or 0,
            promise_days=form.promise_days.data or 0,
            later_days=form.later_days.data or 0,
        )
        try:
            rulebook.decide(g.organisation, wanted, by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("Saved."))
            return redirect(url_for("interviews.talk_rules") + "#decisions")
    return _rules_page(decisions=form), 422


@bp.route("/talks/days-off", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def marked_days() -> ResponseReturnValue:
    """List the days marked as worked or not; mark another."""
    form = DayOffForm()
    if form.sent():
        try:
            marked = Marked(form.day.data, form.worked.data == "1", form.name.data or "")
            days_off.add(marked, within=g.organisation, by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("The day is marked."))
            return redirect(url_for("interviews.marked_days"))
    return _days_page(form), 422 if form.is_submitted() else 200


def _days_page(form: DayOffForm, pasted: DayListForm | None = None) -> str:
    ahead = clock.today().year + (clock.today().month > 10)  # the notice for a year comes in November
    years: dict[int, list[Marked]] = {}
    for row in days_off.rows(g.organisation):
        years.setdefault(row.day.year, []).append(Marked(row.day, row.worked, row.name))
    return render_template(
        "interviews/days_off.html",
        form=form,
        pasted=pasted or DayListForm(formdata=None, data={"year": ahead}),
        years=years,
        known_from=calendar.KNOWN_FROM,
        known_until=calendar.KNOWN_UNTIL,
    )


@bp.post("/talks/days-off/list")
@requires(Permission.MANAGE_ORGANISATION)
def marked_days_paste() -> ResponseReturnValue:
    """Mark every day a pasted list or notice names."""
    form = DayListForm()
    if form.sent():
        try:
            found = days_off.paste(form.text.data, year=form.year.data, within=g.organisation, by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(ngettext("%(num)s day is marked.", "%(num)s days are marked.", len(found)))
            return redirect(url_for("interviews.marked_days"))
    return _days_page(DayOffForm(formdata=None), form), 422


@bp.post("/talks/days-off/remove")
@requires(Permission.MANAGE_ORGANISATION)
def marked_days_remove() -> ResponseReturnValue:
    """Let a day be as the calendar says."""
    form = MarkedDayForm()
    if not form.sent():
        raise BadInput(_("Choose a day."))
    days_off.remove(form.day.data, within=g.organisation, by=g.account)
    flash(_("The mark is taken away."))
    return redirect(url_for("interviews.marked_days"))


@bp.post("/talks/days-off/remove-year")
@requires(Permission.MANAGE_ORGANISATION)
def marked_days_remove_year() -> ResponseReturnValue:
    """Take away every mark of a year."""
    form = MarkedYearForm()
    if not form.sent():
        raise BadInput(_("Choose a year."))
    count = days_off.remove_year(form.year.data, within=g.organisation, by=g.account)
    flash(ngettext("%(num)s mark is taken away.", "%(num)s marks are taken away.", count))
    return redirect(url_for("interviews.marked_days"))
