"""counted clicks: a visitor of a link once a day, by a mark of that day."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

DEVICES = "device in ('phone', 'computer', 'other')"


def upgrade() -> None:
    op.add_column("tracking_link", sa.Column("salt", sa.Text(), nullable=True))
    op.add_column("tracking_link", sa.Column("salted_on", sa.Date(), nullable=True))
    op.add_column("link_click", sa.Column("visitor", sa.Text(), nullable=True))
    op.add_column("link_click", sa.Column("device", sa.Text(), nullable=True))
    op.execute("update link_click set visitor = id::text, device = 'other'")
    op.alter_column("link_click", "visitor", nullable=False)
    op.alter_column("link_click", "device", nullable=False)
    op.create_check_constraint(op.f("ck_link_click_device"), "link_click", DEVICES)
    op.create_unique_constraint(op.f("uq_link_click_link_id_visitor"), "link_click", ["link_id", "visitor"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_link_click_link_id_visitor"), "link_click", type_="unique")
    op.drop_constraint(op.f("ck_link_click_device"), "link_click", type_="check")
    op.drop_column("link_click", "device")
    op.drop_column("link_click", "visitor")
    op.drop_column("tracking_link", "salted_on")
    op.drop_column("tracking_link", "salt")
