"""``flowtime run``: create a run and show it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowtime_cli import options
from flowtime_cli.complete import complete_template
from flowtime_cli.options import examples

if TYPE_CHECKING:
    from flowtime_core.records.created import CreatedRun
    from flowtime_core.records.run import RunRequest


@click.command(
    epilog=examples(
        "flowtime run --template-id order-system --deterministic-run-id",
        "flowtime run --template-id order-system -p bins=48 --dry-run",
    )
)
@click.argument("model", required=False, type=options.FILE)
@click.option("--template-id", shell_complete=complete_template, help="A template of the library.")
@options.parameter_options
@options.seed_option
@click.option("--run-id", help="Choose the id of the run.")
@click.option("--deterministic-run-id", "deterministic", is_flag=True, help="Derive the id from the inputs.")
@click.option("--overwrite", is_flag=True, help="Replace a run that has the id.")
@click.option("--dry-run", is_flag=True, help="Check everything, show the plan, write nothing.")
@click.option("--out", type=options.FOLDER, help="Runs root.  [default: runs/ in the data root]")
@options.data_dir_option
@options.templates_dir_option
@options.json_option
def run(
    *,
    model: Path | None,
    template_id: str | None,
    params: dict[str, str],
    param_file: Path | None,
    seed: int | None,
    run_id: str | None,
    deterministic: bool,
    overwrite: bool,
    dry_run: bool,
    out: Path | None,
    data_dir: Path | None,
    templates_dir: Path | None,
    as_json: bool,
) -> None:
    """Evaluate a template or a MODEL file (- is standard input), write the run and show it."""
    request = options.request_for(
        model,
        template_id,
        params,
        param_file,
        seed=seed,
        run_id=run_id,
        deterministic=deterministic,
        overwrite=overwrite,
        dry_run=dry_run,
    )
    show_created(_create(request, data_dir, out, templates_dir), as_json=as_json)


def show_created(created: CreatedRun, *, as_json: bool) -> None:
    """Print a run that was created, or found."""
    if as_json:
        _print_json(created)
    else:
        _print_table(created)


def _create(request: RunRequest, data_dir: Path | None, out: Path | None, templates_dir: Path | None) -> CreatedRun:
    from flowtime_core.shell.clock import now
    from flowtime_core.shell.create import create_run

    library, workspace = options.open_library(templates_dir), options.open_workspace(data_dir, out)
    return create_run(request, library=library, workspace=workspace, created=now())


def _print_json(created: CreatedRun) -> None:
    from flowtime_core.codec.created import created_to_plain

    options.print_json(created_to_plain(created))


def _print_table(created: CreatedRun) -> None:
    from flowtime_cli.render import Screen
    from flowtime_cli.run_report import created_lines
    from flowtime_cli.stream import show

    show(created_lines(created, Screen.of_stdout()))
