"""What WeChat users do, over HTTP: the part of the control side that is no corp's."""

import base64
from dataclasses import asdict, dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.wechat import Mode
from evals.emulators.wecom.core.wire import Json
from evals.emulators.wecom.server import Emulator


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Tap(_Wish):
    """Somebody taps a line of a menu message, or presses a button of the account's menu (`key`)."""

    user: str
    message_id: str = ""
    key: str


class Enter(_Wish):
    """Somebody opens a chat with an account of 微信客服, by a link with what it says."""

    user: str
    open_kfid: str
    scene: str = ""
    scene_param: str = ""


class Follow(_Wish):
    """Somebody follows the Official Account, scans its code again, or follows it no more."""

    user: str
    scene: str = ""
    ends: bool = False


class Serving(_Wish):
    """A servicer takes a session over, answers in it, or ends it."""

    user: str
    open_kfid: str
    servicer: str
    does: Literal["takes", "replies", "ends"]
    content: str = ""


class AccountAddress(_Wish):
    """The Official Account's address and mode, as saved in its console."""

    url: str
    mode: Mode = Mode.SAFE


@dataclass(frozen=True, slots=True)
class Outside:
    """Answers for WeChat's side of one emulator."""

    emulator: Emulator

    def says(self, channel: Literal["kf", "oa"], user: str, content: str, *, open_kfid: str) -> Message:
        """Somebody types."""
        if channel == "kf":
            return self.emulator.kf.people.says(user, content, open_kfid=open_kfid)
        return self.emulator.oa.people.says(user, content)

    def sends(self, channel: Literal["kf", "oa"], user: str, filename: str, file: str, *, open_kfid: str) -> Message:
        """Somebody sends a picture or, to 微信客服, a file."""
        content = base64.b64decode(file)
        if channel == "oa":
            return self.emulator.oa.people.sends_picture(user, filename, content)
        kind = "image" if filename.lower().endswith((".png", ".jpg", ".jpeg")) else "file"
        return self.emulator.kf.people.sends_file(user, filename, content, kind=kind, open_kfid=open_kfid)

    async def tap(self, request: Request) -> Json:
        """Carry out a tap."""
        wish = Tap.model_validate_json(await request.body())
        if not wish.message_id:
            self.emulator.oa.people.presses(wish.user, wish.key)
            return {}
        people = self.emulator.oa.people if self._is_account(wish.message_id) else self.emulator.kf.people
        return {"message_id": people.taps(wish.user, wish.message_id, wish.key).message_id}

    async def enter(self, request: Request) -> Json:
        """Carry out an entering."""
        wish = Enter.model_validate_json(await request.body())
        return self.emulator.kf.people.enters(
            wish.user, open_kfid=wish.open_kfid, scene=wish.scene, scene_param=wish.scene_param
        )

    async def follow(self, request: Request) -> Json:
        """Carry out a following."""
        wish = Follow.model_validate_json(await request.body())
        if wish.ends:
            self.emulator.oa.people.unfollows(wish.user)
        else:
            self.emulator.oa.people.follows(wish.user, scene=wish.scene)
        return {}

    async def serve(self, request: Request) -> Json:
        """Carry out what a servicer does."""
        wish = Serving.model_validate_json(await request.body())
        people = self.emulator.kf.people
        if wish.does == "takes":
            people.takes_over(wish.servicer, wish.user, open_kfid=wish.open_kfid)
        elif wish.does == "ends":
            people.ends(wish.servicer, wish.user, open_kfid=wish.open_kfid)
        else:
            people.replies(wish.servicer, wish.user, wish.content, open_kfid=wish.open_kfid)
        return {}

    async def verify_account(self, request: Request) -> Json:
        """Save the Official Account's address, if it passes the check."""
        wish = AccountAddress.model_validate_json(await request.body())
        account = self.emulator.platform.wechat.account
        before, account.url = account.url, wish.url
        check = await self.emulator.oa.callbacks.verify_url()
        if check.passed:
            account.mode = wish.mode
        else:
            account.url = before
        return asdict(check)

    def console(self) -> Json:
        """What the consoles of 微信客服 and the Official Account show."""
        account = self.emulator.platform.wechat.account
        return {
            "kf": [asdict(one) for one in self.emulator.platform.wechat.kf.values()],
            "account": {
                "appid": account.appid,
                "original_id": account.original_id,
                "secret": account.secret,
                "token": account.token,
                "aes_key": account.aes_key,
                "mode": account.mode,
                "url": account.url,
            },
        }

    def _is_account(self, message_id: str) -> bool:
        chat = self.emulator.platform.chats.find(message_id).chat
        return chat.startswith(self.emulator.platform.wechat.account.original_id)
