"""What one person sees: their chats, and each message as their phone shows it now."""

import base64

from evals.emulators.wecom.cards.rules import Carrier
from evals.emulators.wecom.cards.shown import as_shown
from evals.emulators.wecom.core.chats import Message, State, private
from evals.emulators.wecom.core.wire import Json
from evals.emulators.wecom.platform import Platform

SHOWN_PICTURE = 512_000


def conversations(platform: Platform, userid: str) -> list[Json]:
    """The person's chats: groups, bots, apps that they see; of somebody on WeChat, the accounts they may write to."""
    if userid in platform.wechat.people:
        return _outside(platform, userid)
    corp = platform.corp
    groups: list[Json] = [
        {
            "chat": group.chatid,
            "name": group.name,
            "kind": "group",
            "bots": [{"bot_id": bot_id, "name": corp.bots[bot_id].name} for bot_id in group.bots],
        }
        for group in corp.groups.values()
        if userid in group.members
    ]
    bots: list[Json] = [
        {"chat": private(bot.bot_id, userid), "name": bot.name, "kind": "bot", "bot_id": bot.bot_id}
        for bot in corp.bots.values()
    ]
    apps: list[Json] = [
        {"chat": private(str(app.agentid), userid), "name": app.name, "kind": "app", "agentid": app.agentid}
        for app in corp.apps.values()
        if userid in app.visible
    ]
    return groups + bots + apps


def _outside(platform: Platform, userid: str) -> list[Json]:
    account = platform.wechat.account
    kf: list[Json] = [
        {"chat": private(one.open_kfid, userid), "name": one.name, "kind": "kf", "open_kfid": one.open_kfid}
        for one in platform.wechat.kf.values()
    ]
    buttons = [button for button in account.menu if userid in account.followers]
    return [*kf, {"chat": private(account.original_id, userid), "name": account.name, "kind": "oa", "menu": buttons}]


def transcript(platform: Platform, chat: str, userid: str) -> list[Json]:
    """The chat's messages as the person sees them, oldest first; recalled ones without their content."""
    return [shown(platform, message, userid) for message in platform.chats.of(chat)]


def shown(platform: Platform, message: Message, userid: str) -> Json:
    """One message: cards with texts cut as on a phone, and what their buttons now say."""
    found: Json = {
        "message_id": message.message_id,
        "sender": message.sender,
        "name": _name(platform, message.sender),
        "mine": message.sender == userid,
        "msgtype": message.msgtype,
        "at": message.at,
        "state": str(message.state),
        "delivered": message.delivered,
    }
    if message.state is State.RECALLED:
        return found
    found |= {
        "content": message.content,
        "filename": message.filename,
        "articles": message.articles,
        "mentions": list(message.mentions),
        "quote": platform.chats.find(message.quote).content if message.quote else "",
        "feedback": bool(message.feedback_id),
        "failed": userid in message.failed,
        "greyed": message.greyed.get(userid, ""),
    }
    if message.msgtype == "image" and len(message.data) <= SHOWN_PICTURE:
        found["image"] = base64.b64encode(message.data).decode()
    if (card := message.card_of(userid)) and card["card_type"] == "msgmenu":
        found["menu"] = card
    elif card:
        found["card"] = as_shown(card, _carrier(platform, message.sender))
    return found


def _carrier(platform: Platform, sender: str) -> Carrier:
    if sender in platform.corp.bots:
        return Carrier.BOT
    return Carrier.WEBHOOK if sender.startswith("webhook:") else Carrier.APP


def _name(platform: Platform, sender: str) -> str:
    corp, wechat = platform.corp, platform.wechat
    if sender in wechat.people:
        return wechat.people[sender].name
    if sender in wechat.kf:
        return wechat.kf[sender].name
    if sender == wechat.account.original_id:
        return wechat.account.name
    if sender in corp.users:
        return corp.users[sender].name
    if sender in corp.bots:
        return corp.bots[sender].name
    if sender.isdecimal() and int(sender) in corp.apps:
        return corp.apps[int(sender)].name
    return "消息推送"
