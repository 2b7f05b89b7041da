"""Standard output and error: what may be coloured and what can be encoded."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable


def open_closed_streams() -> None:
    """Give a process that was started with a closed standard stream (``>&-``) one that leads nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process


def wants_colour() -> bool | None:
    """Return False for NO_COLOR, True for FORCE_COLOR, None to let the terminal decide."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def show(lines: Iterable[str]) -> None:
    """Print lines on standard output; what its encoding lacks is shown by number."""
    encoding = sys.stdout.encoding or "ascii"
    text = "\n".join(lines)
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), color=wants_colour())


def show_error(lines: Iterable[str]) -> None:
    """Print lines on standard error."""
    click.echo("\n".join(lines), err=True, color=wants_colour())
