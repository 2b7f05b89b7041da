"""The index and the model of a run, as services hand them on."""

from __future__ import annotations

import pytest

from flowtime_core.errors import VerificationError
from flowtime_core.pipelines.answer_index import answer_index, model_of

INDEX = (
    b'{"schemaVersion": 1, "grid": {"bins": 2, "binSize": 1, "binUnit": "hours"}, '
    b'"series": [{"id": "a@A@DEFAULT", "path": "series/a.csv", "points": 2}]}'
)


def test_the_index_says_how_long_a_bin_is() -> None:
    """In minutes, whatever the unit."""
    answer = answer_index({"series/index.json": INDEX})
    assert answer["grid"] == {
        "bins": 2,
        "binSize": 1,
        "binUnit": "hours",
        "timezone": "UTC",
        "align": "left",
        "binMinutes": 60,
    }
    assert isinstance(answer["series"], list)
    assert len(answer["series"]) == 1


def test_the_model_is_the_canonical_one_else_the_one_submitted() -> None:
    """Older runs hold only the latter."""
    assert model_of({"model/model.yaml": b"m", "spec.yaml": b"s"}) == b"m"
    assert model_of({"spec.yaml": b"s"}) == b"s"


def test_a_run_without_them_is_damaged() -> None:
    """And says which file is gone."""
    with pytest.raises(VerificationError, match=r"series/index\.json"):
        answer_index({})
    with pytest.raises(VerificationError, match=r"model/model\.yaml"):
        model_of({})
