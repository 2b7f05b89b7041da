"""Mappings that nobody can change."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import flowtime_core as ft
from flowtime_core.records.empty import EMPTY
from flowtime_core.records.fixed import FixedMapping, read_only
from tests.support.desk import MODEL

RUN = ft.run(MODEL)


def test_a_fixed_mapping_is_a_mapping_without_ways_to_write() -> None:
    """It holds what it was made of, whatever becomes of that, and equals a dict of the same."""
    items = {"a": 1, "b": 2}
    made: Any = FixedMapping(items)
    items["a"] = 9
    assert made == {"a": 1, "b": 2} == dict(made)
    assert (len(made), list(made), repr(made)) == (2, ["a", "b"], "{'a': 1, 'b': 2}")
    with pytest.raises(TypeError):
        made["a"] = 3
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == made  # noqa: S301 - our own bytes


def test_states_cannot_be_changed() -> None:
    """Neither the mappings nor the arrays in them, at any depth; nor the empty mapping that all share."""
    snapshot, window = RUN.state(1), RUN.window(0, 3)
    edges = (*snapshot.edges, *window.edges)
    reached: list[Any] = [snapshot.edge_warnings, window.edge_warnings, EMPTY]
    reached += [mapping for edge in edges for mapping in (edge.volumes, edge.by_class)]
    reached += [
        mapping
        for node in (*snapshot.nodes, *window.nodes)
        for mapping in (node.metrics, node.derived, node.by_class, node.constraints)
    ]
    for mapping in reached:
        with pytest.raises(TypeError):
            mapping["x"] = 1
    for node in window.nodes:
        for values in (*node.metrics.values(), *node.derived.values()):
            with pytest.raises(ValueError, match="WRITEABLE"):
                values.setflags(write=True)


@pytest.mark.parametrize("values", [np.arange(6.0), np.arange(6.0)[::2], np.zeros(0), np.zeros((3, 2)).T])
def test_a_read_only_array_stays_so(values: Any) -> None:  # noqa: ANN401 - an array
    """Without a copy and whatever its strides; the array that it was made of may still be written."""
    view = read_only(values)
    assert np.array_equal(view, values)
    assert np.shares_memory(view, values) == (values.size > 0)
    assert values.flags.writeable
    with pytest.raises(ValueError, match="WRITEABLE"):
        view.setflags(write=True)


def test_records_of_fixed_mappings_can_be_sent_to_other_processes() -> None:
    """A window is what it was after its bytes."""
    window = RUN.window(0, 3)
    assert pickle.loads(pickle.dumps(window)) == window  # noqa: S301 - our own bytes


def test_copies_cannot_be_changed_either() -> None:
    """A run, a series or a window from another process is as closed as the one that was sent."""
    series, window = RUN.series["demand"], RUN.window(0, 3)
    for twin in (pickle.loads(pickle.dumps(series)), copy.deepcopy(series)):  # noqa: S301 - our own bytes
        assert twin == series
        assert not twin.values.flags.writeable
        with pytest.raises(ValueError, match="WRITEABLE"):
            twin.values.setflags(write=True)
    for copied in (pickle.loads(pickle.dumps(window)), copy.deepcopy(window)):  # noqa: S301 - our own bytes
        assert copied == window
        assert not copied.nodes[0].metrics["arrivals"].flags.writeable
