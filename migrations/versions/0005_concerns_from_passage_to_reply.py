"""concerns from passage to reply"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# A table SQLite builds anew must again never give a number twice.
NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("investigation_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["investigation_id"],
            ["investigation.id"],
            name=op.f("fk_activity_investigation_id_investigation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_activity_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activity_investigation_id"), ["investigation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activity_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "board",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("access", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_board_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_board")),
        sa.UniqueConstraint("token", name=op.f("uq_board_token")),
    )
    op.create_table(
        "concern_thread",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_concern_thread_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_thread")),
    )
    with op.batch_alter_table("concern_thread", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_concern_thread_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "vocabulary",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("stop", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_vocabulary_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_vocabulary")),
    )
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("did", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("drafted_by", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("returned", sa.String(length=500), nullable=False),
        sa.Column("drafted_on", sa.Date(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_reply_approved_by_account")),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concern.id"], name=op.f("fk_reply_concern_id_concern"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["drafted_by"], ["account.id"], name=op.f("fk_reply_drafted_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_reply_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
    )
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reply_concern_id"), ["concern_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reply_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "reply_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instrument.id"],
            name=op.f("fk_reply_question_instrument_id_instrument"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["reply.id"], name=op.f("fk_reply_question_reply_id_reply"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_question")),
        sa.UniqueConstraint("instrument_id", "item", name=op.f("uq_reply_question_instrument_id")),
    )
    with op.batch_alter_table("reply_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reply_question_reply_id"), ["reply_id"], unique=False)

    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("problem", sa.String(length=500), server_default="", nullable=False))
        batch_op.add_column(sa.Column("unit", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("checker", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("due_working_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("evidence", sa.String(length=500), server_default="", nullable=False))
        batch_op.add_column(sa.Column("reason", sa.String(length=500), server_default="", nullable=False))
        batch_op.add_column(sa.Column("review_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("note", sa.String(length=500), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_action_owner_id"), ["owner_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_action_organisation_id"), ["organisation_id", "number"])
        batch_op.create_foreign_key(
            batch_op.f("fk_action_owner_id_member"), "member", ["owner_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("concern", schema=None, table_kwargs=NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("theme", sa.String(length=60), server_default="", nullable=False))
        batch_op.add_column(sa.Column("category", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("includes", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("excludes", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("reply_class", sa.String(length=40), server_default="ordinary", nullable=False))
        batch_op.add_column(sa.Column("raised_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("thread_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("thread_fixed", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(batch_op.f("ix_concern_thread_id"), ["thread_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_concern_thread_id_concern_thread"),
            "concern_thread",
            ["thread_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("excerpt", schema=None, table_kwargs=NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=40), server_default="concern", nullable=False))
        batch_op.add_column(sa.Column("focus", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("redactions", sa.JSON(), server_default="[]", nullable=False))
        batch_op.drop_index("ix_excerpt_investigation_source")
        batch_op.create_index("ix_excerpt_source", ["source", "source_id", "investigation_id"])
        batch_op.create_index(
            "ix_excerpt_counted",
            [
                "investigation_id",
                "organisation_id",
                "source",
                "hidden",
                "concern_id",
                "voice",
                "source_id",
                "kind",
            ],
        )
        batch_op.create_index(
            "ix_excerpt_quoted",
            ["investigation_id", "organisation_id", "concern_id", "quoted"],
            sqlite_where=sa.text("quoted IS NOT NULL"),
            postgresql_where=sa.text("quoted IS NOT NULL"),
        )

    # One field held both the evidence and the reason; the date of the next look was the date it was due.
    op.execute("UPDATE action SET evidence = outcome, outcome = '' WHERE state = 'done'")
    op.execute("UPDATE action SET reason = outcome, outcome = '', review_on = due_on WHERE state = 'cannot'")


def downgrade() -> None:
    op.execute("UPDATE action SET outcome = evidence WHERE state IN ('done', 'closed') AND evidence <> ''")
    op.execute("UPDATE action SET outcome = reason, due_on = coalesce(review_on, due_on) WHERE state = 'cannot'")
    op.execute("UPDATE action SET state = 'done' WHERE state = 'closed'")
    # The version before knows neither this kind of source nor this end of a job.
    op.execute("DELETE FROM excerpt WHERE source = 'meeting'")
    op.execute("UPDATE job SET state = 'failed' WHERE state = 'cancelled'")
    with op.batch_alter_table("excerpt", schema=None, table_kwargs=NUMBERED) as batch_op:
        batch_op.drop_index("ix_excerpt_quoted")
        batch_op.drop_index("ix_excerpt_counted")
        batch_op.drop_index("ix_excerpt_source")
        batch_op.create_index("ix_excerpt_investigation_source", ["investigation_id", "source", "source_id"])
        batch_op.drop_column("redactions")
        batch_op.drop_column("focus")
        batch_op.drop_column("kind")

    with op.batch_alter_table("concern", schema=None, table_kwargs=NUMBERED) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_concern_thread_id_concern_thread"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_concern_thread_id"))
        batch_op.drop_column("thread_fixed")
        batch_op.drop_column("thread_id")
        batch_op.drop_column("raised_on")
        batch_op.drop_column("reply_class")
        batch_op.drop_column("excludes")
        batch_op.drop_column("includes")
        batch_op.drop_column("category")
        batch_op.drop_column("theme")

    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_action_owner_id_member"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_action_organisation_id"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_action_owner_id"))
        batch_op.drop_column("note")
        batch_op.drop_column("closed_on")
        batch_op.drop_column("review_on")
        batch_op.drop_column("reason")
        batch_op.drop_column("evidence")
        batch_op.drop_column("due_working_days")
        batch_op.drop_column("checker")
        batch_op.drop_column("owner_id")
        batch_op.drop_column("unit")
        batch_op.drop_column("problem")
        batch_op.drop_column("number")

    with op.batch_alter_table("reply_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reply_question_reply_id"))

    op.drop_table("reply_question")
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reply_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_reply_concern_id"))

    op.drop_table("reply")
    op.drop_table("vocabulary")
    with op.batch_alter_table("concern_thread", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_concern_thread_organisation_id"))

    op.drop_table("concern_thread")
    op.drop_table("board")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activity_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_activity_investigation_id"))

    op.drop_table("activity")
