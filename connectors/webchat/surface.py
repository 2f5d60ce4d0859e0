"""What every page of the web chat works with: the ports it was handed, its settings, its templates and its texts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jinja2 import Environment

from connectors.ports.accounts import Accounts
from connectors.ports.desk import Desk
from connectors.ports.lines import Looks
from connectors.ports.queries import Queries
from connectors.ports.reports import SharedReports
from connectors.ports.shops import ShopDoor
from connectors.webchat.settings import WebSettings
from memory.domain.errors import AppError, Fact
from memory.domain.workspace import Lang

CONNECTOR = "webchat"


class Say(Protocol):
    """The sentence of a key in a language, filled; satisfied by `prompts.render.Texts.say`."""

    def __call__(self, key: str, lang: Lang, **facts: Fact) -> str:
        """Raises KeyError for an unknown key or a slot nobody filled."""
        ...


@dataclass(slots=True)
class DemoMark:
    """Whether pages say 演示数据. A workspace is one kind for life, so once learnt it holds without a database."""

    accounts: Accounts
    _is_demo: bool | None = None

    async def is_shown(self) -> bool:
        """Whether the workspace is a demo; False while there is none, or nobody could say yet."""
        if self._is_demo is None:
            try:
                workspace = await self.accounts.workspace()
            except AppError:  # the page that asks tells of it
                return False
            self._is_demo = workspace.is_demo if workspace is not None else None
        return bool(self._is_demo)


@dataclass(frozen=True, slots=True)
class Surface:
    """The web chat's ports and texts, made once."""

    desk: Desk
    queries: Queries
    accounts: Accounts
    say: Say
    now: Callable[[], datetime]
    settings: WebSettings
    templates: Environment
    demo_mark: DemoMark
    channels: Looks
    shops: ShopDoor | None = None
    reports: SharedReports | None = None

    def label(self, group: str, value: str, lang: Lang) -> str:
        """The name people know a stored value by (stage, category, role…), or the value itself."""
        try:
            return self.say(f"web_{group}_{value}", lang)
        except KeyError:
            return value

    def told(self, error: AppError, lang: Lang) -> str:
        """A deliberate failure as a sentence; one whose text is missing falls back to that of its kind."""
        try:
            return self.say(error.text_key, lang, **error.facts)
        except KeyError:
            return self.say(f"web_error_{type(error).key}", lang)
