"""A brand's own templates as the fake queries know them: one in two versions with a harmful name, one retired."""

from collections.abc import Sequence
from datetime import UTC, datetime

from memory.domain.ids import TemplateId
from memory.domain.templates import TemplateSheet, VersionSheet
from memory.domain.workspace import Scope

_NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


class FakeTemplateViews:
    """The part of `Queries` that is about templates."""

    async def templates(self, scope: Scope) -> Sequence[TemplateSheet]:
        """Both."""
        del scope
        newer = VersionSheet(2, "en", "Hi {名字}, our {产品}.\n\nBye", "{名字}你好，我们的{产品}。", _NOW, 0)
        older = VersionSheet(1, "en", "Hey {名字}", "嗨{名字}", _NOW, 12)
        return [
            TemplateSheet(TemplateId(1), "<script>alert(1)</script>猫砂盆首轮", "邀约", 2, (newer, older)),
            TemplateSheet(TemplateId(2), "旧首轮", "邀约", 1, (older,), retired=True),
        ]
