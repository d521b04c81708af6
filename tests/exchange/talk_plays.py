"""What the plays about files of talks begin with."""

from types import SimpleNamespace

from concerns.models import Concern, Excerpt
from core.db import db
from core.terms import SourceKind, Visibility
from exchange import talks
from exchange.talks import Wish
from interviews.models import Talk
from members.models import Account
from tests.interviews import plays

NOTES = "党员丙说😀：排班表一个月改了三版。\n食堂夜班只有凉菜，找书记甲反映过，电话13800138000。"


def told(cast: SimpleNamespace, **changes: object) -> Talk:
    """Write a talk open to the committee, about the cast's investigation."""
    changes = {"notes": NOTES, "investigation_id": cast.investigation.id, **changes}
    level = changes.pop("visibility", Visibility.COMMITTEE)
    return plays.hold(cast, level, **changes)  # type: ignore[arg-type]


def code(cast: SimpleNamespace, label: str, *passages: tuple[Talk, str], **changes: object) -> Concern:
    """Write a concern with passages of talks under it."""
    concern = Concern(
        organisation_id=cast.branch.id, investigation_id=cast.investigation.id, label=label, terms=[], **changes
    )
    db.session.add(concern)
    db.session.flush()
    for at, (talk, text) in enumerate(passages):
        db.session.add(
            Excerpt(
                organisation_id=cast.branch.id,
                investigation_id=cast.investigation.id,
                source=SourceKind.TALK,
                source_id=talk.id,
                voice=f"v{talk.id}",
                start=at,
                end=at + len(text),
                text=text,
                concern_id=concern.id,
            )
        )
    db.session.commit()
    return concern


def file_of(cast: SimpleNamespace, key: str, by: Account | None = None, *, names: bool = True) -> bytes:
    """Return a file of every talk, made by the secretary unless said otherwise."""
    content = talks.exported(
        talks.named(key), Wish(), with_names=names, within=cast.branch, by=by or cast.secretary, language="zh"
    )
    db.session.commit()
    return content
