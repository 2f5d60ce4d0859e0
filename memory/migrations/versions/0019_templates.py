"""message templates with their versions, and what each send was made of."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_MADE_OF = (
    ("template", sa.Text()),
    ("template_version_id", sa.BigInteger()),
    ("opening", sa.Text()),
    ("language", sa.Text()),
    ("local_hour", sa.BigInteger()),
    ("round", sa.BigInteger()),
)


def upgrade() -> None:
    op.create_table(
        "message_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("current", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "purpose in ('invite', 'sample_offer', 'follow_up', 'content_reminder', 'negotiate', 'thanks', 'reply')",
            name=op.f("ck_message_template_purpose"),
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_message_template_brand_id")),
        sa.ForeignKeyConstraint(["made_by"], ["member.id"], name=op.f("fk_message_template_made_by")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_message_template_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_template")),
        sa.UniqueConstraint("brand_id", "key", name=op.f("uq_message_template_brand_id_key")),
    )
    op.create_table(
        "message_template_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("commission_bp", sa.BigInteger(), nullable=True),
        sa.Column("fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("fee_currency", sa.Text(), nullable=True),
        sa.Column("free_sample", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name=op.f("fk_message_template_version_author_id")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_message_template_version_brand_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_message_template_version_product_id")),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["message_template.id"],
            name=op.f("fk_message_template_version_template_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_message_template_version_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_template_version")),
        sa.UniqueConstraint("template_id", "number", name=op.f("uq_message_template_version_template_id_number")),
    )
    op.add_column("draft_version", sa.Column("template_version_id", sa.BigInteger(), nullable=True))
    for name, kind in _MADE_OF:
        op.add_column("send", sa.Column(name, kind, nullable=True))
    for table in ("draft_version", "send"):
        op.create_foreign_key(
            op.f(f"fk_{table}_template_version_id"),
            table,
            "message_template_version",
            ["template_version_id"],
            ["id"],
        )
    op.create_index(
        "ix_draft_version_template",
        "draft_version",
        ["template_version_id"],
        postgresql_where=sa.text("template_version_id is not null"),
    )
    op.create_check_constraint(op.f("ck_send_local_hour"), "send", "local_hour between 0 and 23")


def downgrade() -> None:
    for name, _ in _MADE_OF:
        op.drop_column("send", name)
    op.drop_column("draft_version", "template_version_id")
    op.drop_table("message_template_version")
    op.drop_table("message_template")
