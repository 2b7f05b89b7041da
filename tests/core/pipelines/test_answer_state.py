"""The whole way from a stored run to the JSON of an answer."""

from __future__ import annotations

import json

from flowtime_core.codec.graph import graph_to_plain
from flowtime_core.codec.service_level import service_levels_to_plain
from flowtime_core.codec.state import state_to_plain
from flowtime_core.pipelines.answer_graph import answer_graph
from flowtime_core.pipelines.answer_metrics import answer_metrics
from flowtime_core.pipelines.answer_state import answer_state, answer_window, observe_window
from flowtime_core.pipelines.run import Run
from flowtime_core.records.window_options import WindowOptions
from flowtime_core.state.graph import graph
from flowtime_core.state.metrics import metrics
from flowtime_core.state.snapshot import snapshot
from flowtime_core.state.window import window
from tests.support.stored_runs import ORDER_SERVICE, SUPPORT_QUEUE, Node, stored_run

RUN = stored_run(ORDER_SERVICE, SUPPORT_QUEUE)


def test_an_answer_is_the_snapshot_in_plain_values() -> None:
    """Adapters get exactly what the codec makes of the snapshot."""
    assert answer_state(RUN, 1) == state_to_plain(snapshot(RUN, 1))


def test_an_answer_is_the_window_in_plain_values() -> None:
    """Adapters get exactly what the codec makes of the window."""
    assert answer_window(RUN, 0, 2) == state_to_plain(window(RUN, 0, 2))


GROWING = Node(
    id="Q",
    kind="queue",
    roles={"arrivals": [5, 5, 5, 5], "served": [1, 1, 1, 1], "queueDepth": [4, 8, 12, 16]},
)


def test_a_window_tells_what_its_bins_signal() -> None:
    """SEMANTICS 6.1: a queue that rises in three steps on end, in the window, whatever its step."""
    run = stored_run(ORDER_SERVICE, GROWING)
    for step in (1, 4):
        [signal] = observe_window(run, 0, 3, WindowOptions(step=step)).warnings
        assert (signal.code, signal.node_id, signal.signal) == ("backlog_growth_streak", "Q", "queueDepth")
        assert (signal.start_bin, signal.end_bin) == (0, 3)
    assert json.loads(json.dumps(answer_window(run, 0, 3)))["warnings"][0]["signal"] == "queue"
    assert observe_window(run, 1, 3).warnings == ()


def test_signals_are_those_of_the_nodes_shown() -> None:
    """A window without the queue does not speak of it."""
    run = stored_run(ORDER_SERVICE, GROWING)
    assert observe_window(run, 0, 3, WindowOptions(nodes=("OrderService",))).warnings == ()
    assert len(observe_window(run, 0, 3, WindowOptions(nodes=("Q",))).warnings) == 1


LEAKY = Node(
    id="L",
    roles={"arrivals": [5, 5, 5, 5], "served": [4, 4, 4, 4], "attempts": [5, 7, 5, 5], "failures": [1, 1, 1, 1]},
)


def test_a_window_remarks_on_what_does_not_add_up_in_its_bins() -> None:
    """SEMANTICS 6.1: seven attempts of which four are served and one fails, told where bin 1 is looked at."""
    run = stored_run(ORDER_SERVICE, LEAKY)
    [remark] = observe_window(run, 0, 3, WindowOptions(nodes=("L",))).warnings
    assert (remark.code, remark.node_id, remark.start_bin) == ("attempts_conservation_mismatch", "L", 1)
    assert observe_window(run, 2, 3).warnings == ()
    assert observe_window(run, 0, 3, WindowOptions(nodes=("OrderService",))).warnings == ()


def test_graph_and_metrics_are_answers_too() -> None:
    """Adapters get exactly what the codecs make of graph and metrics."""
    assert answer_graph(RUN, "full") == graph_to_plain(graph(RUN, "full"))
    assert answer_metrics(RUN, 1, 2) == service_levels_to_plain(metrics(RUN, 1, 2))


def test_a_run_answers_for_itself() -> None:
    """CONTRACT 8: the face of a run gives the very records."""
    run = Run(stored=stored_run(ORDER_SERVICE, GROWING), tree={})
    assert run.window(0, 3, nodes=["Q"], step=2) == observe_window(
        run.stored, 0, 3, WindowOptions(nodes=("Q",), step=2)
    )
    assert run.graph(mode="full") == graph(run.stored, "full")
    assert run.metrics(1) == metrics(run.stored, 1, 3)
