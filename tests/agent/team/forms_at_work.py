"""The desk's forms over a real database, without passwords or a demo clock of their own."""

import base64
from datetime import timedelta
from pathlib import Path

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from agent.binding.forms import BindingForms
from agent.by_hand.desk import hand_desk
from agent.catalogue import Routes
from agent.channels.forms import ChannelForms
from agent.demo_clock import DemoClock
from agent.forms import Forms
from agent.imports import Imports
from agent.reply_work import ReplyDesk
from connectors.files.reader import FileReader
from evals.suites.selling_office import SellingOffice
from memory.domain.chat import Command, Reply
from memory.domain.workspace import Scope
from memory.secret_box import KEY_BYTES, HomeSecretBox
from prompts.render import texts

BOX = HomeSecretBox(Path("no-such-home"), base64.b64encode(bytes(KEY_BYTES)).decode())


async def _hash(password: str) -> str:
    return f"hash of {len(password)}"


async def submit(shop: SellingOffice, scope: Scope, command: Command) -> Reply:
    """Hand in a form."""
    words = texts()
    clock = DemoClock(shop.database, shop.database, (), words)
    imports = Imports(shop.database, FileReader(), words)
    hand = hand_desk(shop.database, words, ())
    bindings, channels = BindingForms(BOX, words), ChannelForms(BOX, words, {})
    replies = ReplyDesk(Routes(()))
    forms = Forms(shop.database, words, imports, _hash, clock.move, hand, bindings, channels, replies)
    return await forms.submit(scope, command)


async def in_days(shop: SellingOffice, days: int) -> str:
    """A day as a form takes it."""
    return (await shop.now() + timedelta(days=days)).date().isoformat()


async def audited(shop: SellingOffice, event: str) -> list[dict[str, object]]:
    """Events of a kind: member_id, subject, before, after."""
    async with await AsyncConnection.connect(shop.database.url, row_factory=dict_row) as line:
        await line.execute("set local role daren_service")
        cursor = await line.execute(
            'select member_id, subject, "before", "after" from audit_event where event = %s order by id', [event]
        )
        return await cursor.fetchall()
