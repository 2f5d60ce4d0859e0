"""bindings."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("identity", sa.Column("channel_id", sa.BigInteger(), nullable=True))
    op.add_column("identity", sa.Column("outside_name", sa.Text(), server_default="", nullable=False))
    op.create_foreign_key(op.f("fk_identity_channel_id"), "identity", "channel_setting", ["channel_id"], ["id"])
    op.drop_constraint(op.f("uq_identity_kind_outside_id"), "identity", type_="unique")
    op.create_unique_constraint(
        op.f("uq_identity_kind_channel_id_outside_id"),
        "identity",
        ["kind", "channel_id", "outside_id"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "chat_binding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("chat_kind", sa.Text(), nullable=False),
        sa.Column("serves_id", sa.BigInteger(), nullable=True),
        sa.Column("identity_id", sa.BigInteger(), nullable=True),
        sa.Column("bound_by", sa.BigInteger(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("chat_kind in ('direct', 'group')", name=op.f("ck_chat_binding_chat_kind")),
        sa.CheckConstraint(
            "chat_kind = 'direct' or serves_id is not null", name=op.f("ck_chat_binding_group_of_one_brand")
        ),
        sa.ForeignKeyConstraint(["bound_by"], ["member.id"], name=op.f("fk_chat_binding_bound_by")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel_setting.id"], name=op.f("fk_chat_binding_channel_id")),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_chat_binding_identity_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["serves_id"], ["brand.id"], name=op.f("fk_chat_binding_serves_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_chat_binding_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_binding")),
    )
    op.create_index(
        "uq_chat_binding_live",
        "chat_binding",
        ["channel_id", "chat"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "bind_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("for_member_id", sa.BigInteger(), nullable=True),
        sa.Column("serves_id", sa.BigInteger(), nullable=True),
        sa.Column("outside_id", sa.Text(), nullable=False),
        sa.Column("outside_name", sa.Text(), nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("purpose in ('group', 'person', 'claim')", name=op.f("ck_bind_code_purpose")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel_setting.id"], name=op.f("fk_bind_code_channel_id")),
        sa.ForeignKeyConstraint(["for_member_id"], ["member.id"], name=op.f("fk_bind_code_for_member_id")),
        sa.ForeignKeyConstraint(["made_by"], ["member.id"], name=op.f("fk_bind_code_made_by")),
        sa.ForeignKeyConstraint(["serves_id"], ["brand.id"], name=op.f("fk_bind_code_serves_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_bind_code_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bind_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_bind_code_digest")),
    )
    op.create_index(
        "uq_bind_code_claim",
        "bind_code",
        ["channel_id", "outside_id"],
        unique=True,
        postgresql_where=sa.text("purpose = 'claim' and used_at is null and voided_at is null"),
    )


def downgrade() -> None:
    op.drop_table("bind_code")
    op.drop_table("chat_binding")
    op.execute("delete from identity where channel_id is not null")
    op.drop_constraint(op.f("uq_identity_kind_channel_id_outside_id"), "identity", type_="unique")
    op.drop_column("identity", "outside_name")
    op.drop_column("identity", "channel_id")
    op.create_unique_constraint(op.f("uq_identity_kind_outside_id"), "identity", ["kind", "outside_id"])
