"""what a platform tells of shops, and how creators' answers come in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("told_at", "refused_at", "read_at"):
        op.add_column("shop_link", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("shop_link", sa.Column("read_trouble", JSONB(), nullable=True))
    op.add_column("shop_link", sa.Column("sync_bare", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.create_table(
        "shop_event",
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["shop_link.id"], name=op.f("fk_shop_event_link_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_shop_event_tenant_id")),
        sa.PrimaryKeyConstraint("link_id", "name", name=op.f("pk_shop_event")),
    )


def downgrade() -> None:
    op.drop_table("shop_event")
    for name in ("sync_bare", "read_trouble", "read_at", "refused_at", "told_at"):
        op.drop_column("shop_link", name)
