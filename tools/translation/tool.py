"""The tool that translates; without a model it names what it cannot do instead of faking it."""

from dataclasses import dataclass

from pydantic import Field

from memory.domain.errors import BadRequest, Refused
from prompts.render import prompt
from tools.contract import Arguments, Effect, TextModel, Tool, TurnContext
from tools.translation.equality import Difference, differences


class TranslateArgs(Arguments):
    """What to translate, into which language (ISO 639-1; the member's own when absent)."""

    text: str = Field(max_length=8000)
    to: str | None = Field(default=None, pattern=r"^[A-Za-z]{2}(?:-\w+)?$")


@dataclass(frozen=True, slots=True)
class Translated:
    """A model's translation; `differences` are figures that one side lacks and the reader must be told."""

    text: str
    translation: str
    to: str
    differences: tuple[Difference, ...]


def translate(model: TextModel | None) -> Tool[TranslateArgs]:
    """Translate a text and check that every figure is the same in both."""

    async def run(args: TranslateArgs, turn: TurnContext) -> Translated:
        """Translate once, and once more when a figure got lost.

        Raises BadRequest ("text_missing"), Refused ("needs_model": there is none), Unavailable (retryable).
        """
        if not args.text.strip():
            raise BadRequest("text_missing")
        if model is None:
            raise Refused("needs_model")
        to = (args.to or turn.lang).lower()
        system = prompt("replies/translate.md", language=to)
        user = as_data(args.text)
        translation = (await model.write(system=system, user=user, purpose="translate")).strip()
        lost = differences(args.text, translation)
        if lost:
            again = "\n".join((user, "Keep these figures: " + ", ".join(one.figure.quote for one in lost)))
            second = (await model.write(system=system, user=again, purpose="translate")).strip()
            left = differences(args.text, second)
            if len(left) < len(lost):
                translation, lost = second, left
        return Translated(args.text, translation, to, lost)

    about = "Translate a text between languages (needs a model)."
    return Tool("translate", Effect.READS, TranslateArgs, run, about)


def as_data(text: str) -> str:
    """Foreign text inside its mark, unable to close it."""
    return f"<data>\n{text.replace('<', '(').replace('>', ')')}\n</data>"
