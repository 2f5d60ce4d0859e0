"""The whole office in one transaction: what forms and views of pages work with beyond `stores.Unit`."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from memory.domain.bindings import BindingUnit
from memory.domain.by_hand import HandUnit
from memory.domain.chat_stores import Fence
from memory.domain.delivery_views import ChannelUnit
from memory.domain.workspace import Scope


class OfficeUnit(HandUnit, BindingUnit, ChannelUnit, Protocol):
    """A scope's transaction that reaches every book."""


class OfficeUnits(Protocol):
    """The door to such transactions."""

    def unit(self, scope: Scope, *, fence: Fence | None = None) -> AbstractAsyncContextManager[OfficeUnit]:
        """See `memory.domain.stores.Units.unit`."""
        ...
