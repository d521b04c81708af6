"""talks sealed to their readers"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_off",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_day_off_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "day", name=op.f("pk_day_off")),
    )
    op.create_table(
        "envelope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_envelope_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelope")),
    )
    with op.batch_alter_table("envelope", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_envelope_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "guide",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("occasion", sa.String(length=80), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_guide_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide")),
    )
    with op.batch_alter_table("guide", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guide_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "talk_rules",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_talk_rules_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_talk_rules")),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guide_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("probes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["guide_id"], ["guide.id"], name=op.f("fk_topic_guide_id_guide"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
    )
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_guide_id"), ["guide_id"], unique=False)

    op.create_table(
        "calendar_feed",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_calendar_feed_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_calendar_feed_token_digest")),
    )
    op.create_table(
        "reader_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String(length=40), nullable=True),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("locked", sa.LargeBinary(), nullable=True),
        sa.Column("recovery", sa.LargeBinary(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reader_key_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_reader_key_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_key")),
    )
    with op.batch_alter_table("reader_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reader_key_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_reader_key_audience", ["organisation_id", "audience"], unique=False)
        batch_op.create_index(batch_op.f("ix_reader_key_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "envelope_key",
        sa.Column("envelope_id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["envelope_id"], ["envelope.id"], name=op.f("fk_envelope_key_envelope_id_envelope"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["key_id"], ["reader_key.id"], name=op.f("fk_envelope_key_key_id_reader_key")),
        sa.PrimaryKeyConstraint("envelope_id", "key_id", name=op.f("pk_envelope_key")),
    )
    with op.batch_alter_table("envelope_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_envelope_key_key_id"), ["key_id"], unique=False)

    op.create_table(
        "key_grant",
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["reader_key.id"], name=op.f("fk_key_grant_holder_id_reader_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["reader_key.id"], name=op.f("fk_key_grant_key_id_reader_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_id", "holder_id", name=op.f("pk_key_grant")),
    )
    with op.batch_alter_table("key_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_key_grant_holder_id"), ["holder_id"], unique=False)

    op.create_table(
        "search_shelf",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"], ["reader_key.id"], name=op.f("fk_search_shelf_key_id_reader_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_shelf")),
    )
    with op.batch_alter_table("search_shelf", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_shelf_key_id"), ["key_id"], unique=False)

    op.create_table(
        "talk_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("envelope_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name=op.f("fk_talk_correction_envelope_id_envelope")),
        sa.ForeignKeyConstraint(
            ["talk_id"], ["talk.id"], name=op.f("fk_talk_correction_talk_id_talk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_correction")),
    )
    with op.batch_alter_table("talk_correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talk_correction_talk_id"), ["talk_id"], unique=False)

    op.create_table(
        "talk_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_talk_event_added_by_account")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_talk_event_member_id_member")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_talk_event_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], name=op.f("fk_talk_event_talk_id_talk"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_event")),
    )
    with op.batch_alter_table("talk_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talk_event_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_talk_event_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_talk_event_talk_id"), ["talk_id"], unique=False)

    op.create_table(
        "talk_passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["talk_id"], ["talk.id"], name=op.f("fk_talk_passage_talk_id_talk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_passage")),
    )
    with op.batch_alter_table("talk_passage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talk_passage_talk_id"), ["talk_id"], unique=False)

    op.create_table(
        "talk_reader",
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_talk_reader_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], name=op.f("fk_talk_reader_talk_id_talk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("talk_id", "account_id", name=op.f("pk_talk_reader")),
    )
    op.create_table(
        "talk_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("envelope_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_talk_scan_added_by_account")),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name=op.f("fk_talk_scan_envelope_id_envelope")),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], name=op.f("fk_talk_scan_talk_id_talk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_scan")),
    )
    with op.batch_alter_table("talk_scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talk_scan_talk_id"), ["talk_id"], unique=False)

    op.create_table(
        "search_place",
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("shelf_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"], ["reader_key.id"], name=op.f("fk_search_place_key_id_reader_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shelf_id"], ["search_shelf.id"], name=op.f("fk_search_place_shelf_id_search_shelf"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["talk_id"], ["talk.id"], name=op.f("fk_search_place_talk_id_talk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("talk_id", "key_id", name=op.f("pk_search_place")),
    )
    with op.batch_alter_table("search_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_place_shelf_id"), ["shelf_id"], unique=False)

    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.add_column(sa.Column("envelope_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("settled_on", sa.Date(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_follow_up_envelope_id_envelope"), "envelope", ["envelope_id"], ["id"]
        )

    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.add_column(sa.Column("envelope_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("sketch", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("device_key", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("guide_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("shown_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("agreed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("filed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("filed_digest", sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column("filed_number", sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_talk_organisation_id"), ["organisation_id", "device_key"])
        batch_op.create_foreign_key(batch_op.f("fk_talk_guide_id_guide"), "guide", ["guide_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_talk_envelope_id_envelope"), "envelope", ["envelope_id"], ["id"])

    op.drop_index("ix_talk_organisation_held", "talk")
    op.create_index(
        "ix_talk_organisation_held",
        "talk",
        [
            "organisation_id",
            "held_on",
            "id",
            "state",
            "visibility",
            "interviewer_id",
            "created_by",
            "revision",
            "member_id",
        ],
    )
    op.create_index("ix_talk_coverage", "talk", ["organisation_id", "state", "held_on", "member_id", "interviewer_id"])
    op.create_index("ix_talk_latest", "talk", ["organisation_id", "state", "member_id", "held_on"])
    op.create_index("ix_audit_entry_thing", "audit_entry", ["organisation_id", "thing", "thing_id"])

    with op.batch_alter_table("talk_draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("sealed", sa.LargeBinary(), nullable=True))
        # Two devices of one person may each hold a text of their own.
        batch_op.drop_constraint("pk_talk_draft", type_="primary")
        batch_op.create_primary_key("pk_talk_draft", ["account_id", "talk_id", "device"])

    with op.batch_alter_table("talk_import", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("talk_revision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("envelope_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_talk_revision_envelope_id_envelope"), "envelope", ["envelope_id"], ["id"]
        )


def downgrade() -> None:
    # The words of sealed records stand nowhere else: going back would lose them.
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM envelope")):
        raise RuntimeError("there are sealed records; export the talks and remove them before going back to 0003")
    op.drop_index("ix_audit_entry_thing", "audit_entry")
    op.drop_index("ix_talk_latest", "talk")
    op.drop_index("ix_talk_coverage", "talk")
    op.drop_index("ix_talk_organisation_held", "talk")
    op.create_index("ix_talk_organisation_held", "talk", ["organisation_id", "held_on"])

    with op.batch_alter_table("talk_revision", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_talk_revision_envelope_id_envelope"), type_="foreignkey")
        batch_op.drop_column("envelope_id")

    with op.batch_alter_table("talk_import", schema=None) as batch_op:
        batch_op.drop_column("sealed")

    op.execute(
        "DELETE FROM talk_draft WHERE EXISTS (SELECT 1 FROM talk_draft AS later WHERE later.account_id = "
        "talk_draft.account_id AND later.talk_id = talk_draft.talk_id AND later.device > talk_draft.device)"
    )
    with op.batch_alter_table("talk_draft", schema=None) as batch_op:
        batch_op.drop_constraint("pk_talk_draft", type_="primary")
        batch_op.create_primary_key("pk_talk_draft", ["account_id", "talk_id"])
        batch_op.drop_column("sealed")
        batch_op.drop_column("device")

    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_talk_envelope_id_envelope"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_talk_guide_id_guide"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_talk_organisation_id"), type_="unique")
        batch_op.drop_column("filed_number")
        batch_op.drop_column("filed_digest")
        batch_op.drop_column("filed_on")
        batch_op.drop_column("agreed_on")
        batch_op.drop_column("shown_on")
        batch_op.drop_column("guide_id")
        batch_op.drop_column("device_key")
        batch_op.drop_column("sketch")
        batch_op.drop_column("envelope_id")

    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_follow_up_envelope_id_envelope"), type_="foreignkey")
        batch_op.drop_column("settled_on")
        batch_op.drop_column("envelope_id")

    with op.batch_alter_table("search_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_place_shelf_id"))

    op.drop_table("search_place")
    with op.batch_alter_table("talk_scan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talk_scan_talk_id"))

    op.drop_table("talk_scan")
    op.drop_table("talk_reader")
    with op.batch_alter_table("talk_passage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talk_passage_talk_id"))

    op.drop_table("talk_passage")
    with op.batch_alter_table("talk_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talk_event_talk_id"))
        batch_op.drop_index(batch_op.f("ix_talk_event_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_talk_event_member_id"))

    op.drop_table("talk_event")
    with op.batch_alter_table("talk_correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talk_correction_talk_id"))

    op.drop_table("talk_correction")
    with op.batch_alter_table("search_shelf", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_shelf_key_id"))

    op.drop_table("search_shelf")
    with op.batch_alter_table("key_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_key_grant_holder_id"))

    op.drop_table("key_grant")
    with op.batch_alter_table("envelope_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_envelope_key_key_id"))

    op.drop_table("envelope_key")
    with op.batch_alter_table("reader_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reader_key_organisation_id"))
        batch_op.drop_index("ix_reader_key_audience")
        batch_op.drop_index(batch_op.f("ix_reader_key_account_id"))

    op.drop_table("reader_key")
    op.drop_table("calendar_feed")
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topic_guide_id"))

    op.drop_table("topic")
    op.drop_table("talk_rules")
    with op.batch_alter_table("guide", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guide_organisation_id"))

    op.drop_table("guide")
    with op.batch_alter_table("envelope", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_envelope_organisation_id"))

    op.drop_table("envelope")
    op.drop_table("day_off")
