"""The channels page: how to set one up, how each does, a test, and what was not delivered."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from connectors.webchat.door import Visit, visitor
from connectors.webchat.forms import Fields, Id, place_of, read_form, whole
from connectors.webchat.pages.saved import back_to, was_saved
from connectors.webchat.render import page
from connectors.webchat.surface import Surface
from memory.domain.channel_forms import SaveChannel, TestChannel
from memory.domain.channels import ChannelKind
from memory.domain.chat import Reply
from memory.domain.errors import BadRequest, Conflict, NotFound
from memory.domain.ids import BrandId, ChannelId
from memory.domain.lines import LineEnd
from memory.domain.outreach import Flag
from memory.domain.workspace import Lang

_EXPECTED = (BadRequest, Conflict)
_FIELDS = {
    ChannelKind.WECOM_BOT: ("bot_id", "bot_secret"),
    ChannelKind.WECOM_WEBHOOK: ("address",),
    ChannelKind.WECOM_APP: ("corp_id", "agent_id", "app_secret", "token", "aes_key"),
    ChannelKind.WECOM_KF: ("corp_id", "app_secret", "token", "aes_key", "open_kfid"),
    ChannelKind.WECHAT_ACCOUNT: ("app_id", "app_secret", "original_id", "token", "aes_key", "mode"),
}
_SHOWN = frozenset({"corp_id", "agent_id", "open_kfid", "app_id", "original_id", "mode"})
# What the platform calls back.
_CALLED = (ChannelKind.WECOM_APP, ChannelKind.WECOM_KF, ChannelKind.WECHAT_ACCOUNT)
# Never shown again, not even to whoever typed them.
_HIDDEN = frozenset(name for names in _FIELDS.values() for name in names) - _SHOWN


def channel_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Channels."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/channels")
    async def channels(visit: visit_of, edit: Id | None = None) -> Response:
        return await _page(visit, edit=edit)

    @router.post("/channels")
    async def save(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        try:
            await surface.desk.submit(visit.scope, _channel(fields))
        except _EXPECTED as error:
            problem = {place_of(error, fields.data.keys()): surface.told(error, visit.lang)}
            typed = {name: value for name, value in fields.typed().items() if name not in _HIDDEN}
            return await _page(visit, edit=fields.optional_id("id"), typed=typed, problem=problem)
        return back_to("/channels")

    @router.post("/channels/test")
    async def test(request: Request, visit: visit_of) -> Response:
        channel = ChannelId(whole((await read_form(request)).text("channel")))
        try:
            told: Reply = await surface.desk.submit(visit.scope, TestChannel(channel=channel))
        except _EXPECTED as error:
            return await _page(visit, edit=None, problem={"form": surface.told(error, visit.lang)})
        return await _page(visit, edit=None, told=told.text)

    @router.post("/channels/check")
    async def check(request: Request, visit: visit_of) -> Response:
        channel = ChannelId(whole((await read_form(request)).text("channel")))
        failure = await surface.channels.look_at(visit.scope, channel)
        if failure is not None:
            return await _page(visit, edit=None, problem={"form": surface.told(failure, visit.lang)})
        return await _page(visit, edit=None, told=surface.say("web_channel_fine", visit.lang))

    async def _page(
        visit: Visit,
        *,
        edit: int | None,
        typed: dict[str, str] | None = None,
        problem: dict[str, str] | None = None,
        told: str = "",
    ) -> Response:
        view = await surface.queries.channels(visit.scope)
        asked = visit.request.query_params
        wanted = (typed or {}).get("of") or asked.get("add")
        current = next((state.channel for state in view.channels if state.channel.id == edit), None)
        if edit is not None and current is None:
            raise NotFound("no_such_channel")
        return await page(
            surface, visit, "channels.html", status=422 if problem else 200, view=view, current=current,
            of=current.kind if current else _kind(wanted), kinds=tuple(_FIELDS),
            choosing=not (current or typed or wanted in _FIELDS) and ("add" in asked or not view.channels),
            adding="add" in asked, typed=typed, errors=problem or {}, ended=_ended,
            is_public=surface.settings.public_url is not None, saved=was_saved(visit), told=told,
            not_held=_not_held, is_called=lambda kind: kind in _CALLED, typed_fields=_FIELDS, word=_name_of,
            open_fields=_SHOWN, why=lambda flag: _why(surface, flag, visit.lang),
        )  # fmt: skip

    return router


def _why(surface: Surface, flag: Flag | None, lang: Lang) -> str:
    """A stored reason as a sentence; an unknown one by its key."""
    if flag is None:
        return surface.say("web_unknown", lang)
    try:
        return surface.say(flag.key, lang, **flag.facts)
    except KeyError:
        return flag.key


def _channel(fields: Fields) -> SaveChannel:
    known, brand = fields.optional_id("id"), fields.text("brand")
    kind = _kind(fields.text("of"))
    return SaveChannel(
        id=ChannelId(known) if known else None,
        of=kind,
        name=fields.text("name")[:60],
        brand=None if brand == "all" else BrandId(whole(brand)),
        lang="en" if fields.text("lang") == "en" else "zh",
        mentions=fields.text("mentions")[:400],
        active=fields.text("active") != "no",
        plain=fields.text("plain") == "yes",
        typed=_typed(fields, kind),
    )


def _typed(fields: Fields, kind: ChannelKind) -> dict[str, str]:
    """The kind's own fields; a choice that came alone, which every form has, changes nothing."""
    typed = {name: fields.text(name)[:400] for name in _FIELDS[kind]}
    is_alone = not any(value for name, value in typed.items() if name != "mode")
    return typed | {"mode": ""} if is_alone and "mode" in typed else typed


def _kind(typed: str | None) -> ChannelKind:
    """Which kind is set up: the one it says where a page can set that up, else the group webhook."""
    return next((kind for kind in _FIELDS if kind == typed), ChannelKind.WECOM_WEBHOOK)


def _ended(end: LineEnd) -> Flag:
    """Why a connection stays down, with what to do."""
    return Flag(f"bot_{end}", {})


def _name_of(kind: str) -> str:
    """What a kind is called in keys of texts."""
    return "oa" if kind == ChannelKind.WECHAT_ACCOUNT else kind.removeprefix("wecom_")


def _not_held(kind: str) -> Flag:
    """That no process looks after a channel."""
    return Flag(f"{_name_of(kind)}_not_held", {})
