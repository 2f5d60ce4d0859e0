"""campaigns, and which batches are rounds of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("commission_bp", sa.BigInteger(), nullable=True),
        sa.Column("free_sample", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("promotion_on", sa.Date(), nullable=True),
        sa.Column("steps", JSONB(none_as_null=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.BigInteger(), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "scenario in ('launch', 'daily', 'promotion', 'clearance', 'community')",
            name=op.f("ck_campaign_scenario"),
        ),
        sa.CheckConstraint("ends_on is null or ends_on >= starts_on", name=op.f("ck_campaign_window")),
        sa.CheckConstraint("(cancelled_at is null) = (cancelled_by is null)", name=op.f("ck_campaign_cancelled")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_campaign_brand_id")),
        sa.ForeignKeyConstraint(["cancelled_by"], ["member.id"], name=op.f("fk_campaign_cancelled_by")),
        sa.ForeignKeyConstraint(["made_by"], ["member.id"], name=op.f("fk_campaign_made_by")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_campaign_product_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_campaign_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_index(
        "uq_campaign_key",
        "campaign",
        ["brand_id", "key"],
        unique=True,
        postgresql_where=sa.text("cancelled_at is null"),
    )
    op.create_index("ix_campaign_brand_id_made_at", "campaign", ["brand_id", "made_at"])
    op.add_column("batch", sa.Column("campaign_id", sa.BigInteger(), nullable=True))
    op.add_column("batch", sa.Column("campaign_round", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_batch_campaign_id"), "batch", "campaign", ["campaign_id"], ["id"])
    op.create_check_constraint(op.f("ck_batch_campaign"), "batch", "(campaign_id is null) = (campaign_round is null)")
    op.create_index("ix_batch_campaign_id_campaign_round", "batch", ["campaign_id", "campaign_round"])


def downgrade() -> None:
    op.drop_column("batch", "campaign_round")
    op.drop_column("batch", "campaign_id")
    op.drop_table("campaign")
