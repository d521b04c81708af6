"""The pages: the doors, the roster, the import, the organisation."""

import io
import re

import pytest

from core.db import db
from core.terms import OrganisationKind
from members import queries, rules
from members.models import Account, Member, Organisation
from tests.conftest import PASSWORD, SAMPLE

SET_UP = {
    "name": "青石支部",
    "kind": "party_branch",
    "language": "en",
    "secretary": "甲",
    "username": "jia",
    "password": "long enough password",
}


# --- the doors -------------------------------------------------------------------------------------


def test_the_first_visit_sets_up_and_signs_in_once(app, stranger) -> None:
    client = stranger
    assert client.get("/app/").headers["Location"].startswith("/app/sign-in")
    assert client.get("/app/sign-in").headers["Location"] == "/app/set-up"
    assert client.get("/app/set-up").status_code == 200
    assert client.post("/app/set-up", data={**SET_UP, "password": "short"}).status_code == 422
    assert client.post("/app/set-up", data={**SET_UP, "kind": "empire"}).status_code == 422
    assert db.session.query(Organisation).count() == 0
    assert client.post("/app/set-up", data=SET_UP).headers["Location"] == "/app/members"
    assert "Import a roster" in client.get("/app/members").text
    other = app.test_client()
    assert other.get("/app/set-up").headers["Location"] == "/app/sign-in"
    assert other.post("/app/set-up", data={**SET_UP, "username": "yi"}).status_code == 302
    assert db.session.query(Account).count() == 1


def test_signing_in_leads_to_where_one_wanted_to_go(cast, stranger) -> None:
    client = stranger
    wanted = client.get("/app/members")
    assert wanted.headers["Location"] == "/app/sign-in?next=/app/members"
    answer = client.post(wanted.headers["Location"], data={"username": "secretary", "password": PASSWORD})
    assert answer.headers["Location"] == "/app/members"
    assert client.get("/app/members").status_code == 200


@pytest.mark.parametrize(
    "goal",
    ["https://evil.example", "//evil.example", "/app//evil.example", "/\\evil", "/app\\@evil", "/app/../s/x", "/apple"],
)
def test_signing_in_never_leads_away(cast, stranger, goal) -> None:
    client = stranger
    answer = client.post(
        "/app/sign-in", query_string={"next": goal}, data={"username": "secretary", "password": PASSWORD}
    )
    assert answer.headers["Location"] == "/app/"


def test_a_wrong_password_is_counted_although_the_page_says_no(cast, stranger) -> None:
    client = stranger
    texts = set()
    for name in ("secretary", "secretary", "nobody"):
        answer = client.post("/app/sign-in", data={"username": name, "password": "wrong password"})
        assert answer.status_code == 422
        texts.add(re.search(r'role="alert".*?</div>', answer.text, re.S).group())
    assert len(texts) == 1
    assert db.session.get(Account, cast.secretary.id).failures == 2


def test_signing_out_ends_the_session(visit) -> None:
    client = visit("secretary")
    assert client.post("/app/sign-out").headers["Location"] == "/app/sign-in"
    assert client.get("/app/members").status_code == 302


def test_a_new_session_begins_at_sign_in(cast, stranger) -> None:
    client = stranger
    with client.session_transaction(path="/app") as session:
        session["planted"], session["language"] = "x", "en"
    client.post("/app/sign-in", data={"username": "secretary", "password": PASSWORD})
    with client.session_transaction(path="/app") as session:
        assert "planted" not in session and session["language"] == "en"


def test_the_language_is_kept_for_the_account(visit, cast) -> None:
    client = visit("secretary")
    assert client.post("/app/language", data={"language": "en", "back": "/app/members"}).location == "/app/members"
    assert 'lang="en"' in client.get("/app/members").text
    assert db.session.get(Account, cast.secretary.id).language == "en"
    assert client.post("/app/language", data={"language": "xx", "back": "//evil"}).location == "/app/"


def test_changing_the_password_keeps_this_session_and_ends_others(visit) -> None:
    here, elsewhere = visit("member"), visit("member")
    wrong = here.post("/app/account/password", data={"old": "not this one", "new": "a new password"})
    assert wrong.status_code == 422
    right = here.post("/app/account/password", data={"old": PASSWORD, "new": "a new password"})
    assert right.status_code == 302
    assert here.get("/app/account").status_code == 200
    assert elsewhere.get("/app/account").status_code == 302


