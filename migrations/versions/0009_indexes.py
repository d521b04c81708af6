"""indexes for what is filtered, and for what must be looked up when a row it points to goes"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEXED = (
    ("account", "member_id"),
    ("concern", "merged_into_id"),
    ("follow_up", "envelope_id"),
    ("job", "created_at"),
    ("search_place", "key_id"),
    ("survey", "version_id"),
    ("talk", "envelope_id"),
    ("talk_correction", "envelope_id"),
    ("talk_draft", "talk_id"),
    ("talk_reader", "account_id"),
    ("talk_revision", "envelope_id"),
    ("talk_scan", "envelope_id"),
)


def upgrade() -> None:
    for table, column in INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    for table, column in reversed(INDEXED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
