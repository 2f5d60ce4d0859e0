"""The emulator as it runs: the platform, its authorise page and its tokens on one loopback port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from starlette.applications import Starlette
from starlette.routing import Route

from evals.emulators.serving import serving
from evals.emulators.tiktok_shop.authorizing import Authorizing
from evals.emulators.tiktok_shop.gateway import Gateway
from evals.emulators.tiktok_shop.operations import operations_of
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.webhooks import Webhooks

METHODS: Final = ["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True)
class Emulator:
    """Everything of one platform. `base_url` is the origin of the API, of its tokens and of the page."""

    platform: Platform
    webhooks: Webhooks = field(init=False)

    def __post_init__(self) -> None:
        """Every message is told."""
        object.__setattr__(self, "webhooks", Webhooks(self.platform))
        self.platform.contacts.told = self.webhooks.message
        self.platform.applications.told = self.webhooks.sample

    @property
    def base_url(self) -> str:
        """Where a product finds it."""
        return self.platform.base_url

    def application(self) -> Starlette:
        """The platform's side."""
        gateway = Gateway(self.platform, operations_of(self.platform), Authorizing(self.platform))
        return Starlette(
            routes=[
                Route("/api/v2/token/{what}", gateway.token, methods=["GET"]),
                Route("/open/authorize", gateway.page),
                Route("/{path:path}", gateway.api, methods=METHODS),
            ]
        )


@asynccontextmanager
async def running(platform: Platform | None = None, *, port: int = 0) -> AsyncIterator[Emulator]:
    """A running emulator; time stands still until it is moved."""
    emulator = Emulator(platform or Platform())
    async with serving(emulator.application(), port=port) as address:
        emulator.platform.base_url = address
        try:
            yield emulator
        finally:
            await emulator.webhooks.close()
