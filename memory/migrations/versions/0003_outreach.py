"""outreach."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch_serial",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_batch_serial_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_serial")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_batch_serial_tenant_id")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decide_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turn_id", sa.BigInteger(), nullable=True),
        sa.Column("turn_attempt", sa.BigInteger(), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_batch_brand_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_batch_conversation_id")),
        sa.ForeignKeyConstraint(["made_by"], ["member.id"], name=op.f("fk_batch_made_by")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_batch_product_id")),
        sa.ForeignKeyConstraint(["stopped_by"], ["member.id"], name=op.f("fk_batch_stopped_by")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_batch_tenant_id")),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_batch_turn_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_batch_tenant_id_code")),
    )
    op.create_index(op.f("ix_batch_brand_id_made_at"), "batch", ["brand_id", "made_at"], unique=False)
    op.create_index(op.f("ix_batch_conversation_id"), "batch", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_batch_turn_id"), "batch", ["turn_id"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("answers_id", sa.BigInteger(), nullable=True),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_draft_batch_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_draft_brand_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_draft_creator_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_draft_product_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_draft_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_draft_batch_id_number")),
    )
    op.create_index(op.f("ix_draft_answers_id"), "draft", ["answers_id"], unique=False)
    op.create_index(op.f("ix_draft_creator_id"), "draft", ["creator_id"], unique=False)
    op.create_table(
        "presentation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decide_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_presentation_batch_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_presentation_brand_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_presentation_conversation_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_presentation_member_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_presentation_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presentation")),
    )
    op.create_index(op.f("ix_presentation_batch_id_member_id"), "presentation", ["batch_id", "member_id"], unique=False)
    op.create_table(
        "draft_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("paired", sa.Boolean(), nullable=False),
        sa.Column("commission_bp", sa.BigInteger(), nullable=True),
        sa.Column("fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("fee_currency", sa.Text(), nullable=True),
        sa.Column("free_sample", sa.Boolean(), nullable=False),
        sa.Column("flags", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name=op.f("fk_draft_version_author_id")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_draft_version_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_version_draft_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_draft_version_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_version")),
        sa.UniqueConstraint("draft_id", "number", name=op.f("uq_draft_version_draft_id_number")),
    )
    op.create_table(
        "outreach_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("first_message", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason_key", sa.Text(), nullable=True),
        sa.Column("reason_facts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("may_have_gone", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state in ('planned', 'held', 'sending', 'sent', 'unknown', 'failed', 'stopped')",
            name=op.f("ck_outreach_step_state"),
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_outreach_step_brand_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_outreach_step_creator_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_outreach_step_draft_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_outreach_step_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach_step")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_outreach_step_draft_id")),
    )
    op.create_index("ix_outreach_step_creator", "outreach_step", ["creator_id", "brand_id"], unique=False)
    op.create_index(
        "ix_outreach_step_due",
        "outreach_step",
        ["look_at", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('planned', 'held')"),
    )
    op.create_index(
        "uq_outreach_step_first_message",
        "outreach_step",
        ["brand_id", "creator_id"],
        unique=True,
        postgresql_where=sa.text("first_message and state in ('planned', 'held', 'sending', 'unknown')"),
    )
    op.create_index(
        "uq_outreach_step_occasion",
        "outreach_step",
        ["tenant_id", "occasion"],
        unique=True,
        postgresql_where=sa.text("state not in ('stopped', 'failed') or may_have_gone"),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind in ('message', 'sample', 'collaboration', 'share_link')", name=op.f("ck_proposal_kind")
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_proposal_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_proposal_draft_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_proposal_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_proposal_draft_id")),
    )
    op.create_table(
        "creator_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("outside_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("gist", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("translation", sa.Text(), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_creator_message_brand_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_creator_message_creator_id")),
        sa.ForeignKeyConstraint(["step_id"], ["outreach_step.id"], name=op.f("fk_creator_message_step_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_creator_message_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creator_message")),
        sa.UniqueConstraint(
            "tenant_id", "source", "outside_id", name=op.f("uq_creator_message_tenant_id_source_outside_id")
        ),
    )
    op.create_index(
        op.f("ix_creator_message_creator_id_brand_id"), "creator_message", ["creator_id", "brand_id"], unique=False
    )
    op.create_index(
        "ix_creator_message_unanswered",
        "creator_message",
        ["brand_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("answered_at is null"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("presentation_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("verdict in ('approve', 'reject')", name=op.f("ck_decision_verdict")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_decision_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_decision_draft_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_decision_member_id")),
        sa.ForeignKeyConstraint(["presentation_id"], ["presentation.id"], name=op.f("fk_decision_presentation_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_decision_tenant_id")),
        sa.ForeignKeyConstraint(["version_id"], ["draft_version.id"], name=op.f("fk_decision_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(
        "uq_decision_live",
        "decision",
        ["draft_id", "member_id"],
        unique=True,
        postgresql_where=sa.text("voided_at is null"),
    )
    op.create_table(
        "presented",
        sa.Column("presentation_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_presented_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_presented_draft_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["presentation_id"], ["presentation.id"], name=op.f("fk_presented_presentation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_presented_tenant_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["draft_version.id"], name=op.f("fk_presented_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("presentation_id", "number", name=op.f("pk_presented")),
    )
    op.create_table(
        "send",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "lease_until", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outside_id", sa.Text(), nullable=True),
        sa.Column("reason_key", sa.Text(), nullable=True),
        sa.Column("reason_facts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state in ('claimed', 'accepted', 'refused', 'unknown')", name=op.f("ck_send_state")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_send_brand_id")),
        sa.ForeignKeyConstraint(["step_id"], ["outreach_step.id"], name=op.f("fk_send_step_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_send_tenant_id")),
        sa.ForeignKeyConstraint(["version_id"], ["draft_version.id"], name=op.f("fk_send_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send")),
        sa.UniqueConstraint("step_id", "attempt", name=op.f("uq_send_step_id_attempt")),
    )
    op.create_index("ix_send_quota", "send", ["brand_id", "claimed_at"], unique=False)
    op.create_index(
        "ix_send_unsettled",
        "send",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("state in ('claimed', 'unknown')"),
    )
    op.create_index(
        "uq_send_open",
        "send",
        ["step_id"],
        unique=True,
        postgresql_where=sa.text("state in ('claimed', 'accepted', 'unknown')"),
    )
    op.create_foreign_key("fk_draft_answers_id", "draft", "creator_message", ["answers_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint("fk_draft_answers_id", "draft", type_="foreignkey")
    op.drop_index(
        "uq_send_open", table_name="send", postgresql_where=sa.text("state in ('claimed', 'accepted', 'unknown')")
    )
    op.drop_index("ix_send_unsettled", table_name="send", postgresql_where=sa.text("state in ('claimed', 'unknown')"))
    op.drop_index("ix_send_quota", table_name="send")
    op.drop_table("send")
    op.drop_table("presented")
    op.drop_index("uq_decision_live", table_name="decision", postgresql_where=sa.text("voided_at is null"))
    op.drop_table("decision")
    op.drop_index(
        "ix_creator_message_unanswered", table_name="creator_message", postgresql_where=sa.text("answered_at is null")
    )
    op.drop_index(op.f("ix_creator_message_creator_id_brand_id"), table_name="creator_message")
    op.drop_table("creator_message")
    op.drop_table("proposal")
    op.drop_index(
        "uq_outreach_step_occasion",
        table_name="outreach_step",
        postgresql_where=sa.text("state not in ('stopped', 'failed') or may_have_gone"),
    )
    op.drop_index(
        "uq_outreach_step_first_message",
        table_name="outreach_step",
        postgresql_where=sa.text("first_message and state in ('planned', 'held', 'sending', 'unknown')"),
    )
    op.drop_index(
        "ix_outreach_step_due", table_name="outreach_step", postgresql_where=sa.text("state in ('planned', 'held')")
    )
    op.drop_index("ix_outreach_step_creator", table_name="outreach_step")
    op.drop_table("outreach_step")
    op.drop_table("draft_version")
    op.drop_index(op.f("ix_presentation_batch_id_member_id"), table_name="presentation")
    op.drop_table("presentation")
    op.drop_index(op.f("ix_draft_creator_id"), table_name="draft")
    op.drop_index(op.f("ix_draft_answers_id"), table_name="draft")
    op.drop_table("draft")
    op.drop_index(op.f("ix_batch_turn_id"), table_name="batch")
    op.drop_index(op.f("ix_batch_conversation_id"), table_name="batch")
    op.drop_index(op.f("ix_batch_brand_id_made_at"), table_name="batch")
    op.drop_table("batch")
    op.drop_table("batch_serial")
