"""the audit trail is a chain, and the worker gives signs of life"""

import hashlib
import json
from datetime import UTC, datetime
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

START = "0" * 64
CHUNK = 5000
SEALED = ("id", "organisation_id", "account_id", "action", "thing", "thing_id")


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("organisation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_audit_head_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "worker",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker")),
    )
    # Plain columns can be added without building the table anew, which on SQLite would take a long trail's time.
    op.add_column("audit_entry", sa.Column("seq", sa.Integer(), nullable=True))
    op.add_column("audit_entry", sa.Column("previous", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("audit_entry", sa.Column("digest", sa.String(length=64), nullable=False, server_default=""))
    _chain(op.get_bind())
    op.drop_index("ix_audit_entry_organisation_id", "audit_entry")  # the three below begin with it
    op.create_index("ix_audit_entry_seq", "audit_entry", ["organisation_id", "seq"])
    op.create_index("ix_audit_entry_at", "audit_entry", ["organisation_id", "at"])
    op.create_index("ix_audit_entry_account", "audit_entry", ["organisation_id", "account_id", "seq"])


def downgrade() -> None:
    for name in ("account", "at", "seq"):
        op.drop_index(f"ix_audit_entry_{name}", "audit_entry")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_organisation_id", ["organisation_id"], unique=False)
        for name in ("digest", "previous", "seq"):
            batch_op.drop_column(name)
    op.drop_table("worker")
    op.drop_table("audit_head")


def _chain(connection: sa.Connection) -> None:
    """Put the lines there are into the chain, in the order they were written, a few thousand at a time."""
    entry = sa.table("audit_entry", *map(sa.column, SEALED), sa.column("at", sa.DateTime(timezone=True)))
    ends: dict[int, tuple[int, str]] = {}
    last = 0
    change = sa.text("UPDATE audit_entry SET seq = :seq, previous = :previous, digest = :digest WHERE id = :id")
    while rows := connection.execute(
        sa.select(*entry.c).where(entry.c.id > last).order_by(entry.c.id).limit(CHUNK)
    ).all():
        last = rows[-1].id
        chained = []
        for organisation_id, lines in groupby(sorted(rows, key=lambda row: row.organisation_id), _organisation):
            seq, digest = ends.get(organisation_id, (0, START))
            for row in lines:
                seq, previous = seq + 1, digest
                digest = _seal(row, seq, previous)
                chained.append({"seq": seq, "previous": previous, "digest": digest, "id": row.id})
            ends[organisation_id] = (seq, digest)
        connection.execute(change, chained)
    head = sa.table("audit_head", *map(sa.column, ("organisation_id", "seq", "digest")))
    if ends:
        connection.execute(
            sa.insert(head),
            [{"organisation_id": key, "seq": seq, "digest": digest} for key, (seq, digest) in ends.items()],
        )


def _organisation(row: sa.Row) -> int:
    return row.organisation_id


def _seal(row: sa.Row, seq: int, previous: str) -> str:
    """Seal a line as `core.audit` did when this migration was written."""
    at: datetime = row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC)
    texts = [str(seq), previous, *("" if value is None else str(value) for value in row[: len(SEALED)])]
    texts.append(at.astimezone(UTC).isoformat(timespec="microseconds"))
    return hashlib.sha256(json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
