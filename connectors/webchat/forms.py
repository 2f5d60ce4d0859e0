"""What a browser posted, as text; and the commands that forms become. Amounts stay as typed: the desk parses them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from fastapi import Request
from pydantic import Field
from starlette.datastructures import FormData, UploadFile

from memory.domain.errors import AppError, BadRequest

MAX_ID = 2**63 - 1
# Numbers in an address: a row's id, and how many rows to skip. One that fits no row leads to no page.
Id = Annotated[int, Field(gt=0, le=MAX_ID)]
Skip = Annotated[int, Field(le=1_000_000_000)]
WHOLE_FORM = "form"
_PLACES = {
    "link_unreadable": "link",
    "login_empty": "login",
    "market_unknown": "market",
    "money_unreadable": "price",
    "password_too_short": "password",
    "product_needs_name": "name",
    "role_unknown": "role",
    "share_unreadable": "commission_ceiling",
    "zone_unknown": "team_zone",
}


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one posted form."""

    data: FormData

    def text(self, name: str) -> str:
        """A field's text without surrounding space; empty when it is not there."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """A field's text exactly as sent but for line ends and NUL; empty when it is not there."""
        return _as_sent(self.data.get(name, ""))

    def optional_text(self, name: str) -> str | None:
        """A field's text; None when the form does not have it."""
        return self.text(name) if name in self.data else None

    def lines(self, name: str) -> tuple[str, ...]:
        """The lines of a field that are not empty."""
        return tuple(line.strip() for line in self.raw(name).splitlines() if line.strip())

    def words(self, name: str) -> tuple[str, ...]:
        """Words separated by space or a comma of either script."""
        text = self.raw(name)
        for mark in "，、,;；":
            text = text.replace(mark, " ")
        return tuple(dict.fromkeys(text.split()))

    def numbers(self, name: str) -> tuple[int, ...]:
        """Every value of a repeated field, in order and once."""
        values = [value for value in self.data.getlist(name) if isinstance(value, str)]
        return tuple(dict.fromkeys(whole(part) for value in values for part in value.split()))

    def texts(self, name: str) -> tuple[str, ...]:
        """Every value of a repeated field, in order and once."""
        values = [value for value in self.data.getlist(name) if isinstance(value, str)]
        return tuple(dict.fromkeys(_as_sent(value).strip() for value in values))

    def optional_id(self, name: str) -> int | None:
        """An id, None when the field is empty."""
        text = self.text(name)
        return whole(text) if text else None

    def yes_no(self, name: str) -> bool | None:
        """A three-way choice: yes, no, not said."""
        return {"yes": True, "no": False}.get(self.text(name))

    def file(self, name: str) -> UploadFile | None:
        """An uploaded file; None when none was chosen."""
        value = self.data.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def typed(self) -> dict[str, str]:
        """What was typed, to show the form again; never a password."""
        return {
            name: _as_sent(value) for name, value in self.data.items() if isinstance(value, str) and name != "password"
        }


def _as_sent(value: UploadFile | str) -> str:
    """No row and no page holds a NUL, so it is not worth refusing a form over."""
    return value.replace("\r\n", "\n").replace("\x00", "") if isinstance(value, str) else ""


async def read_form(request: Request) -> Fields:
    """Read the posted form; its size was limited before."""
    return Fields(await request.form(max_files=1, max_fields=500, max_part_size=1_000_000))


def place_of(error: AppError, fields: Collection[str]) -> str:
    """The field an error is about: the one it names, or the one its kind belongs to; else the whole form.

    A form that has the field under a longer name (product_price for price) is told there.
    """
    named = str(error.facts.get("field") or _PLACES.get(error.text_key, WHOLE_FORM))
    return next((field for field in (named, f"product_{named}") if field in fields), WHOLE_FORM)


def whole(text: str) -> int:
    """A positive whole number that fits a row's id. Raises BadRequest."""
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= MAX_ID:
        raise BadRequest("web_error_form")
    return int(text)
