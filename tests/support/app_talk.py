"""Speaking to self-built apps, each member alone; what the platform calls back is served beside the product."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agent.bootstrap import web
from agent.settings import Settings
from connectors.wecom.app.callbacks import ADDRESS
from evals.emulators.serving import serving
from evals.emulators.wecom.app import events
from evals.emulators.wecom.core.corp import App, Callback
from evals.emulators.wecom.core.crypto import random_key
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId
from memory.domain.workspace import Scope
from tests.support.talks import Seat, Talk, talking

SENDS, UPDATES = "message/send", "message/update_template_card"
CARDS = (SENDS, UPDATES)


class AppTalk(Talk):
    """A product whose apps are called back at `address`."""

    address: str

    async def app(self, lead: Scope, agent: int, *, name: str) -> ChannelId:
        """A lead sets an app up, and its address is saved in the console."""
        corp, rng = self.emulator.platform.corp, self.emulator.platform.rng
        fresh = App(
            agent, name, f"secret-of-{agent}-0123456789abcdef", set(), Callback(f"token{agent}", random_key(rng))
        )
        app = corp.apps.setdefault(agent, fresh)
        typed = {
            "corp_id": corp.corpid, "agent_id": str(agent), "app_secret": app.secret,
            "token": app.callback.token, "aes_key": app.callback.aes_key,
        }  # fmt: skip
        channel = await self.save(lead, ChannelKind.WECOM_APP, name, typed)
        app.callback.url = f"{self.address}{ADDRESS}{self.daren.app_callbacks.paths.path(channel)}"
        assert (await self.emulator.callbacks.verify_url(app)).passed
        return channel

    def hire(self, seat: Seat) -> None:
        """See `Talk.hire`."""
        super().hire(seat)
        self.app_of(seat).visible.add(seat.user)

    def app_of(self, seat: Seat) -> App:
        """Whom they talk with."""
        return self.emulator.platform.corp.apps[int(seat.whom)]

    def types(self, seat: Seat, text: str) -> None:
        """See `Talk.types`."""
        self.emulator.phone.says_to_app(seat.user, text, agentid=int(seat.whom))

    def frames(self, seat: Seat) -> list[str]:
        """See `Talk.frames`."""
        agent, found = int(seat.whom), list[str]()
        for call in self.emulator.platform.records.calls:
            if isinstance(call.body, dict) and call.body.get("agentid") == agent:
                users = call.body.get("userids") or str(call.body.get("touser")).split("|")
                found += [json.dumps(call.body, ensure_ascii=False)] if seat.user in users else []
        return found

    async def presses(self, seat: Seat, *, task: str, key: str) -> None:
        """See `Talk.presses`. The right to change a card is that of the last one they have."""
        card = next(one for one in reversed(self.said(seat)) if one.card)
        shown = {"card_type": "button_interaction", "task_id": task}
        fields = events.card_event(key, shown, self.emulator.sending.clicked(card), {})
        app, before = self.app_of(seat), len(self.frames(seat))
        inner = events.event(self.emulator.platform, app, seat.user, "template_card_event", fields)
        self.emulator.callbacks.deliver(app, seat.user, inner, clicked=card)
        click = self.emulator.callbacks.deliveries[-1]
        await self.until(lambda: click.over and len(self.frames(seat)) > before and not self.owed(seat.user))


@asynccontextmanager
async def app_talk(settings: Settings) -> AsyncIterator[AppTalk]:
    """See `talking`."""
    async with talking(AppTalk, settings) as talk, serving(web(talk.daren)) as address:
        talk.address = address
        yield talk
