"""The calendar feed: its address, made, renewed and stopped by its holder, and what a calendar program fetches."""

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from core.access import Permission, public, requires
from core.i18n import _
from interviews import agenda as planner
from interviews import feeds
from interviews.views.blueprint import bp

ADDRESS = "/c/<token>.ics"  # outside /app, so that no session is sent along


@bp.post("/talks/agenda/feed")
@requires(Permission.RECORD_TALKS)
def feed_make() -> ResponseReturnValue:
    """Make a secret address, or a new one in its place, and show it, once."""
    # Shown in the answer itself and nowhere else: a session or an address would keep it.
    token = feeds.make(g.account)
    return render_template(
        "interviews/agenda_feed.html", address=url_for("interviews.feed", token=token, _external=True)
    )


@bp.post("/talks/agenda/feed/stop")
@requires(Permission.RECORD_TALKS)
def feed_stop() -> ResponseReturnValue:
    """End the address."""
    feeds.stop(g.account)
    flash(_("The address has ended; calendar programs find nothing there any more."))
    return redirect(url_for("interviews.agenda"))


@bp.get("/talks/agenda/month.ics")
@requires(Permission.RECORD_TALKS)
def agenda_file() -> ResponseReturnValue:
    """Hand out one month of the talks the reader is to hold."""
    first = planner.first_of(request.args.get("month"))
    answer = _calendar(feeds.month(g.account, first, desk=_desk()))
    answer.headers["Content-Disposition"] = f'attachment; filename="talks-{first:%Y-%m}.ics"'
    return answer


@public
def feed(token: str) -> ResponseReturnValue:
    """Answer a calendar program that knows a secret address."""
    account = feeds.holder(token)
    answer = _calendar(feeds.icalendar(account, desk=_desk()))
    answer.set_etag(feeds.tag(answer.get_data()))
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer.make_conditional(request)


def _calendar(content: bytes) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    return answer


def _desk() -> str:
    """Return what the address of a talk begins with."""
    return url_for("interviews.show", talk_id=0, _external=True).removesuffix("0")


def _outside(state: BlueprintSetupState) -> None:
    state.app.add_url_rule(ADDRESS, "interviews.feed", feed)


bp.record(_outside)
