"""shops that brands let us into."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shop_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("shops", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("authorised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sync_state", sa.Text(), server_default="never", nullable=False),
        sa.Column("sync_found", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("sync_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sync_ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sync_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sync_position", sa.Text(), server_default="", nullable=False),
        sa.Column("sync_trouble", JSONB(), nullable=True),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_shop_link_brand_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["member.id"], name=op.f("fk_shop_link_changed_by")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_shop_link_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_link")),
        sa.UniqueConstraint("brand_id", name=op.f("uq_shop_link_brand_id")),
    )
    op.create_table(
        "shop_kept",
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["shop_link.id"], name=op.f("fk_shop_kept_link_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_shop_kept_tenant_id")),
        sa.PrimaryKeyConstraint("link_id", "name", name=op.f("pk_shop_kept")),
    )


def downgrade() -> None:
    op.drop_table("shop_kept")
    op.drop_table("shop_link")
