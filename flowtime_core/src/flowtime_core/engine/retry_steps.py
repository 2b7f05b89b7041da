"""Steps for generated retry echoes (SEMANTICS 4.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.engine.kernels.retry import apply_policy
from flowtime_core.engine.names import role_pointer
from flowtime_core.engine.steps import (
    AttemptsStep,
    EchoStep,
)
from flowtime_core.records.ids import derived_key

if TYPE_CHECKING:
    from flowtime_core.engine.context import Context
    from flowtime_core.records.topology import TopologyNode


def add_retry(context: Context, index: int, node: TopologyNode) -> None:
    """Add the generated retry echo of a node, and its failures by attempt where attempts are limited."""
    derived = context.names.derived
    echo = derived.get((node.id, "retryEcho"))
    if echo is None:
        return
    names, semantics = context.names, node.semantics
    pointer = role_pointer(index, "retryEcho")
    failures = names.role(node.id, "failures") or names.role(node.id, "errors")
    kernel, corrections = apply_policy(semantics.retry_kernel)
    for correction in corrections:
        message = f"retry kernel of {node.id!r}: {correction}"
        context.report("retry_kernel_policy", role_pointer(index, "retryKernel"), message, node_id=node.id)
    if failures is None:
        message = f"the retry echo of {node.id!r} needs failures or errors, and neither is mapped"
        context.report("missing_mapping", pointer, message, node_id=node.id, hint="map failures")
        return
    if semantics.max_attempts is not None:
        retried = _add_attempts(context, index, node, failures, kernel)
        if retried is None:
            return
        failures = retried
    context.add(EchoStep(key=echo, failures=failures, kernel=kernel), pointer)


def _add_attempts(
    context: Context, index: int, node: TopologyNode, failures: str, kernel: tuple[float, ...]
) -> str | None:
    """Add the split of failures by attempt; return the key of those that are tried again."""
    most = node.semantics.max_attempts or 0
    pointer = role_pointer(index, "maxAttempts")
    attempts = context.names.role(node.id, "attempts") or context.names.role(node.id, "arrivals")
    if most < 1 or kernel[0] > 0.0 or attempts is None:
        what = f"maxAttempts of {node.id!r}"
        if most < 1:
            message = f"{what} is {most}, expected 1 or more"
        elif attempts is None:
            message = f"{what} needs attempts or arrivals, and neither is mapped"
        else:
            message = f"{what} needs a retry kernel that begins with 0, got {kernel[0]:g}"
        context.report("invalid_topology", pointer, message, node_id=node.id)
        return None
    hidden = derived_key("exhausted", node.id)
    step = AttemptsStep(
        node_id=node.id,
        failures=failures,
        attempts=attempts,
        kernel=kernel,
        max_attempts=min(most, context.bins + 1),  # each attempt is a bin later than the one before: no more are made
        retried=derived_key("retried", node.id),
        exhausted=context.names.derived.get((node.id, "exhaustedFailures"), hidden),
    )
    context.add(step, pointer)
    return step.retried
