"""Values of Python and numpy as plain values."""

from __future__ import annotations

import enum
from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import flowtime_core as ft
from flowtime_core.records.diagnostic import Location
from flowtime_core.shell.plain_values import plain_integer, plain_mapping

LEVEL = enum.Enum("LEVEL", {"HIGH": "high"}, type=str)
GRID = {"bins": np.int64(2), "binSize": 1, "binUnit": "hours"}
NOON = datetime(2025, 1, 1, 12, tzinfo=timezone(timedelta(hours=1)))


def _model(values: object, **grid: object) -> dict[str, object]:
    """A model of one series."""
    return {
        "schemaVersion": 1,
        "grid": GRID | grid,
        "nodes": [{"id": "a", "kind": "const", "values": values}],
        "outputs": ({"series": "*"},),
    }


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        *((None, None), (True, True), (3, 3), (0.5, 0.5), ("text", "text")),
        *((np.int64(3), 3), (np.uint8(3), 3), (np.float64(0.5), 0.5), (np.float32(0.5), 0.5), (np.bool_(1), True)),
        *((np.str_("text"), "text"), (LEVEL.HIGH, "high"), (NOON, "2025-01-01T11:00:00Z")),
        *(((1, 2), [1, 2]), (range(3), [0, 1, 2]), (np.arange(3), [0, 1, 2]), (np.array(7), 7)),
        (np.array([[1.5], [2.5]]), [[1.5], [2.5]]),
        (np.array([1, "a", None], dtype=object), [1, "a", None]),
        (pd.Series([1, 2]), [1, 2]),
        (pl.Series([1, 2]), [1, 2]),
        (OrderedDict(a=(1, {"b": np.int8(2)})), {"a": [1, {"b": 2}]}),
    ],
)
def test_what_has_a_plain_meaning_is_taken_for_it(value: object, plain: object) -> None:
    """As Python's own types, so that nothing of another library reaches a document."""
    made: Any = plain_mapping({"x": value}, source="model")["x"]
    assert made == plain
    assert type(made) is type(plain)
    assert not isinstance(made, list) or all(type(one) is type(other) for one, other in zip(made, plain, strict=True))  # type: ignore[call-overload]


def test_a_series_of_a_run_is_a_list() -> None:
    """It goes into the next model as it is."""
    series = ft.run(_model((1, 2))).series["a"]
    assert ft.run(_model(series)).series["a"].values.tolist() == [1, 2]


LOOP: dict[str, Any] = {}
LOOP["x"] = [LOOP]


@pytest.mark.parametrize(
    ("value", "pointer", "message"),
    [
        (object(), "/a/0", "the value is of type object"),
        (date(2025, 1, 1), "/a/0", "the value is of type date"),
        (NOON.replace(tzinfo=None), "/a/0", "without a zone"),
        (Decimal(1), "/a/0", "the value is of type Decimal"),
        (b"bytes", "/a/0", "the value is of type bytes"),
        ({1, 2}, "/a/0", "the value is of type set"),
        (np.datetime64("2025-01-01"), "/a/0", "an array of datetime64[D]"),
        (np.array([1j]), "/a/0", "an array of complex128"),
        (np.array([1.0, np.nan]), "/a/0/1", "the value is nan"),
        (float("inf"), "/a/0", "the value is inf"),
        ({1: 2}, "/a/0", "the key 1"),
        ({"b/c": object()}, "/a/0/b~1c", "the value is of type object"),
    ],
)
def test_what_has_none_is_an_error_with_its_place(value: object, pointer: str, message: str) -> None:
    """Whatever it is, and however deep it stands."""
    with pytest.raises(ft.DocumentInvalidError) as caught:
        plain_mapping({"a": [value]}, source="gaps")
    (finding,) = caught.value.findings
    assert finding.location == Location(source="gaps", pointer=pointer)
    assert message in finding.message


def test_what_holds_itself_has_no_end() -> None:
    """A loop is an error, not a fault of ours."""
    with pytest.raises(ft.DocumentInvalidError, match="deeper than 32 levels, or holds itself"):
        ft.run(LOOP)


@pytest.mark.parametrize("given", [[1], None, 3, "text"])
def test_a_mapping_is_needed(given: object) -> None:
    """Anything else is no document."""
    with pytest.raises(ft.DocumentInvalidError, match="expected a mapping"):
        plain_mapping(given, source="gaps")


def test_integers_of_any_kind() -> None:
    """A fraction, a text or nothing is none."""
    assert [plain_integer(given, "seed") for given in (3, np.int64(3), np.uint8(3))] == [3, 3, 3]
    for given in (1.5, "3", None):
        with pytest.raises(ft.InputError, match="seed is"):
            plain_integer(given, "seed")


def test_numpy_goes_into_runs_and_captures(tmp_path: Any) -> None:  # noqa: ANN401 - unused but for its folder
    """Parameters, seed, models and gap rules give what plain values give."""
    plain = ft.run("order-system", parameters={"bins": 48, "orderLevels": [1, 2, 3]}, seed=7)
    parameters = {"bins": np.int64(48), "orderLevels": np.array([1, 2, 3])}
    assert ft.run("order-system", parameters=parameters, seed=np.int64(7)).run_id == plain.run_id
    assert ft.run("order-system", parameters={"bins": 48, "orderLevels": range(1, 4)}, seed=7).run_id == plain.run_id
    rules = {"rules": ({"bins": np.array([1, 2]), "action": "remove"},)}
    assert (
        ft.capture(plain, rules).warnings
        == ft.capture(plain, {"rules": [{"bins": [1, 2], "action": "remove"}]}).warnings
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"what": None}, "None cannot be run"),
        ({"what": 3}, "3 cannot be run"),
        ({"mode": "fast"}, "mode is 'fast', expected one of simulation, telemetry"),
        ({"seed": "x"}, "seed is 'x'"),
        ({"run_id": ""}, "run id '' is not"),
        ({"parameters": {1: 2}}, "the key 1"),
        ({"parameters": [1]}, "expected a mapping"),
        ({"bindings": [1]}, "expected a mapping"),
    ],
)
def test_wrong_arguments_are_input_errors(arguments: Any, message: str) -> None:  # noqa: ANN401 - wrong on purpose
    """None of them is a TypeError from somewhere inside."""
    with pytest.raises(ft.InputError, match=message):
        ft.run(**{"what": "order-system", **arguments})


def test_a_datetime_becomes_text_in_utc() -> None:
    """As the grid of a document has it."""
    run = ft.run(_model([1, 2], start=datetime(2025, 1, 1, tzinfo=UTC)))
    assert run.model.grid.start == datetime(2025, 1, 1, tzinfo=UTC)
