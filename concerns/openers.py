"""Answered concerns as opening topics of the next talk."""

from datetime import date

from concerns import board
from interviews import openers
from interviews.openers import Topic
from members.models import Organisation

MOST = 3  # a talk opens with a few things, not with a list


def topics(within: Organisation, since: date | None) -> list[Topic]:
    """Return the replies let out since a day (None: ever), newest first; who raised them is never looked at."""
    fresh = [line for line in board.lines(within) if since is None or line.changed_on >= since]
    return [Topic(line.said, line.did, line.changed_on) for line in fresh[:MOST]]


def listen() -> None:
    """Let talks open with what was answered."""
    openers.tell_of_topics(topics)
