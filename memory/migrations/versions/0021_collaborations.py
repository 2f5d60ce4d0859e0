"""how each list of a shop is read, and its target collaborations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shop_source",
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        sa.Column("trouble", JSONB(none_as_null=True), nullable=True),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["shop_link.id"], name=op.f("fk_shop_source_link_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_shop_source_tenant_id")),
        sa.PrimaryKeyConstraint("link_id", "source", name=op.f("pk_shop_source")),
    )
    op.create_table(
        "collaboration",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gives_sample", sa.Boolean(), nullable=False),
        sa.Column("unreviewed", sa.Boolean(), nullable=False),
        sa.Column("products", JSONB(none_as_null=True), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("status in ('live', 'canceling', 'ended')", name=op.f("ck_collaboration_status")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_collaboration_brand_id")),
        sa.ForeignKeyConstraint(["link_id"], ["shop_link.id"], name=op.f("fk_collaboration_link_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_collaboration_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collaboration")),
        sa.UniqueConstraint("link_id", "shop", "number", name=op.f("uq_collaboration_link_id_shop_number")),
    )
    op.create_index("ix_collaboration_brand", "collaboration", ["tenant_id", "brand_id", "status"])
    op.create_table(
        "collaboration_creator",
        sa.Column("collaboration_id", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("leaving", sa.Boolean(), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_collaboration_creator_brand_id")),
        sa.ForeignKeyConstraint(
            ["collaboration_id"], ["collaboration.id"], name=op.f("fk_collaboration_creator_collaboration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_collaboration_creator_creator_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_collaboration_creator_tenant_id")),
        sa.PrimaryKeyConstraint("collaboration_id", "creator_id", name=op.f("pk_collaboration_creator")),
    )  # fmt: skip
    op.create_index("ix_collaboration_creator_creator", "collaboration_creator", ["creator_id"])
    op.create_table(
        "shop_proposal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("content", JSONB(none_as_null=True), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decide_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", JSONB(none_as_null=True), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind in ('message', 'sample', 'collaboration', 'share_link')", name=op.f("ck_shop_proposal_kind")
        ),
        sa.CheckConstraint(
            "state in ('open', 'approved', 'rejected', 'doing', 'unknown', 'done', 'failed')",
            name=op.f("ck_shop_proposal_state"),
        ),
        sa.CheckConstraint("(decided_at is null) = (decided_by is null)", name=op.f("ck_shop_proposal_decided")),
        sa.CheckConstraint("state = 'open' or decided_at is not null", name=op.f("ck_shop_proposal_signed")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_shop_proposal_brand_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_shop_proposal_conversation_id")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["member.id"], name=op.f("fk_shop_proposal_decided_by")),
        sa.ForeignKeyConstraint(["made_by"], ["member.id"], name=op.f("fk_shop_proposal_made_by")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_shop_proposal_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_proposal")),
        sa.UniqueConstraint("tenant_id", "serial", name=op.f("uq_shop_proposal_tenant_id_serial")),
        sa.UniqueConstraint("tenant_id", "occasion", name=op.f("uq_shop_proposal_tenant_id_occasion")),
    )
    op.create_index(
        "ix_shop_proposal_due", "shop_proposal", ["look_at"],
        postgresql_where=sa.text("state in ('approved', 'doing', 'unknown')"),
    )  # fmt: skip
    op.create_table(
        "shop_proposal_shown",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_shop_proposal_shown_brand_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_shop_proposal_shown_member_id")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["shop_proposal.id"], name=op.f("fk_shop_proposal_shown_proposal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_shop_proposal_shown_tenant_id")),
        sa.PrimaryKeyConstraint("proposal_id", "member_id", name=op.f("pk_shop_proposal_shown")),
    )
    op.create_table(
        "sample_application",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("tracking", sa.Text(), nullable=False),
        sa.Column("review_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_sample_application_brand_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_sample_application_creator_id")),
        sa.ForeignKeyConstraint(["link_id"], ["shop_link.id"], name=op.f("fk_sample_application_link_id")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name=op.f("fk_sample_application_sample_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sample_application_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_application")),
        sa.UniqueConstraint("link_id", "shop", "number", name=op.f("uq_sample_application_link_id_shop_number")),
    )
    op.create_index("ix_sample_application_creator", "sample_application", ["creator_id"])
    op.create_index("ix_sample_application_status", "sample_application", ["tenant_id", "brand_id", "status"])
    # What a seller approves on the platform was signed there.
    op.drop_constraint(op.f("ck_sample_approved"), "sample")
    op.create_check_constraint(
        op.f("ck_sample_approved"), "sample", "approved_by is null or approved_at is not null"
    )  # fmt: skip


def downgrade() -> None:
    op.execute("update sample set approved_by = made_by where approved_at is not null and approved_by is null")
    op.drop_constraint(op.f("ck_sample_approved"), "sample")
    op.create_check_constraint(
        op.f("ck_sample_approved"), "sample", "(approved_at is null) = (approved_by is null)"
    )  # fmt: skip
    op.drop_table("sample_application")
    op.drop_table("shop_proposal_shown")
    op.drop_table("shop_proposal")
    op.drop_table("collaboration_creator")
    op.drop_table("collaboration")
    op.drop_table("shop_source")
