"""The records' own behaviour: grids, ids, findings, places, trees and errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from flowtime_core import errors
from flowtime_core.errors import DocumentInvalidError, DocumentSyntaxError, FlowTimeError, InputError
from flowtime_core.records.codes import CODES
from flowtime_core.records.diagnostic import BinRange, Diagnostic, Location, bin_ranges
from flowtime_core.records.document import Document
from flowtime_core.records.file_tree import in_path_order
from flowtime_core.records.grid import Grid
from flowtime_core.records.ids import (
    SeriesId,
    class_key,
    class_series_id,
    derived_key,
    is_node_id,
    parse_run_id,
    short_name,
)
from flowtime_core.records.series import Series, same_mapping


@pytest.mark.parametrize(
    ("unit", "seconds"), [("seconds", 5), ("minutes", 300), ("hours", 18000), ("days", 432_000), ("weeks", 3_024_000)]
)
def test_a_grid_knows_the_length_of_its_bins(unit: str, seconds: int) -> None:
    """1.1 binMinutes = binSize x unit, in every unit."""
    grid = Grid(bins=3, bin_size=5, bin_unit=unit)
    assert (grid.bin_seconds, grid.bin_minutes, grid.bin_ms) == (seconds, seconds / 60, seconds * 1000.0)


def test_bins_begin_one_after_the_other_in_utc() -> None:
    """1.2 Bin t covers [start + t x d, start + (t+1) x d), in UTC whatever the offset of the start."""
    start = datetime(2025, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    grid = Grid(bins=2, bin_size=90, bin_unit="minutes", start=start)
    assert [grid.bin_start(t) for t in (0, 1, 2)] == [
        datetime(2024, 12, 31, 23, tzinfo=UTC),
        datetime(2025, 1, 1, 0, 30, tzinfo=UTC),
        datetime(2025, 1, 1, 2, tzinfo=UTC),
    ]


def test_a_grid_without_a_start_has_no_times() -> None:
    """1.2 The start is optional."""
    assert Grid(bins=1, bin_size=1, bin_unit="hours").bin_start(0) is None


@pytest.mark.parametrize("text", ["a", "_x", "Order.v-2", "Z9"])
def test_node_ids_begin_with_a_letter_or_underscore(text: str) -> None:
    """2.6 Ids are ``[A-Za-z_][A-Za-z0-9_.-]*``."""
    assert is_node_id(text)


@pytest.mark.parametrize("text", ["", "9a", "-a", "a b", "a@b", "ä", "a\n"])
def test_other_texts_are_no_node_ids(text: str) -> None:
    """2.6 Ids are parsed, never sanitised."""
    assert not is_node_id(text)


@pytest.mark.parametrize("text", ["r", "2025-01-01T00.run_1", "x" * 128])
def test_run_ids_are_taken_as_they_are(text: str) -> None:
    """A run id is 1 to 128 letters, digits, ``.``, ``_`` or ``-`` with a letter or digit first."""
    assert parse_run_id(text) == text


@pytest.mark.parametrize("text", ["", ".hidden", "a/b", "..", "x" * 129, "a\n"])
def test_other_run_ids_are_refused(text: str) -> None:
    """A path or an overlong text never becomes a run id."""
    with pytest.raises(InputError, match="is not 1 to 128 letters") as caught:
        parse_run_id(text)
    assert (caught.value.code, caught.value.hint) == ("invalid_run_id", "choose another id")


def test_a_series_id_names_its_component_and_class() -> None:
    """4.2 ``<measure>@<nodeId>@<class>``; a declared node's component is its id in upper case."""
    assert SeriesId(name="served", component="Desk").text == "served@Desk@DEFAULT"
    assert SeriesId.of_node("arrivals", "vip").text == "arrivals@ARRIVALS@vip"
    assert SeriesId(name="a b", component="x/y").path == "series/a_b@x_y@DEFAULT.csv"
    assert SeriesId.of_edge("e1", "flowVolume").text == "edge_e1_flowVolume@EDGE_E1_FLOWVOLUME@DEFAULT"
    assert derived_key("served", "Desk") == "served@Desk"


