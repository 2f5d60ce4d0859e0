"""decisions without a hole, and by hand."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("brand_policy", sa.Column("fee_ceiling_minor", sa.BigInteger(), nullable=True))
    op.add_column("brand_policy", sa.Column("sample_ceiling_minor", sa.BigInteger(), nullable=True))
    op.add_column(
        "brand_policy", sa.Column("cool_down_days", sa.BigInteger(), server_default=sa.text("30"), nullable=False)
    )
    op.add_column(
        "brand_policy", sa.Column("night_by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("draft_version", sa.Column("variables", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("presented", sa.Column("in_full", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("audit_event", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("send", sa.Column("member_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_send_member_id"), "send", "member", ["member_id"], ["id"])
    op.create_index(op.f("ix_decision_member_id_decided_at"), "decision", ["member_id", "decided_at"], unique=False)
    op.create_table(
        "deputy",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("stands_for_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("member_id <> stands_for_id", name=op.f("ck_deputy_another")),
        sa.ForeignKeyConstraint(["given_by"], ["member.id"], name=op.f("fk_deputy_given_by")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_deputy_member_id")),
        sa.ForeignKeyConstraint(["stands_for_id"], ["member.id"], name=op.f("fk_deputy_stands_for_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_deputy_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
    )
    op.create_index(op.f("ix_deputy_member_id"), "deputy", ["member_id"], unique=False)
    op.create_table(
        "cool_down_pass",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_cool_down_pass_brand_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_cool_down_pass_creator_id")),
        sa.ForeignKeyConstraint(["given_by"], ["member.id"], name=op.f("fk_cool_down_pass_given_by")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_cool_down_pass_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cool_down_pass")),
    )
    op.create_index(
        "uq_cool_down_pass_open",
        "cool_down_pass",
        ["brand_id", "creator_id"],
        unique=True,
        postgresql_where=sa.text("used_at is null"),
    )
    op.create_table(
        "outage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replanned", sa.BigInteger(), nullable=False),
        sa.Column("first_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_outage_brand_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_outage_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
    )
    op.create_index(
        "ix_outage_untold", "outage", ["brand_id"], unique=False, postgresql_where=sa.text("told_at is null")
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )


def downgrade() -> None:
    op.drop_table("heartbeat")
    op.drop_table("outage")
    op.drop_table("cool_down_pass")
    op.drop_table("deputy")
    op.drop_index(op.f("ix_decision_member_id_decided_at"), table_name="decision")
    op.drop_column("send", "member_id")
    op.drop_column("audit_event", "undone_at")
    op.drop_column("presented", "in_full")
    op.drop_column("draft_version", "variables")
    op.drop_column("brand_policy", "night_by_hand")
    op.drop_column("brand_policy", "cool_down_days")
    op.drop_column("brand_policy", "sample_ceiling_minor")
    op.drop_column("brand_policy", "fee_ceiling_minor")
