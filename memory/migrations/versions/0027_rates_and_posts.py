"""rates agreed with creators, what a line's commission is by them, and orders among the counters of posts."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("content_day", sa.Column("orders", sa.BigInteger(), nullable=True))
    op.add_column("order_line", sa.Column("agreed_minor", sa.BigInteger(), nullable=True))
    for name in ("agreed", "agreed_lines"):
        op.add_column("rollup_day", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
        op.alter_column("rollup_day", name, server_default=None)
    op.create_table(
        "agreed_rate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=True),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("collaboration", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("rate_bp between 1 and 10000", name=op.f("ck_agreed_rate_rate")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_agreed_rate_brand_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_agreed_rate_creator_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_agreed_rate_product_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_agreed_rate_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreed_rate")),
        sa.UniqueConstraint(
            "brand_id", "creator_id", "product_id", "since", name="uq_agreed_rate", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index(
        op.f("ix_agreed_rate_creator_id"),
        "agreed_rate",
        ["creator_id"],
        unique=False,
        postgresql_where=sa.text("creator_id is not null"),
    )


def downgrade() -> None:
    op.drop_table("agreed_rate")
    for name in ("agreed_lines", "agreed"):
        op.drop_column("rollup_day", name)
    op.drop_column("order_line", "agreed_minor")
    op.drop_column("content_day", "orders")
