"""The corp: who works there, which groups they have, which app, bots and webhooks were set up in the console."""

from dataclasses import dataclass, field
from random import Random

from evals.emulators.wecom.core.crypto import Envelope, random_key


@dataclass(slots=True)
class User:
    """A member of the corp. Without a licence nothing an app sends arrives."""

    userid: str
    name: str
    mobile: str = ""
    licensed: bool = True


@dataclass(slots=True)
class Group:
    """An internal group."""

    chatid: str
    name: str
    members: list[str]
    bots: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Callback:
    """Where an app's callbacks go, and with what they are sealed. Without a URL nothing is called back."""

    token: str
    aes_key: str
    url: str = ""


@dataclass(slots=True)
class App:
    """A self-built app. `trusted_ips` empty: it is so old that it needs none; `manages_kf`: 微信客服 lets it."""

    agentid: int
    name: str
    secret: str
    visible: set[str]
    callback: Callback
    trusted_ips: tuple[str, ...] = ()
    manages_kf: bool = True


@dataclass(slots=True)
class Bot:
    """An AI bot with a long connection."""

    bot_id: str
    name: str
    secret: str


@dataclass(slots=True)
class Webhook:
    """A group's push address."""

    key: str
    chatid: str
    revoked: bool = False


@dataclass(slots=True)
class Corp:
    """One corp."""

    corpid: str
    users: dict[str, User]
    groups: dict[str, Group]
    apps: dict[int, App]
    bots: dict[str, Bot]
    webhooks: dict[str, Webhook]
    parties: dict[str, set[str]] = field(default_factory=dict)
    tags: dict[str, set[str]] = field(default_factory=dict)

    def envelope(self, app: App) -> Envelope:
        """What seals an app's callbacks."""
        return Envelope(app.callback.token, app.callback.aes_key, self.corpid)

    def app_by_secret(self, secret: str) -> App | None:
        """The app a secret belongs to."""
        return next((app for app in self.apps.values() if app.secret == secret), None)


def example_corp(rng: Random) -> Corp:
    """Four people, two groups, one app, one bot in one of the groups, one webhook: secrets come from the seed."""
    people = (("lina", "李娜"), ("wangwei", "王伟"), ("zhaomin", "赵敏"), ("chenjie", "陈洁"))
    users = {
        userid: User(userid, name, f"+1-202-555-01{number:02}") for number, (userid, name) in enumerate(people, 10)
    }
    bot = Bot(bot_id="AIBOT1", name="达人助手", secret=_secret(rng))
    app = App(
        agentid=1_000_002,
        name="达人助手",
        secret=_secret(rng),
        visible={"lina", "wangwei", "zhaomin"},
        callback=Callback(token=_secret(rng)[:20], aes_key=random_key(rng)),
    )
    hook = Webhook(key=_uuid(rng), chatid="CH2")
    groups = [
        Group("CH1", "达人运营群", ["lina", "wangwei", "zhaomin"], [bot.bot_id]),
        Group("CH2", "日报群", ["lina", "wangwei", "zhaomin", "chenjie"]),
    ]
    return Corp(
        corpid="ww0123456789abcdef",
        users=users,
        groups={group.chatid: group for group in groups},
        apps={app.agentid: app},
        bots={bot.bot_id: bot},
        webhooks={hook.key: hook},
        parties={"1": set(users), "2": {"lina", "wangwei"}},
        tags={"1": {"lina"}},
    )


def _secret(rng: Random) -> str:
    return "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=43))


def _uuid(rng: Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
