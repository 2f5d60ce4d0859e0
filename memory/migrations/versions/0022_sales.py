"""Sales: order lines with what belongs to them, posts, daily sums, promo codes, links; a product's outside id."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TABLES = (
    "link_click",
    "tracking_link",
    "promo_code",
    "rollup_day",
    "sales_source",
    "content_day",
    "content_post",
    "commission_line",
    "refund",
    "order_line",
)


def upgrade() -> None:
    op.add_column("product", sa.Column("outside_id", sa.Text(), nullable=True))
    op.create_index(
        "uq_product_outside",
        "product",
        ["brand_id", "outside_id"],
        unique=True,
        postgresql_where=sa.text("outside_id is not null"),
    )
    op.create_table(
        "rollup_day",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("gross_final", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("commission", sa.BigInteger(), nullable=False),
        sa.Column("provisional", sa.BigInteger(), nullable=False),
        sa.Column("commission_untold", sa.BigInteger(), nullable=False),
        sa.Column("fees", sa.BigInteger(), nullable=False),
        sa.Column("fees_unknown", sa.BigInteger(), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_rollup_day_brand_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_rollup_day_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup_day")),
        sa.UniqueConstraint(
            "brand_id",
            "day",
            "creator_id",
            "product_id",
            "campaign_id",
            "content",
            "currency",
            "rule",
            name="uq_rollup",
        ),
    )
    op.create_index(
        op.f("ix_rollup_day_brand_id_creator_id_day"), "rollup_day", ["brand_id", "creator_id", "day"], unique=False
    )
    op.create_table(
        "sales_source",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_sales_source_brand_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sales_source_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_source")),
        sa.UniqueConstraint("brand_id", "source", "kind", name=op.f("uq_sales_source_brand_id_source_kind")),
    )
    op.create_table(
        "content_post",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_content_post_brand_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_content_post_creator_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_content_post_product_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_content_post_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_post")),
        sa.UniqueConstraint("brand_id", "content", name=op.f("uq_content_post_brand_id_content")),
    )
    op.create_index(op.f("ix_content_post_creator_id"), "content_post", ["creator_id"], unique=False)
    op.create_table(
        "content_day",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=True),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=True),
        sa.Column("shares", sa.BigInteger(), nullable=True),
        sa.Column("clicks", sa.BigInteger(), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_content_day_brand_id")),
        sa.ForeignKeyConstraint(
            ["post_id"], ["content_post.id"], name=op.f("fk_content_day_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_content_day_tenant_id")),
        sa.PrimaryKeyConstraint("post_id", "day", name=op.f("pk_content_day")),
    )
    op.create_index(op.f("ix_content_day_brand_id_day"), "content_day", ["brand_id", "day"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=True),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_kind", sa.Text(), nullable=True),
        sa.Column("collaboration", sa.Text(), nullable=True),
        sa.Column("collaboration_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("commission_minor", sa.BigInteger(), nullable=False),
        sa.Column("provisional_minor", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("rule in ('content', 'creator', 'code', 'link')", name=op.f("ck_order_line_rule")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_order_line_brand_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_order_line_campaign_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_order_line_creator_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_order_line_product_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_order_line_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("brand_id", "order_no", "sku", name=op.f("uq_order_line_brand_id_order_no_sku")),
    )
    op.create_index(
        op.f("ix_order_line_brand_id_code"),
        "order_line",
        ["brand_id", "code"],
        unique=False,
        postgresql_where=sa.text("code <> ''"),
    )
    op.create_index(op.f("ix_order_line_brand_id_placed_at"), "order_line", ["brand_id", "placed_at"], unique=False)
    op.create_index(
        op.f("ix_order_line_creator_id_brand_id_placed_at"),
        "order_line",
        ["creator_id", "brand_id", "placed_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_order_line_product_id"),
        "order_line",
        ["product_id"],
        unique=False,
        postgresql_where=sa.text("product_id is not null"),
    )
    op.create_table(
        "promo_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_promo_code_brand_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_promo_code_campaign_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_promo_code_creator_id")),
        sa.ForeignKeyConstraint(["made_by"], ["member.id"], name=op.f("fk_promo_code_made_by")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_promo_code_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promo_code")),
        sa.UniqueConstraint("brand_id", "key", name=op.f("uq_promo_code_brand_id_key")),
    )
    op.create_index(op.f("ix_promo_code_creator_id"), "promo_code", ["creator_id"], unique=False)
    op.create_table(
        "tracking_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_tracking_link_brand_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_tracking_link_campaign_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_tracking_link_creator_id")),
        sa.ForeignKeyConstraint(["made_by"], ["member.id"], name=op.f("fk_tracking_link_made_by")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_tracking_link_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_link")),
        sa.UniqueConstraint("code", name=op.f("uq_tracking_link_code")),
    )
    op.create_index(op.f("ix_tracking_link_creator_id"), "tracking_link", ["creator_id"], unique=False)
    op.create_table(
        "commission_line",
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("settlement", sa.Text(), nullable=False),
        sa.Column("rate_bp", sa.BigInteger(), nullable=True),
        sa.Column("base_minor", sa.BigInteger(), nullable=True),
        sa.Column("estimated_minor", sa.BigInteger(), nullable=True),
        sa.Column("actual_minor", sa.BigInteger(), nullable=True),
        sa.Column("tap_rate_bp", sa.BigInteger(), nullable=True),
        sa.Column("creator_share_bp", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("payee in ('creator', 'partner', 'shop_ads')", name=op.f("ck_commission_line_payee")),
        sa.CheckConstraint(
            "settlement in ('pending', 'provisional', 'settled', 'ineligible')",
            name=op.f("ck_commission_line_settlement"),
        ),
        sa.CheckConstraint("(tap_rate_bp is null) = (creator_share_bp is null)", name=op.f("ck_commission_line_split")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_commission_line_brand_id")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["order_line.id"], name=op.f("fk_commission_line_line_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_commission_line_tenant_id")),
        sa.PrimaryKeyConstraint("line_id", "payee", name=op.f("pk_commission_line")),
    )
    op.create_table(
        "link_click",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_link_click_brand_id")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["tracking_link.id"], name=op.f("fk_link_click_link_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_link_click_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_click")),
    )
    op.create_index(op.f("ix_link_click_link_id_at"), "link_click", ["link_id", "at"], unique=False)
    op.create_table(
        "refund",
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_refund_brand_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_refund_line_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_refund_tenant_id")),
        sa.PrimaryKeyConstraint("line_id", "key", name=op.f("pk_refund")),
    )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.drop_index("uq_product_outside", table_name="product", postgresql_where=sa.text("outside_id is not null"))
    op.drop_column("product", "outside_id")
