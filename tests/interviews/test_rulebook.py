"""The rules about talks: those that ship, and what an organisation makes of them."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
import yaml

from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, NotFound
from core.i18n import speaking
from core.terms import OrganisationKind, Standing
from interviews import rulebook
from interviews.rule_terms import (
    FOLDER,
    Counting,
    Level,
    Period,
    RuleKind,
    Side,
    shipped,
    stretch,
)
from interviews.rulebook import RuleWords, Settings
from tests.conftest import TODAY

WORDS = RuleWords(
    title="书记每季度谈",
    source="本支部 2026 年第 3 次支委会决定",
    since=date(2026, 3, 2),
    occasion="季度谈心",
    times=2,
    per=Period.QUARTER,
)
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("kind", list(OrganisationKind), ids=lambda kind: kind.value)
def test_every_rule_that_ships_is_whole(kind: OrganisationKind) -> None:
    for rule in shipped(kind).rules.values():
        for words in (rule.titles, rule.sources, rule.occasions, rule.guides):
            assert HAN.search(words["zh"]) and words["en"] and not HAN.search(words["en"]), rule.key
        assert rule.since <= date(2026, 11, 23) and max(map(len, rule.occasions.values())) <= 80
        if rule.kind is RuleKind.PAIR:
            assert rule.times >= 1 and rule.per and rule.whom and not rule.counting
        else:
            assert rule.days >= 1 and rule.counting and not rule.per
        assert rule.kind is not RuleKind.DATE or rule.yearly in ("joined", "festival")


@pytest.mark.parametrize("kind", list(OrganisationKind), ids=lambda kind: kind.value)
def test_what_ships_asks_about_each_change_of_the_roster_once(kind: OrganisationKind) -> None:
    asked = [what for rule in shipped(kind).rules.values() for what in rule.noticed]
    assert len(asked) == len(set(asked))


def test_party_words_stay_in_the_party_branch() -> None:
    for kind in (OrganisationKind.UNION, OrganisationKind.ASSOCIATION, OrganisationKind.VILLAGE):
        text = (FOLDER / f"{kind.value}.yaml").read_text(encoding="utf-8")
        content = yaml.dump(yaml.safe_load(text), allow_unicode=True)
        assert not re.search("党|支部|支委|政治生日", content)


def test_the_branch_has_the_four_pairs_and_the_six_occasions() -> None:
    rules = shipped(OrganisationKind.PARTY_BRANCH).rules
    pairs = {(rule.who, rule.whom, rule.times, rule.per) for rule in rules.values() if rule.kind is RuleKind.PAIR}
    assert pairs == {
        (Side.COMMITTEE, Side.COMMITTEE, 1, Period.YEAR),
        (Side.COMMITTEE, Side.MEMBER, 1, Period.YEAR),
        (Side.MEMBER, Side.MEMBER, 1, Period.YEAR),
        (Side.COMMITTEE, Side.OTHER, 1, Period.YEAR),
    }
    occasions = {rule.occasions["zh"] for rule in rules.values() if rule.kind is RuleKind.EVENT}
    assert {"交流谈话", "勉励谈话", "关怀谈话", "提醒谈话", "教育谈话", "年度总结谈话"} <= occasions
    assert rules["joining_anniversary"].days == 7 and rules["holiday_visit"].festivals == ("new_year", "spring")


def test_only_what_the_regulation_says_is_called_national() -> None:
    for kind in OrganisationKind:
        national = {key for key, rule in shipped(kind).rules.items() if rule.level is Level.NATIONAL}
        wanted = {"committee_committee", "committee_member", "member_member"}
        assert national == (wanted if kind is OrganisationKind.PARTY_BRANCH else set())


@pytest.mark.parametrize(
    ("per", "first", "last"),
    [
        (Period.MONTH, date(2026, 12, 1), date(2026, 12, 31)),
        (Period.QUARTER, date(2026, 10, 1), date(2026, 12, 31)),
        (Period.HALF_YEAR, date(2026, 7, 1), date(2026, 12, 31)),
        (Period.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_periods_follow_the_calendar(per: Period, first: date, last: date) -> None:
    assert stretch(date(2026, 12, 9), per) == (first, last)
    assert stretch(first, per) == (first, last) and stretch(last, per) == (first, last)
    assert stretch(last + timedelta(days=1), per)[0] == last + timedelta(days=1)


def test_the_last_day_counts_the_days_the_rule_says(any_cast) -> None:
    rule = rulebook.find(any_cast.branch, "illness")
    assert rule.counting is Counting.WORKING and rule.days == 5
    assert rule.due(date(2026, 9, 29), {}) == date(2026, 10, 12)  # over the National Day, its Saturday made up
    assert rule.due(date(2026, 9, 29), {date(2026, 10, 10): False}) == date(2026, 10, 13)
    assert replace(rule, counting=Counting.CALENDAR).due(date(2026, 9, 29), {}) == date(2026, 10, 4)


def test_a_changed_rule_has_its_own_source_and_date(any_cast) -> None:
    within, by = any_cast.branch, any_cast.secretary
    rulebook.change(within, "committee_member", WORDS, by=by)
    db.session.commit()
    rule = rulebook.find(within, "committee_member")
    assert (rule.title, rule.source, rule.since, rule.times, rule.per) == (
        WORDS.title,
        WORDS.source,
        WORDS.since,
        2,
        Period.QUARTER,
    )
    assert rule.changed and rule.level is Level.OWN and rule.guide == "季度谈心"
    with speaking("en"):
        assert rule.title == WORDS.title  # what one writes oneself is not translated
    assert rulebook.find(any_cast.elsewhere, "committee_member").changed is False
    rulebook.reset(within, "committee_member", by=by)
    assert rulebook.find(within, "committee_member") == shipped(within.kind).rules["committee_member"]
    actions = [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert actions[-2:] == ["talk_rule.change committee_member", "talk_rule.reset committee_member"]


def test_a_rule_left_alone_stays_so_when_changed(any_cast) -> None:
    within, by = any_cast.branch, any_cast.secretary
    rulebook.switch(within, "committee_other", on=False, by=by)
    rulebook.change(within, "committee_other", WORDS, by=by)
    assert not rulebook.find(within, "committee_other").used
    assert "committee_other" not in {rule.key for rule in rulebook.used(within, RuleKind.PAIR)}
    rulebook.switch(within, "committee_other", on=True, by=by)
    assert rulebook.find(within, "committee_other").used


def test_what_only_a_file_says_survives_a_change(any_cast) -> None:
    rulebook.change(any_cast.branch, "holiday_visit", replace(WORDS, days=20), by=any_cast.secretary)
    rule = rulebook.find(any_cast.branch, "holiday_visit")
    assert rule.days == 20 and rule.festivals == ("new_year", "spring") and Standing.RETIRED in rule.standings


def test_a_rule_of_ones_own_comes_goes_and_comes_back(any_cast) -> None:
    within, by = any_cast.branch, any_cast.secretary
    key = rulebook.add(within, RuleKind.EVENT, replace(WORDS, title="工伤", days=3, counting=Counting.CALENDAR), by=by)
    assert rulebook.find(within, key).own and key in {rule.key for rule in rulebook.used(within, RuleKind.EVENT)}
    rulebook.remove(within, key, by=by)
    assert key not in {rule.key for rule in rulebook.rules(within)}
    assert rulebook.titles(within)[key] == "工伤"  # events entered under it keep its name
    with pytest.raises(NotFound):
        rulebook.change(within, key, WORDS, by=by)
    rulebook.put_back(within, key, by=by)
    assert key in {rule.key for rule in rulebook.rules(within)}
    with pytest.raises(BadInput):
        rulebook.remove(within, "illness", by=by)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "长" * 81),
        ("source", ""),
        ("occasion", ""),
        ("since", TODAY + timedelta(days=1)),
        ("times", 0),
        ("times", 25),
        ("who", Side.OTHER),
    ],
    ids=["no-title", "long-title", "no-source", "no-occasion", "tomorrow", "none", "too-many", "nobody"],
)
def test_limits(any_cast, field: str, value: object) -> None:
    with pytest.raises(BadInput) as refused:
        rulebook.change(any_cast.branch, "committee_member", replace(WORDS, **{field: value}), by=any_cast.secretary)
    assert refused.value.field == field
    assert not rulebook.find(any_cast.branch, "committee_member").changed


@pytest.mark.parametrize("days", [0, 367])
def test_limits_of_days(any_cast, days: int) -> None:
    with pytest.raises(BadInput):
        rulebook.change(any_cast.branch, "illness", replace(WORDS, days=days), by=any_cast.secretary)


def test_what_else_is_decided(any_cast) -> None:
    within, by = any_cast.branch, any_cast.secretary
    assert rulebook.left_out(within) == frozenset() and rulebook.member_reads(within) is False
    wanted = Settings(frozenset({Standing.RETIRED, Standing.AWAY}), True, 60, 3, 7)
    rulebook.decide(within, wanted, by=by)
    db.session.commit()
    assert rulebook.settings(within) == wanted
    assert rulebook.left_out(within) == {Standing.RETIRED, Standing.AWAY} and rulebook.member_reads(within)
    assert rulebook.left_out(any_cast.elsewhere) == frozenset()
    with pytest.raises(BadInput):
        rulebook.decide(within, replace(wanted, left_out=frozenset({Standing.ACTIVE})), by=by)
    with pytest.raises(BadInput):
        rulebook.decide(within, replace(wanted, ahead_days=0), by=by)


def test_sides_follow_accounts_offices_and_categories(any_cast) -> None:
    any_cast.worker.duty = "组织委员"
    db.session.flush()
    found = rulebook.sides(any_cast.branch)
    assert found == {
        any_cast.boss.id: Side.SECRETARY,
        any_cast.aide.id: Side.COMMITTEE,
        any_cast.worker.id: Side.COMMITTEE,
    }
    any_cast.worker.duty = "第一党小组组长"
    assert rulebook.sides(any_cast.branch)[any_cast.worker.id] is Side.MEMBER


def test_the_page(client_for, cast) -> None:
    client = client_for("secretary")
    page = client.get("/app/talks/rules").text
    assert "第十九条" in page and "政治生日谈话" in page
    sent = {
        "illness-title": "生病",
        "illness-who": "secretary",
        "illness-days": "3",
        "illness-counting": "calendar",
        "illness-occasion": "探望",
        "illness-guide": "",
        "illness-source": "",
        "illness-since": "2026-10-01",
    }
    refused = client.post("/app/talks/rules/illness", data=sent)
    assert refused.status_code == 422 and "探望" in refused.text
    assert client.post("/app/talks/rules/illness", data={**sent, "illness-source": "支委会决定"}).status_code == 302
    assert rulebook.find(cast.branch, "illness").days == 3
    own = {name.replace("illness-", "new-"): value for name, value in sent.items()}
    own |= {"new-kind": "event", "new-source": "支委会决定", "new-title": "工伤"}
    assert client.post("/app/talks/rules", data=own).status_code == 302
    assert "工伤" in client.get("/app/talks/rules").text
    gone = client.post("/app/talks/rules/own_1/remove")
    assert "put-back" in client.get(gone.location).text
    assert client.post("/app/talks/rules/nothing/switch").status_code == 404
    decided = {
        "left_out": ["retired"],
        "member_reads": "y",
        "ahead_days": "30",
        "promise_days": "7",
        "later_days": "14",
    }
    assert client.post("/app/talks/rules/decisions", data=decided).status_code == 302
    assert rulebook.left_out(cast.branch) == {Standing.RETIRED}
    assert client_for("committee_member").get("/app/talks/rules").status_code == 403
