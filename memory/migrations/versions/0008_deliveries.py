"""deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channel_setting", sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("subject", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("only_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason_key", sa.Text(), nullable=True),
        sa.Column("reason_facts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'claimed', 'delivered', 'refused', 'unknown', 'dropped')",
            name=op.f("ck_delivery_state"),
        ),
        sa.CheckConstraint("kind in ('answer', 'trouble', 'nudge', 'test')", name=op.f("ck_delivery_kind")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_delivery_brand_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_delivery_member_id")),
        sa.ForeignKeyConstraint(["only_channel_id"], ["channel_setting.id"], name=op.f("fk_delivery_only_channel_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_delivery_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("tenant_id", "occasion", name=op.f("uq_delivery_tenant_id_occasion")),
    )
    op.create_index(
        "ix_delivery_due", "delivery", ["look_at", "id"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index(
        "ix_delivery_trouble",
        "delivery",
        ["brand_id", "made_at"],
        unique=False,
        postgresql_where=sa.text("state in ('refused', 'unknown')"),
    )
    op.create_table(
        "delivery_try",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("claims", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_over", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column(
            "lease_until", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outside_id", sa.Text(), nullable=True),
        sa.Column("reason_key", sa.Text(), nullable=True),
        sa.Column("reason_facts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state in ('claimed', 'delivered', 'refused', 'unknown')", name=op.f("ck_delivery_try_state")
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_delivery_try_brand_id")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel_setting.id"], name=op.f("fk_delivery_try_channel_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_try_delivery_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_delivery_try_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_try")),
        sa.UniqueConstraint("delivery_id", "attempt", name=op.f("uq_delivery_try_delivery_id_attempt")),
    )
    op.create_index("ix_delivery_try_called", "delivery_try", ["channel_id", "called_at"], unique=False)
    op.create_index(
        "ix_delivery_try_unsettled",
        "delivery_try",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("state in ('claimed', 'unknown')"),
    )
    op.create_index(
        "uq_delivery_try_open",
        "delivery_try",
        ["delivery_id"],
        unique=True,
        postgresql_where=sa.text("state in ('claimed', 'delivered', 'unknown')"),
    )


def downgrade() -> None:
    op.drop_table("delivery_try")
    op.drop_table("delivery")
    op.drop_column("channel_setting", "paused_until")