# --- who may do what ---------------------------------------------------------------------------------

READING = ["/app/members", "/app/members/{boss}"]
MANAGING = [
    "/app/members/new",
    "/app/members/{boss}/edit",
    "/app/members/groups",
    "/app/members/import",
    "/app/members/template.xlsx",
    "/app/members/export.xlsx",
    "/app/organisation",
    "/app/organisation/rules",
    "/app/organisation/accounts",
    "/app/organisation/accounts/new",
    "/app/organisation/accounts/{account}",
    "/app/organisation/sub-organisations",
]


@pytest.mark.parametrize("path", READING + MANAGING)
def test_pages_open_to_whom_they_should(visit, cast, path) -> None:
    url = path.format(boss=cast.boss.id, account=cast.member.id)
    assert visit("").get(url).headers["Location"].startswith("/app/sign-in")
    assert visit("secretary").get(url).status_code == 200
    assert visit("committee_member").get(url).status_code == (200 if path in READING else 403)
    assert visit("member").get(url).status_code == 403
    assert visit("member").get("/app/account").status_code == 200
    if "{" in path:
        assert visit("outsider").get(url).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/app/members/{boss}/edit",
        "/app/members/groups/{group}/rename",
        "/app/members/groups/{group}/remove",
        "/app/members/import/nothing/write",
        "/app/members/import/nothing/discard",
        "/app/organisation/accounts/{account}",
        "/app/organisation/accounts/{account}/close",
        "/app/organisation/accounts/{account}/reopen",
        "/app/organisation/accounts/{account}/reset-password",
    ],
)
def test_an_outsider_s_writes_find_nothing(visit, cast, path) -> None:
    url = path.format(boss=cast.boss.id, group=cast.west.id, account=cast.member.id)
    assert visit("outsider").post(url, data={"name": "x"}).status_code == 404
    assert visit("committee_member").post(url, data={"name": "x"}).status_code == 403


# --- the roster --------------------------------------------------------------------------------------


def test_the_roster_is_searched_and_filtered(visit, cast) -> None:
    client = visit("secretary")
    assert "党员丙" in client.get("/app/members").text and "外人丁" not in client.get("/app/members").text
    assert "党员丙" not in client.get("/app/members?search=A1").text
    assert "委员乙" not in client.get(f"/app/members?group={cast.west.id}").text
    for odd in ("group=x", "category=x", "page=x", "page=-1", "page=99", "search=%00"):
        assert client.get(f"/app/members?{odd}").status_code == 200


def test_a_person_is_corrected(visit, cast) -> None:
    client = visit("secretary")
    url = f"/app/members/{cast.worker.id}"
    data = {
        "name": "党员丙",
        "number": "A3",
        "category": "probationary",
        "standing": "sick",
        "group_id": "",
        "birth_year": "1985",
    }
    assert client.post(f"{url}/edit", data=data).location == url
    found = db.session.get(Member, cast.worker.id)
    assert (found.category, found.standing, found.group_id, found.birth_year) == ("probationary", "sick", None, 1985)
    for wrong in ({"number": "A1"}, {"name": ""}, {"birth_year": "abc"}, {"category": "x"}, {"group_id": "9999999"}):
        answer = client.post(f"{url}/edit", data={**data, **wrong})
        assert answer.status_code in (404, 422), wrong


def test_a_roster_goes_in_after_its_preview(visit, cast) -> None:
    client = visit("secretary")
    assert client.post("/app/members/import").status_code == 422
    broken = {"file": (io.BytesIO(b"PK\3\4broken"), "x.xlsx")}
    assert client.post("/app/members/import", data=broken).status_code == 422
    good = {"file": (io.BytesIO((SAMPLE / "members.csv").read_bytes()), "members.csv")}
    preview = client.post("/app/members/import", data=good).location
    page = client.get(preview).text
    assert "冯大寒" in page and "书记甲" in page
    assert len(queries.everybody(cast.branch)) == 3
    assert visit("outsider").get(preview).status_code == 404
    assert client.post(f"{preview}/write").location == "/app/members"
    assert len(queries.everybody(cast.branch)) == 63
    assert client.post(f"{preview}/write").status_code == 404
    assert client.get(preview).status_code == 404