def test_a_series_id_has_a_short_name_and_classes() -> None:
    """4.2 A declared series is known by its id, a derived one by measure and node, one class by its whole id."""
    assert short_name("orders@ORDERS@DEFAULT") == "orders"
    assert short_name("served@Desk@DEFAULT") == "served@Desk"
    assert short_name("served@Desk@vip") == "served@Desk@vip"
    assert class_key("served@Desk", "vip") == "served@Desk#vip"
    assert class_series_id("served@Desk@DEFAULT", "v i") == "served@Desk@v_i"


def test_bins_fold_into_ranges() -> None:
    """6.1 All bins, as ranges."""
    assert bin_ranges([0, 1, 2, 5, 7, 8]) == (BinRange(0, 2), BinRange(5, 5), BinRange(7, 8))
    assert [str(found) for found in bin_ranges([3, 5, 6])] == ["3", "5-6"]
    assert bin_ranges([]) == ()


def test_a_finding_is_one_line_of_text() -> None:
    """Place, severity, code, message, bins and hint, each where there is one."""
    full = Diagnostic(
        code="negative_input",
        message="m",
        location=Location(pointer="/a", line=3, column=7, source="model.yaml"),
        bins=bin_ranges([1, 2]),
        hint="h",
    )
    assert str(full) == "model.yaml:3:7: warning[negative_input]: m [bins 1-2] (h)"
    assert str(Diagnostic(code="invalid_id", message="m")) == "error[invalid_id]: m"
    assert str(Diagnostic(code="invalid_id", message="m", location=Location())) == "error[invalid_id]: m"


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location(pointer="/a/b"), "/a/b"),
        (Location(pointer="/a/b", source="x.yaml"), "/a/b"),
        (Location(source="x.yaml"), "x.yaml"),
        (Location(pointer="/a", line=2, column=1), "2:1"),
    ],
)
def test_a_place_is_as_exact_as_it_is_known(location: Location, text: str) -> None:
    """Line and column where known, else the pointer, else the source."""
    assert str(location) == text


def test_the_severity_comes_from_the_table_unless_it_is_given() -> None:
    """Each code has a severity of its own; only errors forbid going on."""
    assert Diagnostic(code="invalid_id", message="").is_error
    assert not Diagnostic(code="negative_input", message="").is_error
    assert Diagnostic(code="negative_input", message="", severity="error").is_error


def test_a_finding_has_a_code_of_the_table() -> None:
    """A code that no page explains is a fault of ours."""
    with pytest.raises(ValueError, match="'nonsense' is not in the code table"):
        Diagnostic(code="nonsense", message="")


@pytest.mark.parametrize("code", CODES)
def test_every_code_says_what_it_means(code: str) -> None:
    """The table gives each code a severity and a meaning in words."""
    assert CODES[code].severity in {"error", "warning", "info"}
    assert CODES[code].meaning


def test_a_document_knows_the_place_of_a_value_or_of_what_holds_it() -> None:
    """The nearest ancestor with a mark gives the place; without any there is none."""
    document = Document(source="x.yaml", plain={}, marks={"/nodes/0": (4, 5)})
    near = document.locate("/nodes/0/values/3")
    assert (near.pointer, near.line, near.column, near.source) == ("/nodes/0/values/3", 4, 5, "x.yaml")
    far = document.locate("/grid")
    assert (far.line, far.column) == (None, None)
    assert Document(source="x", plain={}, marks={"": (1, 1)}).locate("/grid").line == 1


def test_files_stand_in_path_order() -> None:
    """A file tree is written in the order of its paths."""
    assert list(in_path_order({"b/a": b"", "a": b"", "b": b""})) == ["a", "b", "b/a"]


