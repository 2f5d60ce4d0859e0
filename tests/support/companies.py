"""What journeys on an emulated platform share: its time goes with ours, and rows are looked at often."""

import asyncio
import re
from contextlib import suppress

from pydantic import SecretStr

from agent.settings import ModelSettings
from evals.emulators.wecom.server import Emulator
from tests.support.model_endpoint import KEY, ModelEndpoint

PATIENCE_SECONDS = 90
MOST_MOVES = 12
QUESTION = "帮我找20个美国做宠物用品的达人，粉丝1万到10万，近30天GMV过5000美金"
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")
ALL_DAY = '["00:00", "23:59:59"]'


async def look_often(emulator: Emulator) -> None:
    """Rows change without the platform's doing: whoever waits looks again five times a second."""
    while True:
        await emulator.platform.clock.wait(0.2)
        emulator.platform.records.ring()


async def stopped(task: "asyncio.Task[None]") -> None:
    """End something endless."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def model_of(endpoint: ModelEndpoint) -> ModelSettings:
    """Patient: what is measured is who takes over."""
    return ModelSettings(
        base_url=endpoint.base_url, name="scripted", api_key=SecretStr(KEY), timeout_seconds=PATIENCE_SECONDS
    )
