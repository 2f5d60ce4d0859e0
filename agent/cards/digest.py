"""The daily digest in words: five lines of figures, up to five of what waits, one suggestion. Pure; no model.

It never grows beyond `MOST_BYTES`: needs are left out from the last one, then figures, and it says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from agent.cards import figures, wording
from agent.cards.digest_figures import change_text, moved_bp, then_text
from agent.cards.digest_needs import NeedLine, NeedWords, Rank, clipped, name, reason
from memory.domain.digests import LATEST
from memory.domain.performance import Figure, Kind, Metric
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.digest.figures import ORDERS
from tools.digest.results import Digest

MOST_BYTES: Final = 1_900
_MARK: Final = 40  # a demo's mark comes above it
MOST_FIGURES: Final = 5
MOST_NEEDS: Final = 5
_NAMES: Final = 40
_SUDDEN_BP: Final = 3_000  # beyond the mean by this share a day is worth a question
_SKIPPED: Final = 3  # days that are named one by one


def worded(digest: Digest, lang: Lang, texts: Texts) -> str:
    """The digest as it is sent."""
    return _Words(digest, lang, texts).short()


def with_remark(text: str, sentence: str, lang: Lang, texts: Texts) -> str:
    """The digest with a model's sentence above its last line, which says that it is one; without where it is full."""
    if not sentence:
        return text
    *lines, last = text.split("\n")
    longer = "\n".join([*lines, texts.say("digest_remark", lang, sentence=sentence), last])
    return longer if _size(longer) <= MOST_BYTES - _MARK else text


def worded_whole(digest: Digest, lang: Lang, texts: Texts) -> str:
    """The same with everything that waits, however long it grows."""
    return _Words(digest, lang, texts).whole()


