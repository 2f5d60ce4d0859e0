"""cards after messages over a shop, products of the open plan, which way a proposal goes, shops taken back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

WAS = "kind in ('answer', 'trouble', 'nudge', 'test', 'decided', 'campaign', 'digest', 'picture', 'reply')"
IS = "kind in ('answer', 'trouble', 'nudge', 'test', 'decided', 'campaign', 'shop', 'digest', 'picture', 'reply')"
CARDS = ("product_cards", "collaboration_cards", "sample_cards")


def upgrade() -> None:
    op.drop_constraint(op.f("ck_delivery_kind"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_kind"), "delivery", IS)
    op.add_column(
        "draft_version",
        sa.Column("cards", JSONB(none_as_null=True), server_default=sa.text("'[]'::jsonb"), nullable=False),
    )
    for name in CARDS:
        op.add_column("brand_policy", sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("shop_link", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shop_proposal", sa.Column("way", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_shop_proposal_way"), "shop_proposal", "way in ('leave', 'move')")
    op.create_table(
        "card_send",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("text_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outside_id", sa.Text(), nullable=True),
        sa.Column("reason_key", sa.Text(), nullable=True),
        sa.Column("reason_facts", JSONB(none_as_null=True), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'sending', 'sent', 'unknown', 'dropped')", name=op.f("ck_card_send_state")
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_card_send_brand_id")),
        sa.ForeignKeyConstraint(["step_id"], ["outreach_step.id"], name=op.f("fk_card_send_step_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_card_send_tenant_id")),
        sa.ForeignKeyConstraint(["version_id"], ["draft_version.id"], name=op.f("fk_card_send_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_send")),
        sa.UniqueConstraint("step_id", "position", name=op.f("uq_card_send_step_id_position")),
    )
    op.create_index(
        "ix_card_send_due", "card_send", ["look_at"],
        postgresql_where=sa.text("state in ('waiting', 'sending', 'unknown')"),
    )  # fmt: skip
    op.create_table(
        "open_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("ending", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_open_plan_brand_id")),
        sa.ForeignKeyConstraint(["link_id"], ["shop_link.id"], name=op.f("fk_open_plan_link_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_open_plan_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_plan")),
        sa.UniqueConstraint("link_id", "shop", "product", name=op.f("uq_open_plan_link_id_shop_product")),
    )
    op.create_index(op.f("ix_open_plan_brand_id"), "open_plan", ["brand_id"])


def downgrade() -> None:
    op.drop_table("open_plan")
    op.drop_table("card_send")
    op.drop_constraint(op.f("ck_shop_proposal_way"), "shop_proposal", type_="check")
    op.drop_column("shop_proposal", "way")
    op.drop_column("shop_link", "revoked_at")
    for name in reversed(CARDS):
        op.drop_column("brand_policy", name)
    op.drop_column("draft_version", "cards")
    op.execute("delete from delivery_try where delivery_id in (select id from delivery where kind = 'shop')")
    op.execute("delete from delivery where kind = 'shop'")
    op.drop_constraint(op.f("ck_delivery_kind"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_kind"), "delivery", WAS)
