"""Every address, asked as each who might: what comes back is what docs/permissions.md says."""

import re
import sys
from collections.abc import Iterator

import pytest

from core.settings import ROOT
from tests.house.test_every_page import addresses, browser

sys.path.insert(0, str(ROOT / "tools"))
import permissions  # noqa: E402

ASKERS = ("shuji", "weiyuan", "dangyuan", "outsider", "parent", "")  # in the order of the table's columns
# Asked first who may least: what an earlier asker had removed would be found by nobody, and prove nothing.
ORDER = ("", "outsider", "parent", "dangyuan", "weiyuan", "shuji")
TOLD = "您的账号不能打开此页面"  # what the table's 403 says; a page may refuse for reasons of its own
# Opening these as who may is tests/house/test_every_page.py's; here they would only take time.
READ_ELSEWHERE = {("GET", permissions.OPEN), ("GET", permissions.OWN)}
# Each ends the session it is asked with.
ENDS_THE_SESSION = {"members.sign_out", "vault.start_anew", "members.end_session", "members.end_other_sessions"}

# The sample's account number is the secretary's own: done, these would shut out the one who asks.
ABOUT_ONESELF = {"members.close_account", "members.reset_password", "members.sign_out_account", "members.invite"}


def _urls(world) -> dict[tuple[str, str, str], str]:
    """Return an address with the sample's numbers for each endpoint, rule and method of the desk."""
    return {
        (rule.endpoint, rule.rule, method): url
        for method in permissions.METHODS
        for rule, url in addresses(world, method)
    }


def _class(answer) -> str:
    if answer.status_code in (302, 303) and re.search(r"/app/sign-in(\?|$)", answer.headers.get("Location", "")):
        return permissions.SIGN_IN
    if answer.status_code == 403 and TOLD in answer.text:
        return permissions.REFUSED
    return permissions.UNKNOWN if answer.status_code == 404 else permissions.OPEN


def _wrong(world, asker: str) -> Iterator[str]:
    """Yield every address that answers `asker` otherwise than the table says."""
    client = browser(world, asker) if asker else world.app.test_client()
    urls, column = _urls(world), ASKERS.index(asker)
    for line in permissions.lines(world.app):
        told = line.answers[column]
        url = urls.get((line.endpoint, line.address, line.method))
        if url is None or not line.asks or (line.method, told) in READ_ELSEWHERE or line.endpoint in ENDS_THE_SESSION:
            continue
        if told == permissions.OPEN and line.endpoint in ABOUT_ONESELF:
            continue
        answer = client.open(url, method=line.method)
        got = _class(answer)
        if answer.status_code >= 500:
            yield f"{line.method} {url}: {answer.status_code}"
        elif told in (permissions.OPEN, permissions.OWN):
            # Let in; that the thing itself is not there (another's own talk, a passkey) is the page's to say.
            if got not in (permissions.OPEN, permissions.UNKNOWN):
                yield f"{line.method} {url}: {answer.status_code}, not {told}"
        elif got != told:
            yield f"{line.method} {url}: {answer.status_code}, not {told}"


@pytest.mark.parametrize("asker", ORDER, ids=lambda name: name or "anyone")
def test_everybody_gets_what_the_table_says(world, asker) -> None:
    wrong = list(_wrong(world, asker))
    assert wrong == [], "\n".join(wrong[:20])
