"""lines, owed answers, cards in chats."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WAS = "kind in ('answer', 'trouble', 'nudge', 'test')"
IS = "kind in ('answer', 'trouble', 'nudge', 'test', 'decided', 'reply')"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_delivery_kind"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_kind"), "delivery", IS)
    op.create_table(
        "channel_line",
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("connected_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel_setting.id"], name=op.f("fk_channel_line_channel_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_channel_line_tenant_id")),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_channel_line")),
    )
    op.create_table(
        "card_place",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("presentation_id", sa.BigInteger(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_card_place_batch_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_card_place_brand_id")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel_setting.id"], name=op.f("fk_card_place_channel_id")),
        sa.ForeignKeyConstraint(
            ["presentation_id"], ["presentation.id"], name=op.f("fk_card_place_presentation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_card_place_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_place")),
        sa.UniqueConstraint(
            "presentation_id", "channel_id", "chat", name=op.f("uq_card_place_presentation_id_channel_id_chat")
        ),
    )
    op.create_index(
        "ix_card_place_open", "card_place", ["batch_id"], unique=False, postgresql_where=sa.text("closed_at is null")
    )


def downgrade() -> None:
    op.drop_table("card_place")
    op.drop_table("channel_line")
    op.execute(
        "delete from delivery_try where delivery_id in (select id from delivery where kind in ('decided', 'reply'))"
    )
    op.execute("delete from delivery where kind in ('decided', 'reply')")
    op.drop_constraint(op.f("ck_delivery_kind"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_kind"), "delivery", WAS)
