"""``flowtime telemetry bundle`` and ``flowtime telemetry run``: measured data as runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from flowtime_cli import options, run_options
from flowtime_cli.complete import complete_template
from flowtime_cli.options import examples

if TYPE_CHECKING:
    from flowtime_cli.run_options import Place
    from flowtime_core.records.run import RunRequest


@click.command(
    epilog=examples(
        "flowtime telemetry capture --run RUN --output measured",
        "flowtime template generate order-system --mode telemetry --out made",
        "flowtime telemetry bundle --capture-dir measured --model made/model.yaml --provenance made/provenance.json",
    )
)
@click.option("--capture-dir", type=options.FOLDER, required=True, help="A telemetry directory.")
@click.option("--model", type=options.FILE, required=True, help="The model whose roles read its files.")
@click.option("--provenance", type=options.FILE, help="JSON that tells where the model comes from.")
@run_options.identity_options
@run_options.place_options
def bundle(
    *,
    capture_dir: Path,
    model: Path,
    provenance: Path | None,
    run_id: str | None,
    deterministic: bool,
    overwrite: bool,
    dry_run: bool,
    **place: Unpack[Place],
) -> None:
    """Make a run of a capture and a model: every role that was measured reads its file."""

    def ask() -> RunRequest:
        return options.request_for(
            model,
            None,
            {},
            None,
            mode="telemetry",
            capture_dir=str(capture_dir),
            provenance=None if provenance is None else options.read_document(provenance),
            run_id=run_id,
            deterministic=deterministic,
            overwrite=overwrite,
            dry_run=dry_run,
        )

    run_options.make(ask, **place)


@click.command(
    "run",
    epilog=examples(
        "flowtime telemetry run --template-id order-system --from-run RUN",
        "flowtime telemetry run --template-id order-system --from-run RUN "
        "--bind telemetryOrdersSource=OrderService_arrivals.csv",
    ),
)
@click.argument("model", required=False, type=options.FILE)
@click.option("--template-id", shell_complete=complete_template, help="A template of the library.")
@options.parameter_options
@run_options.capture_options
@options.seed_option
@run_options.identity_options
@run_options.place_options
@click.pass_context
def telemetry_run(context: click.Context, /, **given: object) -> None:
    """Make a run of what was measured, as `flowtime run --mode telemetry` does."""
    from flowtime_cli.run import run

    context.invoke(run, mode="telemetry", **given)
