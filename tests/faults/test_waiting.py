"""Who takes turns at something holds up those who want the same, and nobody who only refers to it: no two can then
wait for each other. SQLite has one writer at a time and no such question."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from concerns import actions, steps, threads, vocabularies
from core.db import db
from interviews import filing, passages
from investigations.models import Investigation
from members.models import Organisation
from tests.conftest import POSTGRES, build, people
from vault import circles

TURNS = {
    "curating": lambda cast: steps.hold(cast.investigation.id),
    "threads": lambda cast: threads.hold(cast.branch.id),
    "keys of circles": lambda cast: circles._take_turn(cast.branch),
    "numbers of the file": lambda cast: filing._next_number(cast.branch.id, 2026),
    "numbers of the ledger": lambda cast: actions.Registers(cast.branch),
    "passages": lambda cast: passages.take_turn([cast.investigation.id]),
    "vocabulary": lambda cast: vocabularies.change(words="", stop="", seen=0, within=cast.branch, by=cast.secretary),
}


def refer(cast: SimpleNamespace) -> None:
    """Refer to the organisation and the investigation from another connection, as every new row does."""
    with db.engine.connect() as other:
        for table, number in ((Organisation, cast.branch.id), (Investigation, cast.investigation.id)):
            row = sa.select(table.id).where(table.id == number)
            other.execute(row.with_for_update(read=True, key_share=True, nowait=True))


@pytest.mark.postgres
@pytest.mark.skipif(not POSTGRES, reason="XINSHENG_TEST_POSTGRES is not set")
def test_taking_a_turn_holds_up_nobody_who_only_refers(tmp_path) -> None:
    with build(tmp_path / "instance", POSTGRES).app_context() as context:
        cast = people(context.app)
        for turn, take in TURNS.items():
            take(cast)
            try:
                refer(cast)
            except sa.exc.OperationalError:
                pytest.fail(f"{turn}: who only refers would wait")
            # A turn it is all the same: who wants it too has to wait.
            held, number = (
                (Investigation, cast.investigation.id)
                if turn in ("curating", "passages")
                else (Organisation, cast.branch.id)
            )
            row = sa.select(held.id).where(held.id == number).with_for_update(key_share=True, nowait=True)
            with db.engine.connect() as other, pytest.raises(sa.exc.OperationalError):
                other.execute(row)
            db.session.rollback()
        db.session.remove()
        db.engine.dispose()
