"""First in, first out (SEMANTICS 4.10)."""

from __future__ import annotations

import numpy as np

from flowtime_core.engine.kernels.fifo import Line


def line(batches: list[list[float]]) -> Line:
    """A line whose batches have these contents: the first is the initial one, then one per bin."""
    found = Line.empty(len(batches) - 1, len(batches[0]))
    found.contents[:] = batches
    found.sizes[:] = np.sum(batches, axis=1)
    return found


def left(found: Line, *amounts: float) -> list[list[float]]:
    """What leaves in bin 0, 1, .. of each class."""
    return [found.leave(t, amount).tolist() for t, amount in enumerate(amounts)]


def test_an_empty_line_has_room_for_every_batch() -> None:
    """4.10 One batch more than bins, and everything at 0."""
    found = Line.empty(3, 2)
    assert (found.sizes.tolist(), found.contents.tolist()) == ([0.0] * 4, [[0.0, 0.0]] * 4)
    assert (found.front.tolist(), found.taken.tolist()) == ([0.0] * 4, [0.0] * 4)
    assert left(found, 0.0, 2.0, 0.0) == [[0.0, 0.0]] * 3


def test_the_first_come_leave_first() -> None:
    """4.10 Initial 2 red, then 4 blue, then 4 red: 1 leaves red, 3 leave 1 red and 2 blue, 5 leave 2 blue and 3 red."""
    found = line([[2, 0], [0, 4], [4, 0], [0, 0]])
    assert left(found, 1.0, 3.0, 5.0) == [[1, 0], [1, 2], [3, 2]]
    assert (found.front.tolist(), found.taken.tolist()) == ([0, 0, 1, 2], [0, 1, 2, 3])


def test_a_batch_is_mixed_evenly() -> None:
    """4.10 Of 2 red and 6 blue that came in one bin, 4 are 1 red and 3 blue: linear inside bins."""
    assert left(line([[0, 0], [2, 6], [8, 0]]), 4.0, 6.0) == [[1, 3], [3, 3]]


def test_nothing_leaves_before_it_came() -> None:
    """4.10 More than is there takes what is there, and nothing of later bins."""
    assert left(line([[1, 0], [1, 0]]), 2.5) == [[2, 0]]
    found = line([[1, 0], [1, 0], [0, 5]])
    assert left(found, 9.0, 5.0) == [[2, 0], [0, 5]]
    assert (found.front.tolist(), found.taken.tolist()) == ([0, 1, 2], [0, 1, 5])


def test_what_is_there_exactly_leaves_the_front_at_the_last_batch() -> None:
    """4.10 Empty batches are passed over, and the batch of this bin may still be at the front in the next one."""
    found = line([[0, 0], [3, 0], [0, 0], [0, 2]])
    assert left(found, 3.0, 0.0, 2.0) == [[3, 0], [0, 0], [0, 2]]
    assert found.front.tolist() == [0, 1, 1, 3]


def test_a_bin_may_be_served_again() -> None:
    """4.7 A second pass over a bin begins where the bin began."""
    found = line([[4, 0], [0, 4]])
    assert (found.leave(0, 6.0).tolist(), found.leave(0, 2.0).tolist()) == ([4, 2], [2, 0])
    assert (found.front.tolist(), found.taken.tolist()) == ([0, 0], [0, 2])
