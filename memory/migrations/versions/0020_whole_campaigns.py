"""Sequences that are decided as a whole, and whom a campaign made on a page is still to be written for,
and a brand's own usual figures of campaigns.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


WAS = "kind in ('answer', 'trouble', 'nudge', 'test', 'decided', 'reply')"
IS = "kind in ('answer', 'trouble', 'nudge', 'test', 'decided', 'campaign', 'reply')"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_delivery_kind"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_kind"), "delivery", IS)
    op.add_column(
        "brand_policy", sa.Column("whole_sequences", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_table(
        "campaign_creator",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason_key", sa.Text(), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state in ('waiting', 'written', 'left_out')", name=op.f("ck_campaign_creator_state")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_campaign_creator_brand_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_creator_campaign_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_campaign_creator_creator_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_campaign_creator_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_creator")),
        sa.UniqueConstraint("campaign_id", "creator_id", name=op.f("uq_campaign_creator_campaign_id_creator_id")),
    )
    op.create_index(
        "ix_campaign_creator_campaign_id_state_place", "campaign_creator", ["campaign_id", "state", "place"]
    )
    op.create_index("ix_campaign_creator_creator_id", "campaign_creator", ["creator_id"])
    op.create_table(
        "campaign_preset",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("creators_from", sa.BigInteger(), nullable=False),
        sa.Column("creators_to", sa.BigInteger(), nullable=False),
        sa.Column("samples_from", sa.BigInteger(), nullable=False),
        sa.Column("samples_to", sa.BigInteger(), nullable=False),
        sa.Column("samples_per", sa.Text(), nullable=False),
        sa.Column("commission_from_bp", sa.BigInteger(), nullable=False),
        sa.Column("commission_to_bp", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("first_purpose", sa.Text(), nullable=False),
        sa.Column("later_purpose", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "scenario in ('launch', 'daily', 'promotion', 'clearance', 'community')",
            name=op.f("ck_campaign_preset_scenario"),
        ),
        sa.CheckConstraint("samples_per in ('campaign', 'week')", name=op.f("ck_campaign_preset_samples_per")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_campaign_preset_brand_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_campaign_preset_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_preset")),
        sa.UniqueConstraint("brand_id", "scenario", name=op.f("uq_campaign_preset_brand_id_scenario")),
    )


def downgrade() -> None:
    op.execute("delete from delivery where kind = 'campaign'")
    op.drop_constraint(op.f("ck_delivery_kind"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_kind"), "delivery", WAS)
    op.drop_table("campaign_preset")
    op.drop_table("campaign_creator")
    op.drop_column("brand_policy", "whole_sequences")