@dataclass(frozen=True, slots=True)
class _Words:
    digest: Digest
    lang: Lang
    texts: Texts

    def short(self) -> str:
        """As much as fits."""
        needs = self.needs()
        told, numbers = min(len(needs), MOST_NEEDS), self.numbers()
        text = self._text(numbers, needs, told)
        while _size(text) > MOST_BYTES - _MARK and (told or numbers):
            told, numbers = (told - 1, numbers) if told else (told, numbers[:-1])
            text = self._text(numbers, needs, told)
        return text

    def whole(self) -> str:
        """All there is."""
        needs = self.needs()
        return "\n".join(self._lines(self.numbers(), needs, len(needs)))

    def needs(self) -> list[NeedLine]:
        """What waits, the most urgent first."""
        return NeedWords(self.digest, self.lang, self.texts).lines()

    def head(self) -> list[str]:
        """Whose and of which day, what became of the ones before it, and what the figures are drawn from."""
        one = self.digest
        brand = clipped(wording.listed([name(brand) for brand in one.brands], self.lang), _NAMES)
        day = one.figures.main.period
        if one.figures.mean_of is None:
            days = figures.days(day.first, day.last, one.day)
            lines = [self._say("digest_title_period", brand=brand, days=days)]
        else:
            lines = [self._say("digest_title", brand=brand, day=wording.date_of(one.day, self.lang))]
        if one.due_at is not None:
            lines.append(self._say("digest_late", at=wording.clock(one.due_at, one.zone, self.lang)))
        if one.news.skipped:
            hours = LATEST // timedelta(hours=1)
            lines.append(self._say("digest_skipped", days=self._skipped(), hours=hours))
        if one.news.undelivered is not None:
            lines.append(self._say("digest_undelivered", day=f"{one.news.undelivered:%m-%d}", why=self._why()))
        return [*lines, *self._basis()]

    def numbers(self) -> list[str]:
        """At most five lines; without orders, how to get them."""
        if not self.digest.figures.known:
            return [self._say("performance_no_orders")]
        return [
            self._figure(Metric.GMV, counted=True),
            self._join(self._figure(Metric.ORDERS), self._plain(Metric.UNITS)),
            self._join(self._figure(Metric.NET), self._figure(Metric.REFUND_RATE)),
            self._figure(Metric.COMMISSION, settled=True),
            self._month(),
        ]

    def suggestion(self, needs: Sequence[NeedLine]) -> str:
        """The most urgent need that something can be done about, else what the figures ask for."""
        urgent = next((need.do for need in needs if need.do and need.rank < Rank.QUOTA), None)
        return self._say("digest_suggestion", what=urgent or self._of_figures())

    def _text(self, numbers: Sequence[str], needs: Sequence[NeedLine], told: int) -> str:
        left = len(needs) - told
        more = self._say("digest_more_needs", count=left) if left else self._say("digest_more")
        return "\n".join([*self._lines(numbers, needs, told), more])

    def _lines(self, numbers: Sequence[str], needs: Sequence[NeedLine], told: int) -> list[str]:
        lines = [*self.head(), *(f"· {line[:1].upper()}{line[1:]}" for line in numbers)]
        if needs:
            lines += [self._say("digest_needs"), *(f"{place}. {one.text}" for place, one in enumerate(needs[:told], 1))]
        else:
            lines.append(self._say("digest_needs_nothing"))
        return [*lines, self.suggestion(needs)]

    def _basis(self) -> list[str]:
        """Which days, whose, as of when and from where; nothing where there are no orders."""
        report = self.digest.figures.main
        orders = [one for one in report.sources if one.kind == ORDERS]
        if not orders or report.as_of is None:
            return []
        newest = max(orders, key=lambda one: one.as_of)
        facts: dict[str, str] = {
            "days": figures.days(report.period.first, report.period.last, self.digest.day),
            "zones": clipped(wording.listed(list(report.zones), self.lang), _NAMES),
            "source": clipped(wording.listed(sorted({name(one.source) for one in orders}), self.lang), _NAMES),
        }
        gmv = self.digest.figures.now(Metric.GMV)
        if gmv is None or gmv.value is None:
            return [self._say("digest_basis_short", **facts, day=f"{newest.last_day:%m-%d}")]
        as_of = wording.clock(newest.as_of, self.digest.zone, self.lang)
        return [self._say("digest_basis", **facts, as_of=as_of)]

    def _figure(self, metric: Metric, *, counted: bool = False, settled: bool = False) -> str:
        now, before = self.digest.figures.now(metric), self.digest.figures.before(metric)
        said = {"metric": self._say(f"metric_{metric}"), "value": self._value(now)}
        if before is None or before.value is None:
            line = self._say("digest_figure_alone", **said)
        elif now is None or now.value is None:
            line = self._say("digest_figure_unknown", **said, base=self._base(before.kind), before=self._then(metric))
        else:
            line = self._say(
                "digest_figure", **said, base=self._base(before.kind), before=self._then(metric),
                change=change_text(self.digest.figures, metric, self.lang, self.texts),
            )  # fmt: skip
        if now is not None and now.value is not None:
            line += self._say("digest_of", count=figures.sample(now, self.lang, self.texts)) if counted else ""
            open_bp = now.provisional_bp if settled else None
            line += self._say("digest_not_settled", share=wording.share(open_bp)) if open_bp else ""
        return line

    def _plain(self, metric: Metric) -> str:
        value = self._value(self.digest.figures.now(metric))
        return self._say("performance_figure", metric=self._say(f"metric_{metric}"), value=value)

    def _month(self) -> str:
        report = self.digest.figures.month
        now, then = report.total.figures, report.total.before
        facts = {
            "days": figures.days(report.period.first, report.period.last, self.digest.day),
            "gmv": self._value(now.get(Metric.GMV)),
            "orders": self._say("performance_n_orders", count=self._value(now.get(Metric.ORDERS))),
        }
        before = then.get(Metric.GMV)
        if before is None or before.value is None:
            return self._say("digest_month_alone", **facts)
        change = figures.change(now.get(Metric.GMV), before, self._currency, self.lang, self.texts)
        return self._say("digest_month", **facts, before=self._value(before), change=change)

    def _base(self, kind: Kind) -> str:
        read = self.digest.figures
        if read.mean_of is None:
            against = read.main.against or read.main.period
            return self._say("digest_base_period", days=figures.days(against.first, against.last, self.digest.day))
        if kind is Kind.SHARE:
            return self._say("digest_base_share", count=read.mean_of)
        return self._say("digest_base_mean", count=read.mean_of)

    def _of_figures(self) -> str:
        read = self.digest.figures
        if not read.known:
            return self._say("digest_do_orders")
        moved = moved_bp(read)
        if moved is None or abs(moved) < _SUDDEN_BP:
            return self._say("digest_do_rank")
        facts: dict[str, str | int] = {"count": read.mean_of or 0, "share": wording.share(abs(round(moved, -1)))}
        return self._say("digest_do_fell", **facts) if moved < 0 else self._say("digest_do_rose", **facts)

    def _skipped(self) -> str:
        days = [f"{day:%m-%d}" for day in self.digest.news.skipped]
        return wording.listed(days, self.lang) if len(days) <= _SKIPPED else f"{days[0]} ~ {days[-1]}"

    def _why(self) -> str:
        why = self.digest.news.why
        if why is None:
            return self._say("digest_undelivered_unknown")
        return reason(why, self.lang, self.texts)

    def _join(self, one: str, other: str) -> str:
        return f"{one}；{other}" if self.lang == "zh" else f"{one}; {other}"

    def _then(self, metric: Metric) -> str:
        return then_text(self.digest.figures, metric, self.lang, self.texts)

    def _value(self, figure: Figure | None) -> str:
        return figures.value(figure, self._currency, self.lang, self.texts)

    @property
    def _currency(self) -> str:
        return self.digest.figures.main.currency

    def _say(self, key: str, **facts: str | int) -> str:
        return self.texts.say(key, self.lang, **facts)


def _size(text: str) -> int:
    return len(text.encode())
