"""A time zone as an argument: a name of the IANA list, or none."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field


def _known(zone: str | None) -> str | None:
    try:
        return ZoneInfo(zone).key if zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ValueError("not a time zone of the IANA list") from unknown


ZoneName = Annotated[str | None, Field(max_length=60), AfterValidator(_known)]
