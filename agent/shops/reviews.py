"""Sample requests answered on the platform: each is looked at first, so that repeating the whole answers none twice."""

from typing import Any

from connectors.ports.samples import Refusal, SamplePlatform
from connectors.ports.shops import LinkedShop
from memory.domain.applications import Application, ApplicationStatus
from memory.domain.errors import Refused


def asking(content: dict[str, Any]) -> list[str]:
    """The handles of who asked."""
    return [each["handle"] for each in content["requests"]]


async def answer(platform: SamplePlatform, at: LinkedShop, content: dict[str, Any]) -> list[str]:
    """Say yes or no to each that waits; whom it was refused for. Raises as `SamplePlatform.review`."""
    refusal = None if content["approve"] else Refusal(content["reason"])
    refused = []
    for each in content["requests"]:
        found = await _of(platform, at, each)
        if found is None or found.status is not ApplicationStatus.PENDING:
            if found is None or (found.status is ApplicationStatus.REJECTED) is content["approve"]:
                refused.append(each["handle"])  # somebody else was first, and said the contrary
            continue
        try:
            await platform.review(at, each["number"], refusal=refusal)
        except Refused:
            refused.append(each["handle"])
    return refused


async def answered(platform: SamplePlatform, at: LinkedShop, content: dict[str, Any]) -> bool:
    """Whether none of them waits any more."""
    return all(one.status is not ApplicationStatus.PENDING for one in await as_they_are(platform, at, content))


async def as_they_are(platform: SamplePlatform, at: LinkedShop, content: dict[str, Any]) -> list[Application]:
    """Each as the platform shows it now."""
    found = [await _of(platform, at, each) for each in content["requests"]]
    return [one for one in found if one is not None]


async def _of(platform: SamplePlatform, at: LinkedShop, each: dict[str, Any]) -> Application | None:
    return await platform.application(at, each["number"], handle=each["handle"], product=each["product"])
