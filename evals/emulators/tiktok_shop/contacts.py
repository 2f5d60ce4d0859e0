"""Which shop knows which creator: what was said, who answered, and which contacts a week has cost."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from evals.emulators.clock import Clock
from evals.emulators.tiktok_shop.people import SAYINGS, Answer, Creator
from evals.emulators.tiktok_shop.sellers import LevelQuota, Shop

WEEK: Final = 7 * 86_400.0
FIRST_SUNDAY: Final = 3 * 86_400.0  # 4 January 1970


@dataclass(slots=True)
class Message:
    """One message of a conversation. Its index is its place, 0 while it is not written yet."""

    id: str
    index: int
    type: str
    content: str
    sender: str
    at: float


@dataclass(slots=True)
class Contact:
    """One shop and one creator. `coming`: what the creator will write, at its time."""

    id: str
    shop: Shop
    creator: Creator
    conversation: str = ""
    messages: list[Message] = field(default_factory=list)
    coming: list[Message] = field(default_factory=list)
    read_until: int = 0
    paired: bool = False
    invited: bool = False
    weeks: dict[int, bool] = field(default_factory=dict)

    def shown(self, now: float) -> list[Message]:
        """What both see, oldest first."""
        for message in sorted((one for one in self.coming if one.at <= now), key=lambda one: one.at):
            self.coming.remove(message)
            self.put(message)
        return self.messages

    def put(self, message: Message) -> None:
        """It stands after all others."""
        message.index = len(self.messages) + 1
        self.messages.append(message)

    def connected(self, now: float) -> bool:
        """Whether the creator has written, or has the shop's product in their showcase."""
        return self.paired or any(one.sender == self.creator.im_id for one in self.shown(now))

    def sent(self, now: float) -> int:
        """Messages of the shop."""
        return sum(one.sender == self.shop.im_id for one in self.shown(now))

    def unread(self, now: float) -> int:
        """Messages of the creator that the shop has not marked as read."""
        return sum(one.sender == self.creator.im_id and one.index > self.read_until for one in self.shown(now))


def nobody(contact: Contact, message: Message) -> None:
    """Tell no one."""


@dataclass(slots=True)
class Contacts:
    """All of them. Weeks begin on Sunday, 00:00 UTC. `told`: who hears of each message when it is put down."""

    clock: Clock
    rng: Random
    told: Callable[[Contact, Message], None] = nobody
    _all: dict[tuple[str, str], Contact] = field(default_factory=dict)

    def of(self, shop: Shop, creator: Creator) -> Contact:
        """The one, made when it is first asked for."""
        key = (shop.id, creator.open_id)
        if key not in self._all:
            self._all[key] = Contact(self._name(), shop, creator)
        return self._all[key]

    def all_of(self, shop: Shop) -> list[Contact]:
        """Those of a shop that wrote, were written to or invited, in the order they were first met."""
        now = self.clock.now
        return [one for one in self._all.values() if one.shop is shop and (one.shown(now) or one.invited)]

    def talks(self) -> list[Contact]:
        """Those of every shop that have a conversation."""
        return [one for one in self._all.values() if one.conversation]

    def talk(self, shop: Shop, conversation: str) -> Contact | None:
        """The one whose conversation it is."""
        return next((one for one in self._all.values() if one.shop is shop and one.conversation == conversation), None)

    def week(self) -> tuple[float, float]:
        """When the running week began and when it ends."""
        begun = self.clock.now - (self.clock.now - FIRST_SUNDAY) % WEEK
        return begun, begun + WEEK

    def used(self, shop: Shop, quota: LevelQuota) -> tuple[int, int]:
        """Contacts of levels that this week has cost: of the period, of the bonus."""
        number = self._week_number()
        costs = [one.weeks[number] for one in self._all.values()
                 if one.shop is shop and number in one.weeks and one.creator.level in quota.levels]  # fmt: skip
        return sum(not of_bonus for of_bonus in costs), sum(costs)

    def free(self, contact: Contact) -> bool:
        """Whether one more message or invitation costs nothing."""
        now = self.clock.now
        return contact.connected(now) or contact.shop.unlimited or self._week_number() in contact.weeks

    def room(self, shop: Shop, level: int) -> int:
        """How many more unconnected creators of a level fit into the week."""
        found = [quota for quota in shop.quotas if level in quota.levels]
        return sum(quota.period + quota.bonus - sum(self.used(shop, quota)) for quota in found)

    def charge(self, contact: Contact) -> bool:
        """Whether the week's quota allows writing to them; what it costs is counted, the bonus first."""
        if self.free(contact):
            return True
        for quota in contact.shop.quotas:
            if contact.creator.level not in quota.levels:
                continue
            of_period, of_bonus = self.used(contact.shop, quota)
            if of_bonus < quota.bonus or of_period < quota.period:
                contact.weeks[self._week_number()] = of_bonus < quota.bonus
                return True
        return False

    def begin_anew(self) -> None:
        """As on Sunday, while the clock stands: for a product whose own clock cannot be moved."""
        for contact in self._all.values():
            contact.weeks.clear()

    def say(self, contact: Contact, kind: str, content: str) -> Message:
        """The shop writes; what the creator answers is put down for its time, once until they have answered."""
        contact.shown(self.clock.now)
        said = Message(self._name(), 0, kind, content, contact.shop.im_id, self.clock.now)
        contact.put(said)
        self.told(contact, said)
        creator = contact.creator
        if creator.answer is not Answer.SILENCE and not contact.coming:
            self.answer(contact, SAYINGS[creator.answer], after=creator.answer_seconds)
        return said

    def answer(self, contact: Contact, text: str, *, after: float = 0.0, kind: str = "TEXT") -> Message:
        """The creator writes, so many seconds from now."""
        content = json.dumps({"content": text}, ensure_ascii=False)
        message = Message(self._name(), 0, kind, content, contact.creator.im_id, self.clock.now + after)
        contact.coming.append(message)
        self.told(contact, message)
        return message

    def as_read(self, message: Message, contact: Contact) -> dict[str, Any]:
        """A message as reading it shows it."""
        body = {
            "id": message.id,
            "type": message.type,
            "content": as_shown(message.type, message.content),
            "sender_id": message.sender,
            "create_time": str(int(message.at)),
            "conversation_id": contact.conversation,
        }
        return {"conversation_index": str(message.index), "message_body": body}

    def _name(self) -> str:
        return f"7{self.rng.randrange(10**17, 10**18)}"

    def _week_number(self) -> int:
        return int((self.clock.now - FIRST_SUNDAY) // WEEK)


def as_shown(kind: str, content: str) -> str:
    """A card as it reads: a collaboration's goes by another key there than it is sent under."""
    if kind != "TARGET_COLLABORATION_CARD":
        return content
    return json.dumps({"invitation_group_id": json.loads(content)["target_collaboration_id"]})
