"""The engine against the second evaluator, exactly, on random models of dyadic numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from flowtime_core.engine.simulate import SeriesTable
from flowtime_core.records.model import ExprNode, Model
from flowtime_core.records.topology import NumberBinding
from tests.support.exact import Exact
from tests.support.examples import examples
from tests.support.models import CONSTRUCTS, GIVEN, models
from tests.support.oracle import Oracle
from tests.support.tables import bins_of, run, same_number

COMPILED: Final = frozenset({"pmf_renormalised", "retry_kernel_policy", "served_not_mapped"})
"""Codes of what compiling notices, which have no bins."""

JUMPS: Final = ("FLOOR", "CEIL", "ROUND", "STEP", "MOD", "IF", "<", ">", "==", "!=")
"""What makes a small difference large."""


def opinions(oracle: Oracle) -> dict[str, list[Exact]]:
    """Every series the oracle knows, edges included."""
    found = oracle.table()
    for edge in oracle.model.topology.edges:
        found.update({f"{measure}@{edge.id}": values for measure, values in oracle.edge(edge).items()})
    for node in oracle.places:
        found.update({f"retryVolume@{edge}": values for edge, values in oracle.retry_volumes(node).items()})
    return found


def wrong_series(table: SeriesTable, oracle: Oracle) -> dict[str, object]:
    """The series on which the two do not agree, with both opinions; those that only one of them has."""
    known = opinions(oracle)
    found: dict[str, object] = dict.fromkeys(known.keys() ^ published(table), "only one has it")
    for key in known.keys() & table.arrays.keys():
        values = table.values(key).tolist()
        if not all(map(same_number, known[key], values)):
            found[key] = ([float(value) for value in known[key]], values)
    return found


def published(table: SeriesTable) -> set[str]:
    """What the plan tells of, less the numbers bound to roles."""
    numbers = {
        f"{role}@{node.id}"
        for node in table.plan.model.topology.nodes
        for role, binding in node.semantics.bindings.items()
        if isinstance(binding, NumberBinding)
    }
    return set(table.plan.series) - numbers


def noticed(table: SeriesTable) -> dict[tuple[str, str | None], set[int]]:
    """The bins of every finding of the evaluation, by code and node."""
    found: dict[tuple[str, str | None], set[int]] = {}
    for finding in table.diagnostics():
        if finding.code not in COMPILED:
            found.setdefault((finding.code, finding.node_id), set()).update(bins_of(finding))
    return found


def is_continuous(model: Model) -> bool:
    """Whether no expression jumps: then rounding an input changes results only by as little."""
    texts = [node.text for node in model.nodes if isinstance(node, ExprNode)]
    return not any(word in text for text in texts for word in JUMPS)


def compare(model: Model) -> None:
    """Both evaluate the model; they agree exactly where no result needed rounding, closely where nothing jumps."""
    table, oracle = run(model), Oracle(model)
    wrong = wrong_series(table, oracle)
    event("rounded" if oracle.rounded else "exact")
    if not oracle.rounded:
        assert wrong == {}
        assert noticed(table) == {place: set(bins) for place, bins in oracle.noticed.items()}
    elif is_continuous(model):
        for key, opinion in wrong.items():
            assert isinstance(opinion, tuple), key
            exactly, values = opinion
            assert key.startswith("limited@") or values == pytest.approx(exactly, rel=1e-9, abs=1e-9), key


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
