"""The Official Account put together: its tokens, callbacks, what it sends, its people, and the endpoints of its own."""

from dataclasses import dataclass

from evals.emulators.wecom.calling import Calling
from evals.emulators.wecom.gateway import ForAnyone
from evals.emulators.wecom.oa.callbacks import AccountCallbacks
from evals.emulators.wecom.oa.follower import Followers
from evals.emulators.wecom.oa.people import AccountPeople
from evals.emulators.wecom.oa.sending import AccountSending
from evals.emulators.wecom.oa.tokens import AccountTokens
from evals.emulators.wecom.platform import Platform


@dataclass(frozen=True, slots=True)
class OfficialAccount:
    """The Official Account."""

    tokens: AccountTokens
    callbacks: AccountCallbacks
    sending: AccountSending
    people: AccountPeople

    def with_token(self) -> dict[str, ForAnyone]:
        """What its token is good for."""
        return {
            "message/custom/send": lambda asked: self.sending.send(asked.body),
            "media/upload": lambda asked: self.sending.keep(asked.query.get("type", ""), *asked.need()),
            "menu/create": lambda asked: self.sending.create_menu(asked.body),
        }

    def for_token(self) -> dict[str, ForAnyone]:
        """Where a token comes from."""
        return {
            "stable_token": lambda asked: self.tokens.stable(asked.body),
            "token": lambda asked: self.tokens.plain(asked.query),
        }


def account_of(platform: Platform, calling: Calling) -> OfficialAccount:
    """Put it together."""
    followers = Followers()
    callbacks = AccountCallbacks(platform, calling)
    return OfficialAccount(
        AccountTokens(platform),
        callbacks,
        AccountSending(platform, followers),
        AccountPeople(platform, callbacks, followers),
    )
