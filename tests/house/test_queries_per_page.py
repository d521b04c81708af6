"""How often a page asks the database: as often with many rows as with few, and not more than it needs."""

from collections import Counter

from tests.house.grown import MANY

CEILING = 24
# Pages that gather a whole thing from many places: how often each may ask, with a few of everything.
MORE = {
    "concerns.show": 46,  # a concern with passages, actions, replies, thread and breadth
    "desk.investigation": 38,  # where everything stands
    "desk.overview": 38,
    "interviews.agenda": 40,
    "interviews.filing": 30,
    "interviews.record": 34,
    "interviews.show": 40,
    "reports.pages": 72,  # the whole report is composed
    "reports.preview": 72,
}
# Pages that may ask more often with more rows: how often for each more, and of what.
GROWING = {
    "reports.pages": 4,  # a report tells the results of every survey, and each survey is counted by itself
    "reports.preview": 4,
}
FEW = 2


def test_no_page_asks_more_often_with_more_rows(pages) -> None:
    wrong = []
    for endpoint, seen in pages.many.items():
        before = pages.few[endpoint]
        allowed = len(before.statements) + GROWING.get(endpoint, 0) * (MANY - FEW) + (4 if endpoint in GROWING else 0)
        if len(seen.statements) > allowed:
            more = Counter(sent for sent, _bound in seen.statements)
            more.subtract(sent for sent, _bound in before.statements)
            wrong.append(f"{endpoint}: {len(before.statements)} -> {len(seen.statements)}: {more.most_common(2)}")
    assert wrong == []


def test_no_page_asks_more_often_than_it_needs(pages) -> None:
    asked = {endpoint: len(seen.statements) for endpoint, seen in pages.few.items()}
    most = {endpoint: count for endpoint, count in asked.items() if count > MORE.get(endpoint, CEILING)}
    assert most == {}
    assert set(MORE) <= set(asked) and len(asked) > 120


def test_the_pages_were_opened_with_many_rows(pages) -> None:
    answered = [seen.status for seen in pages.many.values()]
    assert set(answered) <= {200, 302, 404} and answered.count(200) > 110
    assert {end: seen.status for end, seen in pages.few.items()} == {end: s.status for end, s in pages.many.items()}
