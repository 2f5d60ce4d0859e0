"""The `daren` command. Evals add theirs through an entry point, so that nothing here imports them."""

import sys
from importlib.metadata import entry_points

import typer

from agent.cli.data import doctor, import_file, init, migrate, reindex
from agent.cli.export import export
from agent.cli.seeding import seed
from agent.cli.serving import demo, serve, worker
from agent.cli.talk import ask, chat, forward

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Daren 达人助手")
for command in (demo, init, ask, chat, forward, serve, worker, seed, export, doctor, migrate, reindex):
    app.command()(command)
app.command("import")(import_file)


def main() -> None:
    """Run the command line."""
    wanted = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    for point in entry_points(group="daren.commands"):
        # Loaded only when asked for, or when help lists everything.
        if wanted in (None, point.name):
            app.command(point.name)(point.load())
    app()


if __name__ == "__main__":
    main()
