"""A send list in memory, for tests of surfaces: copying lends a text, a mark moves the item."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from memory.domain.cards import SendListCard, SendListRow
from memory.domain.errors import Conflict, NotFound
from memory.domain.hand_forms import HandOut, MarkByHand
from memory.domain.ids import DraftId

_TEXTS = {
    "unsure": "发了没有？",
    "mine": "在你手里",
    "ready": "可以发",
    "theirs": "在 周予安 手里",
    "night": "当地夜间",
    "held": "暂不能发：对方要求不再联系",
    "failed": "没发成",
    "done": "已发",
}
_AFTER = {"sent": "done", "failed": "failed", "again": "ready", "undone": "unsure"}


@dataclass
class FakeSendList:
    """Seven items; number 3 is somebody else's whatever one tries."""

    places: dict[int, str] = field(
        default_factory=lambda: {
            1: "ready", 2: "ready", 3: "theirs", 4: "night", 5: "unsure", 6: "held", 7: "failed",
        }
    )  # fmt: skip
    attempts: dict[int, int] = field(default_factory=dict)
    nights: list[int] = field(default_factory=list)
    taken_meanwhile: set[int] = field(default_factory=set)

    def card(self, now: datetime) -> SendListCard:
        """The list as it is."""
        return SendListCard(
            as_of=now, items=tuple(self._row(number, now) for number in self.places), night_by_hand=True
        )

    def _row(self, number: int, now: datetime) -> SendListRow:
        place = self.places[number]
        return SendListRow(
            draft=DraftId(700 + number),
            batch="K7",
            number=number,
            handle=f"maker.{number}",
            profile_url=f"https://tiktok.example.com/@maker.{number}" if number != 2 else None,
            place=place,
            place_text=_TEXTS[place],
            language="en",
            text=text_of(number) if place == "mine" else None,
            zone="America/Los_Angeles" if number % 2 else "America/New_York",
            zone_estimated=number == 2,
            until=now + timedelta(hours=9) if place == "night" else None,
            holder="周予安" if place == "theirs" else "林知夏",
            attempt=self.attempts.get(number, 0),
            may_mark=place in ("mine", "unsure", "done"),
        )

    def hand_out(self, form: HandOut) -> None:
        """Lend a text."""
        number = self._number(form.draft)
        if number in self.taken_meanwhile:
            self.places[number] = "theirs"
        if self.places[number] == "theirs":
            raise Conflict("hand_refused", why="K7 的 1：在 周予安 手里")
        if form.night:
            self.nights.append(number)
        if self.places[number] != "mine":
            self.attempts[number] = self.attempts.get(number, 0) + 1
        self.places[number] = "mine"

    def mark(self, form: MarkByHand) -> str:
        """Move an item."""
        number = self._number(form.draft)
        if form.attempt != self.attempts.get(number, 0):
            raise Conflict("hand_refused", why="这一条刚刚变了")
        if form.said == "skipped":
            del self.places[number]
        else:
            self.places[number] = _AFTER[form.said]
        return f"K7 的 {number}：已记下"

    def _number(self, draft: DraftId) -> int:
        if draft - 700 not in self.places:
            raise NotFound("hand_gone")
        return draft - 700


def text_of(number: int) -> str:
    """What is approved for an item."""
    return f"Hi maker {number}!\n\nWe'd love to send you our fountain — 18% commission.  <3"
