"""What an app's messages hold, but cards: fields and limits by msgtype."""

from collections.abc import Mapping
from typing import Final

from pydantic import Field

from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.wire import Json, Part, cut, size
from evals.emulators.wecom.platform import Platform

TEXT_BYTES: Final = 2_048
TITLE_BYTES, DESCRIPTION_BYTES, URL_BYTES, BUTTON_CHARACTERS = 128, 512, 2_048, 4


class Text(Part):
    """Plain text."""

    content: str


class Markdown(Part):
    """Markdown of the small kind."""

    content: str


class MediaId(Part):
    """An uploaded file."""

    media_id: str


class Video(MediaId):
    """A film with a title."""

    title: str = ""
    description: str = ""


class TextCard(Part):
    """A card of text that leads to a URL."""

    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    url: str = Field(min_length=1)
    btntxt: str = ""


class Article(Part):
    """One article."""

    title: str = Field(min_length=1)
    description: str = ""
    url: str = ""
    picurl: str = ""
    appid: str = ""
    pagepath: str = ""


class News(Part):
    """Articles."""

    articles: list[Article] = Field(min_length=1, max_length=8)


def within(most: Mapping[str, int], part: Part) -> None:
    """Let a part pass whose fields are short enough.

    Raises:
        ApiError: 45002 naming the field.
    """
    for name, limit in most.items():
        if size(getattr(part, name)) > limit:
            raise ApiError(Errcode.CONTENT_TOO_LONG, f"{name} over {limit} bytes")


def articles(news: News) -> Json:
    """Articles as a message shows them.

    Raises:
        ApiError: 45002.
    """
    for article in news.articles:
        within({"title": TITLE_BYTES, "description": DESCRIPTION_BYTES}, article)
    return {"articles": [article.model_dump(exclude_unset=True) for article in news.articles]}


def parts_of(msgtype: str, part: Part | None, platform: Platform) -> Json:
    """What a message of this type shows. Text beyond 2048 bytes is cut, as the platform does.

    Raises:
        ApiError: 40008 for another type or a missing object, 44004, 45002, 40007, 40004.
    """
    if isinstance(part, Text):
        return {"content": cut(_filled(part.content), TEXT_BYTES)}
    if isinstance(part, Markdown):
        within({"content": TEXT_BYTES}, part)
        return {"content": _filled(part.content)}
    if isinstance(part, MediaId):
        media = platform.media.use(part.media_id, owner=platform.corp.corpid)
        if media.type != msgtype:
            raise ApiError(Errcode.BAD_MEDIA_TYPE)
        if isinstance(part, Video):
            within({"title": TITLE_BYTES, "description": DESCRIPTION_BYTES}, part)
        return {"filename": media.filename, "data": media.content}
    if isinstance(part, TextCard):
        within({"title": TITLE_BYTES, "description": DESCRIPTION_BYTES, "url": URL_BYTES}, part)
        if len(part.btntxt) > BUTTON_CHARACTERS:
            raise ApiError(Errcode.CONTENT_TOO_LONG, f"btntxt over {BUTTON_CHARACTERS} characters")
        return {"articles": [part.model_dump(exclude_unset=True)]}
    if isinstance(part, News):
        return articles(part)
    raise ApiError(Errcode.BAD_MSGTYPE)


def _filled(text: str) -> str:
    if not text.strip():
        raise ApiError(Errcode.EMPTY_CONTENT)
    return text
