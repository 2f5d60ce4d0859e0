"""People on WeChat, outside the corp, and what they write to: accounts of 微信客服 and an Official Account."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from evals.emulators.wecom.core.crypto import Envelope, random_key
from evals.emulators.wecom.core.wire import Json


@dataclass(slots=True)
class Person:
    """A WeChat user. The corp knows them by `external_userid`, the Official Account by `openid`."""

    userid: str
    name: str
    external_userid: str
    openid: str


@dataclass(slots=True)
class KfAccount:
    """An account of 微信客服. Unless `by_api` is set in the console, no API may use it."""

    open_kfid: str
    name: str
    servicers: list[str]
    by_api: bool = True


class Mode(StrEnum):
    """How an Official Account's callbacks are written."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


@dataclass(slots=True)
class Account:
    """An Official Account. Without `verified` it may answer but send nothing; `menu` as the product set it up."""

    appid: str
    name: str
    original_id: str
    secret: str
    token: str
    aes_key: str
    url: str = ""
    mode: Mode = Mode.SAFE
    verified: bool = True
    trusted_ips: tuple[str, ...] = ()
    menu: list[Json] = field(default_factory=list)
    followers: set[str] = field(default_factory=set)

    @property
    def envelope(self) -> Envelope:
        """What seals its callbacks."""
        return Envelope(self.token, self.aes_key, self.appid)


@dataclass(slots=True)
class WeChat:
    """Everything outside the corp."""

    people: dict[str, Person]
    kf: dict[str, KfAccount]
    account: Account

    def by_external(self, external_userid: str) -> Person | None:
        """Whom the corp knows under this id."""
        return next((one for one in self.people.values() if one.external_userid == external_userid), None)

    def by_openid(self, openid: str) -> Person | None:
        """Whom the Official Account knows under this id."""
        return next((one for one in self.people.values() if one.openid == openid), None)


def example_wechat(rng: Random) -> WeChat:
    """Three people, two accounts of 微信客服, one Official Account that nobody follows yet."""
    people = [
        Person(userid, name, f"wm{_letters(rng, 30)}", f"o{_letters(rng, 27)}")
        for userid, name in (("xiaolin", "小林"), ("ahua", "阿华"), ("laozhou", "老周"))
    ]
    kf = [
        KfAccount(f"wk{_letters(rng, 30)}", name, servicers)
        for name, servicers in (("达人助手客服", ["lina"]), ("另一个客服", ["wangwei"]))
    ]
    account = Account(
        appid=f"wx{rng.getrandbits(64):016x}",
        name="达人助手公众号",
        original_id=f"gh_{rng.getrandbits(48):012x}",
        secret=f"{rng.getrandbits(128):032x}",
        token=_letters(rng, 20),
        aes_key=random_key(rng),
    )
    return WeChat({one.userid: one for one in people}, {one.open_kfid: one for one in kf}, account)


def _letters(rng: Random, length: int) -> str:
    return "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=length))
