"""Campaigns that start on a day to come and offer several products, and where creators live by the hours they post at.

Revision ID: 0029
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

LIKELY = (
    "(likely_zone is null) = (likely_zone_bp is null) and (likely_zone is null) = (likely_zone_posts is null)"
    " and (likely_zone_bp is null or likely_zone_bp between 1 and 10000)"
)


def upgrade() -> None:
    op.add_column("batch", sa.Column("starts_on", sa.Date(), nullable=True))
    op.add_column("campaign", sa.Column("product_ids", JSONB(), nullable=True))
    op.execute(
        "update campaign set product_ids ="
        " case when product_id is null then '[]'::jsonb else jsonb_build_array(product_id) end"
    )
    op.alter_column("campaign", "product_ids", nullable=False)
    op.drop_constraint(op.f("fk_campaign_product_id"), "campaign", type_="foreignkey")
    op.drop_column("campaign", "product_id")
    op.add_column("creator", sa.Column("likely_zone", sa.Text(), nullable=True))
    op.add_column("creator", sa.Column("likely_zone_bp", sa.BigInteger(), nullable=True))
    op.add_column("creator", sa.Column("likely_zone_posts", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_creator_likely_zone"), "creator", LIKELY)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_creator_likely_zone"), "creator", type_="check")
    for column in ("likely_zone_posts", "likely_zone_bp", "likely_zone"):
        op.drop_column("creator", column)
    op.add_column("campaign", sa.Column("product_id", sa.BigInteger(), nullable=True))
    op.execute("update campaign set product_id = (product_ids->>0)::bigint")
    op.create_foreign_key(op.f("fk_campaign_product_id"), "campaign", "product", ["product_id"], ["id"])
    op.drop_column("campaign", "product_ids")
    op.drop_column("batch", "starts_on")
