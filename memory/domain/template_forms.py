"""What a page may submit about a brand's own templates; members of the closed union `memory.domain.chat.Command`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from memory.domain.ids import TemplateId


class TemplateForm(BaseModel):
    """Root of the forms about one template."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    template: TemplateId


class RenameTemplate(TemplateForm):
    """Give it another name."""

    kind: Literal["rename_template"] = "rename_template"
    name: str = Field(max_length=200)


class RetireTemplate(TemplateForm):
    """Take it out of use, or (`retired` False) put it back."""

    kind: Literal["retire_template"] = "retire_template"
    retired: bool = True
