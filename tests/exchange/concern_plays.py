"""What the plays about files of concerns begin with."""

from secrets import token_hex
from types import SimpleNamespace

from flask import current_app
from flask.testing import FlaskClient

from concerns.models import Concern, Excerpt
from core.db import db
from core.i18n import speaking
from core.terms import ExcerptKind, SourceKind, Visibility
from exchange import concerns
from exchange.concerns.base import Book
from interviews.models import Talk
from members.models import Account
from tests.exchange.talk_plays import told


def concern(cast: SimpleNamespace, label: str, *texts: str, **fields: object) -> Concern:
    """Write a concern with passages of answers, each of a voice of its own."""
    row = Concern(
        organisation_id=cast.branch.id, investigation_id=cast.investigation.id, label=label, terms=[], **fields
    )
    db.session.add(row)
    db.session.flush()
    for text in texts:
        passage(cast, text, row)
    db.session.commit()
    return row


def passage(cast: SimpleNamespace, text: str, row: Concern | None, **fields: object) -> Excerpt:
    """Write a passage of an answer, or of a talk when `source_id` and `source` say so."""
    given = {"source": SourceKind.SURVEY, "source_id": 1, "item": "q1", "voice": token_hex(8), **fields}
    made = Excerpt(
        organisation_id=cast.branch.id,
        investigation_id=cast.investigation.id,
        start=0,
        end=len(text),
        text=text,
        concern_id=row.id if row else None,
        **given,
    )
    db.session.add(made)
    db.session.commit()
    return made


def spoken(cast: SimpleNamespace, text: str, row: Concern | None, level: Visibility = Visibility.COMMITTEE) -> Talk:
    """Write a talk, and a passage of it."""
    talk = told(cast, visibility=level, promises=())
    passage(cast, text, row, source=SourceKind.TALK, source_id=talk.id, item="", voice=f"v{talk.id}")
    return talk


def scene(cast: SimpleNamespace) -> SimpleNamespace:
    """Write three concerns under two themes, their passages, one passage alone, and what must stay inside."""
    cast.canteen = concern(
        cast, "食堂", "食堂太咸", "食堂排队久", "党员丙说食堂贵，电话13800138000", theme="后勤",
        summary="菜的事", includes="饭菜、价格", excludes="不含排班",
    )  # fmt: skip
    cast.parking = concern(cast, "停车", "停车位不够", "停车场太暗", theme="后勤")
    cast.rota = concern(cast, "排班", "排班一个月改三版")
    passage(cast, "没有归到哪一类的话", None, kind=ExcerptKind.SUGGESTION)
    concern(cast, "藏起的", "藏起来的诉求的话", hidden=True)
    passage(cast, "不计入的话", cast.canteen, hidden=True)
    passage(cast, "三号楼的某人修过食堂的灯", cast.canteen, redactions=[[0, 6]])
    spoken(cast, "谈话里说停车难", cast.parking)
    spoken(cast, "只给书记看的停车的话", cast.parking, Visibility.SECRETARY)
    return cast


def file_of(cast: SimpleNamespace, key: str, by: Account | None = None) -> bytes:
    """Return the concerns as a file, in Chinese."""
    with speaking("zh"):
        content = concerns.exported(
            concerns.named(key), cast.investigation, within=cast.branch, by=by or cast.secretary
        )
    db.session.commit()
    return content


def book_of(content: bytes, name: str) -> Book:
    """Return what a file holds."""
    with speaking("zh"):
        return concerns.read(content, name)


def signed_in(account: Account) -> FlaskClient:
    """Return a browser of an account."""
    client = current_app.test_client()
    with client.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = account.get_id(), True
    return client
