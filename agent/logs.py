"""Structured logs with secrets scrubbed: every handler of the root logger passes through one filter."""

import logging
import re
import sys

import structlog

# WeCom and others put tokens and keys in addresses, and HTTP libraries log addresses; a group webhook's key is a UUID.
_SECRETS = re.compile(
    r"(?i)((?:access_token|api_key|apikey|secret_key|aes_?key|secret|password|token|authorization|corpsecret"
    r"|response_?code|response_url|auth_?code|shop_?cipher|(?<=[?&])key)[\"']?\s*[=:]\s*[\"']?)(?:bearer\s+)?[^\s\"'&,}]{4,}"
    r"|(\bkey[\"']?\s*[=:]\s*[\"']?)[0-9a-f]{8}-[0-9a-f-]{20,}"
    r"|(<ResponseCode>(?:<!\[CDATA\[)?)[^<\]]+"
    r"|\b(sk-)[A-Za-z0-9_-]{8,}|(postgres(?:ql)?(?:\+\w+)?://[^:/\s]+:)[^@\s]+(?=@)"
)

# Below warnings these tell of every frame, call and statement; `websockets` cuts frames in the middle of a secret, so
# that nothing names it one any more.
_NOISY = (
    "httpx", "httpcore", "httpx2", "websockets", "procrastinate", "uvicorn.access", "asyncio", "alembic", "psycopg",
)  # fmt: skip


def scrub(text: str) -> str:
    """The text with everything that looks like a secret replaced by ***."""
    return _SECRETS.sub(lambda found: f"{next(group for group in found.groups() if group)}***", text)


class ScrubFilter(logging.Filter):
    """Scrubs a record's final message, whoever logged it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; never drops one."""
        record.msg, record.args = scrub(record.getMessage()), ()
        return True


def configure(*, level: str, as_json: bool) -> None:
    """Send our own and every library's records through one scrubbed handler on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(ScrubFilter())
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        # Said first: what nobody will read is not put together.
        processors=[structlog.stdlib.filter_by_level, *shared, renderer],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
