"""``flowtime validate``: every finding about a document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowtime_cli import options
from flowtime_cli.complete import complete_template
from flowtime_cli.options import examples

if TYPE_CHECKING:
    from flowtime_core.pipelines.check import Validation


@click.command(
    epilog=examples(
        "flowtime validate --template-id order-system", "flowtime validate --template-id order-system --plan"
    )
)
@click.argument("model", required=False, type=options.FILE)
@click.option("--template-id", shell_complete=complete_template, help="A template of the library.")
@options.parameter_options
@click.option("--plan", "with_plan", is_flag=True, help="Print how the model would be evaluated.")
@options.templates_dir_option
@options.json_option
def validate(
    *,
    model: Path | None,
    template_id: str | None,
    params: dict[str, str],
    param_file: Path | None,
    with_plan: bool,
    templates_dir: Path | None,
    as_json: bool,
) -> None:
    """Check a MODEL or template file (- is standard input), or a template of the library; exit 3 on errors."""
    from flowtime_core.shell.resolve import validate_request

    options.require_one(model, template_id)
    request = options.request_for(model, template_id, params, param_file)
    show_validation(
        validate_request(request, options.open_library(templates_dir)), with_plan=with_plan, as_json=as_json
    )


def show_validation(validation: Validation, *, with_plan: bool = False, as_json: bool = False) -> None:
    """Print what was found; errors end the command."""
    if as_json:
        _print_json(validation, with_plan)
    else:
        _print_text(validation, with_plan)


def _print_json(validation: Validation, with_plan: bool) -> None:
    from flowtime_cli.errors import INVALID
    from flowtime_core.codec.finding import validation_to_plain

    plain = validation_to_plain(validation.kind, validation.source, validation.findings)
    if with_plan and validation.plan is not None:
        plain["plan"] = validation.describe()
    options.print_json(plain)
    if not validation.ok:
        click.get_current_context().exit(INVALID)


def _print_text(validation: Validation, with_plan: bool) -> None:
    from flowtime_cli.finding import finding_line
    from flowtime_cli.stream import show

    validation.require()
    if with_plan:
        click.echo(validation.describe(), nl=False)
        return
    show([f"{validation.source}: valid {validation.kind}", *map(finding_line, validation.findings)])
