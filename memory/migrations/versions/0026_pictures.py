"""pictures: charts that follow what was pushed, each with tries of its own."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

WAS = "kind in ('answer', 'trouble', 'nudge', 'test', 'decided', 'campaign', 'digest', 'reply')"
IS = "kind in ('answer', 'trouble', 'nudge', 'test', 'decided', 'campaign', 'digest', 'picture', 'reply')"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_delivery_kind"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_kind"), "delivery", IS)


def downgrade() -> None:
    op.execute("delete from delivery_try where delivery_id in (select id from delivery where kind = 'picture')")
    op.execute("delete from delivery where kind = 'picture'")
    op.drop_constraint(op.f("ck_delivery_kind"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_kind"), "delivery", WAS)
