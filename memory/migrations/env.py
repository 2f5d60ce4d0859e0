"""Alembic's door to our tables; always run by `memory.migrations.run`, which hands over an open connection."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from memory.migrations.run import ours
from memory.models.base import UtcDateTime
from memory.models.tables import TABLES


def _render(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """A revision stands on its own: it names the column's type, not our class for it."""
    del autogen
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TABLES,
    include_name=ours,
    render_item=_render,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
