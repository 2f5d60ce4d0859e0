"""how each list of a shop is read, and its target collaborations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shop_source",
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        sa.Column("trouble", JSONB(none_as_null=True), nullable=True),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["shop_link.id"], name=op.f("fk_shop_source_link_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_shop_source_tenant_id")),
        sa.PrimaryKeyConstraint("link_id", "source", name=op.f("pk_shop_source")),
    )
    op.create_table(
        "collaboration",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gives_sample", sa.Boolean(), nullable=False),
        sa.Column("unreviewed", sa.Boolean(), nullable=False),
        sa.Column("products", JSONB(none_as_null=True), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("status in ('live', 'canceling', 'ended')", name=op.f("ck_collaboration_status")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_collaboration_brand_id")),
        sa.ForeignKeyConstraint(["link_id"], ["shop_link.id"], name=op.f("fk_collaboration_link_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_collaboration_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collaboration")),
        sa.UniqueConstraint("link_id", "shop", "number", name=op.f("uq_collaboration_link_id_shop_number")),
    )
    op.create_index("ix_collaboration_brand", "collaboration", ["tenant_id", "brand_id", "status"])
    op.create_table(
        "collaboration_creator",
        sa.Column("collaboration_id", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("leaving", sa.Boolean(), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_collaboration_creator_brand_id")),
        sa.ForeignKeyConstraint(
            ["collaboration_id"], ["collaboration.id"], name=op.f("fk_collaboration_creator_collaboration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_collaboration_creator_creator_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_collaboration_creator_tenant_id")),
        sa.PrimaryKeyConstraint("collaboration_id", "creator_id", name=op.f("pk_collaboration_creator")),
    )  # fmt: skip
    op.create_index("ix_collaboration_creator_creator", "collaboration_creator", ["creator_id"])


def downgrade() -> None:
    op.drop_table("collaboration_creator")
    op.drop_table("collaboration")
    op.drop_table("shop_source")
