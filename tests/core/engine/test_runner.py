"""Steps at work: a run of rows may be cut anywhere, and repeated."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.runner import start
from flowtime_core.records.model import Model, Route, RouterNode
from tests.support.build import edge, model, place, series, shared


def flowing() -> Model:
    """A model in which every kind of runner works."""
    nodes = [
        *series(a=[8, 0, 4, 6], f=[1, 2, 3, 0], out=[5, 5, 5, 5], x="a + SHIFT(Q.queueDepth, 1)"),
        RouterNode(id="r", input="a", routes=(Route(target="left"), Route(target="right"))),
    ]
    places = [
        place("Q", "queue", arrivals="left", capacity=3, errors="f"),
        place("S", arrivals="a", served="out", failures="f", constraints=("pool",), max_attempts=2),
        place("End", "sink", arrivals="right", errors="f"),
    ]
    return model(4, nodes, places, edges=[edge("e", "S", "S", lag=1)], constraints=[shared("pool", 3)])


@pytest.mark.parametrize("cuts", [(0, 4), (0, 1, 2, 3, 4), (0, 3, 4)])
def test_rows_may_be_cut_anywhere_and_run_twice(cuts: tuple[int, ...]) -> None:
    """3.4 Every runner gives the same rows in one go, bin by bin, and when a span is run a second time."""
    plan = compile_model(flowing())
    steps = [step for component in plan.components for step in component.steps]
    arrays = [{key: np.zeros((4, 1)) for step in steps for key in step.writes} for _ in range(2)]
    runners = [[start(step, found, {}, shape=(4, 1), overrides={}) for step in steps] for found in arrays]
    for t in range(4):
        for runner in runners[0]:
            runner.run(t, t + 1)
    for lo, hi in pairwise(cuts):
        for runner in (*runners[1], *runners[1]):
            for t in range(lo, hi) if hi - lo > 1 else (lo,):
                runner.run(t, t + 1)
    for key, values in arrays[0].items():
        assert values.tobytes() == arrays[1][key].tobytes(), key
