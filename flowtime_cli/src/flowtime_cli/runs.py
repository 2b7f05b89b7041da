"""``flowtime runs``: what has been run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from flowtime_cli import options, progress
from flowtime_cli.app import LazyGroup
from flowtime_cli.complete import complete_template
from flowtime_cli.options import examples

if TYPE_CHECKING:
    from flowtime_core.records.listing import RunListing, RunPage

COMMANDS = {
    "list": ("flowtime_cli.runs:list_runs", "List runs, newest first."),
    "show": ("flowtime_cli.runs:show_run", "Show a run as `flowtime run` did."),
    "delete": ("flowtime_cli.runs:delete_run", "Delete a run."),
}


class Wanted(TypedDict):
    """What a list is asked by, as a query takes it."""

    template_id: str
    has_warnings: bool | None
    q: str
    page: int
    page_size: int


@click.group(cls=LazyGroup, lazy=COMMANDS)
def runs() -> None:
    """List runs, show or delete one."""


@click.command(
    "list",
    epilog=examples(
        "flowtime runs list --template-id order-system",
        "flowtime runs list --mode simulation --with-warnings --search order --page-size 10",
    ),
)
@click.option("--template-id", default="", shell_complete=complete_template, help="Only runs of this template.")
@click.option("--mode", type=click.Choice(["simulation", "telemetry"]), help="Only runs of this mode.")
@click.option(
    "--with-warnings/--without-warnings", "has_warnings", default=None, help="Only runs with, or without, warnings."
)
@click.option("--search", "q", default="", metavar="TEXT", help="Only runs whose id or template has TEXT in it.")
@click.option("--page", type=int, default=1, show_default=True, help="Which page.")
@click.option("--page-size", type=int, default=50, show_default=True, help="How many runs a page has, up to 200.")
@options.data_dir_option
@options.json_option
def list_runs(*, mode: str | None, data_dir: Path | None, as_json: bool, **wanted: Unpack[Wanted]) -> None:
    """List runs, newest first and damaged ones last."""
    from flowtime_core.codec.listing import page_to_plain
    from flowtime_core.records.listing import RunQuery

    with progress.shown("reading the runs", wanted=not as_json):
        found = options.open_workspace(data_dir).list_runs(RunQuery(mode=mode or "", **wanted))
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
    from flowtime_cli.run_options import show_created

    path = options.run_path(run_name, data_dir)
    show_created(options.open_workspace(data_dir).describe_run(path), as_json=as_json)


@click.command("delete", epilog=examples("flowtime runs delete RUN --yes"))
@options.run_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.data_dir_option
@options.json_option
def delete_run(*, run_name: str, yes: bool, data_dir: Path | None, as_json: bool) -> None:
    """Delete RUN, a run id, and everything exported from it; on a terminal it asks first."""
    from flowtime_cli.stream import show

    workspace = options.open_workspace(data_dir)
    path = workspace.find_run(run_name)
    if not yes and is_interactive():
        click.confirm(f"Delete {path}?", abort=True, err=True)
    workspace.delete_run(run_name)
    if as_json:
        options.print_json({"runId": run_name, "deleted": True})
    else:
        show([f"deleted {path}"])


def is_interactive() -> bool:
    """Tell whether somebody can answer a question."""
    return sys.stdin.isatty()


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
    show([*table, "", f"{len(page.items)} of {page.total} runs"] if page.items else [_nothing(page)])


def _nothing(page: RunPage) -> str:
    """Return why a page is empty."""
    if not page.total:
        return "no runs"
    last = -(-page.total // page.page_size)
    counted = "1 run" if page.total == 1 else f"{page.total} runs"
    return f"no runs on page {page.page}: {counted} on {'1 page' if last == 1 else f'{last} pages'}"


def _cells(run: RunListing) -> list[str]:
    from attrs import evolve

    from flowtime_cli.render import grid_text

    if run.damage:
        return [run.run_id, click.style("damaged", fg="red"), "", "", "", ""]
    created = "" if run.created is None else f"{run.created:%Y-%m-%d %H:%M:%S}"
    grid = "" if run.grid is None else grid_text(evolve(run.grid, start=None))
    return [run.run_id, run.template_id, run.mode, created, grid, str(run.warning_count)]
