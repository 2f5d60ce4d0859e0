"""Days on which a brand writes to nobody first, and how many creators it may write to a week.

A brand that is there already goes on as before; one made from now on keeps holidays free.

Revision ID: 0018
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_RESTS = ("rest_on_holidays", "rest_on_saturdays", "rest_on_sundays")


def upgrade() -> None:
    for name in _RESTS:
        op.add_column("brand_policy", sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("brand_policy", sa.Column("contacts_per_week", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for name in ("contacts_per_week", *_RESTS):
        op.drop_column("brand_policy", name)
