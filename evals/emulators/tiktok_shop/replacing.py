"""A target collaboration replaced as a whole: what comes at once, what comes late, and what could not be done."""

from collections.abc import Callable
from dataclasses import dataclass

from evals.emulators.tiktok_shop.errors import ApiError
from evals.emulators.tiktok_shop.invitations import DAY, Collaboration, Guest, Line, midnight
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.sellers import Shop
from evals.emulators.tiktok_shop.wire import Json

LOWERED_AFTER_DAYS = 30
Charge = Callable[[Shop, list[str]], None]


@dataclass(frozen=True, slots=True)
class Terms:
    """The record as it is to be. `rates`: product → its rate, and the one for ads."""

    name: str
    ends: float
    rates: dict[str, tuple[int, int | None]]
    creators: tuple[str, ...]
    contact: dict[str, str]
    has_sample: bool
    exempt: bool


@dataclass(slots=True)
class Replacing:
    """One replacement."""

    platform: Platform
    one: Collaboration
    wanted: Terms

    def done(self, charge: Charge) -> Json:
        """Carry it out as far as it goes."""
        one, wanted, people = self.one, self.wanted, self.platform.people
        new = [each for each in wanted.creators if each not in one.guests]
        strangers = [each for each in new if each not in people]
        unknown = [each for each in wanted.rates if each not in one.shop.products]
        known = [each for each in new if each in people]
        clashes = self.platform.invitations.conflicts(one.shop, known, list(wanted.rates), but=one.id)
        barred = {creator for creator, _, _ in clashes}
        joining = [each for each in known if each not in barred]
        refused: list[str] = []
        try:
            charge(one.shop, joining)
        except ApiError:
            refused, joining = joining, []
        one.name, one.ends, one.contact = wanted.name, wanted.ends, wanted.contact
        one.has_sample, one.exempt = wanted.has_sample, wanted.exempt
        self._lines()
        for each in joining:
            one.guests[each] = Guest(people[each])
        for each, guest in list(one.guests.items()):
            if each in wanted.creators:
                guest.leaves_at = None
            elif guest.showcase:
                guest.leaves_at = guest.leaves_at or midnight(self.platform.clock.now)
            else:
                del one.guests[each]
        one.updated = self.platform.clock.now
        return {
            "target_collaboration_conflicts": [
                {"creator_user_open_id": creator, "product_id": product} for creator, product, _ in clashes
            ],
            "update_failed": {
                "add_creator_open_ids": [*sorted(barred), *refused],
                "invalid_open_id_list": strangers,
                "invalid_product_id_list": unknown,
            },
        }

    def _lines(self) -> None:
        one, now = self.one, self.platform.clock.now
        for product, (rate, ads_rate) in self.wanted.rates.items():
            if product not in one.shop.products:
                continue
            line = one.lines.setdefault(product, Line(product, rate, now, rate))
            if rate != line.rate:
                holds = line.holds(now)
                late = rate < holds and one.in_showcase(product)
                line.former, line.rate, line.at = holds, rate, self._later() if late else now
            line.ads_rate, line.leaves_at = ads_rate, None
        for product in [each for each in one.lines if each not in self.wanted.rates]:
            if one.in_showcase(product):
                one.lines[product].leaves_at = midnight(now)
            else:
                del one.lines[product]

    def _later(self) -> float:
        """When less begins to hold for who promotes the product already: the pages say two different things."""
        now = self.platform.clock.now
        return midnight(now) if self.platform.rules.lowered == "midnight" else now + LOWERED_AFTER_DAYS * DAY
