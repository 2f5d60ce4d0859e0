"""Frames as text: what is a request, an answer, an event. Pure."""

import json

from pydantic import ValidationError

from connectors.wecom.bot.frames import Ack, Callback, Cmd, EventBody, EventCallback, Json, MsgBody, MsgCallback


class Unreadable(ValueError):
    """A frame that fits nothing the vendor describes; the text says where, never what it held."""


def written(cmd: Cmd, body: Json | None, *, req_id: str) -> str:
    """A frame of ours. UTF-8 without escapes: the platform refuses them on some doors."""
    frame: Json = {"cmd": str(cmd), "headers": {"req_id": req_id}}
    if body is not None:
        frame["body"] = body
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def read(text: str | bytes) -> Ack | Callback:
    """A frame of theirs.

    Raises:
        Unreadable: it is no JSON, has no req_id, a cmd nobody knows, or a body that lacks what its cmd needs
            (not retryable).
    """
    try:
        frame = json.loads(text)
        req_id = str(frame["headers"]["req_id"])
        cmd, body = frame.get("cmd"), frame.get("body") or {}
        if cmd is None:
            return Ack(req_id, int(frame["errcode"]), str(frame.get("errmsg", "")), body)
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise Unreadable(type(wrong).__name__) from wrong
    try:
        if cmd == Cmd.MSG_CALLBACK:
            return MsgCallback(req_id, MsgBody.model_validate(body))
        if cmd == Cmd.EVENT_CALLBACK:
            return EventCallback(req_id, EventBody.model_validate(body))
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        raise Unreadable(".".join(str(part) for part in first["loc"])) from None
    raise Unreadable("cmd")
