"""The kinds of step a plan is made of: a closed union, one class each.

A step writes one or more series and reads others by their engine key (a declared id, or ``<measure>@<owner>``).
Keys whose measure is in no table (``released@Node``) are for the engine alone: nothing names or writes them.
"""

from __future__ import annotations

from flowtime_core.engine.steps.flow import (
    AllocationStep,
    AttemptsStep,
    CapStep,
    EchoStep,
    EdgeStep,
    RetryVolumeStep,
    RouterStep,
    SumStep,
)
from flowtime_core.engine.steps.place import QueueStep, SinkStep
from flowtime_core.engine.steps.series import ExprStep, GivenStep

Step = (
    GivenStep
    | ExprStep
    | QueueStep
    | SinkStep
    | RouterStep
    | SumStep
    | AttemptsStep
    | EchoStep
    | AllocationStep
    | CapStep
    | EdgeStep
    | RetryVolumeStep
)

__all__ = [
    "AllocationStep",
    "AttemptsStep",
    "CapStep",
    "EchoStep",
    "EdgeStep",
    "ExprStep",
    "GivenStep",
    "QueueStep",
    "RetryVolumeStep",
    "RouterStep",
    "SinkStep",
    "Step",
    "SumStep",
]
