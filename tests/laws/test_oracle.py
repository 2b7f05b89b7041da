"""The engine against the second evaluator, exactly, on random models of dyadic numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from flowtime_core.engine.simulate import SeriesTable
from flowtime_core.records.model import Model
from tests.support.examples import examples
from tests.support.models import CONSTRUCTS, GIVEN, models
from tests.support.oracle import Oracle
from tests.support.tables import bins_of, run, same_number

COMPILED: frozenset[str] = frozenset({"pmf_renormalised", "retry_kernel_policy", "served_not_mapped"})
"""Codes of what compiling notices, which have no bins."""


def wrong_series(table: SeriesTable, oracle: Oracle) -> dict[str, object]:
    """The series on which the two do not agree, with both opinions."""
    found: dict[str, object] = {}
    for key, exactly in oracle.table().items():
        values = table.values(key).tolist()
        if not all(map(same_number, exactly, values)):
            found[key] = ([float(value) for value in exactly], values)
    for edge in table.plan.model.topology.edges:
        for measure, exactly in oracle.edge(edge).items():
            values = table.values(f"{measure}@{edge.id}").tolist()
            if not all(map(same_number, exactly, values)):
                found[f"{measure}@{edge.id}"] = ([float(value) for value in exactly], values)
    return found


def noticed(table: SeriesTable) -> dict[tuple[str, str | None], set[int]]:
    """The bins of every finding of the evaluation, by code and node."""
    found: dict[tuple[str, str | None], set[int]] = {}
    for finding in table.diagnostics():
        if finding.code not in COMPILED:
            found.setdefault((finding.code, finding.node_id), set()).update(bins_of(finding))
    return found


def compare(model: Model) -> None:
    """Both evaluate the model; where no result needed rounding they agree exactly."""
    table, oracle = run(model), Oracle(model)
    wrong = wrong_series(table, oracle)
    event("rounded" if oracle.rounded else "exact")
    if not oracle.rounded:
        assert wrong == {}
        assert noticed(table) == {place: set(bins) for place, bins in oracle.noticed.items()}


@examples(1000)
@given(st.one_of(models(numbers="dyadic"), models(numbers="integer")))
def test_engine_and_oracle_agree_on_whole_models(model: Model) -> None:
    """2 to 4.9 Engine and oracle agree on every value and every finding of random models, exactly."""
    compare(model)


@pytest.mark.parametrize("construct", sorted(CONSTRUCTS.keys() - GIVEN))
@examples(100)
@given(data=st.data())
def test_engine_and_oracle_agree_on_each_construct(construct: str, data: st.DataObject) -> None:
    """2 to 4.9 Engine and oracle agree where one construct stands among expressions."""
    wanted: Sequence[str] = (construct, construct, "expression")
    compare(data.draw(models(numbers="dyadic", constructs=wanted, most=4)))
