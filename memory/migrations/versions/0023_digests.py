"""digests: subscriptions, the days dealt with, and their deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

WAS = "kind in ('answer', 'trouble', 'nudge', 'test', 'decided', 'campaign', 'reply')"
IS = "kind in ('answer', 'trouble', 'nudge', 'test', 'decided', 'campaign', 'digest', 'reply')"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_delivery_kind"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_kind"), "delivery", IS)
    op.create_table(
        "digest_subscription",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("days", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("place", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("next_day", sa.Date(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=True),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("lang in ('zh', 'en')", name=op.f("ck_digest_subscription_lang")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_digest_subscription_conversation_id")
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_digest_subscription_brand_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_digest_subscription_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_subscription")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_digest_subscription_conversation_id")),
    )
    op.create_index(
        "ix_digest_subscription_due",
        "digest_subscription",
        ["next_at", "id"],
        postgresql_where=sa.text("active"),
    )
    op.create_table(
        "digest_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=True),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digest_subscription.id"], name=op.f("fk_digest_run_digest_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_digest_run_brand_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_digest_run_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_run")),
        sa.UniqueConstraint("digest_id", "day", name=op.f("uq_digest_run_digest_id_day")),
    )


def downgrade() -> None:
    op.drop_table("digest_run")
    op.drop_table("digest_subscription")
    op.execute("delete from delivery_try where delivery_id in (select id from delivery where kind = 'digest')")
    op.execute("delete from delivery where kind = 'digest'")
    op.drop_constraint(op.f("ck_delivery_kind"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_kind"), "delivery", WAS)
