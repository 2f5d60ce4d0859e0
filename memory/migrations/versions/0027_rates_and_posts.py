"""rates agreed with creators, what a line's commission is by them, and orders among the counters of posts."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("content_day", sa.Column("orders", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("content_day", "orders")
