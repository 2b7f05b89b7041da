"""The whole way from a stored run to the JSON of an answer."""

from __future__ import annotations

from flowtime_core.codec.state import state_to_plain
from flowtime_core.pipelines.answer_state import answer_state, answer_window
from flowtime_core.state.snapshot import snapshot
from flowtime_core.state.window import window
from tests.support.stored_runs import ORDER_SERVICE, SUPPORT_QUEUE, stored_run

RUN = stored_run(ORDER_SERVICE, SUPPORT_QUEUE)


def test_an_answer_is_the_snapshot_in_plain_values() -> None:
    """Adapters get exactly what the codec makes of the snapshot."""
    assert answer_state(RUN, 1) == state_to_plain(snapshot(RUN, 1))


def test_an_answer_is_the_window_in_plain_values() -> None:
    """Adapters get exactly what the codec makes of the window."""
    assert answer_window(RUN, 0, 2) == state_to_plain(window(RUN, 0, 2))
