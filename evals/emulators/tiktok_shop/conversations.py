"""Talking with creators: one conversation for each pair, messages with their limits, what is unread."""

from dataclasses import dataclass
from typing import Final

from pydantic import Field

from evals.emulators.tiktok_shop.asked import Asked
from evals.emulators.tiktok_shop.contacts import Contact
from evals.emulators.tiktok_shop.contents import checked, shown
from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.faults import RECEIPTS
from evals.emulators.tiktok_shop.outreach import under_cap
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.wire import Json, Part, flag, read, whole

MOST_LISTED, MOST_MESSAGES, MOST_READ = 50, 20, 20
NEWEST_SECONDS: Final = 60.0


class _CreateBody(Part):
    creator_open_id: str
    only_need_conversation_id: bool = True


class _SendBody(Part):
    msg_type: str
    content: str


class _ReadBody(Part):
    conversation_ids: list[str] = Field(min_length=1, max_length=MOST_READ)


@dataclass(slots=True)
class Conversations:
    """Conversations of shops."""

    platform: Platform

    def create(self, asked: Asked) -> Json:
        """Get or make the pair's conversation. Raises ApiError 45101003."""
        body = read(_CreateBody, asked.body)
        creator = self.platform.people.get(body.creator_open_id)
        if creator is None:
            raise ApiError(Code.CREATOR_UNKNOWN)
        contact = self.platform.contacts.of(asked.shop_of(), creator)
        is_new = not contact.conversation
        contact.conversation = contact.conversation or self.platform.name()
        if body.only_need_conversation_id:
            return {"conversation_id": contact.conversation}
        return {
            "conversation_id": contact.conversation,
            "creator_im_id": creator.im_id,
            "is_new": is_new,
            "unread_count": contact.unread(self.platform.clock.now),
            "username": creator.username,
            "avatar": {"url": "https://avatars.example/expires"},
        }

    def send(self, asked: Asked) -> Json:
        """Write to a creator. Raises ApiError for what cannot be read, the blocked, and what no quota is left for."""
        contact = self._contact(asked)
        body = read(_SendBody, asked.body)
        shown(checked(body.msg_type, body.content), self.platform, contact)
        self._allow(contact)
        message = self.platform.contacts.say(contact, body.msg_type, body.content)
        if self.platform.faults.due("conversations/send", RECEIPTS):
            return {}
        return {"message_id": message.id}

    def messages(self, asked: Asked) -> Json:
        """One page of a conversation, newest first."""
        contact, now = self._contact(asked), self.platform.clock.now
        size = whole(asked.query, "page_size", MOST_MESSAGES, most=MOST_MESSAGES)
        before = whole(asked.query, "page_token", 10**9, most=10**9) if asked.query.get("page_token") else 10**9
        shown = contact.shown(now)[::-1]
        later = [one for one in shown if one.index < before]
        page = later[:size]
        has_more = len(later) > size
        return {
            "messages": [self.platform.contacts.as_read(one, contact) for one in page],
            "has_more": has_more,
            "next_page_token": str(page[-1].index) if has_more else "",
        }

    def listed(self, asked: Asked) -> Json:
        """Conversations of a shop, those with the newest message first."""
        wanted = asked.query.get("conversation_status", "ALL")
        if wanted not in ("ALL", "UNREAD", "UNREPLY"):
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: conversation_status")
        size = whole(asked.query, "page_size", MOST_READ, most=MOST_LISTED)
        start = whole(asked.query, "page_token", 0, least=0, most=10**9) if asked.query.get("page_token") else 0
        only_id = flag(asked.query, "only_need_conversation_id", default=True)
        found = [one for one in self._talks(asked) if self._is(one, wanted)]
        page = found[start : start + size]
        has_more = start + size < len(found)
        return {
            "conversations": [{"id": one.conversation} if only_id else self._row(one) for one in page],
            "has_more": has_more,
            "next_page_token": str(start + size) if has_more else "",
        }

    def newest(self, asked: Asked) -> Json:
        """What creators wrote within the last minute."""
        now = self.platform.clock.now
        found = []
        for one in self._talks(asked):
            last = one.shown(now)[-1]
            if last.sender == one.creator.im_id and now - last.at <= NEWEST_SECONDS:
                found.append({"conversation_id": one.conversation, "type": last.type, "content": last.content,
                              "sender_id": last.sender, "unread_message_count": one.unread(now)})  # fmt: skip
        return {"newest_message_list": found}

    def mark_read(self, asked: Asked) -> Json:
        """Mark conversations as read; those that are none of the shop's come back."""
        failed = []
        for wanted in read(_ReadBody, asked.body).conversation_ids:
            contact = self.platform.contacts.talk(asked.shop_of(), wanted)
            if contact is None:
                failed.append(wanted)
                continue
            contact.read_until = max((one.index for one in contact.shown(self.platform.clock.now)), default=0)
        return {"failed_conversation_ids": failed}

    def _allow(self, contact: Contact) -> None:
        now, shop = self.platform.clock.now, contact.shop
        if shop.id in contact.creator.blocked:
            raise ApiError(Code.IM_BLOCKED)
        if contact.connected(now):
            return
        if contact.sent(now) >= self.platform.rules.messages_before_reply:
            raise ApiError(Code.IM_REFUSED, "The creator has not answered the last messages")
        if not under_cap(shop, contact.creator):
            raise ApiError(Code.IM_REFUSED, "The creator has more followers than this tier may contact")
        if not self.platform.contacts.charge(contact):
            raise ApiError(Code.IM_REFUSED, "The quota of this week is used up")

    def _contact(self, asked: Asked) -> Contact:
        contact = self.platform.contacts.talk(asked.shop_of(), asked.path["conversation_id"])
        if contact is None:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: conversation_id")
        return contact

    def _talks(self, asked: Asked) -> list[Contact]:
        now = self.platform.clock.now
        talks = [one for one in self.platform.contacts.all_of(asked.shop_of()) if one.shown(now)]
        return sorted(talks, key=lambda one: -one.shown(now)[-1].at)

    def _is(self, contact: Contact, wanted: str) -> bool:
        now = self.platform.clock.now
        if wanted == "UNREAD":
            return contact.unread(now) > 0
        return wanted == "ALL" or contact.shown(now)[-1].sender == contact.creator.im_id

    def _row(self, contact: Contact) -> Json:
        return {
            "id": contact.conversation,
            "creator_im_id": contact.creator.im_id,
            "username": contact.creator.username,
            "avatar": {"url": "https://avatars.example/expires"},
            "unread_count": contact.unread(self.platform.clock.now),
        }
