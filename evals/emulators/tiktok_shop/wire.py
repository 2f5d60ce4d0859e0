"""Reading bodies: fields are named as the vendor names them, unknown ones are refused."""

import json
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.emulators.tiktok_shop.errors import ApiError, Code

Json = dict[str, Any]
MOST_PAGE: Final = 50


class Part(BaseModel):
    """A piece of a body."""

    model_config = ConfigDict(extra="forbid", strict=True)


_Model = TypeVar("_Model", bound=Part)


def read(model: type[_Model], body: Json) -> _Model:
    """The body as a model. Raises ApiError 36009004 naming the field that does not fit or is unknown."""
    try:
        return model.model_validate(body)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ApiError(Code.BAD_PARAMETER, f"Invalid parameter: {place}: {first['msg']}") from wrong


def json_object(raw: bytes) -> Json:
    """A JSON object; nothing at all is an empty one. Raises ApiError 36009004."""
    try:
        found = json.loads(raw or b"{}")
    except ValueError as wrong:
        raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: the body is no JSON") from wrong
    if not isinstance(found, dict):
        raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: the body is no object")
    return found


def whole(query: dict[str, str], name: str, default: int, *, least: int = 1, most: int = MOST_PAGE) -> int:
    """A whole number of the query. Raises ApiError 36009004 outside its bounds."""
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
        raise ApiError(Code.BAD_PARAMETER, f"Invalid parameter: {name}")
    return int(text)


def flag(query: dict[str, str], name: str, *, default: bool) -> bool:
    """True or false in the query. Raises ApiError 36009004."""
    text = query.get(name, str(default)).lower()
    if text not in ("true", "false"):
        raise ApiError(Code.BAD_PARAMETER, f"Invalid parameter: {name}")
    return text == "true"
