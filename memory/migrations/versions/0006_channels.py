"""channels."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_setting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("serves_id", sa.BigInteger(), nullable=True),
        sa.Column("options", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind in ('wecom_bot', 'wecom_app', 'wecom_webhook', 'wecom_kf', 'wechat_account')",
            name=op.f("ck_channel_setting_kind"),
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["member.id"], name=op.f("fk_channel_setting_changed_by")),
        sa.ForeignKeyConstraint(["serves_id"], ["brand.id"], name=op.f("fk_channel_setting_serves_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_channel_setting_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_setting")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_channel_setting_tenant_id_name")),
    )


def downgrade() -> None:
    op.drop_table("channel_setting")
