"""Calls that carry a token of a channel's."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from connectors.ports.channels import OpenChannel
from connectors.wecom.calls import Answer, Body, Calls
from connectors.wecom.credentials import Credentials
from memory.domain.errors import AppError


@dataclass(frozen=True, slots=True)
class Tokened:
    """One that is among `rejected` is renewed once and the call repeated once, never more.

    `failure_of` says what the code and text of an answer mean.
    """

    calls: Calls
    tokens: Credentials
    rejected: Collection[int]
    failure_of: Callable[[int, str], AppError | None]

    async def call(
        self, channel: OpenChannel, name: str, body: Body | None, file: tuple[str, bytes] | None = None, **query: str
    ) -> Answer:
        """Post, or get where there is nothing to post. Raises what `failure_of` makes of the answer, and as `Calls`."""
        token = await self.tokens.of(channel)
        answer = await self._once(name, {"access_token": token, **query}, body, file)
        if answer.errcode in self.rejected:
            token = await self.tokens.of(channel, rejected=token)
            answer = await self._once(name, {"access_token": token, **query}, body, file)
        failure = self.failure_of(answer.errcode, answer.errmsg)
        if failure is not None:
            raise failure
        return answer

    async def _once(
        self, name: str, query: dict[str, str], body: Body | None, file: tuple[str, bytes] | None
    ) -> Answer:
        if body is None and file is None:
            return await self.calls.get(name, query)
        return await self.calls.post(name, query, body=body, file=file)
