"""Hidden traits: how a simulated creator behaves. Only the playground reads them; no creator row holds one."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """Chances and tendencies in percent; hours are local ones of `zone`, the zone the creator really lives in."""

    zone: str
    wake_hour: int
    sleep_hour: int
    responsiveness: int
    warmth: int
    price_sensitivity: int
    wants_sample: int
    fulfilment: int
    opt_out: int
    spam_averse: int
    answer_minutes: int
    wants_commission_bp: int
    closed: int


def draw_traits(draw: random.Random, *, zone: str, followers: int) -> Traits:
    """Draw traits; larger creators answer less and ask for more. Answers take 1 to 40 hours."""
    size = min(max(followers, 500), 20_000_000)
    fame = (len(str(size)) - 3) * 6
    return Traits(
        zone=zone,
        wake_hour=draw.choice((6, 7, 7, 8, 8, 9, 10)),
        sleep_hour=draw.choice((21, 22, 22, 23)),
        responsiveness=_percent(draw.gauss(84 - fame, 14)),
        warmth=_percent(draw.gauss(62, 20)),
        price_sensitivity=_percent(draw.gauss(30 + fame, 20)),
        wants_sample=_percent(draw.gauss(62 - fame / 2, 22)),
        fulfilment=_percent(draw.gauss(78, 16)),
        opt_out=_percent(draw.expovariate(1 / 3)),
        spam_averse=_percent(draw.gauss(45, 22)),
        answer_minutes=min(40 * 60, max(60, int(draw.lognormvariate(6.1, 0.9)))),
        wants_commission_bp=draw.choice((800, 1000, 1000, 1200, 1500, 1500, 2000)),
        closed=draw.randrange(10_000),
    )


def _percent(value: float) -> int:
    return max(1, min(99, round(value)))
