"""One long connection: frames come in, each is answered once; two in flight for one req_id are one too many."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, cast

from starlette.websockets import WebSocket, WebSocketDisconnect

from evals.emulators.limits import MINUTE, Rate
from evals.emulators.records import Call
from evals.emulators.wecom.bot import speaking
from evals.emulators.wecom.bot.frames import Ack, Frame, SubscribeBody
from evals.emulators.wecom.bot.hub import BotHub
from evals.emulators.wecom.bot.uploads import Uploads
from evals.emulators.wecom.core.corp import Bot
from evals.emulators.wecom.core.errors import TEXTS, ApiError, Errcode
from evals.emulators.wecom.core.faults import FRAMES, Fault, FaultKind
from evals.emulators.wecom.core.wire import Json

PARALLEL_CHUNKS: Final = 4
_NORMAL: Final = 1000
_UNREADABLE: Final = 1007


@dataclass(slots=True, eq=False)
class BotSocket:
    """A connection. It belongs to a bot from its subscribe ack on, and to nobody before."""

    hub: BotHub
    uploads: Uploads
    websocket: WebSocket
    number: int
    bot: Bot | None = None
    half_open: bool = False
    _in_flight: dict[str, str] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Until either side closes. The reader waits for nothing but the next frame."""
        await self.websocket.accept()
        try:
            while True:
                self._arrived(await self.websocket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            self.hub.gone(self)
            for task in self._tasks:
                task.cancel()

    def push(self, frame: Frame) -> None:
        """See `Line`."""
        self._start(self._send(cast(Json, frame)))

    def hang_up(self, last: Frame | None = None, code: int = _NORMAL) -> None:
        """See `Line`."""
        self.bot = None
        self._start(self._close(last, code))

    def _arrived(self, text: str) -> None:
        if self.half_open:
            return
        try:
            frame = json.loads(text)
            cmd, req_id = str(frame["cmd"]), str(frame["headers"]["req_id"])
            body = frame.get("body") or {}
        except (ValueError, KeyError, TypeError, AttributeError):
            self.hub.platform.records.warn("aibot: a frame without cmd and req_id")
            self.hang_up(code=_UNREADABLE)
            return
        records = self.hub.platform.records
        call = records.received(f"aibot/{cmd}", at=self.hub.platform.clock.now, query={"req_id": req_id}, body=body)
        if req_id in self._in_flight:
            records.warn(f"aibot/{cmd}: overlaps another frame of {req_id}")
            self._start(self._send(cast(Json, _ack(call, req_id, ApiError(Errcode.CONFLICT)))))
            return
        self._in_flight[req_id] = cmd
        self._handle(call, cmd, req_id, body)

    def _handle(self, call: Call, cmd: str, req_id: str, body: Json) -> None:
        faults = self.hub.platform.faults.due(call.endpoint, FRAMES)
        if FaultKind.WS_HALF_OPEN in faults:
            self.half_open = True
            return
        if FaultKind.WS_CLOSE in faults:
            self.hang_up(code=faults[FaultKind.WS_CLOSE].code)
            return
        if FaultKind.WS_KICK in faults and self.bot:
            self.hub.kick(self.bot.bot_id)
            return
        found: Json | None = None
        error = _planned(faults)
        if error is None:
            try:
                found = self._answer(cmd, req_id, body)
            except ApiError as refused:
                error = refused
        subscribes = cmd == "aibot_subscribe" and error is None
        bot = self.hub.platform.corp.bots[body["bot_id"]] if subscribes else None
        self._start(self._acknowledge(_ack(call, req_id, error, found), call, faults, bot))

    def _answer(self, cmd: str, req_id: str, body: Json) -> Json | None:
        if cmd == "aibot_subscribe":
            self._check_secret(body)
            return None
        bot = self.bot
        if bot is None:
            raise ApiError(Errcode.NOT_SUBSCRIBED)
        if cmd == "ping":
            return None
        if respond := _RESPONSES.get(cmd):
            respond(self.hub, bot, req_id, self.number, body)
            return None
        if cmd == "aibot_send_msg":
            speaking.push(self.hub, bot, body)
            return None
        if cmd == "aibot_upload_media_init":
            return self.uploads.init(bot, body)
        if cmd == "aibot_upload_media_chunk":
            if sum(other == cmd for other in self._in_flight.values()) > PARALLEL_CHUNKS:
                raise ApiError(Errcode.BUSY, "too many chunks at once")
            return self.uploads.chunk(bot, body)
        if cmd == "aibot_upload_media_finish":
            return self.uploads.finish(bot, body)
        raise ApiError(Errcode.BAD_PARAMETER, "cmd")

    def _check_secret(self, body: Json) -> None:
        platform = self.hub.platform
        wanted = platform.reader.read(SubscribeBody, body, where="aibot_subscribe")
        if not platform.limits.take(("subscribe", wanted.bot_id), Rate(platform.rules.subscribes_a_minute, MINUTE)):
            raise ApiError(Errcode.TOO_FREQUENT)
        bot = platform.corp.bots.get(wanted.bot_id)
        if bot is None or bot.secret != wanted.secret:
            refused = ApiError(Errcode.BOT_SECRET)
            refused.errcode = platform.rules.bad_secret_errcode
            raise refused

    async def _acknowledge(self, ack: Ack, call: Call, faults: dict[FaultKind, Fault], bot: Bot | None) -> None:
        platform = self.hub.platform
        delay = faults[FaultKind.ACK_DELAY].seconds if FaultKind.ACK_DELAY in faults else 0.0
        await platform.clock.wait(platform.rules.ack_seconds + delay)
        call.seconds = platform.clock.now - call.at
        self._in_flight.pop(ack["headers"]["req_id"], None)
        if bot:
            self.bot = bot
            self.hub.connected(bot, self)
        if FaultKind.ACK_LOST not in faults:
            await self._send(cast(Json, ack))

    async def _close(self, last: Frame | None, code: int) -> None:
        if self.half_open:
            return
        if last:
            await self._send(cast(Json, last))
        self.half_open = True
        try:
            await self.websocket.close(code)
        except (RuntimeError, WebSocketDisconnect):
            return

    async def _send(self, frame: Json) -> None:
        if self.half_open:
            return
        try:
            await self.websocket.send_text(json.dumps(frame, ensure_ascii=False))
        except (RuntimeError, WebSocketDisconnect):
            self.half_open = True

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_RESPONSES: Final[dict[str, Callable[[BotHub, Bot, str, int, Json], None]]] = {
    "aibot_respond_msg": speaking.respond,
    "aibot_respond_welcome_msg": speaking.welcome,
    "aibot_respond_update_msg": speaking.update,
}


def _planned(faults: dict[FaultKind, Fault]) -> ApiError | None:
    if FaultKind.ACK_ERROR in faults:
        return ApiError(faults[FaultKind.ACK_ERROR].errcode)
    return ApiError(Errcode.TOO_FREQUENT) if FaultKind.QUOTA_EXHAUSTED in faults else None


def _ack(call: Call, req_id: str, error: ApiError | None, body: Json | None = None) -> Ack:
    call.errcode = error.errcode if error else 0
    ack: Ack = {
        "headers": {"req_id": req_id},
        "errcode": call.errcode,
        "errmsg": error.errmsg if error else TEXTS[Errcode.OK],
    }
    if body:
        ack["body"] = body
    return ack
