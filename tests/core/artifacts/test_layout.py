"""Names inside a run directory."""

from __future__ import annotations

import pytest

from flowtime_core.artifacts.layout import resolve_uri, series_paths, series_uri
from flowtime_core.errors import InputError


def test_series_files_carry_their_ids() -> None:
    """A series lies under its id (contract section 2)."""
    assert series_paths(["a@A@DEFAULT", "served@Desk@DEFAULT"]) == {
        "a@A@DEFAULT": "series/a@A@DEFAULT.csv",
        "served@Desk@DEFAULT": "series/served@Desk@DEFAULT.csv",
    }


def test_files_never_differ_in_letter_case_only() -> None:
    """Ids are case-sensitive, some file systems are not (SEMANTICS 2.6)."""
    paths = series_paths(["a@A@DEFAULT", "A@A@DEFAULT"])
    assert paths["a@A@DEFAULT"] == "series/a@A@DEFAULT.csv"
    assert len({path.casefold() for path in paths.values()}) == 2


def test_long_ids_get_short_names() -> None:
    """No file name passes what file systems take, and long ids that begin alike stay apart."""
    paths = series_paths(["x" * 300 + end for end in "ab"])
    assert len(set(paths.values())) == 2
    assert all(len(path) <= len("series/") + 200 + len(".csv") for path in paths.values())


def test_one_id_for_two_series_is_an_error() -> None:
    """Two series that would be written as one are refused."""
    with pytest.raises(InputError) as caught:
        series_paths(["a@A@DEFAULT", "a@A@DEFAULT"])
    assert caught.value.code == "duplicate_id"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        (series_uri("series/a.csv"), "series/a.csv"),
        ("file:../series/a.csv", "series/a.csv"),
        ("FILE:a.csv", "model/a.csv"),
        ("file://telemetry/a.csv", "model/telemetry/a.csv"),
        ("file:telemetry/../a.csv", "model/a.csv"),
        ("file:../../other/series/a.csv", None),
        ("file:..", "."),
        ("file:../..", None),
        ("file:///etc/passwd", None),
        ("file:/etc/passwd", None),
        ("file:////host/share", None),
        ("http://host/a.csv", None),
        ("a.csv", None),
    ],
)
def test_uris_never_leave_the_run(uri: str, path: str | None) -> None:
    """A URI of the model names a file of the run or nothing."""
    assert resolve_uri(uri) == path
