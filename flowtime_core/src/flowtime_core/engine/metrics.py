"""Derived metrics of a node (SEMANTICS 5.1, 5.3) and its colour (5.4), element by element.

Every array is float64 of shape [bin] or [bin, scenario] ([bin, 1] broadcasts) and NaN means null: a metric is
NaN where it is undefined, never 0, never infinite. ``RULES`` is the one table of which metric exists where.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen

from flowtime_core.engine.variation import kingman_wait_ms
from flowtime_core.records.series import BoolArray, FloatArray
from flowtime_core.records.topology import NODE_KINDS, QUEUE_KINDS

ColourArray: TypeAlias = npt.NDArray[np.str_]
Span: TypeAlias = float | FloatArray
"""Length of every bin [ms], or of each."""

SERVICE_KINDS: Final = frozenset({"service", "serviceWithBuffer", "dependency", "external"})
"""Kinds that work on entities, so that a service time means something; the others only hold or pass them."""

MS_PER_MINUTE: Final = 60_000.0


def _positive(values: FloatArray) -> BoolArray:
    return np.isfinite(values) & (values > 0)


def _quotient(top: FloatArray, bottom: FloatArray, defined: BoolArray) -> FloatArray:
    """Return top/bottom where ``defined`` and finite, else NaN."""
    with np.errstate(all="ignore"):
        ratio = np.where(defined, top, np.nan) / np.where(defined, bottom, 1.0)
    return np.where(np.isfinite(ratio), ratio, np.nan)


def effective_capacity(capacity: FloatArray, parallelism: FloatArray | None = None) -> FloatArray:
    """Return C = capacity x parallelism [entities/bin] (SEMANTICS 4.3).

    A parallelism [servers] that is absent, not finite or <= 0 counts 1; a negative capacity counts 0.
    """
    capacity = np.where(capacity < 0.0, 0.0, capacity)
    if parallelism is None:
        return capacity
    with np.errstate(over="ignore"):
        return capacity * np.where(_positive(parallelism), parallelism, 1.0)


def utilization(served: FloatArray, capacity: FloatArray, parallelism: FloatArray | None = None) -> FloatArray:
    """Return rho = served/C [1] (SEMANTICS 5.1): null where C is null, without limit or <= 0."""
    total = effective_capacity(capacity, parallelism)
    return _quotient(served, total, _positive(total))


def queue_time_ms(depth: FloatArray, served: FloatArray, bin_ms: Span) -> FloatArray:
    """Return queue/served x binMs [ms] (SEMANTICS 5.1): null where served <= 0."""
    with np.errstate(over="ignore"):
        waiting = _quotient(depth, served, _positive(served)) * bin_ms
    return np.where(np.isfinite(waiting), waiting, np.nan)


def latency_minutes(queue_time: FloatArray) -> FloatArray:
    """Return queueTimeMs/60000 [min] (SEMANTICS 5.1)."""
    return queue_time / MS_PER_MINUTE


def service_time_ms(processing_ms: FloatArray, served_count: FloatArray) -> FloatArray:
    """Return processingTimeMsSum/servedCount [ms] (SEMANTICS 5.1): null where servedCount <= 0."""
    return _quotient(processing_ms, served_count, _positive(served_count))


def cycle_time_ms(queue_time: FloatArray, service_time: FloatArray) -> FloatArray:
    """Return queueTime + serviceTime [ms], per bin whichever exist (SEMANTICS 5.1): null where none does."""
    with np.errstate(over="ignore"):
        both = queue_time + service_time
    total = np.where(np.isnan(queue_time), service_time, np.where(np.isnan(service_time), queue_time, both))
    return np.where(np.isfinite(total), total, np.nan)


def flow_efficiency(service_time: FloatArray, cycle_time: FloatArray) -> FloatArray:
    """Return serviceTime/cycleTime [1] (SEMANTICS 5.1): null where the cycle time is null or 0."""
    return _quotient(service_time, cycle_time, _positive(cycle_time))


def throughput_ratio(served: FloatArray, arrivals: FloatArray) -> FloatArray:
    """Return served/arrivals clamped to [0, 1] [1] (SEMANTICS 5.1): null where arrivals are 0."""
    return np.clip(_quotient(served, arrivals, np.isfinite(arrivals) & (arrivals != 0)), 0.0, 1.0)


def retry_tax(attempts: FloatArray, served: FloatArray) -> FloatArray:
    """Return max(0, attempts - served)/attempts [1] (SEMANTICS 5.1): null where attempts <= 0."""
    defined = _positive(attempts) & np.isfinite(served)
    wasted = np.maximum(0.0, np.where(defined, attempts, 0.0) - np.where(defined, served, 0.0))
    return _quotient(wasted, attempts, defined)


def retry_rate(failures: FloatArray, attempts: FloatArray) -> FloatArray:
    """Return failures/attempts [1] (SEMANTICS 4.9): null where attempts <= 0."""
    return _quotient(failures, attempts, _positive(attempts))


@frozen(kw_only=True)
class MetricRule:
    """When a metric exists at a node and how it is computed.

    Attributes
    ----------
    metric, unit : str
        Its name on every surface, and the unit of its values.
    needs : tuple of frozenset of str
        Alternatives: the metric exists when every role or earlier metric of one of them does.
    kinds : frozenset of str
        Kinds of node that can have it.
    compute : function of (values by role or metric, length of the bins [ms])
        Gives the metric, shape of its arguments.
    """

    metric: str
    unit: str
    needs: tuple[frozenset[str], ...]
    kinds: frozenset[str]
    compute: Callable[[Mapping[str, FloatArray], Span], FloatArray]

    def applies(self, kind: str, known: Mapping[str, FloatArray]) -> bool:
        """Tell whether a node of this kind with these roles and metrics has the metric."""
        return kind in self.kinds and any(need <= known.keys() for need in self.needs)


_ANY: Final = frozenset(NODE_KINDS)
_ABSENT: Final = np.asarray(np.nan)

RULES: Final = (
    MetricRule(
        metric="utilization",
        unit="1",
        needs=(frozenset({"served", "capacity"}),),
        kinds=_ANY,
        compute=lambda v, _: utilization(v["served"], v["capacity"], v.get("parallelism")),
    ),
    MetricRule(
        metric="queueTimeMs",
        unit="ms",
        needs=(frozenset({"queueDepth", "served"}),),
        kinds=QUEUE_KINDS,
        compute=lambda v, bin_ms: queue_time_ms(v["queueDepth"], v["served"], bin_ms),
    ),
    MetricRule(
        metric="latencyMinutes",
        unit="min",
        needs=(frozenset({"queueTimeMs"}),),
        kinds=QUEUE_KINDS,
        compute=lambda v, _: latency_minutes(v["queueTimeMs"]),
    ),
    MetricRule(
        metric="serviceTimeMs",
        unit="ms",
        needs=(frozenset({"processingTimeMsSum", "servedCount"}),),
        kinds=SERVICE_KINDS,
        compute=lambda v, _: service_time_ms(v["processingTimeMsSum"], v["servedCount"]),
    ),
    MetricRule(
        metric="cycleTimeMs",
        unit="ms",
        needs=(frozenset({"queueTimeMs"}), frozenset({"serviceTimeMs"})),
        kinds=_ANY,
        compute=lambda v, _: cycle_time_ms(v.get("queueTimeMs", _ABSENT), v.get("serviceTimeMs", _ABSENT)),
    ),
    MetricRule(
        metric="flowEfficiency",
        unit="1",
        needs=(frozenset({"serviceTimeMs", "cycleTimeMs"}),),
        kinds=SERVICE_KINDS,
        compute=lambda v, _: flow_efficiency(v["serviceTimeMs"], v["cycleTimeMs"]),
    ),
    MetricRule(
        metric="throughputRatio",
        unit="1",
        needs=(frozenset({"served", "arrivals"}),),
        kinds=_ANY,
        compute=lambda v, _: throughput_ratio(v["served"], v["arrivals"]),
    ),
    MetricRule(
        metric="retryTax",
        unit="1",
        needs=(frozenset({"attempts", "served"}),),
        kinds=_ANY,
        compute=lambda v, _: retry_tax(v["attempts"], v["served"]),
    ),
    MetricRule(
        metric="kingmanWaitMs",
        unit="ms",
        needs=(frozenset({"utilization", "serviceTimeMs", "arrivalsCv", "processingTimeCv"}),),
        kinds=SERVICE_KINDS,
        compute=lambda v, _: kingman_wait_ms(
            v["utilization"], v["serviceTimeMs"], v["arrivalsCv"], v["processingTimeCv"]
        ),
    ),
)


def derive_metrics(kind: str, roles: Mapping[str, FloatArray], bin_ms: Span) -> dict[str, FloatArray]:
    """Return every metric that exists at a node, by name, in the order of ``RULES``.

    Besides roles the mapping may hold ``arrivalsCv`` and ``processingTimeCv`` [1], one for the run (SEMANTICS 5.3).
    """
    known = dict(roles)
    derived: dict[str, FloatArray] = {}
    for rule in RULES:
        if rule.applies(kind, known):
            derived[rule.metric] = known[rule.metric] = rule.compute(known, bin_ms)
    return derived


def _graded(values: FloatArray, green: BoolArray, yellow: BoolArray) -> ColourArray:
    return np.where(np.isnan(values), "gray", np.where(green, "green", np.where(yellow, "yellow", "red")))


def utilization_colour(rho: FloatArray) -> ColourArray:
    """Return green below 0.7, yellow below 0.9, else red, gray where null (SEMANTICS 5.4)."""
    return _graded(rho, rho < 0.7, rho < 0.9)  # noqa: PLR2004 - the numbers are the rule


def latency_colour(latency: FloatArray, sla_minutes: float | None) -> ColourArray:
    """Return green up to slaMin, yellow up to 1.5 times, else red (SEMANTICS 5.4).

    Gray where the latency [min] is null, and everywhere when slaMin [min] is absent or not above 0.
    """
    if sla_minutes is None or not sla_minutes > 0:
        return np.full(latency.shape, "gray")
    return _graded(latency, latency <= sla_minutes, latency <= 1.5 * sla_minutes)


def node_colour(
    kind: str, derived: Mapping[str, FloatArray], sla_minutes: float | None, shape: tuple[int, ...]
) -> ColourArray:
    """Return the colour of a node (SEMANTICS 5.4): queue by latency, dlq ``dlq``, others by utilization."""
    undefined = np.full(shape, np.nan)
    if kind == "dlq":
        return np.full(shape, "dlq")
    if kind == "queue":
        return latency_colour(derived.get("latencyMinutes", undefined), sla_minutes)
    return utilization_colour(derived.get("utilization", undefined))
