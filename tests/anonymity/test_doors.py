"""The doors beside the phone: blank slips drawn from an envelope, their record, and the shared tablet."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from anonymity.device import Device
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, DomainError, NotFound
from core.terms import Access
from surveys import closing, collecting, drawing, fielding, invitations, queries
from surveys.models import Invitation, SealedResponse, SlipRecord
from tests.conftest import TODAY
from tests.surveys.conftest import DEFINITION


@pytest.fixture
def handed(any_app, request):
    """An open survey on each engine: three members invited by name, eight blank slips."""
    from tests.conftest import people

    cast = people(any_app)
    return hand_out(cast)


@pytest.fixture
def fielded(app, cast):
    """The same on SQLite, for pages."""
    return hand_out(cast)


def hand_out(cast):
    survey = fielding.create(cast.investigation, DEFINITION, within=cast.branch, by=cast.secretary)
    members = invitations.candidates(cast.branch)
    cast.slips = invitations.invite(survey, members=members, spares=8, within=cast.branch, by=cast.secretary)
    fielding.open_(survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    cast.survey = survey
    cast.code_of = {slip.member.id: slip.code for slip in cast.slips if slip.member}
    cast.blank = [slip.code for slip in cast.slips if slip.member is None]
    cast.url = f"/app/surveys/{survey.id}"
    return cast


def collect(cast, member, seed: bytes = bytes(16)) -> bytes:
    public = queries.public_survey(cast.survey.public_id)
    assert public is not None and public.manifest is not None
    blinded = Device.begin(public.manifest, seed).blinded
    return collecting.collect(public, code=cast.code_of[member.id], blinded=blinded)


def counts(survey) -> tuple[int, ...]:
    told = drawing.standing(survey)
    return told.members, told.collected, told.drawn, told.printed, told.destroyed, told.left, told.waiting, told.people


# --- drawn or collected, never both ----------------------------------------------------------------------------------


def test_whoever_drew_collects_nothing_and_whoever_collected_draws_nothing(handed) -> None:
    survey, branch = handed.survey, handed.branch
    assert counts(survey) == (3, 0, 0, 8, 0, 8, 3, 11)
    assert drawing.draw(survey, [handed.boss.id], within=branch) == 1
    assert drawing.draw(survey, [handed.boss.id], within=branch) == 0, "ticked twice is drawn once"
    with pytest.raises(collecting.AlreadyCollected):
        collect(handed, handed.boss)
    collect(handed, handed.aide)
    with pytest.raises(drawing.HoldsBallot) as refused:
        drawing.draw(survey, [handed.worker.id, handed.aide.id], within=branch)
    assert refused.value.names == (handed.aide.name,)
    assert counts(survey) == (3, 1, 1, 8, 0, 7, 1, 10), "nobody was ticked with the one refused"
    assert drawing.draw(survey, [handed.worker.id], within=branch) == 1
    assert counts(survey) == (3, 1, 2, 8, 0, 6, 0, 9)


def test_a_slip_handed_back_gives_the_ballot_back(handed) -> None:
    drawing.draw(handed.survey, [handed.boss.id], within=handed.branch)
    drawing.give_back(handed.survey, handed.boss.id, within=handed.branch, by=handed.secretary)
    assert counts(handed.survey)[2] == 0 and collect(handed, handed.boss)
    with pytest.raises(NotFound):
        drawing.give_back(handed.survey, handed.boss.id, within=handed.branch, by=handed.secretary)
    lines = db.session.execute(sa.select(AuditEntry.action, AuditEntry.thing)).all()
    assert ("slip.back", "survey") in lines
    assert not [line for line in lines if "draw" in line[0] or line[1] == "member"], "no line tells when who came"


def test_strangers_and_other_organisations_draw_nothing(handed) -> None:
    with pytest.raises(NotFound):
        drawing.draw(handed.survey, [handed.stranger.id], within=handed.branch)
    with pytest.raises(NotFound):
        drawing.draw(handed.survey, [handed.boss.id], within=handed.elsewhere)
    assert counts(handed.survey)[2] == 0


def test_more_than_were_printed_cannot_have_been_drawn(handed) -> None:
    destroy(handed, 6)
    with pytest.raises(BadInput):
        drawing.draw(handed.survey, [handed.boss.id, handed.aide.id, handed.worker.id], within=handed.branch)
    assert drawing.draw(handed.survey, [handed.boss.id, handed.aide.id], within=handed.branch) == 2


# --- the record of what was destroyed --------------------------------------------------------------------------------


def destroy(cast, count: int, *, on=TODAY, witnesses=("张三", "李四")):
    return drawing.destroy(cast.survey, count, on=on, witnesses=witnesses, by=cast.secretary)


def test_destroyed_slips_are_written_down_before_two_witnesses_and_can_be_corrected(handed) -> None:
    drawing.draw(handed.survey, [handed.boss.id], within=handed.branch)
    for count, given in ((8, {}), (-1, {}), (7, {"witnesses": ("张三", " 张三 ")}), (7, {"witnesses": ("张三", "")})):
        with pytest.raises(BadInput):
            destroy(handed, count, **given)
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
        with pytest.raises(BadInput):
            destroy(handed, 5, on=day)
    assert db.session.query(SlipRecord).count() == 0
    destroy(handed, 5)
    assert counts(handed.survey)[4:6] == (5, 2) and drawing.standing(handed.survey).witnesses == ("张三", "李四")
    destroy(handed, 7, witnesses=("王五", "李四"))
    assert counts(handed.survey)[4:6] == (7, 0) and drawing.standing(handed.survey).witnesses == ("王五", "李四")


def test_after_the_close_nothing_about_slips_changes(fielded) -> None:
    drawing.draw(fielded.survey, [fielded.boss.id], within=fielded.branch)
    db.session.commit()
    closing.close(fielded.survey, by=fielded.secretary)
    for change in (
        lambda: drawing.draw(fielded.survey, [fielded.aide.id], within=fielded.branch),
        lambda: drawing.give_back(fielded.survey, fielded.boss.id, within=fielded.branch, by=fielded.secretary),
        lambda: destroy(fielded, 1),
    ):
        with pytest.raises(DomainError):
            change()
    assert counts(fielded.survey)[2] == 1


def test_further_slips_leave_the_earlier_ones_valid_and_are_counted(handed, any_app) -> None:
    collect(handed, handed.aide)
    (slip,) = drawing.more(handed.survey, 1, by=handed.secretary)
    assert counts(handed.survey) == (3, 1, 0, 9, 0, 9, 2, 12)
    db.session.commit()
    visitor, url = any_app.test_client(), f"/s/{handed.survey.public_id}"
    for code in (slip.code, handed.blank[0]):
        assert visitor.post(url, data={"code": code, "a": "y"}).status_code == 200
    for wrong in (0, -1, invitations.MOST_SPARES - 8):
        with pytest.raises(BadInput):
            drawing.more(handed.survey, wrong, by=handed.secretary)
    closing.close(handed.survey, by=handed.secretary)
    with pytest.raises(DomainError):
        drawing.more(handed.survey, 1, by=handed.secretary)


# --- the secretary's pages -------------------------------------------------------------------------------------------


def test_the_list_ticks_all_or_nobody_and_keeps_the_ticks(fielded, client_for) -> None:
    collect(fielded, fielded.aide)
    client = client_for("secretary")
    page = client.get(f"{fielded.url}/drawn").text
    assert all(name in page for name in ("书记甲", "委员乙", "党员丙")), "who collected is not told by the list"
    refused = client.post(f"{fielded.url}/drawn", data={"members": [fielded.boss.id, fielded.aide.id]})
    assert refused.status_code == 409 and 'role="alert"' in refused.text
    assert re.search(rf'value="{fielded.boss.id}" checked', refused.text)
    assert client.post(f"{fielded.url}/drawn", data={"members": [fielded.boss.id]}).status_code == 302
    assert client.post(f"{fielded.url}/drawn", data={"members": [fielded.stranger.id]}).status_code == 422
    assert client.post(f"{fielded.url}/drawn", data={}).status_code == 422
    assert counts(fielded.survey)[2] == 1
    found = client.get(f"{fielded.url}/drawn?q=a3").text
    assert "党员丙" in found and 'name="members"' in found and "委员乙" not in found


def test_taking_off_the_list_asks_first(fielded, client_for) -> None:
    client = client_for("secretary")
    back = f"{fielded.url}/drawn/{fielded.boss.id}/back"
    assert client.get(back).location.endswith("/drawn"), "nobody to take off"
    client.post(f"{fielded.url}/drawn", data={"members": [fielded.boss.id]})
    assert client.get(back).status_code == 200
    assert client.post(back, data={}).status_code == 422 and counts(fielded.survey)[2] == 1
    assert client.post(back, data={"unused": "y"}).status_code == 302 and counts(fielded.survey)[2] == 0


def test_the_record_is_written_on_a_page(fielded, client_for) -> None:
    client = client_for("secretary")
    url = f"{fielded.url}/destroyed-slips"
    page = client.get(url).text
    assert 'name="destroyed"' in page and 'value="8"' not in page, "they are counted, not reckoned"
    sent = {"destroyed": "8", "destroyed_on": TODAY.isoformat(), "first": "张三", "second": "李四"}
    assert client.post(url, data=sent | {"destroyed": "9"}).status_code == 422
    assert client.post(url, data=sent | {"second": "张三"}).status_code == 422
    assert client.post(url, data=sent).status_code == 302
    assert "张三" in client.get(f"{fielded.url}/drawn").text and counts(fielded.survey)[4] == 8
    assert "张三" in client.get(url).text, "to be corrected"


def test_further_slips_are_shown_once(fielded, client_for) -> None:
    client, url = client_for("secretary"), f"{fielded.url}/more-slips"
    assert client.get(url).status_code == 200
    assert client.post(url, data={"count": "0", "address": "http://x.example"}).status_code == 422
    page = client.post(url, data={"count": "3", "address": "http://x.example"}).text
    made = re.findall(r'class="slip-c">([0-9A-Z-]{24})<', page)
    assert len(made) == 3 and not set(made) & set(fielded.blank) and counts(fielded.survey)[3] == 11
    assert not any(code in client.get(f"{fielded.url}/drawn").text for code in made)


@pytest.mark.parametrize("page", ["drawn", "destroyed-slips", "choices", "more-slips"])
def test_others_see_and_change_nothing(fielded, client_for, page) -> None:
    url = f"{fielded.url}/{page}"
    for role, status in (("committee_member", 403), ("member", 403), ("outsider", 404), ("", 302)):
        client = client_for(role)
        assert client.get(url).status_code == status
        assert client.post(url, data={"members": [fielded.boss.id]}).status_code == status
    assert counts(fielded.survey)[2] == 0


def test_blank_slips_bear_nothing_that_tells_one_from_another(app, cast, client_for) -> None:
    survey = fielding.create(cast.investigation, DEFINITION, within=cast.branch, by=cast.secretary)
    db.session.commit()
    page = client_for("secretary").post(
        f"/app/surveys/{survey.id}/invitations",
        data={"spares": "40", "groups": [cast.east.id, cast.west.id], "address": "http://x.example"},
    )
    heads = re.findall(r'class="slip-h"><b>([^<]*)</b><small>([^<]*)<', page.text)
    assert len(heads) == 43 and len(set(heads[3:])) == 1 and not re.search(r"\d", "".join(heads[3]))
    sent = re.findall(r'name="slip" value="([^"]*)"', page.text)
    assert all(re.fullmatch(r"[0-9A-Z-]{24}\|\|", line) for line in sent[3:])
    printed = client_for("secretary").post(
        f"/app/surveys/{survey.id}/slips.pdf", data={"slip": sent, "address": "http://x.example"}
    )
    assert printed.status_code == 200


# --- the plain form and the shared tablet ----------------------------------------------------------------------------

ANSWERS = {"a": "y"}


def sealed() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(SealedResponse)) or 0


def test_a_slip_answers_on_the_plain_form_and_a_personal_code_does_not(app, fielded) -> None:
    plain = app.test_client()
    url = f"/s/{fielded.survey.public_id}"
    assert plain.post(url, data={"code": fielded.code_of[fielded.boss.id], **ANSWERS}).status_code == 422
    assert sealed() == 0
    assert plain.post(url, data={"code": fielded.blank[0], **ANSWERS}).status_code == 200
    assert plain.post(url, data={"code": fielded.blank[0], "a": "x"}).status_code == 409
    assert sealed() == 1
    assert not db.session.scalar(sa.select(sa.func.count(Invitation.collected))), (
        "a slip leaves no mark when it is used"
    )


def test_the_tablet_asks_for_the_code_takes_one_answer_and_goes_back(app, fielded) -> None:
    tablet = app.test_client()
    url = f"/k/{fielded.survey.public_id}"
    start = tablet.get(url)
    assert start.status_code == 200 and "data-q" not in start.text and 'name="code" value=""' in start.text
    for code in ("nonsense", "", fielded.code_of[fielded.boss.id]):
        refused = tablet.post(f"{url}/zh", data={"begin": "1", "code": code})
        assert refused.status_code == 422 and 'role="alert"' in refused.text and "data-q=" not in refused.text
    page = tablet.post(f"{url}/zh", data={"begin": "1", "code": fielded.blank[0]})
    assert (
        page.status_code == 200 and f'action="{url}/zh"' in page.text and f'data-thanks="{url}/zh/thanks"' in page.text
    )
    assert page.text.index("js/kiosk.js") < page.text.index("js/survey.js"), "nothing is kept, from the first script on"
    again = tablet.post(f"{url}/zh", data={"code": fielded.blank[0]})
    assert again.status_code == 422 and "js/kiosk.js" in again.text, "the required question"
    sent = tablet.post(f"{url}/zh", data={"code": fielded.blank[0], **ANSWERS})
    assert sent.status_code == 303 and sent.location.endswith(f"{url}/zh/thanks") and sealed() == 1
    thanks = tablet.get(sent.location)
    assert f'content="15;url={url}/zh"' in thanks.text and "?stay" in thanks.text
    stayed = tablet.get(f"{sent.location}?stay")
    assert "http-equiv" not in stayed.text and "data-seconds" not in stayed.text
    taken = tablet.post(f"{url}/zh", data={"code": fielded.blank[0], "a": "x"})
    assert taken.status_code == 409 and "note-taken" in taken.text
    for answer in (start, page, sent, thanks, taken):
        assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
        assert fielded.blank[0] not in answer.text or answer is page


def test_the_tablet_serves_a_survey_by_link_and_none_that_is_closed(app, cast) -> None:
    survey = fielding.create(cast.investigation, DEFINITION, within=cast.branch, by=cast.secretary, access=Access.LINK)
    fielding.open_(survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    tablet, url = app.test_client(), f"/k/{survey.public_id}/en"
    assert 'name="code"' not in tablet.get(url).text
    page = tablet.post(url, data={"begin": "1"}).text
    right = re.search(r'name="code" value="([A-Z2-7]{26,})"', page)
    assert right and tablet.post(url, data={"code": right[1], **ANSWERS}).status_code == 303 and sealed() == 1
    closing.close(survey, by=cast.secretary)
    assert "note-closed" in tablet.get(url).text and tablet.post(url, data={"begin": "1"}).status_code == 409
    assert (
        tablet.get("/k/nosuchsurvey").status_code == 404 and tablet.get("/k/nosuchsurvey/zh/thanks").status_code == 404
    )
