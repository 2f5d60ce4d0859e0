"""Protocol over a brand's message templates."""

from typing import Protocol

from memory.domain.ids import BrandId, DraftId, TemplateId
from memory.domain.outreach import Purpose
from memory.domain.templates import Template, Wording


class TemplateStore(Protocol):
    """Templates of one scope and their versions. Names are compared by `templates.key_of`."""

    async def all(self, *, retired: bool = False) -> list[Template]:
        """Templates in use, or all of them, by name."""
        ...

    async def by_id(self, template: TemplateId) -> Template | None:
        """One, retired or not."""
        ...

    async def keep(self, name: str, wording: Wording, *, purpose: Purpose, brand: BrandId) -> Template:
        """A new template, or the next version of the one of this name, which is in use again if it was retired.

        Raises Conflict ("template_other_purpose") for a name that is used for another kind of message.
        """
        ...

    async def put_in_force(self, template: TemplateId, number: int) -> Template:
        """Make one of its versions the one that drafts are written from."""
        ...

    async def rename(self, template: TemplateId, name: str) -> Template:
        """Raises Conflict ("template_name_taken")."""
        ...

    async def retire(self, template: TemplateId, *, retired: bool = True) -> Template:
        """Take it out of use, or put it back; its versions stay readable."""
        ...

    async def void_others(self, template: Template) -> list[DraftId]:
        """Void the approvals of what waits and is made from another version than the one in force.

        Such drafts are open again, with "template_changed" as the reason. What is being sent is left alone.
        Locks drafts, then steps, in the order of their ids.
        """
        ...
