"""Reading bodies: fields are named as the vendor names them; unknown ones are noted or, strictly, refused."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.emulators.records import Records
from evals.emulators.wecom.core.errors import ApiError, Errcode

Json = dict[str, Any]
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u([0-9a-fA-F]{4})")
_CONTROL = 0x20


class Part(BaseModel):
    """A piece of a body. Unknown fields are kept, to be reported."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=False)


_Model = TypeVar("_Model", bound=Part)


class Reader:
    """Turns JSON into models."""

    def __init__(self, records: Records, *, strict: bool) -> None:
        self._records = records
        self.strict = strict

    def read(self, model: type[_Model], body: object, *, where: str) -> _Model:
        """The body as a model.

        Raises:
            ApiError: 40058 naming the field that does not fit, or is unknown when strict.
        """
        try:
            found = model.model_validate(body)
        except ValidationError as wrong:
            first = wrong.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise ApiError(Errcode.BAD_PARAMETER, f"{place}: {first['msg']}") from wrong
        for name in unknown_fields(found):
            if self.strict:
                raise ApiError(Errcode.BAD_PARAMETER, f"unknown field {name}")
            self._records.warn(f"{where}: unknown field {name}")
        return found


def unknown_fields(part: BaseModel, path: str = "") -> Iterator[str]:
    """Names the model does not have, with their place."""
    for name in part.model_extra or {}:
        yield f"{path}{name}"
    for name in part.model_fields_set & type(part).model_fields.keys():
        value = getattr(part, name)
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, BaseModel):
                yield from unknown_fields(inner, f"{path}{name}.")


def json_object(raw: bytes) -> Json:
    """A JSON object in UTF-8 without escapes of printable characters.

    Raises:
        ApiError: 40033 for such an escape or another encoding, 47001 for what is no object.
    """
    if any(int(code, 16) >= _CONTROL for code in _ESCAPED.findall(raw)):
        raise ApiError(Errcode.BAD_CHARSET)
    try:
        found = json.loads(raw)
    except UnicodeDecodeError as wrong:
        raise ApiError(Errcode.BAD_CHARSET) from wrong
    except ValueError as wrong:
        raise ApiError(Errcode.BAD_JSON) from wrong
    if not isinstance(found, dict):
        raise ApiError(Errcode.BAD_JSON)
    return found


def size(text: str) -> int:
    """Bytes in UTF-8: what limits count."""
    return len(text.encode())


def cut(text: str, limit: int) -> str:
    """At most so many bytes, never half a character."""
    return text.encode()[:limit].decode(errors="ignore")
