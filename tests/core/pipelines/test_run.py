"""A run as a notebook holds it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flowtime_core as ft
from tests.support.desk import MODEL, NO_TOPOLOGY, TEMPLATE

RUN = ft.run(MODEL)


@pytest.mark.parametrize(
    "name", ["demand", "demand@DEMAND", "demand@DEMAND@DEFAULT", "Desk.arrivals", "Exit.arrivals", "served@Desk"]
)
def test_a_series_is_found_by_every_name_that_means_it(name: str) -> None:
    """A declared id, a derived name, a role and the full id all work."""
    assert name in RUN.series
    assert len(RUN.series[name]) == 4


def test_a_role_of_an_adjacent_node_is_the_same_series() -> None:
    """What the exit takes in is what the desk served."""
    assert RUN.series["Exit.arrivals"] == RUN.series["served@Desk"]


def test_series_are_listed_by_full_id() -> None:
    """Iteration follows the index, and its length is the number of series."""
    assert len(list(RUN.series)) == len(RUN.series)
    assert "demand@DEMAND@DEFAULT" in list(RUN.series)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("demnad", "did you mean 'demand'"), ("Desk.parallelism", "it has 8"), ("?", "it has 8, as demand, staff, size")],
)
def test_a_name_that_means_nothing_says_what_was_meant(name: str, hint: str) -> None:
    """The nearest name is suggested where one is near."""
    assert name not in RUN.series
    with pytest.raises(ft.NotFoundError) as caught:
        _ = RUN.series[name]
    assert caught.value.code == "series_not_found"
    assert hint in caught.value.hint


def test_series_are_a_mapping_to_whoever_asks() -> None:
    """A name that means nothing has no value for `get`, and is a missing key; a notebook completes the short names."""
    assert RUN.series.get("nope") is None
    assert RUN.series.get("demand") == RUN.series["demand"]
    with pytest.raises(KeyError):
        _ = RUN.series["nope"]
    assert RUN.series._ipython_key_completions_()[:2] == ["demand", "staff"]


def test_bins_may_be_integers_of_any_kind() -> None:
    """As argmax of numpy gives them."""
    worst = RUN.series["queueDepth@Desk"].values.argmax()
    assert RUN.state(bin=worst) == RUN.state(bin=3)
    assert RUN.window(np.int64(0), worst, step=np.int64(2)) == RUN.window(0, 3, step=2)
    assert RUN.metrics(np.int64(1), worst).bins == RUN.metrics(1, 3).bins == 3


@pytest.mark.parametrize("wrong", [1.5, "1", None])
def test_what_is_no_number_of_bins_is_invalid_input(wrong: Any) -> None:  # noqa: ANN401 - wrong on purpose
    """Wherever bins are asked for; it is not a fault of ours."""
    for ask in (lambda: RUN.state(bin=wrong), lambda: RUN.window(wrong, 1), lambda: RUN.window(0, 1, step=wrong)):
        with pytest.raises(ft.InputError, match="expected a whole number") as caught:
            ask()
        assert caught.value.code == "invalid_bin"


def test_one_node_may_be_named_without_a_list() -> None:
    """A text is a name, not its letters."""
    assert RUN.window(0, 1, nodes="Desk") == RUN.window(0, 1, nodes=["Desk"])


def test_a_mode_that_is_none_is_refused() -> None:
    """By graphs as by windows."""
    wrong: Any = "foo"
    for ask in (lambda: RUN.graph(mode=wrong), lambda: RUN.window(0, 1, mode=wrong)):
        with pytest.raises(ft.InputError, match="there is no mode 'foo'"):
            ask()


def test_only_text_can_be_a_name() -> None:
    """Anything else is not in the series."""
    assert 1 not in RUN.series


def test_states_are_those_of_the_state_layer() -> None:
    """A bin and a window are answered by the stored run."""
    assert RUN.state(bin=1).bin.index == 1
    assert RUN.window(0, 2).window.bin_count == 3


def test_a_run_shows_what_it_is_in_one_line_and_as_a_table() -> None:
    """Repr and notebook table name id, grid and series; warnings are counted."""
    assert repr(RUN) == f"<Run {RUN.run_id}: 4 x 15 minutes, {len(RUN.series)} series>"
    assert "<td>served@Desk@DEFAULT</td>" in RUN._repr_html_()
    assert ", 1 warning>" in repr(ft.run(NO_TOPOLOGY))


def test_a_run_becomes_a_frame_with_times_or_bins() -> None:
    """One row per bin; the index is UTC where the start is known."""
    frame = RUN.to_frame()
    assert (str(frame.index[1]), frame["demand@DEMAND@DEFAULT"].tolist()) == (
        "2025-01-01 00:15:00+00:00",
        [10, 20, 30, 20],
    )
    assert ft.run(NO_TOPOLOGY).to_frame().index.name == "bin"


def test_a_series_is_an_array_to_numpy() -> None:
    """A series goes into any numpy function, and cannot be written through."""
    assert np.asarray(RUN.series["demand"]).max() == 30
    with pytest.raises(ValueError, match="read-only"):
        RUN.series["demand"].values[0] = 1


def test_the_model_and_the_warnings_of_a_run_are_at_hand() -> None:
    """A run knows what was evaluated and what was noticed."""
    assert [node.id for node in RUN.model.nodes] == ["demand", "staff", "size", "smooth"]
    assert [warning.code for warning in ft.run(NO_TOPOLOGY).warnings] == ["division_by_zero"]
    assert ft.run(TEMPLATE, parameters={"rate": 2}).model.metadata.id == "desk"
