"""Click groups that import a command when it runs, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from flowtime_cli.errors import report
from flowtime_cli.stream import wants_colour

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMMANDS = "flowtime.commands"
"""Entry points of this group are commands of other distributions."""

BROKEN_PIPE = 141
"""What a shell shows for a program that SIGPIPE ended."""


class LazyGroup(click.Group):
    """A group whose commands are named by ``module:attribute`` and a summary, for help and completion."""

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **options: Any) -> None:  # noqa: ANN401 - click's
        super().__init__(*args, **options)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        del ctx
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in self.lazy:
            return None
        module, _, attribute = self.lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Show the help when nothing is asked for."""
        return super().parse_args(ctx, args if args or ctx.resilient_parsing else ["--help"])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with the summaries of the table."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.lazy.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of commands, and the options of the group."""
        names = [
            CompletionItem(name, help=summary)
            for name, (_, summary) in self.lazy.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]


class App(LazyGroup):
    """The root: colours as the environment asks, every error as one message and one exit code.

    Other distributions add commands to it by entry points of the group ``flowtime.commands``.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the table, then those of other distributions."""
        return [*super().list_commands(ctx), *sorted(_others())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        own = super().get_command(ctx, cmd_name)
        return _others().get(cmd_name) if own is None else own

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with the summaries of the table, then those of other distributions."""
        super().format_commands(ctx, formatter)
        others = [(name, command.get_short_help_str(80)) for name, command in sorted(_others().items())]
        if others:
            with formatter.section("More commands"):
                formatter.write_dl(others)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT002 - click's
        **extra: Any,  # noqa: ANN401 - click's
    ) -> Any:  # noqa: ANN401 - click's
        """Run, and unless the caller wants the result, exit."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except Exception as error:  # noqa: BLE001 - the outermost place: nobody may see a traceback
            code = report(error)
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's
        """Run a command; a reader that has gone away ends it without a word."""
        ctx.color = wants_colour()
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ctx.exit(BROKEN_PIPE)


@cache
def _others() -> dict[str, click.Command]:
    """Return the commands of other distributions by name."""
    return {found.name: found.load() for found in entry_points(group=COMMANDS)}
