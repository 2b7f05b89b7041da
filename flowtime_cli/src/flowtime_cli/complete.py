"""Shell completion of ids; nothing heavy is imported and nothing is read but names of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.shell.environment import data_root, template_folders

if TYPE_CHECKING:
    import click


def complete_template(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the ids of templates, taken from their file names."""
    del parameter
    folders = template_folders(ctx.params.get("templates_dir"))
    names = {path.stem for folder in folders for path in folder.glob("*.y*ml")}
    return sorted(name for name in names if name.startswith(incomplete))


def complete_run(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the ids of runs, newest name first."""
    del parameter
    root = data_root(ctx.params.get("data_dir"))
    names = {path.parent.name for folder in (root / "runs", root) for path in folder.glob("*/run.json")}
    return sorted((name for name in names if name.startswith(incomplete)), reverse=True)
