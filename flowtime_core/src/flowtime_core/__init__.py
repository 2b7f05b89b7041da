"""FlowTime: a pure modelling engine for service flows.

::

    import flowtime_core as ft

    run = ft.run("order-system", parameters={"bins": 96})
    run.series["queueDepth@OrderQueue"]
    run.state(bin=48)
    ft.write_run(run, "data/runs")

Every public name stands in ``_EXPORTS``. It is imported when it is first asked for, so that ``import flowtime_core`` is
free: numpy comes with the first run.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from flowtime_core._version import __version__

if TYPE_CHECKING:
    from flowtime_core.engine.compile import compile_model
    from flowtime_core.engine.plan import Plan
    from flowtime_core.engine.simulate import SeriesTable, evaluate_batch, simulate
    from flowtime_core.errors import (
        Cancelled,
        ConflictError,
        DocumentInvalidError,
        DocumentSyntaxError,
        FlowTimeError,
        InputError,
        InvalidDataError,
        LimitError,
        NotFoundError,
        PreconditionError,
        StorageError,
        VerificationError,
    )
    from flowtime_core.pipelines.check import Validation
    from flowtime_core.pipelines.run import Run
    from flowtime_core.records.diagnostic import BinRange, Diagnostic, Location
    from flowtime_core.records.grid import Grid
    from flowtime_core.records.model import Model
    from flowtime_core.records.series import Series
    from flowtime_core.records.state import StateSnapshot, StateWindow
    from flowtime_core.records.telemetry import Capture, CaptureWarning, GapConfiguration, GapHandling
    from flowtime_core.shell.face import bundle, capture, open_run, run, validate, verify, write_run

_EXPORTS: Final = {
    # runs
    "run": "flowtime_core.shell.face",
    "validate": "flowtime_core.shell.face",
    "write_run": "flowtime_core.shell.face",
    "open_run": "flowtime_core.shell.face",
    "capture": "flowtime_core.shell.face",
    "bundle": "flowtime_core.shell.face",
    "verify": "flowtime_core.shell.face",
    "Run": "flowtime_core.pipelines.run",
    "Validation": "flowtime_core.pipelines.check",
    # engine
    "compile_model": "flowtime_core.engine.compile",
    "simulate": "flowtime_core.engine.simulate",
    "evaluate_batch": "flowtime_core.engine.simulate",
    "Plan": "flowtime_core.engine.plan",
    "SeriesTable": "flowtime_core.engine.simulate",
    # records
    "BinRange": "flowtime_core.records.diagnostic",
    "Capture": "flowtime_core.records.telemetry",
    "CaptureWarning": "flowtime_core.records.telemetry",
    "Diagnostic": "flowtime_core.records.diagnostic",
    "GapConfiguration": "flowtime_core.records.telemetry",
    "GapHandling": "flowtime_core.records.telemetry",
    "Grid": "flowtime_core.records.grid",
    "Location": "flowtime_core.records.diagnostic",
    "Model": "flowtime_core.records.model",
    "Series": "flowtime_core.records.series",
    "StateSnapshot": "flowtime_core.records.state",
    "StateWindow": "flowtime_core.records.state",
    # errors
    "Cancelled": "flowtime_core.errors",
    "ConflictError": "flowtime_core.errors",
    "DocumentInvalidError": "flowtime_core.errors",
    "DocumentSyntaxError": "flowtime_core.errors",
    "FlowTimeError": "flowtime_core.errors",
    "InputError": "flowtime_core.errors",
    "InvalidDataError": "flowtime_core.errors",
    "LimitError": "flowtime_core.errors",
    "NotFoundError": "flowtime_core.errors",
    "PreconditionError": "flowtime_core.errors",
    "StorageError": "flowtime_core.errors",
    "VerificationError": "flowtime_core.errors",
}
"""Public name -> the module that defines it."""

__all__ = [
    "BinRange",
    "Cancelled",
    "Capture",
    "CaptureWarning",
    "ConflictError",
    "Diagnostic",
    "DocumentInvalidError",
    "DocumentSyntaxError",
    "FlowTimeError",
    "GapConfiguration",
    "GapHandling",
    "Grid",
    "InputError",
    "InvalidDataError",
    "LimitError",
    "Location",
    "Model",
    "NotFoundError",
    "Plan",
    "PreconditionError",
    "Run",
    "Series",
    "SeriesTable",
    "StateSnapshot",
    "StateWindow",
    "StorageError",
    "Validation",
    "VerificationError",
    "__version__",
    "bundle",
    "capture",
    "compile_model",
    "evaluate_batch",
    "open_run",
    "run",
    "simulate",
    "validate",
    "verify",
    "write_run",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name not in _EXPORTS:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message, name=name)
    value: object = getattr(import_module(_EXPORTS[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, imported or not."""
    return sorted({*globals(), *_EXPORTS})
