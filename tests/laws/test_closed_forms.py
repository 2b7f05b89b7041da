"""Queues whose course is known in closed form, and the limit of many random ones (SEMANTICS 4.3)."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.build import model, place, series, values
from tests.support.examples import examples
from tests.support.tables import run

RATES = st.integers(0, 1000)


@examples(200)
@given(RATES, RATES, st.integers(0, 5000), st.integers(1, 30))
def test_an_overloaded_queue_ramps(arrivals: int, capacity: int, initial: int, bins: int) -> None:
    """4.3a D/D/1: with arrivals a >= capacity c, Q[t] = Q0 + (a - c)(t + 1) and c is served in every bin."""
    capacity = min(capacity, arrivals)
    queue = place("Q", "queue", arrivals=arrivals, capacity=capacity, initial=float(initial))
    table = run(model(bins, [], [queue]))
    assert values(table, "queueDepth@Q") == [initial + (arrivals - capacity) * (t + 1) for t in range(bins)]
    assert values(table, "served@Q") == [capacity] * bins


@examples(200)
@given(RATES, RATES, st.integers(0, 5000), st.integers(1, 30))
def test_an_underloaded_queue_drains(arrivals: int, capacity: int, initial: int, bins: int) -> None:
    """4.3a D/D/1: with a <= c, Q[t] = max(0, Q0 - (c - a)(t + 1)); once empty, a is served."""
    arrivals = min(capacity, arrivals)
    queue = place("Q", "queue", arrivals=arrivals, capacity=capacity, initial=float(initial))
    table = run(model(bins, [], [queue]))
    depth = [max(0, initial - (capacity - arrivals) * (t + 1)) for t in range(bins)]
    assert values(table, "queueDepth@Q") == depth
    before = [initial, *depth[:-1]]
    assert values(table, "served@Q") == [q + arrivals - now for q, now in zip(before, depth, strict=True)]


def test_a_rush_builds_up_and_drains() -> None:
    """4.3a 3 bins of 70 at 50 leave 60; without arrivals 60 take 2 bins: 10, then 0 with 10 served."""
    table = run(model(6, series(a=[70, 70, 70, 0, 0, 0]), [place("Q", "queue", arrivals="a", capacity=50)]))
    assert values(table, "queueDepth@Q") == [20, 40, 60, 10, 0, 0]
    assert values(table, "served@Q") == [50, 50, 50, 50, 10, 0]


# --- the fluid limit -----------------------------------------------------------------------------

HOURS = 20
SEEDS = 30
SIGMAS = 3.0


def replicate(seed: int, arrival_rate: float, service_rates: list[float], initial: int) -> list[list[int]]:
    """The length of every queue of a line of exponential servers at the end of every hour, in one random run."""
    simpy = pytest.importorskip("simpy")
    rng = random.Random(seed)  # noqa: S311 - a simulation, no secret
    env = simpy.Environment()
    stores = [simpy.Store(env) for _ in service_rates]
    for store in stores:
        store.items.extend([None] * initial)
    lengths: list[list[int]] = [[] for _ in stores]
    in_service = [0] * len(stores)

    def arrive() -> Generator[Any, Any, None]:
        while True:
            yield env.timeout(rng.expovariate(arrival_rate))
            yield stores[0].put(None)

    def serve(stage: int) -> Generator[Any, Any, None]:
        while True:
            yield stores[stage].get()
            in_service[stage] = 1
            yield env.timeout(rng.expovariate(service_rates[stage]))
            in_service[stage] = 0
            if stage + 1 < len(stores):
                yield stores[stage + 1].put(None)

    env.process(arrive())
    for stage in range(len(stores)):
        env.process(serve(stage))
    for hour in range(1, HOURS + 1):
        env.run(until=hour)
        for length, store, busy in zip(lengths, stores, in_service, strict=True):
            length.append(len(store.items) + busy)
    return lengths


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("arrivals", "capacities"),
    [(120.0, [100.0]), (150.0, [100.0]), (150.0, [125.0, 100.0])],
)
def test_the_mean_of_random_runs_is_the_fluid_one(arrivals: float, capacities: list[float]) -> None:
    """4.3a Queues of exponential servers under overload have our depth within 3 sigma of the mean of 30 seeds."""
    initial = 30
    runs = [replicate(seed, arrivals, capacities, initial) for seed in range(SEEDS)]
    places = [
        place(
            f"S{stage}",
            "queue",
            arrivals=f"S{stage - 1}.served" if stage else arrivals,
            capacity=capacity,
            initial=float(initial),
        )
        for stage, capacity in enumerate(capacities)
    ]
    table = run(model(HOURS, [], places))
    for stage in range(len(capacities)):
        depth = values(table, f"queueDepth@S{stage}")
        for hour in (4, 9, 14, 19):
            seen = [lengths[stage][hour] for lengths in runs]
            sigma = statistics.stdev(seen) / math.sqrt(SEEDS)
            assert abs(statistics.fmean(seen) - depth[hour]) <= SIGMAS * sigma, (stage, hour)
