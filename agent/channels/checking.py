"""Tries every channel without saying anything to anybody: what `daren doctor` shows of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.channels.holding import Hold
from connectors.ports.channels import OpenChannel, Pusher
from connectors.ports.lines import LineKeeper
from memory.domain.channels import ChannelKind, ChannelSetting, SecretBox, owner_of_secrets
from memory.domain.errors import AppError, Conflict, Misconfigured, NotAllowed, NotFound, Refused, Unavailable
from memory.domain.ids import ChannelId
from memory.domain.lines import Line, LineEnd, LineServices
from memory.domain.workspace import Role, Scope

_NOT_HELD = {
    ChannelKind.WECOM_BOT: "bot_not_held",
    ChannelKind.WECOM_APP: "app_not_held",
    ChannelKind.WECOM_KF: "kf_not_held",
    ChannelKind.WECHAT_ACCOUNT: "oa_not_held",
}
_ENDS = {LineEnd.TAKEN_OVER: "bot_taken_over", LineEnd.WRONG_SECRET: "bot_wrong_secret"}


@dataclass(frozen=True, slots=True)
class Found:
    """How one channel does; `failure` None: it would work."""

    channel: ChannelSetting
    failure: AppError | None


@dataclass(frozen=True, slots=True)
class ChannelDoctor:
    """Looks at channels one after another. Satisfies `connectors.ports.lines.Looks`.

    A connection that a process holds is judged by what that process wrote.
    """

    services: LineServices
    box: SecretBox
    pushers: Mapping[ChannelKind, Pusher]
    keepers: Mapping[ChannelKind, LineKeeper] = field(default_factory=dict)
    hold: Callable[[str], Hold] | None = None

    async def look(self) -> Sequence[Found]:
        """Every active channel with what is wrong with it. Raises Unavailable when the rows cannot be read."""
        async with self.services.across_tenants("how channels do") as work:
            channels = [(one, await work.lines.of(one.id)) for one in await work.channels.every()]
        return [Found(channel, await self._failure(channel, line)) for channel, line in channels]

    async def look_at(self, scope: Scope, channel: ChannelId) -> AppError | None:
        """See `connectors.ports.lines.Looks.look_at`."""
        if not scope.role.covers(Role.LEAD):
            raise NotAllowed("needs_role", role=Role.LEAD)
        async with self.services.across_tenants("how a channel does") as work:
            every, line = await work.channels.every(), await work.lines.of(channel)
        found = next((one for one in every if one.id == channel and _is_of(one, scope)), None)
        if found is None:
            raise NotFound("no_such_channel")
        return await self._failure(found, line)

    async def _failure(self, channel: ChannelSetting, line: Line | None) -> AppError | None:
        pusher = self.pushers.get(channel.kind)
        if pusher is None:
            return None
        try:
            secrets = self.box.unseal(channel.sealed, of=owner_of_secrets(channel.tenant, channel.kind))
            opened = OpenChannel(channel, secrets)
            await pusher.look(opened)
            await self._look_at_line(opened, line)
        except AppError as failure:
            return failure
        return None

    async def _look_at_line(self, channel: OpenChannel, line: Line | None) -> None:
        keeper = self.keepers.get(channel.setting.kind)
        if keeper is None or self.hold is None:
            return
        if line is not None and not line.silent:
            require_up(line)
            return
        try:
            async with self.hold(keeper.name(channel)).claimed():
                await keeper.try_out(channel)
        except Conflict:
            return  # a process has just taken it up and not told yet how it stands
        raise Misconfigured(_NOT_HELD[channel.setting.kind])


def _is_of(channel: ChannelSetting, scope: Scope) -> bool:
    return channel.tenant == scope.tenant and (channel.serves is None or scope.brand in (None, channel.serves))


def require_up(line: Line) -> None:
    """Raise what is wrong with a connection that somebody holds. Pure.

    Raises:
        Refused: it is down until a lead changes something (not retryable).
        Unavailable: it is down, and being made again (retryable).
    """
    if line.state.ended is not None:
        raise Refused(_ENDS[line.state.ended])
    if line.state.connected_since is None:
        raise Unavailable("bot_down", error=line.state.error or "-")
