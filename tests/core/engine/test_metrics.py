"""SEMANTICS 5.1 and 5.4: the derived metrics of a node and its colour, by hand-checked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtime_core.engine import metrics
from flowtime_core.records.series import FloatArray
from flowtime_core.records.topology import NODE_KINDS

NAN = math.nan
INF = math.inf


def _row(*values: float) -> FloatArray:
    return np.array(values, dtype=float)


def test_utilization_is_served_over_capacity() -> None:
    """SEMANTICS 5.1: 9/12 = 0.75; null where the capacity is null, without limit or <= 0, never 0."""
    rho = metrics.utilization(_row(9, 6, 6, 6, 6, NAN), _row(12, 0, -1, NAN, INF, 4))
    np.testing.assert_array_equal(rho, _row(0.75, NAN, NAN, NAN, NAN, NAN))


def test_capacity_counts_servers_side_by_side() -> None:
    """SEMANTICS 5.1 with 4.3: C = 4 x 3; a parallelism that is not finite or <= 0 counts 1."""
    capacity = metrics.effective_capacity(_row(4, 4, 4, 4, 4), _row(3, 0, -2, NAN, INF))
    np.testing.assert_array_equal(capacity, _row(12, 4, 4, 4, 4))
    np.testing.assert_array_equal(metrics.utilization(_row(6), _row(4), _row(3)), _row(0.5))


def test_queue_time_is_queue_over_served_times_the_bin() -> None:
    """SEMANTICS 5.1: 10/4 x 300000 ms = 750000 ms; null where served <= 0; an empty queue waits 0."""
    waiting = metrics.queue_time_ms(_row(10, 10, 10, 0, 0), _row(4, 0, -1, 4, 0), 300_000.0)
    np.testing.assert_array_equal(waiting, _row(750_000, NAN, NAN, 0, NAN))


def test_latency_is_queue_time_in_minutes() -> None:
    """SEMANTICS 5.1: 750000 ms are 12.5 minutes."""
    np.testing.assert_array_equal(metrics.latency_minutes(_row(750_000, NAN)), _row(12.5, NAN))


def test_service_time_is_processing_time_per_served_entity() -> None:
    """SEMANTICS 5.1: 2250 ms over 9 entities = 250 ms; null where none was counted."""
    np.testing.assert_array_equal(metrics.service_time_ms(_row(2250, 1, 1), _row(9, 0, NAN)), _row(250, NAN, NAN))


def test_cycle_time_is_queue_time_and_service_time_whichever_exist() -> None:
    """SEMANTICS 5.1: 500 + 250 = 750; one alone counts alone; null where neither exists."""
    cycle = metrics.cycle_time_ms(_row(500, 500, NAN, NAN), _row(250, NAN, 250, NAN))
    np.testing.assert_array_equal(cycle, _row(750, 500, 250, NAN))


def test_flow_efficiency_is_the_share_of_service_in_the_cycle() -> None:
    """SEMANTICS 5.1: 250/1000 = 0.25; null where the cycle time is null or 0."""
    efficiency = metrics.flow_efficiency(_row(250, 0, NAN), _row(1000, 0, 500))
    np.testing.assert_array_equal(efficiency, _row(0.25, NAN, NAN))


def test_throughput_ratio_is_clamped() -> None:
    """SEMANTICS 5.1: 6/8 = 0.75; 12/8 clamps to 1 and -1/8 to 0; null at arrivals 0."""
    ratio = metrics.throughput_ratio(_row(6, 12, -1, 6, 6), _row(8, 8, 8, 0, NAN))
    np.testing.assert_array_equal(ratio, _row(0.75, 1, 0, NAN, NAN))


def test_retry_tax_is_the_share_of_attempts_that_served_nobody() -> None:
    """SEMANTICS 5.1: (10 - 8)/10 = 0.2; never negative; null where attempts <= 0 or served is null."""
    tax = metrics.retry_tax(_row(10, 10, 0, 10), _row(8, 12, 0, NAN))
    np.testing.assert_array_equal(tax, _row(0.2, 0, NAN, NAN))


def test_no_metric_is_infinite() -> None:
    """SEMANTICS 5.1: a quotient too large for float64 is null, as is a capacity that overflows."""
    huge, tiny = _row(1e308), _row(1e-308)
    assert np.isnan(metrics.queue_time_ms(huge, tiny, 1.0)).all()
    assert np.isnan(metrics.queue_time_ms(huge, _row(1.0), 300_000.0)).all()
    assert np.isnan(metrics.cycle_time_ms(huge, huge)).all()
    assert np.isnan(metrics.utilization(_row(1.0), huge, _row(100.0))).all()


def test_scenarios_stand_side_by_side() -> None:
    """SEMANTICS preamble: an array [bin, scenario] gives per scenario what [bin] gives; [bin, 1] broadcasts."""
    served = np.array([[9.0, 3.0], [6.0, 0.0]])
    roles = {"served": served, "capacity": np.array([[12.0], [6.0]]), "queueDepth": np.array([[3.0], [6.0]])}
    batch = metrics.derive_metrics("serviceWithBuffer", roles, 60_000.0)
    for scenario in range(2):
        single = {"served": served[:, scenario]}
        single |= {role: values[:, 0] for role, values in roles.items() if role != "served"}
        for name, values in metrics.derive_metrics("serviceWithBuffer", single, 60_000.0).items():
            np.testing.assert_array_equal(batch[name][:, scenario], values)


ONE = np.ones(1)
FULL: dict[str, FloatArray] = dict.fromkeys(
    (
        "arrivals",
        "served",
        "attempts",
        "queueDepth",
        "capacity",
        "parallelism",
        "processingTimeMsSum",
        "servedCount",
    ),
    ONE,
)
ALWAYS = {"utilization", "throughputRatio", "retryTax"}
QUEUE = {"queueTimeMs", "latencyMinutes", "cycleTimeMs"}
SERVICE = {"serviceTimeMs", "cycleTimeMs", "flowEfficiency"}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("service", ALWAYS | SERVICE),
        ("dependency", ALWAYS | SERVICE),
        ("external", ALWAYS | SERVICE),
        ("serviceWithBuffer", ALWAYS | SERVICE | QUEUE),
        ("queue", ALWAYS | QUEUE),
        ("dlq", ALWAYS | QUEUE),
        ("router", ALWAYS),
        ("sink", ALWAYS),
    ],
)
def test_kind_decides_which_metrics_exist(kind: str, expected: set[str]) -> None:
    """SEMANTICS 5.1: waiting belongs to queues, service time to kinds that work; the rest to whoever has the roles."""
    assert metrics.derive_metrics(kind, FULL, 1.0).keys() == expected


def test_every_kind_is_in_the_table() -> None:
    """SEMANTICS 4.1: no kind is forgotten by the table of rules."""
    assert all(metrics.derive_metrics(kind, FULL, 1.0) for kind in NODE_KINDS)


@pytest.mark.parametrize(
    ("missing", "lost"),
    [
        ("capacity", {"utilization"}),
        ("queueDepth", QUEUE - {"cycleTimeMs"}),
        ("servedCount", SERVICE - {"cycleTimeMs"}),
        ("arrivals", {"throughputRatio"}),
        ("attempts", {"retryTax"}),
        ("parallelism", set[str]()),
    ],
)
def test_a_metric_needs_its_roles(missing: str, lost: set[str]) -> None:
    """SEMANTICS 5.1: without a role its metrics do not exist; cycle time lives while one of its parts does."""
    roles = {role: values for role, values in FULL.items() if role != missing}
    expected = (ALWAYS | QUEUE | SERVICE) - lost
    assert metrics.derive_metrics("serviceWithBuffer", roles, 1.0).keys() == expected


def test_utilization_colours() -> None:
    """SEMANTICS 5.4: below 0.7 green, below 0.9 yellow, else red; gray where undefined."""
    colours = metrics.utilization_colour(_row(0, 0.6999, 0.7, 0.8999, 0.9, 2, NAN))
    assert colours.tolist() == ["green", "green", "yellow", "yellow", "red", "red", "gray"]


def test_latency_colours() -> None:
    """SEMANTICS 5.4: with slaMin 5: up to 5 green, up to 7.5 yellow, above red; gray where undefined."""
    colours = metrics.latency_colour(_row(0, 5, 5.1, 7.5, 7.6, NAN), 5.0)
    assert colours.tolist() == ["green", "green", "yellow", "yellow", "red", "gray"]


@pytest.mark.parametrize("sla", [None, 0.0, -1.0, NAN])
def test_latency_without_a_target_is_gray(sla: float | None) -> None:
    """SEMANTICS 5.4: without a slaMin above 0 nothing can be judged."""
    assert metrics.latency_colour(_row(1, 2), sla).tolist() == ["gray", "gray"]


@pytest.mark.parametrize(
    ("kind", "colour"),
    [("queue", "red"), ("dlq", "dlq"), ("serviceWithBuffer", "green"), ("service", "green"), ("sink", "green")],
)
def test_kind_decides_what_colours(kind: str, colour: str) -> None:
    """SEMANTICS 5.4: a queue by latency, a dlq always `dlq`, every other kind by utilization."""
    derived = {"utilization": _row(0.1), "latencyMinutes": _row(100)}
    assert metrics.node_colour(kind, derived, 5.0, (1,)).tolist() == [colour]


@pytest.mark.parametrize("kind", ["queue", "service"])
def test_a_node_without_the_metric_is_gray(kind: str) -> None:
    """SEMANTICS 5.4: gray where the metric that colours does not exist at all."""
    assert metrics.node_colour(kind, {}, 5.0, (2,)).tolist() == ["gray", "gray"]


@given(st.lists(st.floats(width=64), min_size=8, max_size=8))
def test_metrics_of_any_numbers_are_finite_or_null(values: list[float]) -> None:
    """SEMANTICS 5.1: whatever is measured, a metric is a finite number or null, and no arithmetic warning escapes."""
    roles = {role: _row(value) for role, value in zip(FULL, values, strict=True)}
    for derived in metrics.derive_metrics("serviceWithBuffer", roles, 60_000.0).values():
        assert not np.isinf(derived).any()
