"""Everything that anybody logs, down to the HTTP libraries' own lines, through the filter that the product puts on.

But for `websockets`, which cuts frames in the middle of a secret and which the product never lets speak.
"""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from agent.logs import ScrubFilter

_LOUDEST = ("", "httpx", "httpcore", "uvicorn.access")
_SILENCED = "websockets"


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """What is written while the block runs; our own events go to standard output besides."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(ScrubFilter())
    loggers = [logging.getLogger(name) for name in (*_LOUDEST, _SILENCED)]
    levels = [logger.level for logger in loggers]
    loggers[0].addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.WARNING if logger.name == _SILENCED else logging.DEBUG)
    try:
        yield written
    finally:
        loggers[0].removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
