"""``flowtime run``: create a run and show it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from flowtime_cli import options, run_options
from flowtime_cli.complete import complete_template
from flowtime_cli.options import examples

if TYPE_CHECKING:
    from flowtime_cli.run_options import Place
    from flowtime_core.records.model import Mode


@click.command(
    epilog=examples(
        "flowtime run --template-id order-system --deterministic-run-id",
        "flowtime run --template-id order-system -p bins=48 --dry-run",
    )
)
@click.argument("model", required=False, type=options.FILE)
@click.option("--template-id", shell_complete=complete_template, help="A template of the library.")
@options.parameter_options
@options.mode_option
@run_options.capture_options
@options.seed_option
@run_options.identity_options
@run_options.place_options
def run(
    *,
    model: Path | None,
    template_id: str | None,
    params: dict[str, str],
    param_file: Path | None,
    mode: Mode,
    capture_dir: Path | None,
    from_run: str | None,
    bindings: dict[str, str],
    seed: int | None,
    run_id: str | None,
    deterministic: bool,
    overwrite: bool,
    dry_run: bool,
    **place: Unpack[Place],
) -> None:
    """Evaluate a template or a MODEL file (- is standard input), write the run and show it."""
    options.require_one(model, template_id)
    ask = partial(
        options.request_for,
        model,
        template_id,
        params,
        param_file,
        mode=mode,
        capture_dir="" if capture_dir is None else str(capture_dir),
        from_run=from_run or "",
        bindings=bindings,
        seed=seed,
        run_id=run_id,
        deterministic=deterministic,
        overwrite=overwrite,
        dry_run=dry_run,
    )
    run_options.make(ask, **place)
