"""A brand's own message templates in words and cards. Pure."""

from collections.abc import Sequence

from agent.cards import wording
from agent.cards.drafts import flag_text
from agent.cards.overview import with_names
from agent.cards.piece import Piece, Show
from memory.domain.cards import ReportCard
from memory.domain.outreach import Draft
from memory.domain.templates import Template
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.templates.tool import TemplateRefused, TemplateSaved, TemplatesShown


def templates_shown(result: TemplatesShown, lang: Lang, texts: Texts) -> Piece:
    """Those in use as a table; one with its texts."""
    names = [template.name for template in result.templates]
    if not result.templates:
        return Piece(texts.say("no_templates", lang), for_planner={"templates": []})
    if result.action == "list":
        text = texts.say("templates_listed", lang, count=len(names))
        return Piece(text, (_table(result.templates, lang, texts),), for_planner={"templates": list(names)})
    (template,) = result.templates
    if result.action == "show":
        return Piece(_in_full(template, lang, texts), for_planner={"template": template.name})
    said = texts.say(f"template_{result.action}d", lang, name=template.name, was=result.was)
    return Piece(said, for_planner={"template": template.name, "done": result.action})


def template_saved(result: TemplateSaved, lang: Lang, texts: Texts) -> Piece:
    """What it says now, from which draft, what stays as it is, and what needs a new approval."""
    template, source = result.template, result.source
    head = "template_saved_new" if len(template.versions) == 1 else "template_saved_next"
    lines = [
        texts.say(
            head, lang, name=template.name, version=template.current, batch=source.batch_code, number=source.number
        ),
        _in_full(template, lang, texts),
    ]
    if result.guessed:
        lines.append(texts.say("template_guessed", lang, batch=source.batch_code, number=source.number))
    if result.literal:
        lines.append(texts.say("template_literal", lang, figures=wording.listed(list(result.literal), lang)))
    lines += [f"⚠ {flag_text(flag, lang=lang, texts=texts, now=None)}" for flag in result.remarks if not flag.blocking]
    if result.voided:
        lines.append(texts.say("template_voided", lang, count=len(result.voided), drafts=_named(result.voided, lang)))
    lines.append(texts.say("template_how_to_use", lang, name=template.name))
    return Piece("\n".join(lines), for_planner={"template": template.name, "version": template.current, "saved": True})


def template_refused(result: TemplateRefused, lang: Lang, texts: Texts) -> Piece:
    """Why a draft makes no template."""
    source = result.source
    lines = [texts.say("template_refused", lang, name=result.name, batch=source.batch_code, number=source.number)]
    lines += [f"· {flag_text(flag, lang=lang, texts=texts, now=None)}" for flag in result.problems]
    return Piece("\n".join(lines), for_planner={"saved": False, "problems": [flag.key for flag in result.problems]})


def _in_full(template: Template, lang: Lang, texts: Texts) -> str:
    """Both texts, their placeholders by the names people know."""
    said = template.in_force.wording
    sides = [said.text] if said.language == "zh" else [said.text, said.text_zh]
    named = [with_names(side, lang, texts) for side in sides]
    title = texts.say("template_named", lang, name=template.name, version=template.current)
    return "\n———\n".join([title, *named])


def _table(templates: Sequence[Template], lang: Lang, texts: Texts) -> ReportCard:
    columns = ("name", "purpose", "language", "version", "sent")
    return ReportCard(
        title=texts.say("templates_title", lang),
        period="",
        columns=tuple(texts.say(f"template_column_{column}", lang) for column in columns),
        rows=tuple(
            (
                template.name,
                texts.say(f"web_purpose_{template.purpose}", lang),
                template.in_force.wording.language,
                str(template.current),
                str(sum(version.sent for version in template.versions)),
            )
            for template in templates
        ),
        as_of=None,
        source=texts.say("source_own_books", lang),
    )


def _named(drafts: Sequence[Draft], lang: Lang) -> str:
    """K7 1-3、L2 5"""
    numbers: dict[str, list[int]] = {}
    for draft in drafts:
        numbers.setdefault(draft.batch_code, []).append(draft.number)
    return wording.listed([f"{batch} {wording.ranges(found, lang)}" for batch, found in numbers.items()], lang)


SHOWN: dict[type, Show] = {
    TemplatesShown: templates_shown,
    TemplateSaved: template_saved,
    TemplateRefused: template_refused,
}
