"""Template cards as they come over the wire: fields, list sizes, byte sizes. What needs several fields is a rule."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from evals.emulators.wecom.core.wire import Part, size


def _within(most: int) -> AfterValidator:
    def check(text: str) -> str:
        if size(text) > most:
            msg = f"longer than {most} bytes"
            raise ValueError(msg)
        return text

    return AfterValidator(check)


Key = Annotated[str, _within(1024)]
OptionId = Annotated[str, Field(min_length=1), _within(128)]
Question = Annotated[str, _within(200)]
FeedbackId = Annotated[str, Field(min_length=1), _within(256)]

CardType = Literal["text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction"]
INTERACTIONS = frozenset({"button_interaction", "vote_interaction", "multiple_interaction"})


class Source(Part):
    """Where a card comes from: the small line at its top."""

    icon_url: str = ""
    desc: str = ""
    desc_color: int = Field(0, ge=0, le=3)


class MenuAction(Part):
    """One line of the corner menu."""

    text: str
    key: Key


class ActionMenu(Part):
    """The corner menu."""

    desc: str = ""
    action_list: list[MenuAction] = Field(min_length=1, max_length=3)


class Title(Part):
    """A title and the line below it."""

    title: str = ""
    desc: str = ""


class Link(Part):
    """What pressing a part of the card opens: 0 nothing, 1 a URL, 2 a mini program."""

    type: int = Field(0, ge=0, le=2)
    url: str = ""
    appid: str = ""
    pagepath: str = ""


class QuoteArea(Link):
    """A quotation."""

    title: str = ""
    quote_text: str = ""


class HorizontalContent(Part):
    """One row of name and value. Type 2 downloads a file (apps only), 3 opens a member."""

    keyname: str
    value: str = ""
    type: int = Field(0, ge=0, le=3)
    url: str = ""
    media_id: str = ""
    userid: str = ""


class Jump(Part):
    """A line that leads elsewhere. Type 3 asks the bot (bots only)."""

    type: int = Field(0, ge=0, le=3)
    title: str
    url: str = ""
    appid: str = ""
    pagepath: str = ""
    question: Question = ""


class CardAction(Link):
    """What pressing the card opens."""

    type: int = Field(ge=1, le=2)


class CardImage(Part):
    """The large picture of a news_notice."""

    url: str = Field(min_length=1)
    aspect_ratio: float = Field(1.3, ge=1.3, le=2.25)


class ImageTextArea(Link):
    """A small picture beside text."""

    title: str = ""
    desc: str = ""
    image_url: str = Field(min_length=1)


class VerticalContent(Part):
    """A paragraph with a title."""

    title: str
    desc: str = ""


class Option(Part):
    """One choice."""

    id: OptionId
    text: str = Field(min_length=1)
    is_checked: bool = False


class Selector(Part):
    """A drop-down. `disable` belongs to updates."""

    question_key: Key = Field(min_length=1)
    title: str = ""
    disable: bool = False
    selected_id: str = ""
    option_list: list[Option] = Field(min_length=1, max_length=10)


class Button(Part):
    """A button. Type 1 with a URL is a link (apps only)."""

    type: int = Field(0, ge=0, le=1)
    text: str = ""
    style: int = Field(1, ge=1, le=4)
    key: Key = ""
    url: str = ""


class Checkbox(Part):
    """The choices of a vote. Mode 0 takes one, 1 several."""

    question_key: Key = Field(min_length=1)
    mode: int = Field(0, ge=0, le=1)
    disable: bool = False
    option_list: list[Option] = Field(min_length=1, max_length=20)


class SubmitButton(Part):
    """What ends a vote or a form."""

    text: str = Field(min_length=1)
    key: Key = Field(min_length=1)


class Feedback(Part):
    """What a person's judgement of the answer will be filed under."""

    id: FeedbackId


class TemplateCard(Part):
    """A template card of any type. `feedback` belongs to bots, `replace_text` to updates."""

    card_type: CardType
    task_id: str = ""
    source: Source | None = None
    action_menu: ActionMenu | None = None
    main_title: Title | None = None
    emphasis_content: Title | None = None
    quote_area: QuoteArea | None = None
    sub_title_text: str = ""
    horizontal_content_list: list[HorizontalContent] = Field(default_factory=list, max_length=6)
    vertical_content_list: list[VerticalContent] = Field(default_factory=list, max_length=4)
    jump_list: list[Jump] = Field(default_factory=list, max_length=3)
    card_action: CardAction | None = None
    card_image: CardImage | None = None
    image_text_area: ImageTextArea | None = None
    button_selection: Selector | None = None
    button_list: list[Button] = Field(default_factory=list, max_length=6)
    checkbox: Checkbox | None = None
    select_list: list[Selector] = Field(default_factory=list, max_length=3)
    submit_button: SubmitButton | None = None
    feedback: Feedback | None = None
    replace_text: str = ""

    @property
    def calls_back(self) -> bool:
        """Whether pressing it reaches the sender."""
        return self.card_type in INTERACTIONS or self.action_menu is not None
