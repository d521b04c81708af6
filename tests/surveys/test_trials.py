"""Trying an instrument out: as a respondent would, apart from every result, wiped when it is published."""

import pytest

from core.db import db
from core.errors import DomainError
from surveys import designing, library, trials
from surveys.models import Response, SealedResponse, TrialAnswer


@pytest.fixture
def draft(client_for, cast):
    with client_for("secretary").application.test_request_context("/"):
        made = designing.begin(library.found("meeting").definition, within=cast.branch, by=cast.secretary)
        db.session.commit()
        yield made


ANSWER = {
    "q1": "room",
    "q2": "3",
    **{f"q3.{row}": "4" for row in ("aim", "use", "time", "say", "next")},
    "q5": "5",
    "q4": "不在路径上",
}


def test_a_trial_is_kept_apart_and_wiped_at_publishing(client_for, draft, cast) -> None:
    client = client_for("secretary")
    answer = client.post(f"/app/instruments/{draft.id}/try/zh", data=ANSWER)
    assert answer.status_code == 303 and answer.location.endswith("/thanks")
    kept = trials.listed(draft)
    assert len(kept) == 1 and kept[0]["q1"] == "room" and "q4" not in kept[0], "off the path: dropped"
    assert db.session.query(Response).count() == 0 == db.session.query(SealedResponse).count()
    page = client.get(f"/app/instruments/{draft.id}/trials").text
    assert "现场" in page
    designing.publish(draft, within=cast.branch, by=cast.secretary)
    assert trials.count(draft) == 0 == db.session.query(TrialAnswer).count()


def test_what_is_missing_is_asked_for(client_for, draft) -> None:
    answer = client_for("secretary").post(f"/app/instruments/{draft.id}/try/zh", data={"q1": "room"})
    assert answer.status_code == 422 and trials.count(draft) == 0


def test_there_is_an_end_to_trying(draft, monkeypatch) -> None:
    monkeypatch.setattr(trials, "MOST", 2)
    trials.keep(draft, {"q1": "room"})
    trials.keep(draft, {"q1": "online"})
    with pytest.raises(DomainError):
        trials.keep(draft, {"q1": "part"})
    trials.wipe(draft)
    assert trials.listed(draft) == []


def test_the_preview_may_stand_in_our_own_frame_only(client_for, draft) -> None:
    client = client_for("secretary")
    preview, designer = (
        client.get(f"/app/instruments/{draft.id}/preview/zh"),
        client.get(f"/app/instruments/{draft.id}"),
    )
    assert "frame-ancestors 'self'" in preview.headers["Content-Security-Policy"]
    assert preview.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in designer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in designer.headers["Content-Security-Policy"]
    assert designer.headers["X-Frame-Options"] == "DENY"
