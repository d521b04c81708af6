"""Talks written on a phone: the page for walk-rounds, the sheet without a connection, and what serves both."""

from typing import Any

from flask import current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from core.terms import TalkMode
from forms.interviews import TalkForm
from forms.walking import WalkForm
from interviews import drafts, rounds, sheet
from interviews.people import People, called
from interviews.views.blueprint import bp, investigations, suggestions
from interviews.views.devices import asked_by_script, likely, refused, sent_by, typed
from investigations import queries as investigation_queries


@bp.get("/worker.js")
@requires(Permission.USE_DESK)
def worker() -> ResponseReturnValue:
    """Hand out the script that opens the sheets without a connection; only from here may it stand for /app/."""
    answer = make_response(current_app.send_static_file("js/worker.js"))
    answer.headers["Service-Worker-Allowed"] = "/app/"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.route("/talks/walk", methods=["GET", "POST"])
@requires(Permission.RECORD_TALKS)
def walk() -> ResponseReturnValue:
    """Write down one short talk after the other; a device may send the same one again."""
    people = People(g.organisation)
    form = WalkForm(data=_usual(people) if request.method == "GET" else None)
    form.offer(investigations=investigations())
    form.walk_round()
    if request.method == "GET":
        return _shell("interviews/walk.html", form=form, **suggestions(people))
    if form.sent():
        try:
            record = sheet.record(form, people)
            taken = rounds.take(
                record, form.device_key.data, within=g.organisation, by=g.account, edited=bool(form.edited.data)
            )
        except DomainError as error:
            if asked_by_script():
                return {"message": str(error)}, error.status
            form.blame(error)
        else:
            return _taken(taken, record.notes)
    return (
        refused(form) if asked_by_script() else (_page("interviews/walk.html", form=form, **suggestions(people)), 422)
    )


@bp.get("/talks/offline")
@requires(Permission.RECORD_TALKS)
def offline() -> ResponseReturnValue:
    """Open an empty sheet that a device can fill without a connection: no talk, no notes in it."""
    people = People(g.organisation)
    form = TalkForm(formdata=None, data=_usual(people))
    form.offer(investigations=investigations())
    return _shell(
        "interviews/record.html",
        talk=None,
        form=form,
        held=None,
        draft=None,
        marks=[],
        before=[],
        planned=rounds.ahead(g.account, within=g.organisation),
        **suggestions(people),
    )


def _usual(people: People) -> dict[str, Any]:
    own, current = people.get(g.account.member_id), investigation_queries.current(within=g.organisation)
    return {
        "interviewer": called(own) if own else "",
        "held_on": clock.today(),
        "investigation": str(current.id) if current else "",
        "mode": TalkMode.WALK_ROUND.value,
        "device_key": rounds.new_key(),
    }


def _taken(taken: rounds.Taken, notes: str) -> ResponseReturnValue:
    if not taken.stands:
        content = {**typed(), "based_on": ["0"]}
        drafts.keep(taken.talk, content, based_on=0, by=g.account, device=sent_by())
        address = url_for("interviews.conflict", talk_id=taken.talk.id)
        return ({"look": address}, 202) if asked_by_script() else redirect(address, 303)
    if asked_by_script():
        return {"saved": url_for("interviews.show", talk_id=taken.talk.id), "like": likely(notes, taken.talk)}
    flash(_("The talk with %(name)s is saved.", name=taken.talk.member.name))
    return redirect(url_for("interviews.walk"), 303)


def _page(template: str, **shown: Any) -> str:
    return render_template(template, **shown)


def _shell(template: str, **shown: Any) -> ResponseReturnValue:
    """Draw a page a device may keep for its account, and say whose it is."""
    answer = make_response(_page(template, **shown))
    answer.headers["X-Account"] = str(g.account.id)
    return answer
