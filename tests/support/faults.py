"""Which test raises which fault of the platform on which channel: each declares it, and is held to it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from inspect import signature
from typing import Final, ParamSpec, Protocol, runtime_checkable

import pytest

from evals.emulators.wecom.core.faults import ATTEMPTS, CALLS, DOWNLOADS, FAILURES, FLOODS, FRAMES, ORDER, FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.channels import ChannelKind

P = ParamSpec("P")
Test = Callable[P, Awaitable[None]]

BOT, APP, WEBHOOK = ChannelKind.WECOM_BOT, ChannelKind.WECOM_APP, ChannelKind.WECOM_WEBHOOK
KF, ACCOUNT = ChannelKind.WECOM_KF, ChannelKind.WECHAT_ACCOUNT

# A webhook's address is its key: it has no token, and may be called from anywhere.
WITH_TOKEN: Final = frozenset({FaultKind.TOKEN_REVOKE_NOW, FaultKind.TOKEN_ALWAYS_BAD, FaultKind.IP_NOT_ALLOWED})
WHERE: Final[Mapping[ChannelKind, frozenset[FaultKind]]] = {
    BOT: FRAMES | DOWNLOADS | ORDER,
    WEBHOOK: CALLS - WITH_TOKEN,
    APP: CALLS | ORDER | ATTEMPTS,
    KF: CALLS | ORDER | ATTEMPTS | FLOODS | FAILURES,
    ACCOUNT: CALLS | ORDER | ATTEMPTS,
}
# How the emulator names what belongs to a channel. 微信客服 is called back through an app, and has its token.
_ENDPOINTS: Final[Mapping[ChannelKind, tuple[str, ...]]] = {
    BOT: ("aibot/", "callback/bot", "media/download"),
    WEBHOOK: ("webhook/",),
    APP: ("message/send", "gettoken", "getcallbackip", "callback/app"),
    KF: ("kf/", "gettoken", "callback/app"),
    ACCOUNT: ("message/custom/", "stable_token", "callback/oa"),
}

# Calls that end without an answer that can be read, and those of them that the platform never carries out.
SILENT: Final = (
    FaultKind.HTTP_500, FaultKind.DELAY, FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER, FaultKind.SLOW_BODY,
    FaultKind.BAD_JSON,
)  # fmt: skip
# What the platform says it does not take now, and why we say that is.
BUSY: Final = {FaultKind.ERRCODE: "channel_busy", FaultKind.QUOTA_EXHAUSTED: "channel_too_often"}
NOT_TAKEN: Final = frozenset({FaultKind.HTTP_500, FaultKind.DROP_BEFORE})

RAISED: "defaultdict[tuple[ChannelKind, FaultKind], list[str]]" = defaultdict(list)


@runtime_checkable
class OnEmulator(Protocol):
    """What a test of faults is handed: a stand, and where its platform is."""

    @property
    def emulator(self) -> Emulator:
        """The platform."""
        ...


def raises(channel: ChannelKind, *kinds: FaultKind) -> Callable[[Test[P]], Test[P]]:
    """Declare that a test raises these on a channel: it fails unless each has struck there while it ran.

    One that takes a `kind` is run for each of them.
    """

    def declared(test: Test[P]) -> Test[P]:
        for kind in kinds:
            RAISED[channel, kind].append(f"{test.__module__}.{test.__name__}")

        @wraps(test)
        async def held(*args: P.args, **kwargs: P.kwargs) -> None:
            (stand,) = (one for one in kwargs.values() if isinstance(one, OnEmulator))
            await test(*args, **kwargs)
            wanted = {kind for kind in kinds if kwargs.get("kind", kind) is kind}
            missing = wanted - struck_on(stand.emulator, channel)
            assert not missing, f"never struck {channel}: {missing}"

        if "kind" in signature(test).parameters:
            return pytest.mark.parametrize("kind", kinds, ids=str)(held)
        return held

    return declared


def struck_on(emulator: Emulator, channel: ChannelKind) -> set[FaultKind]:
    """What has struck a channel's calls and callbacks."""
    return {one.kind for one in emulator.platform.faults.struck if one.endpoint.startswith(_ENDPOINTS[channel])}
