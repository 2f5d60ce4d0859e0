"""The people's side over HTTP: what they do and see, what the console shows, time and faults. Behind a random token."""

import base64
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.errors import ApiError
from evals.emulators.wecom.core.faults import Fault
from evals.emulators.wecom.core.wire import Json
from evals.emulators.wecom.phone.cards import NotShown
from evals.emulators.wecom.phone.outside import Outside
from evals.emulators.wecom.phone.transcript import conversations, shown, transcript
from evals.emulators.wecom.server import Emulator

PAGE: Final = ("page.html", "page.js", "markdown.js", "page.css")
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")


class UserSays(_Wish):
    """A person types or uploads. `chat` and `mention` belong to groups, `open_kfid` to 微信客服; `file` is base64."""

    user: str
    channel: Literal["app", "aibot_ws", "kf", "oa"]
    type: Literal["text", "file", "voice"] = "text"
    content: str = ""
    file: str = ""
    filename: str = ""
    chat: str = ""
    mention: bool = True
    bot_id: str = ""
    agentid: int = 0
    open_kfid: str = ""
    quote: str = ""


class Click(_Wish):
    """A person presses a card's button or a line of its corner menu."""

    user: str
    message_id: str
    key: str
    selected: dict[str, list[str]] = Field(default_factory=dict)


class Feedback(_Wish):
    """A person judges an answer."""

    user: str
    message_id: str
    type: Literal[1, 2, 3]
    content: str = ""
    reasons: list[int] = Field(default_factory=list)


class Doing(_Wish):
    """A person opens a bot's chat, or does something in an app."""

    user: str
    bot_id: str = ""
    agentid: int = 0
    event: str = "enter_agent"
    key: str = ""


class Address(_Wish):
    """An app's callback address, as saved in the console."""

    agentid: int
    url: str


class Advance(_Wish):
    """How far to move the clock, in seconds."""

    advance: float = Field(ge=0)


