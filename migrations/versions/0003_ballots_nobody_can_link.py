"""ballots nobody can link"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# A table SQLite builds anew must again have no row numbers.
PLAIN = {"sqlite_with_rowid": False}


def upgrade() -> None:
    op.create_table(
        "leaf",
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_leaf_survey_id_survey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("leaf", name=op.f("pk_leaf")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("leaf", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leaf_survey_id"), ["survey_id"], unique=False)

    op.create_table(
        "slip_record",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("destroyed", sa.Integer(), nullable=False),
        sa.Column("destroyed_on", sa.Date(), nullable=False),
        sa.Column("witnesses", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_slip_record_survey_id_survey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_slip_record")),
    )
    with op.batch_alter_table("invitation", schema=None, table_kwargs=PLAIN) as batch_op:
        batch_op.add_column(sa.Column("collected", sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column("drew_slip", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("response", schema=None, table_kwargs=PLAIN) as batch_op:
        batch_op.add_column(sa.Column("part", sa.String(length=80), server_default="", nullable=False))
        batch_op.alter_column("channel", existing_type=sa.VARCHAR(length=40), nullable=True)

    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.add_column(sa.Column("manifest", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("split", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("rounds", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("round", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("scrutineer", sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column("tally", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("board", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("board_signature", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.drop_column("board_signature")
        batch_op.drop_column("board")
        batch_op.drop_column("tally")
        batch_op.drop_column("scrutineer")
        batch_op.drop_column("round")
        batch_op.drop_column("rounds")
        batch_op.drop_column("split")
        batch_op.drop_column("manifest")

    op.execute("UPDATE response SET channel = 'imported' WHERE channel IS NULL")
    with op.batch_alter_table("response", schema=None, table_kwargs=PLAIN) as batch_op:
        batch_op.alter_column("channel", existing_type=sa.VARCHAR(length=40), nullable=False)
        batch_op.drop_column("part")

    with op.batch_alter_table("invitation", schema=None, table_kwargs=PLAIN) as batch_op:
        batch_op.drop_column("drew_slip")
        batch_op.drop_column("collected")

    op.drop_table("slip_record")
    with op.batch_alter_table("leaf", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leaf_survey_id"))

    op.drop_table("leaf")
