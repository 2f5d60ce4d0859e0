"""What an app answers a callback with: nothing, or one sealed reply that must open and fit the moment."""

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from evals.emulators.wecom.app import xml
from evals.emulators.wecom.cards.reading import as_json, read_card
from evals.emulators.wecom.cards.rules import Carrier
from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.core.corp import App
from evals.emulators.wecom.core.crypto import Envelope, Unsealed
from evals.emulators.wecom.core.errors import ApiError
from evals.emulators.wecom.core.wire import cut
from evals.emulators.wecom.platform import Platform

TEXT_BYTES: Final = 2_048
REPLIES: Final = frozenset({"text", "image", "voice", "video", "news"})
CARD_REPLIES: Final = REPLIES | {"update_button", "update_template_card"}


@dataclass(frozen=True, slots=True)
class Passive:
    """Reads passive replies."""

    platform: Platform

    def take(self, envelope: Envelope, body: str, *, userid: str, app: App, clicked: Message | None) -> str:
        """Carry out a reply; what is wrong with it, or nothing. A wrong one is shown to nobody."""
        if body in ("", "success"):
            return ""
        try:
            reply = self._opened(envelope, body)
            return self._carry_out(reply, userid=userid, app=app, clicked=clicked)
        except (xml.NotXml, Unsealed) as wrong:
            return f"{type(wrong).__name__}: {wrong}"
        except ApiError as refused:
            return str(refused)

    def _opened(self, envelope: Envelope, body: str) -> Element:
        outer = xml.read(body)
        parts = [outer.findtext(name, "") for name in ("MsgSignature", "TimeStamp", "Nonce", "Encrypt")]
        return xml.read(envelope.open(*parts))

    def _carry_out(self, reply: Element, *, userid: str, app: App, clicked: Message | None) -> str:
        if reply.findtext("ToUserName") != userid or reply.findtext("FromUserName") != self.platform.corp.corpid:
            return "ToUserName or FromUserName"
        kind = reply.findtext("MsgType", "")
        if kind not in (CARD_REPLIES if clicked else REPLIES):
            return f"MsgType {kind}"
        if kind == "update_button" and clicked:
            clicked.greyed[userid] = reply.findtext("Button/ReplaceName", "")
            self.platform.records.ring()
        elif kind == "update_template_card" and clicked:
            self._replace(reply, clicked, userid)
        else:
            self._show(reply, kind, userid=userid, app=app)
        return ""

    def _replace(self, reply: Element, clicked: Message, userid: str) -> None:
        element = reply.find("TemplateCard")
        wanted = xml.card_json(element) if element is not None else {}
        if clicked.card and "task_id" not in wanted:
            wanted["task_id"] = clicked.card.get("task_id", "")
        card = read_card(self.platform.reader, wanted, Carrier.APP)
        self.platform.chats.replace_card(clicked, as_json(card), [userid])

    def _show(self, reply: Element, kind: str, *, userid: str, app: App) -> None:
        chat, sender = private(str(app.agentid), userid), str(app.agentid)
        if kind == "text":
            self.platform.chats.post(chat, sender, kind, content=cut(reply.findtext("Content", ""), TEXT_BYTES))
        elif kind == "news":
            articles = [{child.tag.lower(): child.text or "" for child in item} for item in reply.iter("item")]
            self.platform.chats.post(chat, sender, kind, articles=articles)
        else:
            media_id = reply.findtext(f"{kind.capitalize()}/MediaId", "")
            media = self.platform.media.use(media_id, owner=self.platform.corp.corpid)
            self.platform.chats.post(chat, sender, kind, filename=media.filename, data=media.content)
