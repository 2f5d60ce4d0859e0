"""What linters cannot say about this house. Every rule is a function of `tests/house`, tried here on the project and on
a planted fault, so that none can pass because it sees nothing.
"""

import json
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast, get_args, get_type_hints

import pytest
from pydantic import BaseModel

from agent.__main__ import app
from agent.approval.policy import POLICY
from agent.cards.shown import SHOWN
from agent.catalogue import build_catalogue
from agent.settings import Settings
from memory.domain.errors import AppError
from memory.domain.outreach import ProposalKind
from prompts.render import Lang, texts
from tests.house import code, keys, layout, leaks, papers, tree
from tests.house.tree import Source
from tools.catalogue import Catalogue

READMES = {path: tree.read(path) for path in ("README.md", "README.zh.md")}


def clean(findings: list[str]) -> None:
    """No finding; the ones there are, a line each."""
    assert findings == [], "\n" + "\n".join(findings)


def table(lang: Lang) -> dict[str, str]:
    return {key: texts().template(key, lang) for key in texts().keys(lang)}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Every tool. They hold what they are given without looking at it, so nothing will do."""
    nothing = cast(Any, None)
    return build_catalogue(nothing, nothing, (), None, nothing)


def planted(text: str, path: str = "agent/planted.py") -> list[Source]:
    """A made-up file with a fault in it."""
    return [Source(path, text)]


# Where things stand


def test_a_module_is_read_in_one_sitting() -> None:
    clean(layout.too_long(tree.python_files()))
    assert layout.too_long(planted("x = 1\n" * 401))


def test_init_files_are_empty() -> None:
    clean(layout.filled_inits(tree.python_files()))
    assert layout.filled_inits(planted("from x import y\n", "agent/__init__.py"))


def test_the_top_level_holds_what_the_design_names() -> None:
    clean(layout.strangers_at_the_top(tree.paths()))
    assert layout.strangers_at_the_top(["notes/plan.md", "scratch.py"])


def test_names_say_what_is_inside() -> None:
    clean(layout.rejected_names(tree.paths()))
    assert layout.rejected_names(["tools/utils.py"])


def test_every_adapter_has_a_readme_that_ends_with_the_checklist() -> None:
    files = {source.path: source.text for source in tree.sources()}
    clean(layout.adapter_papers(layout.adapters(tree.paths()), files))
    assert layout.adapter_papers(["fax"], {}) == ["connectors/fax/README.md is missing"]
    assert len(layout.adapter_papers(["fax"], {"connectors/fax/README.md": "# Fax"})) == len(layout.CHECKLIST)


def test_the_import_contracts_know_every_adapter() -> None:
    present = layout.adapters(tree.paths())
    clean(layout.unlisted_adapters(present, tree.read("pyproject.toml")))
    assert layout.unlisted_adapters(present | {"fax"}, tree.read("pyproject.toml"))
    assert layout.unlisted_adapters(present - {"terminal"}, tree.read("pyproject.toml"))


def test_the_import_contracts_hold() -> None:
    beside = Path(sys.executable).with_name("lint-imports")
    command = str(beside) if beside.exists() else shutil.which("lint-imports")
    assert command is not None
    done = subprocess.run((command, "--no-cache"), cwd=tree.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# What code may do


def test_nothing_catches_everything_but_the_listed_loops() -> None:
    clean(code.broad_excepts(tree.product_files()))
    swallowing = "try:\n    f()\nexcept {}:\n    {}\n"
    assert code.broad_excepts(planted(swallowing.format("Exception", "pass")))
    assert code.broad_excepts(planted(swallowing.format("(OSError, Exception)", "pass")))
    assert code.broad_excepts(planted(swallowing.format("Exception", "pass"), "tools/catalogue.py"))
    clean(code.broad_excepts(planted(swallowing.format("BaseException", "close(); raise"))))


def test_time_comes_from_the_clock() -> None:
    clean(code.clock_readers(tree.product_files()))
    assert code.clock_readers(planted("datetime.now(UTC)\n"))
    assert code.clock_readers(planted("date.today()\n"))


def test_only_listed_modules_look_across_tenants() -> None:
    product = tree.python_files("agent", "tools", "connectors", "prompts", "memory")
    clean(code.tenant_crossers(product))
    assert code.tenant_crossers([*product, *planted("units.across_tenants('why not')\n")])
    assert code.tenant_crossers([source for source in product if source.path != "agent/accounts.py"])


def test_no_test_sleeps() -> None:
    clean(code.sleeping_tests(tree.python_files("tests")))
    assert code.sleeping_tests(planted("time.sleep(0.1)\n"))
    clean(code.sleeping_tests(planted("asyncio.sleep(0)\n")))


def test_every_ignore_says_why() -> None:
    clean(code.unreasoned_ignores(tree.python_files()))
    assert code.unreasoned_ignores(planted("x = 1  # noqa" + ": S101\n"))
    assert code.unreasoned_ignores(planted("x = 1  # type: " + "ignore[misc]\n"))


# Tools and decisions


def test_every_tool_is_examined_by_planner_cases(catalogue: Catalogue) -> None:
    lines = tree.read("evals/cases/planner.jsonl").splitlines()
    examined = {call["name"] for line in lines for call in json.loads(line)["calls"]}
    assert examined == set(catalogue.names())


def test_every_result_of_a_tool_can_be_shown(catalogue: Catalogue) -> None:
    results = {tool.name: get_type_hints(tool.run)["return"] for tool in catalogue}
    kinds = {name: get_args(result) or (result,) for name, result in results.items()}
    assert {name: kind for name, kind in kinds.items() if set(kind) - SHOWN.keys()} == {}


def test_every_tool_has_a_name_for_its_step_and_a_line_for_models(catalogue: Catalogue) -> None:
    assert [tool.name for tool in catalogue if f"step_{tool.name}" not in texts()] == []
    assert [tool.name for tool in catalogue if not tool.about.strip()] == []


def test_every_kind_of_proposal_has_its_sign() -> None:
    assert POLICY.keys() == set(ProposalKind)


# Texts


def test_both_languages_say_the_same_things() -> None:
    clean(keys.disparity(table("zh"), table("en")))
    assert keys.disparity({"a": "好 {x}", "b": ""}, {"a": "good", "c": ""}) == [
        "c has no Chinese text",
        "b has no English text",
        "a: slots ['x'] in Chinese, [] in English",
    ]


def test_every_text_named_in_code_is_written_and_filled() -> None:
    named = list(keys.uses(tree.python_files("agent", "tools", "connectors", "memory")))
    clean(keys.unwritten(named, table("zh")))
    clean(keys.unfilled(named, table("zh")))
    assert len(named) > 300
    raised = list(keys.uses(planted("raise Conflict('a' if x else 'b', n=1)\nFlag('c', {})\nsay('d', lang)\n")))
    assert [use.keys for use in raised] == [("a", "b"), ("c",), ("d",)]
    assert len(keys.unwritten(raised, {"a": "", "flag_c": ""})) == 2
    assert len(keys.unfilled(raised, {"a": "{n}", "b": "{m}", "flag_c": "{x}", "d": "{y}"})) == 3


def test_every_text_put_together_in_code_has_a_family() -> None:
    product = tree.python_files("agent", "tools", "connectors", "memory")
    clean(keys.unwritten_families(product, table("zh")))
    assert keys.unwritten_families(planted("t.say(f'gone_{x}', lang)\n"), {"here_1": ""})


def test_every_text_named_in_a_page_is_written() -> None:
    pages = [source for source in tree.sources() if source.path.startswith("connectors/webchat/templates/")]
    assert len(pages) > 30
    clean(keys.unwritten_in_pages(pages, table("zh")))
    assert keys.unwritten_in_pages(planted("{{ t('gone') }}", "connectors/webchat/templates/x.html"), {})


def test_every_kind_of_error_has_a_text_for_itself() -> None:
    kinds = [AppError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert [kind.__name__ for kind in kinds if keys.slots(table("zh").get(kind.key, "{gone}"))] == []


def test_prompts_use_exactly_the_variables_they_name() -> None:
    prompts = [source for source in tree.sources() if source.package == "prompts" and source.path.endswith(".md")]
    assert prompts
    clean(keys.unfit_prompts(prompts))
    assert keys.unfit_prompts(planted("Hello {{ name }}\n", "prompts/x.md"))
    assert keys.unfit_prompts(planted("<!-- variables: name -->\n{% if tone %}{{ name }}{% endif %}\n", "prompts/x.md"))


# Papers


class _Example(BaseModel):
    home: str = ""
    model: "_Inner | None" = None


class _Inner(BaseModel):
    name: str = ""


def test_every_setting_is_explained_in_both_readmes() -> None:
    names = list(papers.setting_names(Settings))
    clean(papers.undocumented(names, READMES))
    _Example.model_rebuild()
    assert list(papers.setting_names(_Example)) == ["DAREN_HOME", "DAREN_MODEL__NAME"]
    assert papers.undocumented(["DAREN_GONE"], READMES)


def test_every_setting_is_read_by_something() -> None:
    agent = [source for source in tree.python_files("agent") if source.path != "agent/settings.py"]
    clean(papers.unread(Settings, agent))
    assert papers.unread(_Inner, planted("said.surname\n"))


def test_the_readmes_explain_no_setting_that_nothing_reads() -> None:
    beside = {"DAREN_INIT_PASSWORD", "DAREN_CHROMIUM", "DAREN_TEST_BROWSER", "DAREN_TEST_QDRANT_URL"}
    clean(papers.invented({*papers.setting_names(Settings), *beside}, READMES))
    assert papers.invented([], {"x.md": "`DAREN_GONE`"})


def test_every_command_is_explained_in_both_readmes() -> None:
    own = [command.name or str(getattr(command.callback, "__name__", "")) for command in app.registered_commands]
    added = [point.name for point in entry_points(group="daren.commands")]
    clean(papers.unexplained_commands([*own, *added], READMES))
    assert papers.unexplained_commands(["vanish"], READMES) == [
        f"{path} does not explain daren vanish" for path in READMES
    ]


def test_both_readmes_have_the_same_shape() -> None:
    shapes = [[line.split(" ")[0] for line in text.splitlines() if line.startswith("#")] for text in READMES.values()]
    assert shapes[0] == shapes[1]


def test_contributing_names_every_make_target() -> None:
    targets = papers.make_targets(tree.read("Makefile"))
    assert {"install", "demo", "check", "test"} <= set(targets)
    assert [name for name in targets if f"`make {name}`" not in tree.read("CONTRIBUTING.md")] == []


def test_decisions_are_recorded_in_five_parts_on_a_page() -> None:
    decisions = [source for source in tree.sources() if source.path.startswith("docs/decisions/")]
    assert decisions
    clean(papers.decision_faults(decisions))
    assert papers.decision_faults(planted("# 0002 Guess\n\n## Context\n", "docs/decisions/0002-guess.md"))


def test_papers_named_in_files_are_there() -> None:
    files = [source for source in tree.sources() if source.path != "tests/test_house_rules.py"]
    clean(papers.missing_papers(files, tree.paths()))
    assert papers.missing_papers(planted("see docs/gone.md\n"), tree.paths())


# What must not stand in any file


def test_no_file_names_where_to_download_from() -> None:
    clean(leaks.download_places(tree.sources()))
    assert leaks.download_places(planted("https://" + "mirror.test/simple/\n"))
    assert leaks.download_places(planted("https://" + "mirror.test/a-1.0.whl\n"))


def test_no_file_names_a_path_of_one_machine() -> None:
    clean(leaks.machine_paths(tree.sources()))
    assert leaks.machine_paths(planted("open('" + "/ho" + "me/somebody/x')\n"))


def test_no_file_holds_a_secret() -> None:
    clean(leaks.secrets(tree.sources()))
    assert leaks.secrets(planted("key = 's" + "k-" + "a" * 40 + "'\n"))


def test_no_file_holds_an_address_somebody_may_own() -> None:
    clean(leaks.real_addresses(tree.sources()))
    assert leaks.real_addresses(planted("mia" + "@" + "gmail.com\n"))
    clean(leaks.real_addresses(planted("mia" + "@" + "mail.example.com\n")))


def test_locks_hold_digests_and_no_addresses() -> None:
    locks = [path for path in tree.paths() if path.endswith("package-lock.json")]
    assert locks
    clean([found for path in locks for found in leaks.resolved_packages(tree.read(path))])
    assert len(leaks.resolved_packages(json.dumps({"packages": {"": {}, "x": {"resolved": "somewhere"}}}))) == 2
    pinned = [path for path in tree.paths() if Path(path).name.startswith("requirements")]
    assert len(pinned) == 3
    clean([found for path in pinned for found in leaks.unhashed(tree.read(path))])
    assert leaks.unhashed("rich==14.0.0\n")
