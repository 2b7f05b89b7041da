"""Optional packages, imported when they are asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from flowtime_core.errors import PreconditionError

if TYPE_CHECKING:
    from types import ModuleType


def import_extra(module: str, extra: str) -> ModuleType:
    """Return a module of an optional package.

    Raises
    ------
    PreconditionError
        ``extra_missing``.
    """
    try:
        return import_module(module)
    except ImportError as error:
        message = f"{module.partition('.')[0]} is not installed"
        hint = f"pip install 'flowtime-core[{extra}]'"
        raise PreconditionError(message, code="extra_missing", hint=hint) from error
