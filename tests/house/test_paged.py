"""Every list is paged: with many more of everything no page grows without end, and each has its way on."""

import re

from tests.house.grown import MANY
from tests.house.test_every_page import browser

MOST = 135  # rows, entries and folded parts on one page, the menu and the tabs counted in
# What is one thing and not a list, or is there to be seen whole.
WHOLE = {
    "concerns.also_said": "the concerns a passage can be moved to stand beside the passages, which are paged",
    "concerns.index": "a concern shows its actions; the sample's first has been given as many as there are rows",
    "concerns.print_board": "a sheet for the wall",
    "concerns.ledger_print": "a sheet for a meeting",
    "concerns.show": "one concern, its actions and replies; its passages are paged",
    "concerns.ungrouped": "the concerns a passage can be moved to stand beside the passages, which are paged",
    "interviews.coverage": "every group and interviewer of the organisation, compared",
    "interviews.filing": "the scans and corrections of one talk",
    "interviews.record": "one talk: its promises as fields",
    "interviews.show": "one talk and its promises",
    "reports.edition": "a whole report",
    "reports.preview": "a whole report",
    "surveys.results": "every question of one survey",
}
NEXT = re.compile(r'<a [^>]*rel="next"[^>]* href="([^"]+)"')


def test_no_page_grows_with_what_it_lists(pages) -> None:
    assert MANY > MOST
    drawn = {end: seen.rows for end, seen in pages.many.items() if seen.rows > MOST}
    assert set(drawn) == set(WHOLE), drawn


def test_every_paged_list_is_left_and_come_back_to(pages) -> None:
    client, paged = browser(pages.world, "shuji"), 0
    for endpoint, seen in pages.many.items():
        for address in NEXT.findall(seen.text):
            there = client.get(address.replace("&amp;", "&"))
            back = 'rel="prev"' in there.text or "before=" in address  # the trail is read on from a line, not a page
            assert there.status_code == 200 and back, f"{endpoint}: {address}"
            assert there.text != seen.text, endpoint
            paged += 1
    assert paged >= 15