@dataclass(frozen=True, slots=True)
class Control:
    """Answers for one emulator to who holds the token."""

    emulator: Emulator
    token: str

    def application(self) -> Starlette:
        """The page for anybody, everything else under /_ctl/ for the token."""
        asked = {
            "people": self._people,
            "transcript": self._transcript,
            "calls": self._calls,
            "console": self._console,
        }
        outside = Outside(self.emulator)
        done = {
            "tap": outside.tap,
            "enter_session": outside.enter,
            "follow": outside.follow,
            "serve": outside.serve,
            "verify_account": outside.verify_account,
            "user_says": self._user_says,
            "click": self._click,
            "menu_click": self._click,
            "feedback": self._feedback,
            "enter_chat": self._enter_chat,
            "in_app": self._in_app,
            "verify_url": self._verify_url,
            "clock": self._clock,
            "faults": self._faults,
        }
        routes = [Route("/" if name == "page.html" else f"/{name}", partial(_file, name)) for name in PAGE]
        routes += [Route(f"/_ctl/{name}", partial(self._guarded, act)) for name, act in asked.items()]
        routes += [Route(f"/_ctl/{name}", partial(self._guarded, act), methods=["POST"]) for name, act in done.items()]
        return Starlette(routes=routes)

    async def _guarded(self, act: Callable[[Request], Awaitable[Json]], request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            return JSONResponse({"error": "token"}, status_code=401)
        try:
            return JSONResponse(await act(request), headers=HEADERS)
        except (NotShown, ApiError) as refused:
            return JSONResponse({"error": type(refused).__name__, "what": str(refused)}, status_code=409)
        except (KeyError, ValueError) as wrong:
            what = wrong.errors()[0]["msg"] if isinstance(wrong, ValidationError) else str(wrong)
            return JSONResponse({"error": type(wrong).__name__, "what": what}, status_code=400)

    async def _people(self, _: Request) -> Json:
        platform = self.emulator.platform
        names = {user.userid: user.name for user in platform.corp.users.values()}
        names |= {person.userid: person.name for person in platform.wechat.people.values()}
        return {
            "users": [
                {"userid": userid, "name": name, "chats": conversations(platform, userid)}
                for userid, name in names.items()
            ]
        }

    async def _transcript(self, request: Request) -> Json:
        platform, user = self.emulator.platform, request.query_params["user"]
        chat = request.query_params["chat"]
        if user not in platform.chats.members(chat):
            raise NotShown(chat)
        self.emulator.hub.expire_all()
        return {"now": platform.clock.now, "messages": transcript(platform, chat, user)}

    async def _calls(self, request: Request) -> Json:
        records = self.emulator.platform.records
        after = int(request.query_params.get("after", "0"))
        return {"calls": [asdict(call) for call in records.calls[after:]], "warnings": records.warnings}

    async def _console(self, _: Request) -> Json:
        return console(self.emulator)

    async def _user_says(self, request: Request) -> Json:
        wish = UserSays.model_validate_json(await request.body())
        message = self._said(wish)
        return shown(self.emulator.platform, message, wish.user)

    def _said(self, wish: UserSays) -> Message:
        phone = self.emulator.phone
        if wish.channel in ("kf", "oa"):
            outside = Outside(self.emulator)
            if wish.type == "file":
                return outside.sends(wish.channel, wish.user, wish.filename, wish.file, open_kfid=wish.open_kfid)
            return outside.says(wish.channel, wish.user, wish.content, open_kfid=wish.open_kfid)
        content = base64.b64decode(wish.file)
        if wish.channel == "app":
            if wish.type == "file":
                return phone.sends_picture_to_app(wish.user, wish.filename, content, agentid=wish.agentid)
            return phone.says_to_app(wish.user, wish.content, agentid=wish.agentid)
        if wish.chat:
            if wish.type == "file":
                return phone.sends_pictures_to_bot(
                    wish.user, wish.content, [content], bot_id=wish.bot_id, chatid=wish.chat
                )
            mention = wish.bot_id if wish.mention else None
            return phone.says_in_group(wish.user, wish.content, chatid=wish.chat, mention=mention, quote=wish.quote)
        if wish.type == "file":
            return phone.sends_file_to_bot(wish.user, wish.filename, content, bot_id=wish.bot_id)
        if wish.type == "voice":
            return phone.speaks_to_bot(wish.user, wish.content, bot_id=wish.bot_id)
        return phone.says_to_bot(wish.user, wish.content, bot_id=wish.bot_id, quote=wish.quote)

    async def _click(self, request: Request) -> Json:
        wish = Click.model_validate_json(await request.body())
        self.emulator.phone.presses(wish.user, wish.message_id, wish.key, wish.selected)
        return {}

    async def _feedback(self, request: Request) -> Json:
        wish = Feedback.model_validate_json(await request.body())
        self.emulator.phone.judges(
            wish.user, wish.message_id, kind=wish.type, content=wish.content, reasons=wish.reasons
        )
        return {}

    async def _enter_chat(self, request: Request) -> Json:
        wish = Doing.model_validate_json(await request.body())
        return {"first_today": self.emulator.phone.enters_chat(wish.user, bot_id=wish.bot_id)}

    async def _in_app(self, request: Request) -> Json:
        wish = Doing.model_validate_json(await request.body())
        self.emulator.phone.does_in_app(wish.user, wish.event, agentid=wish.agentid, key=wish.key)
        return {}

    async def _verify_url(self, request: Request) -> Json:
        """Save a callback address, if it passes the check."""
        wish = Address.model_validate_json(await request.body())
        app = self.emulator.platform.corp.apps[wish.agentid]
        before, app.callback.url = app.callback.url, wish.url
        check = await self.emulator.callbacks.verify_url(app)
        if not check.passed:
            app.callback.url = before
        return asdict(check)

    async def _clock(self, request: Request) -> Json:
        wish = Advance.model_validate_json(await request.body())
        await self.emulator.platform.clock.advance(wish.advance)
        return {"now": self.emulator.platform.clock.now}

    async def _faults(self, request: Request) -> Json:
        """Plan a fault; an empty body takes all of them back."""
        body = await request.body()
        if body:
            self.emulator.platform.faults.add(Fault.model_validate_json(body))
        else:
            self.emulator.platform.faults.clear()
        return {}


def console(emulator: Emulator) -> Json:
    """What the administrator's console shows: addresses, ids, secrets, keys."""
    corp = emulator.platform.corp
    return {
        "api_base": f"{emulator.base_url}/cgi-bin/",
        "ws_url": emulator.ws_url,
        "corpid": corp.corpid,
        "bots": [asdict(bot) for bot in corp.bots.values()],
        "apps": [
            {
                "agentid": app.agentid,
                "name": app.name,
                "secret": app.secret,
                "callback": asdict(app.callback),
            }
            for app in corp.apps.values()
        ],
        "webhooks": [
            {"chat": hook.chatid, "url": f"{emulator.base_url}/cgi-bin/webhook/send?key={hook.key}"}
            for hook in corp.webhooks.values()
        ],
        **Outside(emulator).console(),
    }


async def _file(name: str, _: Request) -> Response:
    return FileResponse(Path(__file__).parent / name, headers=HEADERS)
