"""Every form that can be sent, sent anything: never a crash, and what is refused leaves every table as it was."""

import random

import pytest
from flask import request

from tests import sample
from tests.fuzz import forms


@pytest.fixture(scope="module")
def sender(tmp_path_factory) -> forms.Sender:
    return forms.Sender(sample.copied(tmp_path_factory, "forms", forms.made))


def test_no_form_crashes_or_writes_half(sender) -> None:
    wrong = []
    for number, (endpoint, url) in enumerate(sender.doors):
        wrong += sender.send(endpoint, url, random.Random(number))
    assert len(sender.doors) > 150
    assert wrong == []


def test_a_half_write_would_be_seen(sender) -> None:
    """The guard itself: a page that commits and then refuses is told."""
    from core.db import db
    from members.models import Group

    app = sender._world.app

    def half() -> tuple[str, int]:
        db.session.add(Group(organisation_id=1, name=f"half {request.path}"))
        db.session.commit()
        return "no", 422

    kept, app.view_functions["members.change_password"] = app.view_functions["members.change_password"], half
    try:
        url = next(url for endpoint, url in sender.doors if endpoint == "members.change_password")
        told = list(sender.send("members.change_password", url, random.Random(1)))
    finally:
        app.view_functions["members.change_password"] = kept
    assert told and "member_group" in told[0]