def test_a_series_is_an_array_that_cannot_be_written_through() -> None:
    """Numpy sees the values without a copy, or with one when asked."""
    series = Series(id="a", unit="entities/bin", kind="flow", values=np.array([1.0, np.nan]))
    assert len(series) == 2
    assert np.asarray(series).base is not None
    assert np.array(series, dtype=np.float32, copy=True).dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        series.values[0] = 2.0


def test_series_are_equal_where_their_values_are() -> None:
    """NaN equals NaN: both are undefined."""
    left = Series(id="a", unit="u", kind="flow", values=np.array([1.0, np.nan]))
    assert left == Series(id="a", unit="u", kind="flow", values=np.array([1.0, np.nan]))
    assert left != Series(id="a", unit="u", kind="flow", values=np.array([1.0, 2.0]))


def test_mappings_of_numbers_are_equal_where_their_numbers_are() -> None:
    """Names and values count, NaN equal to NaN."""
    nan = np.array([np.nan])
    assert same_mapping({"a": nan, "b": 1.0}, {"a": np.array([np.nan]), "b": 1.0})
    assert not same_mapping({"a": nan}, {"b": nan})
    assert not same_mapping({"a": 1.0}, {"a": 2.0})


def test_an_error_of_a_text_shows_its_place_and_a_caret() -> None:
    """Source, place, message, and a caret under the span, at least one wide."""
    fault = DocumentSyntaxError("m", source="x.yaml", text="1 + + 2", span=(4, 5), line=3, column=9)
    assert str(fault) == "x.yaml:3:9: m\n1 + + 2\n    ^"
    assert str(DocumentSyntaxError("m", source="x", text="1 +", span=(3, 3))) == "x: m\n1 +\n   ^"
    assert str(DocumentSyntaxError("m", source="x")) == "x: m"


def test_an_invalid_document_tells_every_finding() -> None:
    """One line per finding below the message."""
    findings = [Diagnostic(code="invalid_id", message="a"), Diagnostic(code="unknown_key", message="b")]
    assert str(DocumentInvalidError("bad", findings=findings)) == (
        "bad\n  error[invalid_id]: a\n  warning[unknown_key]: b"
    )


def subclasses(kind: type[FlowTimeError]) -> list[type[FlowTimeError]]:
    """A class of errors and all below it."""
    return [kind, *(found for child in kind.__subclasses__() for found in subclasses(child))]


@pytest.mark.parametrize("kind", subclasses(FlowTimeError))
def test_every_error_has_a_code_of_the_table(kind: type[FlowTimeError]) -> None:
    """The default code of each class of error is explained in the table."""
    assert kind.default_code in CODES
    assert kind.__name__ in (errors.__doc__ or "")


def test_an_error_may_have_a_code_and_a_hint_of_its_own() -> None:
    """The code is API and says more than the class."""
    plain, special = FlowTimeError("m"), InputError("m", code="invalid_bin", hint="h")
    assert (plain.code, plain.hint) == ("internal_error", "")
    assert (special.code, special.hint, special.message, str(special)) == ("invalid_bin", "h", "m", "m")


def test_a_place_in_a_request_knows_its_parameter() -> None:
    """With the signs that a pointer escapes; any other place has none."""
    assert Location(source="request", pointer="/parameters/a~1b~0c").parameter == "a/b~c"
    assert Location(source="model.yaml", pointer="/parameters/a").parameter == ""
    assert Location(source="request", pointer="/mode").parameter == ""


def test_a_hint_is_shown_below_the_message_of_an_error() -> None:
    """A traceback shows it, as in a notebook; the message itself stays one line."""
    error = errors.NotFoundError("there is no run 'a'", hint="did you mean 'b'")
    assert (str(error), error.__notes__) == ("there is no run 'a'", ["hint: did you mean 'b'"])
    assert not hasattr(errors.NotFoundError("there is none"), "__notes__")
    assert str(errors.SeriesNotFoundError("there is no series 'a'")) == "there is no series 'a'"
