"""What waits for somebody, a line each: what runs out first, then who waits, then what stands still. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from agent.cards import wording
from agent.cards.drafts import flag_text
from agent.deliveries.wording import tame
from memory.domain.delivery_views import Undelivered
from memory.domain.money import Money
from memory.domain.office_stores import QuotaStatus
from memory.domain.outreach import Flag
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.digest.needs import MOST, Needs, OverdueSample
from tools.digest.results import Digest

NAME: Final = 24  # letters of a name that are said
_REASON: Final[dict[Lang, int]] = {"zh": 40, "en": 80}  # of a reason
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_KINDS: Final = 3  # of pushes that are named


class Rank(IntEnum):
    """In which order needs are said."""

    RUNS_OUT = 0  # decisions that expire within a day
    REPLIES = 1
    DECISIONS = 2
    PUSHES = 3
    SAMPLES = 4
    QUOTA_SHORT = 5
    SYNC = 6
    QUOTA = 7  # enough is left: said where there is room


@dataclass(frozen=True, slots=True)
class NeedLine:
    """One thing that waits, and what to do about it, with why."""

    rank: Rank
    text: str
    do: str


@dataclass(frozen=True, slots=True)
class NeedWords:
    """Words what waits of one digest."""

    digest: Digest
    lang: Lang
    texts: Texts

    def lines(self) -> list[NeedLine]:
        """Every need, the most urgent first."""
        needs = self.digest.needs
        made = [*self._decisions(needs), *self._replies(needs), *self._pushes(needs), *self._samples(needs)]
        made += [*self._sync(needs), *self._quota(needs), *self._week(needs)]
        return sorted(made, key=lambda line: line.rank)

    def waited(self, since: datetime) -> str:
        """How long ago: 3 天, 5 小时."""
        passed = self.digest.now - since
        if passed >= _DAY:
            return self._say("digest_waited_days", count=passed // _DAY)
        hours = max(passed, timedelta(0)) // _HOUR
        return self._say("digest_waited_hours", count=hours) if hours else self._say("digest_waited_new")

    def clock(self, moment: datetime) -> str:
        """A moment on the team's clock."""
        return wording.clock(moment, self.digest.zone, self.lang)

    def cost(self, samples: Sequence[OverdueSample]) -> str:
        """What samples cost by currency; of those nobody wrote a cost of, how many."""
        by_currency: Counter[str] = Counter()
        for one in samples:
            if one.cost is not None:
                by_currency[one.cost.currency] += one.cost.minor
        said = [wording.money_in_full(Money(minor, currency)) for currency, minor in sorted(by_currency.items())]
        untold = sum(one.cost is None for one in samples)
        if not said:
            return self._say("digest_unknown_cost")
        if untold:
            said.append(self._say("digest_need_samples_untold", count=untold))
        return wording.listed(said, self.lang)

    def _decisions(self, needs: Needs) -> Iterator[NeedLine]:
        if not needs.decisions:
            return
        first, count = needs.decisions[0], sum(one.open for one in needs.decisions)
        by = self.clock(first.decide_by)
        yield NeedLine(
            Rank.RUNS_OUT if first.decide_by - self.digest.now <= _DAY else Rank.DECISIONS,
            self._say("digest_need_decisions", count=count, batches=len(needs.decisions), code=first.code, by=by),
            self._say("digest_do_decisions", code=first.code, count=first.open, by=by),
        )

    def _replies(self, needs: Needs) -> Iterator[NeedLine]:
        if not needs.replies:
            return
        handle, waited = name(needs.replies[0].handle), self.waited(needs.replies[0].received_at)
        yield NeedLine(
            Rank.REPLIES,
            self._say("digest_need_replies", count=self._many(needs.replies), handle=handle, waited=waited),
            self._say("digest_do_replies", handle=handle, waited=waited),
        )

    def _pushes(self, needs: Needs) -> Iterator[NeedLine]:
        if not needs.pushes:
            return
        flag = needs.pushes[0].reason
        why = reason(flag, self.lang, self.texts) if flag else self._say("digest_undelivered_unknown")
        yield NeedLine(
            Rank.PUSHES,
            self._say("digest_need_pushes", count=self._many(needs.pushes), named=self._named(needs.pushes), why=why),
            self._say("digest_do_pushes"),
        )

    def _named(self, pushes: Sequence[Undelivered]) -> str:
        """「达人回复 2 条没送到、日报 1 条不知道到没到」: what was to be told, and how it ended, the most first."""
        counts = Counter((one.kind, one.state) for one in pushes)
        said = [
            self._say(f"digest_push_{state}", kind=self._say(f"web_push_kind_{kind}"), count=count)
            for (kind, state), count in counts.most_common(_KINDS)
        ]
        return wording.listed(said, self.lang) + (self._say("digest_and_more") if len(counts) > _KINDS else "")

    def _samples(self, needs: Needs) -> Iterator[NeedLine]:
        if not needs.samples:
            return
        first, cost = needs.samples[0], self.cost(needs.samples)
        yield NeedLine(
            Rank.SAMPLES,
            self._say("digest_need_samples", count=self._many(needs.samples), cost=cost),
            self._say("digest_do_samples", handle=name(first.handle), waited=self.waited(first.due_at)),
        )

    def _sync(self, needs: Needs) -> Iterator[NeedLine]:
        if needs.troubles:
            trouble = needs.troubles[0]
            why = reason(trouble.why, self.lang, self.texts)
            said = self._say("digest_need_trouble", brand=name(trouble.brand), why=why)
            yield NeedLine(Rank.SYNC, said, self._say("digest_do_trouble"))
        elif needs.stale is not None:
            day = f"{needs.stale.last_day:%m-%d}"
            said = self._say("digest_need_stale", day=day, source=name(needs.stale.source))
            yield NeedLine(Rank.SYNC, said, self._say("digest_do_stale"))

    def _quota(self, needs: Needs) -> Iterator[NeedLine]:
        """What may be sent today by the brand with the least left."""
        if not needs.quotas:
            return
        tightest = min(needs.quotas, key=lambda one: left_of(one) - one.planned)
        left, planned, brand = left_of(tightest), tightest.planned, name(tightest.brand)
        do = self._say("digest_do_quota")
        if planned and not left:
            yield NeedLine(Rank.QUOTA_SHORT, self._say("digest_need_quota_out", brand=brand, planned=planned), do)
        elif planned > left:
            said = self._say("digest_need_quota_short", brand=brand, left=left, planned=planned)
            yield NeedLine(Rank.QUOTA_SHORT, said, do)
        elif planned or tightest.held:
            said = self._say("digest_need_quota", brand=brand, left=left, planned=planned, held=tightest.held)
            yield NeedLine(Rank.QUOTA, said, "")

    def _week(self, needs: Needs) -> Iterator[NeedLine]:
        """New contacts left of the one brand's week, by its own limit and by the platform's count."""
        week = needs.week
        if week is None or week.left is None:
            return
        counts = []
        if week.limit is not None:
            counts.append(self._say("digest_week_own", limit=week.limit, used=week.used))
        if week.platform is not None and week.platform.allowed is not None:
            counts.append(self._say("digest_week_platform", allowed=week.platform.allowed, used=week.platform.used))
        brand = name(next(iter(self.digest.brands), ""))
        facts: dict[str, str | int] = {"brand": brand, "left": week.left, "counts": wording.listed(counts, self.lang)}
        planned = sum(one.planned for one in needs.quotas)
        if planned and not week.left:
            said = self._say("digest_need_week_out", **facts, planned=planned)
            yield NeedLine(Rank.QUOTA_SHORT, said, self._say("digest_do_quota"))
        else:
            yield NeedLine(Rank.QUOTA, self._say("digest_need_week", **facts), "")

    def _many(self, found: Sequence[object]) -> str:
        return self._say("digest_many", count=MOST) if len(found) >= MOST else str(len(found))

    def _say(self, key: str, **facts: str | int) -> str:
        return self.texts.say(key, self.lang, **facts)


def left_of(quota: QuotaStatus) -> int:
    """How many may still be sent today."""
    return max(quota.day_limit - quota.day_used, 0)


def name(text: str) -> str:
    """A name of ours or of theirs: one line, cut, and nothing a client reads as Markdown."""
    return clipped(text.removeprefix("@"), NAME)


def reason(flag: Flag, lang: Lang, texts: Texts) -> str:
    """Why something is so, in as many letters as a line has room for."""
    return clipped(flag_text(flag, lang=lang, texts=texts, now=None), _REASON[lang])


def clipped(text: str, most: int) -> str:
    """One tamed line of so many letters, without the full stop at its end."""
    line = tame(text).rstrip("。.")
    return line if len(line) <= most else f"{line[: most - 1]}…"