def test_a_draft_is_forgotten_on_demand(visit, cast) -> None:
    client = visit("secretary")
    file = {"file": (io.BytesIO("编号,姓名\nZ1,甲\n".encode()), "x.csv")}
    preview = client.post("/app/members/import", data=file).location
    assert client.post(f"{preview}/discard").status_code == 302
    assert client.get(preview).status_code == 404


def test_the_export_is_a_file_of_ours_only(visit) -> None:
    answer = visit("secretary").get("/app/members/export.xlsx")
    assert answer.data[:2] == b"PK" and "attachment" in answer.headers["Content-Disposition"]


# --- the organisation --------------------------------------------------------------------------------


def test_the_kind_of_organisation_changes_the_words(visit, cast) -> None:
    client = visit("secretary")
    assert "入党积极分子" in client.get("/app/members").text
    answer = client.post("/app/organisation", data={"name": "青石工会", "kind": "union", "language": "zh"})
    assert answer.status_code == 302
    page = client.get("/app/members").text
    assert "入会申请人" in page and "党员</p>" not in page
    found = db.session.get(Organisation, cast.branch.id)
    assert found.kind is OrganisationKind.UNION and found.name == "青石工会"


def test_rules_are_changed_within_their_limits(visit, cast) -> None:
    client = visit("secretary")
    url = "/app/organisation/rules/suppression.cell_floor"
    assert client.post(url, data={"value": "8"}).status_code == 302
    assert rules.value(db.session.get(Organisation, cast.branch.id), "suppression.cell_floor") == 8
    for wrong in ("4", "x", ""):
        assert client.post(url, data={"value": wrong}).status_code == 422
    assert client.post(f"{url}/reset").status_code == 302
    assert rules.value(db.session.get(Organisation, cast.branch.id), "suppression.cell_floor") == 5
    assert client.post("/app/organisation/rules/no.such", data={"value": "1"}).status_code == 404


def test_a_temporary_password_is_shown_once_and_must_be_changed(app, visit, cast) -> None:
    client = visit("secretary")
    page = client.post(
        "/app/organisation/accounts/new", data={"username": "xin", "name": "新人", "role": "committee_member"}
    )
    password = re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", page.text).group()
    assert page.headers["Cache-Control"] == "no-store"
    assert password not in client.get("/app/organisation/accounts").text
    guest = app.test_client()
    assert guest.post("/app/sign-in", data={"username": "xin", "password": password}).status_code == 302
    assert guest.get("/app/members").location == "/app/account"
    assert guest.post("/app/account/password", data={"old": password, "new": "my own password"}).status_code == 302
    assert guest.get("/app/members").status_code == 200
    account = db.session.query(Account.id).filter_by(username="xin").scalar()
    again = client.post(f"/app/organisation/accounts/{account}/reset-password")
    assert again.status_code == 200 and password not in again.text
    assert guest.get("/app/members").status_code == 302
    assert client.post(f"/app/organisation/accounts/{account}/close").status_code == 302
    assert client.post(f"/app/organisation/accounts/{account}/reopen").status_code == 302


def test_an_account_is_changed_but_not_its_name_to_sign_in(visit, cast) -> None:
    client = visit("secretary")
    url = f"/app/organisation/accounts/{cast.member.id}"
    data = {"username": "hacked", "name": "改名", "role": "member", "member": str(cast.aide.id)}
    assert client.post(url, data=data).status_code == 302
    found = db.session.get(Account, cast.member.id)
    assert (found.username, found.name, found.member_id) == ("member", "改名", cast.aide.id)
    assert client.post(url, data={**data, "member": str(cast.stranger.id)}).status_code == 422
    assert client.post(f"/app/organisation/accounts/{cast.secretary.id}/close").status_code == 409


def test_a_sub_organisation_s_secretary_sees_their_own_only(app, visit, cast) -> None:
    data = {"name": "分支", "kind": "village", "language": "zh", "secretary": "丁", "username": "ding"}
    client = visit("secretary")
    page = client.post("/app/organisation/sub-organisations", data=data)
    password = re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", page.text).group()
    assert "分支" in client.get("/app/organisation/sub-organisations").text
    assert "ding" not in client.get("/app/organisation/accounts").text
    below = app.test_client()
    below.post("/app/sign-in", data={"username": "ding", "password": password})
    below.post("/app/account/password", data={"old": password, "new": "my own password"})
    assert "书记甲" not in below.get("/app/members").text
    assert below.get(f"/app/members/{cast.boss.id}").status_code == 404
