"""The creators of the marketplace, from a seed: what they sell, to whom, and how they answer a message."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Final

CREATORS: Final = 150
SCALE: Final = 10_000


class Answer(StrEnum):
    """How somebody answers a message."""

    YES = "yes"
    NO = "no"
    ASKS_RATE = "asks_rate"
    STOP = "stop"
    OTHER_LANGUAGE = "other_language"
    SILENCE = "silence"


SAYINGS: Final = {
    Answer.YES: "Sounds great, I would love to try it!",
    Answer.NO: "Thanks, but it is not for me.",
    Answer.ASKS_RATE: "What is the commission rate?",
    Answer.STOP: "Please stop messaging me.",
    Answer.OTHER_LANGUAGE: "¡Hola! Me interesa, ¿me mandas más detalles?",
}
# Category ids; which field each stands for is the emulator's own business.
CATEGORIES: Final = {"605248": "Sports", "601450": "Beauty", "602284": "Pets", "600001": "Home", "824328": "Tech"}
REGIONS: Final = (("US", "USD"), ("US", "USD"), ("US", "USD"), ("GB", "GBP"), ("DE", "EUR"))
AGES: Final = ("AGE_RANGE_18_24", "AGE_RANGE_25_34", "AGE_RANGE_35_44", "AGE_RANGE_45_54", "AGE_RANGE_55_AND_ABOVE")
LANGUAGES: Final = ("en", "en", "en", "es", "de")
_FIRST: Final = ("cleo", "mara", "jonas", "ines", "tariq", "wren", "paula", "dev", "noa", "felix", "suki", "otto")
_SECOND: Final = ("core", "glow", "paws", "nest", "tech", "daily", "finds", "studio", "corner", "lab")
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(slots=True)
class Creator:
    """One creator. Money in minor units of `currency` over 30 days; shares and rates are in 10,000ths.

    `precise`: whether they share exact sales.
    """

    open_id: str
    im_id: str
    username: str
    nickname: str
    bio: str
    region: str
    currency: str
    category: str
    followers: int
    level: int
    video_gmv: int
    live_gmv: int
    precise: bool
    units: int
    video_views: int
    live_viewers: int
    engagement: int
    commission: int
    gender: str
    gender_share: int
    ages: tuple[str, ...]
    language: str
    post_rate: int
    has_agency: bool
    is_fast_growing: bool
    answer: Answer
    answer_seconds: float
    blocked: set[str] = field(default_factory=set)

    @property
    def gmv(self) -> int:
        """Sales of 30 days."""
        return self.video_gmv + self.live_gmv


def example_people(rng: Random, count: int = CREATORS) -> dict[str, Creator]:
    """So many creators by open id, in the marketplace's own order."""
    return {creator.open_id: creator for creator in (_creator(rng, number) for number in range(count))}


def _creator(rng: Random, number: int) -> Creator:
    first, second = rng.choice(_FIRST), rng.choice(_SECOND)
    region, currency = rng.choice(REGIONS)
    followers = int(10 ** rng.uniform(3.0, 6.0))
    video_gmv = int(10 ** rng.uniform(3.0, 6.5))
    return Creator(
        open_id="".join(rng.choices(_ALPHABET, k=55)),
        im_id=f"7{rng.randrange(10**17, 10**18)}",
        username=f"{second}.with.{first}{number}",
        nickname=f"{first.title()} {second}",
        bio=rng.choice(("", f"{second} every day", f"{second} | collabs: {first}{number}@example.com")),
        region=region,
        currency=currency,
        category=rng.choice(tuple(CATEGORIES)),
        followers=followers,
        level=min(5, followers // 20_000),
        video_gmv=video_gmv,
        live_gmv=rng.choice((0, video_gmv // 3, video_gmv * 2)),
        precise=rng.random() < (0.3 if region == "US" else 0.8),
        units=max(1, video_gmv // 2_500),
        video_views=max(10, followers // rng.randrange(5, 40)),
        live_viewers=rng.choice((0, followers // 100)),
        engagement=rng.randrange(50, 1_500),
        commission=rng.randrange(500, 3_000, 50),
        gender=rng.choice(("MALE", "FEMALE", "FEMALE")),
        gender_share=rng.randrange(5_100, 9_500),
        ages=tuple(sorted(rng.sample(AGES, k=2))),
        language=rng.choice(LANGUAGES),
        post_rate=rng.randrange(0, SCALE + 1, 500),
        has_agency=rng.random() < 0.3,
        is_fast_growing=rng.random() < 0.1,
        answer=rng.choice(tuple(Answer)),
        answer_seconds=rng.randrange(1, 40) * 3_600.0,
    )
