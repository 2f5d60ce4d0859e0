"""samples."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sample",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.Text(), nullable=True),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.Column("content_link", sa.Text(), nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "status in ('asked', 'agreed', 'approved', 'shipped', 'delivered', 'posted', 'excused', 'lost')",
            name=op.f("ck_sample_status"),
        ),
        sa.CheckConstraint("(cost_minor is null) = (cost_currency is null)", name=op.f("ck_sample_cost_currency")),
        sa.CheckConstraint("(delivered_at is null) = (due_at is null)", name=op.f("ck_sample_due")),
        sa.CheckConstraint("(approved_at is null) = (approved_by is null)", name=op.f("ck_sample_approved")),
        sa.CheckConstraint("status in ('asked', 'agreed') or approved_at is not null", name=op.f("ck_sample_signed")),
        sa.ForeignKeyConstraint(["approved_by"], ["member.id"], name=op.f("fk_sample_approved_by")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_sample_brand_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_sample_creator_id")),
        sa.ForeignKeyConstraint(["made_by"], ["member.id"], name=op.f("fk_sample_made_by")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_sample_product_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sample_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample")),
    )
    op.create_index("ix_sample_creator", "sample", ["tenant_id", "creator_id"], unique=False)
    op.create_index("ix_sample_status", "sample", ["tenant_id", "brand_id", "status"], unique=False)
    op.create_index(
        "ix_sample_due",
        "sample",
        ["tenant_id", "brand_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("status = 'delivered'"),
    )


def downgrade() -> None:
    op.drop_table("sample")
