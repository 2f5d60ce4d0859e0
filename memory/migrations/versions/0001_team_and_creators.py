"""team and creators."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login_key", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(op.f("ix_sign_in_failure_address_at"), "sign_in_failure", ["address", "at"], unique=False)
    op.create_index(op.f("ix_sign_in_failure_login_key_at"), "sign_in_failure", ["login_key", "at"], unique=False)
    op.create_table(
        "tenant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
    )
    op.create_table(
        "workspace",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("clock_offset_seconds", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind = 'demo' or clock_offset_seconds = 0", name=op.f("ck_workspace_real_time")),
        sa.CheckConstraint("kind in ('real', 'demo')", name=op.f("ck_workspace_kind")),
        sa.CheckConstraint("id = 1", name=op.f("ck_workspace_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
    )
    op.create_table(
        "brand",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shop_name", sa.Text(), nullable=False),
        sa.Column("market", sa.Text(), nullable=False),
        sa.Column("team_zone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_brand_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_brand_tenant_id_name")),
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("handle_key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_suppression_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint(
            "tenant_id",
            "platform",
            "handle_key",
            name=op.f("uq_suppression_tenant_id_platform_handle_key"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "brand_policy",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("own_drafts_approvable", sa.Boolean(), nullable=False),
        sa.Column("commission_ceiling_bp", sa.BigInteger(), nullable=False),
        sa.Column("batch_ceiling", sa.BigInteger(), nullable=False),
        sa.Column("window_start", sa.Time(), nullable=False),
        sa.Column("window_end", sa.Time(), nullable=False),
        sa.Column("sends_per_minute", sa.BigInteger(), nullable=False),
        sa.Column("sends_per_day", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("window_start < window_end", name=op.f("ck_brand_policy_window")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_brand_policy_brand_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_brand_policy_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand_policy")),
        sa.UniqueConstraint("brand_id", name=op.f("uq_brand_policy_brand_id")),
    )
    op.create_table(
        "creator",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("handle_key", sa.Text(), sa.Computed("lower(handle)", persisted=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("market", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("languages", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("categories", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("captions", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("hashtags", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("followers_low", sa.BigInteger(), nullable=True),
        sa.Column("followers_high", sa.BigInteger(), nullable=True),
        sa.Column("gmv_30d_low", sa.BigInteger(), nullable=True),
        sa.Column("gmv_30d_high", sa.BigInteger(), nullable=True),
        sa.Column("gmv_30d_currency", sa.Text(), nullable=True),
        sa.Column("avg_price_low", sa.BigInteger(), nullable=True),
        sa.Column("avg_price_high", sa.BigInteger(), nullable=True),
        sa.Column("avg_price_currency", sa.Text(), nullable=True),
        sa.Column("avg_views_low", sa.BigInteger(), nullable=True),
        sa.Column("avg_views_high", sa.BigInteger(), nullable=True),
        sa.Column("engagement_bp_low", sa.BigInteger(), nullable=True),
        sa.Column("engagement_bp_high", sa.BigInteger(), nullable=True),
        sa.Column("commission_bp_low", sa.BigInteger(), nullable=True),
        sa.Column("commission_bp_high", sa.BigInteger(), nullable=True),
        sa.Column("fulfilment_bp_low", sa.BigInteger(), nullable=True),
        sa.Column("fulfilment_bp_high", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("audience_gender", sa.Text(), nullable=True),
        sa.Column("audience_age", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("last_active_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("profile_url", sa.Text(), nullable=True),
        sa.Column("exclusive_to", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(avg_price_low is null) = (avg_price_currency is null)", name=op.f("ck_creator_price_currency")
        ),
        sa.CheckConstraint("(gmv_30d_low is null) = (gmv_30d_currency is null)", name=op.f("ck_creator_gmv_currency")),
        sa.ForeignKeyConstraint(["exclusive_to"], ["brand.id"], name=op.f("fk_creator_exclusive_to")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_creator_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creator")),
        sa.UniqueConstraint(
            "tenant_id",
            "platform",
            "handle_key",
            name=op.f("uq_creator_tenant_id_platform_handle_key"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_creator_exclusive",
        "creator",
        ["tenant_id", "exclusive_to"],
        unique=False,
        postgresql_where=sa.text("exclusive_to is not null"),
    )
    op.create_index("ix_creator_handle", "creator", ["handle_key"], unique=False)
    op.create_index(
        "ix_creator_stale",
        "creator",
        ["tenant_id", "changed_at"],
        unique=False,
        postgresql_where=sa.text("indexed_at is null or changed_at > indexed_at"),
    )
    op.create_table(
        "member",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("login_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("works_for", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("lang", sa.Text(), server_default="zh", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("lang in ('zh', 'en')", name=op.f("ck_member_lang")),
        sa.CheckConstraint("role in ('viewer', 'operator', 'approver', 'lead')", name=op.f("ck_member_role")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_member_tenant_id")),
        sa.ForeignKeyConstraint(["works_for"], ["brand.id"], name=op.f("fk_member_works_for")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("login_key", name=op.f("uq_member_login_key")),
    )
    op.create_index(op.f("ix_member_tenant_id"), "member", ["tenant_id"], unique=False)
    op.create_table(
        "creator_source",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("said", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("first_as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creator.id"], name=op.f("fk_creator_source_creator_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_creator_source_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creator_source")),
        sa.UniqueConstraint("creator_id", "source", name=op.f("uq_creator_source_creator_id_source")),
    )
    op.create_table(
        "identity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outside_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_identity_member_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_identity_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("kind", "outside_id", name=op.f("uq_identity_kind_outside_id")),
    )
    op.create_index(op.f("ix_identity_member_id"), "identity", ["member_id"], unique=False)
    op.create_table(
        "relation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), server_default="new", nullable=False),
        sa.Column(
            "tags",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "notes",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("blocked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("samples_received", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("samples_posted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_relation_brand_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_relation_creator_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name=op.f("fk_relation_owner_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_relation_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relation")),
        sa.UniqueConstraint("brand_id", "creator_id", name=op.f("uq_relation_brand_id_creator_id")),
    )
    op.create_index("ix_relation_contacted", "relation", ["brand_id", "last_contacted_at"], unique=False)
    op.create_index(
        "ix_relation_hidden",
        "relation",
        ["tenant_id", "brand_id"],
        unique=False,
        postgresql_where=sa.text("blocked or opted_out_at is not null"),
    )
    op.create_index("ix_relation_owner", "relation", ["brand_id", "owner_id"], unique=False)
    op.create_index("ix_relation_stage", "relation", ["brand_id", "stage"], unique=False)
    op.create_index(op.f("ix_relation_tenant_id_creator_id"), "relation", ["tenant_id", "creator_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_session_member_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_session_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    op.create_index(op.f("ix_session_expires_at"), "session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_session_member_id"), "session", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_session_member_id"), table_name="session")
    op.drop_index(op.f("ix_session_expires_at"), table_name="session")
    op.drop_table("session")
    op.drop_index(op.f("ix_relation_tenant_id_creator_id"), table_name="relation")
    op.drop_index("ix_relation_stage", table_name="relation")
    op.drop_index("ix_relation_owner", table_name="relation")
    op.drop_index(
        "ix_relation_hidden", table_name="relation", postgresql_where=sa.text("blocked or opted_out_at is not null")
    )
    op.drop_index("ix_relation_contacted", table_name="relation")
    op.drop_table("relation")
    op.drop_index(op.f("ix_identity_member_id"), table_name="identity")
    op.drop_table("identity")
    op.drop_table("creator_source")
    op.drop_index(op.f("ix_member_tenant_id"), table_name="member")
    op.drop_table("member")
    op.drop_index(
        "ix_creator_stale",
        table_name="creator",
        postgresql_where=sa.text("indexed_at is null or changed_at > indexed_at"),
    )
    op.drop_index("ix_creator_handle", table_name="creator")
    op.drop_index("ix_creator_exclusive", table_name="creator", postgresql_where=sa.text("exclusive_to is not null"))
    op.drop_table("creator")
    op.drop_table("brand_policy")
    op.drop_table("suppression")
    op.drop_table("brand")
    op.drop_table("workspace")
    op.drop_table("tenant")
    op.drop_index(op.f("ix_sign_in_failure_login_key_at"), table_name="sign_in_failure")
    op.drop_index(op.f("ix_sign_in_failure_address_at"), table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
