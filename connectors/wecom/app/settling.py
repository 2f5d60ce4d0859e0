"""Cards of a batch that is decided, changed with the codes they were sent with."""

from collections.abc import Callable

import structlog

from connectors.ports.channels import OpenChannel
from connectors.ports.custody import Safe
from connectors.wecom.app import translate
from connectors.wecom.app.client import AppClient
from connectors.wecom.app.settings import settings_of
from connectors.wecom.app.voice import AppVoice, card_name, task_of
from connectors.wecom.cards import TemplateCard, settled_card, with_mark
from connectors.wecom.markdown import reduced
from connectors.wecom.spent import Spent
from connectors.wecom.telling import Talk
from memory.domain.errors import AppError

log = structlog.get_logger()


async def settle_cards(
    client: AppClient, safe: Safe, channel: OpenChannel, user: str, batch: str, settled: Callable[[str], TemplateCard]
) -> None:
    """Change every card of a batch that a member was sent; `settled` makes it by its task.

    A code is forgotten after its use: who dies in between finds it used, and that is as good. A card that stays as it
    was is found out by its next press. Raises as `Safe`.
    """
    for kept in await safe.find(channel.setting.id, card_name(user, f"{batch}-")):
        card = settled(task_of(kept.name, user))
        body = translate.changed_card(settings_of(channel).agent_id, [user], kept.value, card)
        try:
            await client.update_card(channel, body)
        except AppError as failed:
            log.warning("wecom_app.card_stays", key=failed.text_key)
        await safe.take(channel.setting.id, kept.name)


def settled(task: str, became: Spent, body: str, talk: Talk[AppVoice]) -> TemplateCard:
    """A card that can do nothing more, in the member's language."""
    return with_mark(settled_card(task, became.title, reduced(body), button=became.button), talk.renderer.mark)
