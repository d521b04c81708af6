"""Every page of the desk, opened as each of the cast on the loaded sample: sound HTML, and closed to outsiders."""

import re

import pytest
import tinyhtml5
from sqlalchemy import select

from activities import minutes
from activities.minutes import Minutes
from core import jobs
from core.access import GRANTS
from core.clock import now, today
from core.db import Model, db
from core.terms import OrganisationKind, ReportStyle, Role, TalkState
from exchange import demo
from interviews.models import Talk, TalkCorrection, TalkEvent, TalkScan
from investigations.models import Investigation
from members.accounts import hashed
from members.models import Account, Member, Organisation
from reports import editions, renderings
from surveys.models import BankedItem
from tests import sample
from tests.conftest import PASSWORD
from vault import keys
from vault import session as vault_session

ROLES = {Role.SECRETARY: "shuji", Role.COMMITTEE: "weiyuan", Role.MEMBER: "dangyuan"}
# A page of its own kind: files, fragments, and what only a waiting import or a stale save can open.
# Headers of files are named as people write them, whatever the language of the page.
NAMING_HEADERS = {"interviews.import_file", "members.choose_roster", "surveys.take_in"}
NOT_PAGES = {
    "desk.export_trail",
    "desk.job",
    "interviews.agenda_file",
    "interviews.archive_index",
    "interviews.conflict",
    "interviews.coverage_file",
    "concerns.ledger_download",
    "interviews.import_preview",
    "interviews.scan",
    "interviews.worker",
    "members.invitation",
    "members.preview_roster",
    "members.roster_template",
    "members.export_roster",
    "reports.blank_talk_sheet",
    "reports.download",
    "reports.instrument_paper",
    "reports.page_picture",
    "reports.paper",
    "reports.poster",
    "reports.printed_appraisal",
    "reports.printed_board",
    "reports.printed_ledger",
    "reports.printed_talk",
    "surveys.chart",
    "surveys.export_instrument",
    "surveys.download",
    "surveys.turnout",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The sample investigation with an issued report, and the secretaries of another organisation and of the one above.

    Everything these tests ask for is read, or undone.
    """
    return sample.copied(tmp_path_factory, "every-page", made)


def made(app) -> dict:
    """Write the sample and its strangers; return who they are, what their cookies carry, and a number of everything."""
    list(demo.load(language="zh", tell=lambda line: None))
    account = db.session.scalar(select(Account).where(Account.username == "shuji"))
    investigation = db.session.scalar(select(Investigation))
    minutes.record(investigation, Minutes("座谈会", today(), minutes="停车太难"), by=account)
    edition = editions.issue(investigation, style=ReportStyle.SUMMARY, language="zh", by=account)
    edition_id = edition.id
    report = editions.composed(investigation, style=ReportStyle.SUMMARY, language="zh", within=account.organisation)
    renderings.ask(report, style=ReportStyle.SUMMARY, within=account.organisation, language="zh")
    db.session.commit()
    jobs.run_inline()
    _what_the_sample_lacks(account)
    _stranger("别处", "outsider", "外人")
    account.organisation.parent = _stranger("上级", "parent", "上级书记")
    db.session.commit()
    accounts = {account.username: account for account in db.session.scalars(select(Account))}
    identities = {name: account.get_id() for name, account in accounts.items()}
    opened = {name: _open(accounts[name], password) for name, password in _passwords(app).items()}
    return {"identities": identities, "opened": opened, "ids": _ids(accounts["shuji"], edition_id)}


def _what_the_sample_lacks(account: Account) -> None:
    """Write one of everything an address may name and the sample has none of, so that no address leads to nothing."""
    talk = db.session.scalar(select(Talk).where(Talk.state == TalkState.RECORDED))
    about, day = {"talk_id": talk.id, "envelope_id": talk.envelope_id}, today()
    scan = {"file_name": "谈话记录.pdf", "kind": "application/pdf", "size": 4, "digest": bytes(32)}
    here = {"organisation_id": account.organisation_id}
    event = {"kind": "illness", "happened_on": day, "due_on": day}
    db.session.add_all(
        [
            TalkScan(**about, **scan, added_by=account.id, added_on=day),
            TalkCorrection(**about, written_on=day),
            TalkEvent(**here, **event, member_id=talk.member_id),
            BankedItem(**here, title="题", kind="open_text", definition={"type": "open_text", "title": "题"}),
        ]
    )


def _stranger(organisation: str, username: str, name: str) -> Organisation:
    """Write another organisation and its secretary."""
    elsewhere = Organisation(name=organisation, kind=OrganisationKind.UNION, language="zh", rules={}, created_at=now())
    db.session.add(elsewhere)
    db.session.flush()
    db.session.add(
        Account(
            organisation_id=elsewhere.id,
            username=username,
            name=name,
            password=hashed(PASSWORD),
            role=Role.SECRETARY,
            language="zh",
        )
    )
    return elsewhere


def _passwords(app) -> dict[str, str]:
    """Return the passwords the demo tells, and the strangers'."""
    told = (app.config["SETTINGS"].data / demo.SIGN_INS).read_text(encoding="utf-8")
    return dict(re.findall(r": (\w+) / (\S+)", told)) | dict.fromkeys(("outsider", "parent"), PASSWORD)


def _open(account: Account, password: str) -> str:
    """Return what a cookie carries once the account's key is open."""
    keyring = keys.unlock(account, password) if keys.own(account) else keys.make(account, password)
    db.session.commit()
    return vault_session.packed(account, keyring)


def _ids(account: Account, edition_id: int) -> dict[str, int]:
    """Return, for every number an address may hold, one that exists in the sample."""
    tables = Model.metadata.tables
    first = {
        name: db.session.scalar(select(tables[table].c.id).order_by(tables[table].c.id).limit(1))
        for name, table in {
            "investigation_id": "investigation",
            "survey_id": "survey",
            "talk_id": "talk",
            "follow_up_id": "follow_up",
            "concern_id": "concern",
            "action_id": "action",
            "group_id": "member_group",
            "job_id": "job",
            "instrument_id": "instrument",
            "banked_id": "banked_item",
            "event_id": "talk_event",
            "guide_id": "guide",
            "scan_id": "talk_scan",
            "correction_id": "talk_correction",
            "activity_id": "activity",
            "reply_id": "reply",
            "excerpt_id": "excerpt",
            "rendering_id": "report_rendering",
            "passkey_id": "passkey",
            "session_id": "account_session",
        }.items()
    }
    member = db.session.scalar(select(Member.id).where(Member.organisation_id == account.organisation_id).limit(1))
    first = {name: value or 1 for name, value in first.items()}  # passkeys and sessions: nobody has one here
    return first | {"member_id": member, "account_id": account.id, "edition_id": edition_id, "page": 1}


def browser(world, username: str):
    client = world.app.test_client()
    with client.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = world.identities[username], True
        session[vault_session.NAME] = world.opened[username]
    return client


def addresses(world, method: str):
    """Yield each address that takes `method`, with the numbers of the sample put in."""
    for rule in world.app.url_map.iter_rules():
        if method in rule.methods and rule.rule.startswith("/app/"):
            url = re.sub(r"<int:(\w+)>", lambda found: str(world.ids[found[1]]), rule.rule)
            url = re.sub(r"<any\(([a-z]+)[^>]*>", r"\1", url)
            url = re.sub(r"<string:rule>|<rule>", "suppression.cell_floor", url)
            url = url.replace("<string:key>", "stay").replace("<string:lang>", "zh")
            yield rule, re.sub(r"<[^>]*>", "nothing", url)


def faults(html: str) -> list[str]:
    """Return what is wrong with a page: broken HTML, a missing title, language or heading, unlabelled controls."""
    found = []
    document = tinyhtml5.parse(html, namespace_html_elements=False)
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    found += [f"id {name} twice" for name in {name for name in ids if ids.count(name) > 1}]
    if not document.get("lang"):
        found.append("no language")
    if len(list(document.iter("h1"))) != 1:
        found.append(f"{len(list(document.iter('h1')))} h1")
    title = document.find(".//title")
    if title is None or not (title.text or "").strip():
        found.append("no title")
    labels = {label.get("for") for label in document.iter("label")}
    wrapped = {control for label in document.iter("label") for control in label.iter() if control is not label}
    for tag in ("input", "select", "textarea"):
        for control in document.iter(tag):
            named = control.get("aria-label") or control.get("aria-labelledby") or control.get("id") in labels
            unseen = control.get("type") in ("hidden", "submit") or control.get("aria-hidden") == "true"
            if not unseen and not named and control not in wrapped:
                found.append(f"{tag} {control.get('name')} has no label")
    for image in document.iter("img"):
        if image.get("alt") is None:
            found.append("img without alt")
    for target in (element.get("aria-describedby") for element in document.iter()):
        found += [f"described by {name}, which is not there" for name in (target or "").split() if name not in ids]
    return found


@pytest.mark.parametrize("role", list(ROLES), ids=str)
def test_pages_open_to_whom_they_should(world, role) -> None:
    client, opened = browser(world, ROLES[role]), 0
    for rule, url in addresses(world, "GET"):
        access = getattr(world.app.view_functions[rule.endpoint], "access", None)
        if rule.endpoint in NOT_PAGES:
            continue
        answer = client.get(url)
        if access != "public" and access not in GRANTS[role]:
            assert answer.status_code == 403, f"{role} {url}: {answer.status_code}"
        else:
            assert answer.status_code in (200, 302), f"{role} {url}: {answer.status_code}"
        if answer.status_code != 302:
            assert faults(answer.text) == [], f"{role} {url}: {faults(answer.text)}"
            opened += answer.status_code == 200
    assert opened >= {Role.SECRETARY: 30, Role.COMMITTEE: 12, Role.MEMBER: 2}[role]


def test_an_outsider_finds_nothing_of_ours(world) -> None:
    client, tried = browser(world, "outsider"), 0
    for rule, url in [*addresses(world, "GET"), *addresses(world, "POST")]:
        if "<int:" not in rule.rule:
            continue
        answer = client.get(url) if "GET" in rule.methods else client.post(url)
        assert answer.status_code == 404, f"{url}: {answer.status_code}"
        tried += 1
    assert tried > 30


def test_english_pages_hold_no_chinese_of_ours(world) -> None:
    client = browser(world, "outsider")
    client.post("/app/language", data={"language": "en", "back": "/app/"})
    for rule, url in addresses(world, "GET"):
        if "<" in rule.rule or rule.endpoint in NOT_PAGES | NAMING_HEADERS or rule.endpoint == "members.set_up":
            continue
        answer = client.get(url)
        text = re.sub(r"<(script|style)\b.*?</\1>", "", answer.text, flags=re.S)
        text = text.replace("中文", "").replace("别处", "").replace("外人", "").replace("外", "")
        assert not re.search(r"[\u4e00-\u9fff]", text), f"{url}: {re.findall(r'.{20}[一-鿿]+.{20}', text)[:3]}"


def test_the_printed_file_is_handed_out_under_its_chinese_title(world) -> None:
    answer = browser(world, "shuji").get(f"/app/editions/{world.ids['edition_id']}.pdf")
    assert answer.status_code == 200 and answer.data[:5] == b"%PDF-"
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
