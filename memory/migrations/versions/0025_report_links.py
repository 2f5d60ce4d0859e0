"""report links: what each shows, until when, and how often it was opened."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("first", sa.Date(), nullable=True),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("parts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.BigInteger(), nullable=True),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("days between 1 and 90", name=op.f("ck_report_link_days")),
        sa.CheckConstraint(
            '("period" is null) = ("first" is not null and "last" is not null)', name=op.f("ck_report_link_period")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["member.id"], name=op.f("fk_report_link_made_by")),
        sa.ForeignKeyConstraint(["revoked_by"], ["member.id"], name=op.f("fk_report_link_revoked_by")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_report_link_brand_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_report_link_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_link")),
        sa.UniqueConstraint("key", name=op.f("uq_report_link_key")),
    )
    op.create_index(op.f("ix_report_link_brand_id_id"), "report_link", ["brand_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("report_link")
