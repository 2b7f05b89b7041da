"""``flowtime runs``: what has been run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowtime_cli import options
from flowtime_cli.app import LazyGroup
from flowtime_cli.complete import complete_template
from flowtime_cli.options import examples

if TYPE_CHECKING:
    from flowtime_core.records.listing import RunListing, RunPage

COMMANDS = {
    "list": ("flowtime_cli.runs:list_runs", "List runs, newest first."),
    "show": ("flowtime_cli.runs:show_run", "Show a run as `flowtime run` did."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def runs() -> None:
    """List runs, or show one."""


@click.command("list", epilog=examples("flowtime runs list --template-id order-system"))
@click.option("--template-id", shell_complete=complete_template, help="Only runs of this template.")
@click.option("--page", type=int, default=1, show_default=True, help="Which page.")
@click.option("--page-size", type=int, default=50, show_default=True, help="How many runs a page has, up to 200.")
@options.data_dir_option
@options.json_option
def list_runs(*, template_id: str | None, page: int, page_size: int, data_dir: Path | None, as_json: bool) -> None:
    """List runs, newest first and damaged ones last."""
    from flowtime_core.codec.listing import page_to_plain
    from flowtime_core.shell.listing import list_page

    found = list_page(options.open_workspace(data_dir), page=page, page_size=page_size, template_id=template_id)
    if as_json:
        options.print_json(page_to_plain(found))
    else:
        _print_page(found)


@click.command("show", epilog=examples("flowtime runs show RUN"))
@options.run_argument
@options.data_dir_option
@options.json_option
def show_run(*, run_name: str, data_dir: Path | None, as_json: bool) -> None:
    """Show RUN, a run id or a run directory."""
    from flowtime_cli.run import show_created
    from flowtime_core.pipelines.describe import describe_run
    from flowtime_core.shell.disk_tree import read_tree

    stored = options.open_stored(run_name, data_dir)
    show_created(describe_run(stored, read_tree(Path(stored.directory))), as_json=as_json)


def _print_page(page: RunPage) -> None:
    from flowtime_cli.render import Screen
    from flowtime_cli.stream import show
    from flowtime_cli.table import Column, fit_table

    screen = Screen.of_stdout()
    columns = (
        Column("run"),
        Column("template"),
        Column("mode", optional=2),
        Column("created (UTC)"),
        Column("grid", optional=1),
        Column("warnings", right=True),
    )
    table = fit_table(columns, [_cells(run) for run in page.items], rule=screen.glyphs.rule, width=screen.width)
    show([*table, "", f"{len(page.items)} of {page.total} runs"] if page.items else ["no runs"])


def _cells(run: RunListing) -> list[str]:
    from flowtime_cli.render import grid_text

    if run.damage:
        return [run.run_id, click.style("damaged", fg="red"), "", "", "", ""]
    created = "" if run.created is None else f"{run.created:%Y-%m-%d %H:%M:%S}"
    grid = "" if run.grid is None else grid_text(run.grid)
    return [run.run_id, run.template_id, run.mode, created, grid, str(run.warning_count)]
