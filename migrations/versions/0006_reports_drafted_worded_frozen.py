"""reports drafted, worded, frozen"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("investigation_id", sa.Integer(), nullable=False),
        sa.Column("style", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("head", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["investigation_id"],
            ["investigation.id"],
            name=op.f("fk_report_draft_investigation_id_investigation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_report_draft_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_draft")),
        sa.UniqueConstraint("investigation_id", "style", "language", name=op.f("uq_report_draft_investigation_id")),
    )
    with op.batch_alter_table("report_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_draft_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "report_rendering",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("style", sa.String(length=40), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("variant", sa.String(length=40), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_report_rendering_job_id_job")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_report_rendering_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_rendering")),
        sa.UniqueConstraint("organisation_id", "sha256", name=op.f("uq_report_rendering_organisation_id")),
    )
    op.create_table(
        "report_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("investigation_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("passage", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("generated", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["account.id"], name=op.f("fk_report_wording_changed_by_account")),
        sa.ForeignKeyConstraint(
            ["investigation_id"],
            ["investigation.id"],
            name=op.f("fk_report_wording_investigation_id_investigation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_report_wording_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_wording")),
        sa.UniqueConstraint("investigation_id", "language", "passage", name=op.f("uq_report_wording_investigation_id")),
    )
    with op.batch_alter_table("report_wording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_wording_organisation_id"), ["organisation_id"], unique=False)

    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(length=200), server_default="", nullable=False))

    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("year", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("variant", sa.String(length=40), server_default="pdf/ua-1", nullable=False))
        batch_op.add_column(sa.Column("document_sha256", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(sa.Column("engine", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_reason", sa.String(length=500), server_default="", nullable=False))
        batch_op.create_foreign_key(batch_op.f("fk_edition_withdrawn_by_account"), "account", ["withdrawn_by"], ["id"])
    _number_editions()
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.alter_column("year", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("number", existing_type=sa.Integer(), nullable=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_edition_organisation_id"), ["organisation_id", "year", "number"]
        )

    with op.batch_alter_table("investigation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("grounds", sa.JSON(), server_default="{}", nullable=False))


def _number_editions() -> None:
    """Count the editions there are within their organisation and year, in the order they were issued."""
    bind = op.get_bind()
    editions = sa.table(
        "edition",
        sa.column("id", sa.Integer),
        sa.column("organisation_id", sa.Integer),
        sa.column("year", sa.Integer),
        sa.column("number", sa.Integer),
        sa.column("issued_at", sa.DateTime(timezone=True)),
    )
    counts: dict[tuple[int, int], int] = {}
    rows = bind.execute(
        sa.select(editions.c.id, editions.c.organisation_id, editions.c.issued_at).order_by(editions.c.id)
    )
    for edition, organisation, issued in rows.all():
        year = issued.year
        counts[organisation, year] = counts.get((organisation, year), 0) + 1
        number = counts[organisation, year]
        bind.execute(editions.update().where(editions.c.id == edition).values(year=year, number=number))


def downgrade() -> None:
    with op.batch_alter_table("investigation", schema=None) as batch_op:
        batch_op.drop_column("grounds")

    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_edition_withdrawn_by_account"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_edition_organisation_id"), type_="unique")
        batch_op.drop_column("withdrawn_reason")
        batch_op.drop_column("withdrawn_by")
        batch_op.drop_column("withdrawn_at")
        batch_op.drop_column("engine")
        batch_op.drop_column("document_sha256")
        batch_op.drop_column("variant")
        batch_op.drop_column("number")
        batch_op.drop_column("year")

    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_column("source")

    with op.batch_alter_table("report_wording", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_wording_organisation_id"))

    op.drop_table("report_wording")
    op.drop_table("report_rendering")
    with op.batch_alter_table("report_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_draft_organisation_id"))

    op.drop_table("report_draft")
