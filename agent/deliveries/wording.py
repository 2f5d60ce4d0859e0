"""What a push says: a heading with the brand, a line an item, what to do. Foreign text is quoted, tamed and masked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from agent.cards import wording
from agent.cards.drafts import flag_text
from agent.guardrails.contacts import mask
from connectors.ports.channels import Chat, Page, Push
from memory.domain.cards import ChartCard
from memory.domain.deliveries import Delivery, Parcel, PushKind, Subject
from memory.domain.outreach import Flag
from memory.domain.workspace import Lang
from prompts.render import Texts

QUOTED = 120  # characters of a creator's text
_BATCHES = 3  # that are named in a line
_NUMBERS = 40  # characters of the numbers of one
_CALLS = (PushKind.NUDGE, PushKind.TROUBLE, PushKind.SHOP)  # somebody must do something
_ONE_LINE = (PushKind.TEST, PushKind.DECIDED)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# Signs that a client could read as a link, a picture, a mention or a heading become their full-width look-alikes.
_TAMED = {ord(sign): ord(sign) + 0xFEE0 for sign in "<>[]*`#|@"}


@dataclass(frozen=True, slots=True)
class PushWords:
    """Words parcels in the language of their channel, Chinese unless it says English. No words hold a link.

    `address`: where browsers reach our pages, None where they are this machine's alone.
    """

    texts: Texts
    address: str | None = None

    def say(self, parcel: Parcel) -> Push:
        """The whole message; times on the team's clock."""
        lang: Lang = "en" if parcel.channel.options.get("lang") == "en" else "zh"
        kind = parcel.deliveries[0].kind
        mark = [self.texts.say("demo_mark", lang)] if parcel.audience.is_demo else []
        if kind is PushKind.DIGEST:  # worded when it was made, in the language it was asked for
            text = "\n".join([*mark, _text(parcel.deliveries[0].subject, "text")])
            chat, page = _chat(parcel.deliveries[0]), self._page(parcel, lang)
            return Push(text, brand=parcel.audience.brand_id, chat=chat, page=page)
        if kind is PushKind.PICTURE:
            alt = chart_of(parcel.deliveries[0]).alt
            return Push("\n".join([*mark, alt]), brand=parcel.audience.brand_id, chat=_chat(parcel.deliveries[0]))
        head = self._head(kind, parcel, lang)
        is_short = kind in _ONE_LINE
        lines = [] if is_short else self._lines(parcel, lang)
        foot = [] if is_short else [self.texts.say(f"push_{kind}_foot", lang)]
        text = "\n".join([*mark, head, *lines, *foot])
        of = parcel.deliveries[0].subject
        settles = _text(of, "batch") if kind is PushKind.DECIDED and of.get("over") else ""
        return Push(text, kind in _CALLS, parcel.audience.brand_id, _chat(parcel.deliveries[0]), settles)

    def _page(self, parcel: Parcel, lang: Lang) -> Page | None:
        """The page of figures, of the brand that whoever opens it has chosen there."""
        if self.address is None:
            return None
        title = self.texts.say("push_page_title", lang, brand=tame(parcel.audience.brand))
        return Page(title, self.texts.say("push_page_about", lang), f"{self.address.rstrip('/')}/performance")

    def _head(self, kind: PushKind, parcel: Parcel, lang: Lang) -> str:
        brand, count = tame(parcel.audience.brand), len(parcel.deliveries)
        if kind is PushKind.TEST:
            by = tame(_text(parcel.deliveries[0].subject, "by"))
            return self.texts.say("push_test", lang, brand=brand, by=by)
        if kind is PushKind.DECIDED:
            return self._decided(parcel.deliveries[0].subject, lang)
        return self.texts.say(f"push_{kind}_head", lang, brand=brand, count=count)

    def _decided(self, of: Subject, lang: Lang) -> str:
        verdicts = [(verdict, _text(of, verdict)) for verdict in ("approved", "rejected")]
        said = [
            self.texts.say(f"push_decided_{verdict}", lang, numbers=tame(runs)) for verdict, runs in verdicts if runs
        ]
        what = ("，" if lang == "zh" else ", ").join(said)
        return self.texts.say("push_decided", lang, batch=_text(of, "batch"), by=tame(_text(of, "by")), what=what)

    def _lines(self, parcel: Parcel, lang: Lang) -> list[str]:
        """A line an item; trouble of one reason is one line, however much there is of it."""
        alike: dict[object, list[Delivery]] = {}
        for one in parcel.deliveries:
            alike.setdefault(one.reason or one.id, []).append(one)
        return [
            self._line(group[0], lang, parcel.audience.zone)
            if len(group) == 1
            else self._troubles([one.subject for one in group], lang)
            for group in alike.values()
        ]

    def _troubles(self, group: Sequence[Subject], lang: Lang) -> str:
        """「> K7 第 1-40 条、K8 第 3 条，共 41 条：原因。怎么办」; of many batches the first."""
        numbers: dict[str, list[int]] = {}
        for of in group:
            numbers.setdefault(_text(of, "batch"), []).append(int(_text(of, "number")))
        runs = {batch: _short(wording.ranges(found, lang)) for batch, found in numbers.items()}
        which = [self.texts.say("push_trouble_of", lang, batch=batch, numbers=runs[batch]) for batch in runs]
        first, rest = group[0], len(which) - _BATCHES
        why = self._why(first, lang).rstrip("。.")
        if any(of.get("facts") != first.get("facts") for of in group):
            why = self.texts.say("push_trouble_such_as", lang, handle=tame(_text(first, "handle")), why=why)
        what = self._what_to_do({**first, "number": runs[_text(first, "batch")]}, lang)
        if len(which) > 1:
            what = self.texts.say("push_trouble_likewise", lang, what=what)
        more = self.texts.say("push_trouble_batches", lang, count=rest) if rest > 0 else ""
        listed = wording.listed(which[:_BATCHES], lang) + more
        return self.texts.say("push_troubles_line", lang, which=listed, count=len(group), why=why, what=what)

    def _line(self, delivery: Delivery, lang: Lang, zone: str) -> str:
        of = delivery.subject
        match delivery.kind:
            case PushKind.ANSWER:
                intent = self.texts.say(f"push_intent_{_text(of, 'intent')}", lang)
                return self.texts.say(
                    "push_answer_line", lang, handle=tame(_text(of, "handle")), intent=intent,
                    text=quoted(_text(of, "text")),
                )  # fmt: skip
            case PushKind.TROUBLE:
                why = self._why(of, lang).rstrip("。.")
                return self.texts.say(
                    "push_trouble_line", lang, batch=_text(of, "batch"), number=_text(of, "number"),
                    handle=tame(_text(of, "handle")), why=why, what=self._what_to_do(of, lang),
                )  # fmt: skip
            case PushKind.CAMPAIGN:
                return self.texts.say(
                    f"push_campaign_{_text(of, 'event')}", lang, name=tame(_text(of, "name")), count=_text(of, "count")
                )
            case PushKind.SHOP:
                return self.texts.say(f"push_shop_{_text(of, 'event')}", lang, shop=tame(_text(of, "shop")))
            case _:
                by = wording.clock(datetime.fromisoformat(_text(of, "decide_by")), zone, lang)
                return self.texts.say(
                    "push_nudge_line", lang, batch=_text(of, "batch"), count=_text(of, "open"), by=by
                )  # fmt: skip

    def _why(self, of: Subject, lang: Lang) -> str:
        key, facts = _text(of, "key"), of.get("facts")
        known = key in self.texts or f"flag_{key}" in self.texts
        if not known or not isinstance(facts, dict):
            return self.texts.say(f"push_state_{_text(of, 'state')}", lang)
        tamed = {name: tame(value) if isinstance(value, str) else value for name, value in facts.items()}
        return flag_text(Flag(key, cast("dict[str, str | int | float]", tamed)), lang=lang, texts=self.texts, now=None)

    def _what_to_do(self, of: Subject, lang: Lang) -> str:
        special = f"push_do_{_text(of, 'key')}"
        if special in self.texts:
            return self.texts.say(special, lang, batch=_text(of, "batch"), number=_text(of, "number"))
        return self.texts.say(f"push_do_{_text(of, 'state')}", lang)


def chart_of(delivery: Delivery) -> ChartCard:
    """The chart a picture is of."""
    return ChartCard.model_validate(delivery.subject["chart"])


def _short(runs: str) -> str:
    """「1、3、5…」: as many numbers as a line has room for."""
    return runs if len(runs) <= _NUMBERS else f"{runs[:_NUMBERS].rstrip('0123456789-')}…"


def quoted(text: str) -> str:
    """Foreign text for a group: one line, without contacts or links, cut."""
    line = " ".join(mask(_LINK.sub("[link]", text)).split())
    return tame(line if len(line) <= QUOTED else line[: QUOTED - 1] + "…")


def tame(text: str) -> str:
    """Foreign text that no client reads as Markdown."""
    return " ".join(text.split()).translate(_TAMED)


def _text(of: Subject, name: str) -> str:
    return str(of.get(name, ""))


def _chat(delivery: Delivery) -> Chat | None:
    """The one chat it is for."""
    chat = _text(delivery.subject, "chat")
    return Chat(chat, is_group=bool(delivery.subject.get("group"))) if chat else None
