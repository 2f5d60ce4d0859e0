"""Sequences that are decided as a whole, and a brand's own usual figures of campaigns.

Revision ID: 0020
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "brand_policy", sa.Column("whole_sequences", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("brand_policy", "whole_sequences")
