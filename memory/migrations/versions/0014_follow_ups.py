"""follow-ups: drafts that come after an earlier message."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("after_id", sa.BigInteger(), nullable=False),
        sa.Column("root_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("delay_days", sa.BigInteger(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_key", sa.Text(), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("condition in ('no_reply', 'delivered', 'not_posted')", name=op.f("ck_follow_up_condition")),
        sa.CheckConstraint("(delay_days is null) <> (not_before is null)", name=op.f("ck_follow_up_moment")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_follow_up_draft_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["after_id"], ["draft.id"], name=op.f("fk_follow_up_after_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["root_id"], ["draft.id"], name=op.f("fk_follow_up_root_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_follow_up_creator_id")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_follow_up_brand_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_follow_up_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_follow_up_draft_id")),
    )
    op.create_index("ix_follow_up_creator_id_brand_id", "follow_up", ["creator_id", "brand_id"])
    op.create_index("ix_follow_up_after_id", "follow_up", ["after_id"])
    op.create_index("ix_follow_up_root_id", "follow_up", ["root_id"])


def downgrade() -> None:
    op.drop_table("follow_up")
