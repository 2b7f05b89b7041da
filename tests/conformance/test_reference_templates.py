"""The templates and models of the reference, end to end in simulation mode with their default parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pytest

from flowtime_core.codec.yaml import read_yaml
from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.simulate import SeriesTable, simulate
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.records.model import Model
from flowtime_core.template.instantiate import instantiate_document, read_model
from tests.support.reference import reference_files

NOT_SUPPORTED_YET: Final[frozenset[str]] = frozenset()
"""The newest templates whose constructs the engine refuses; it must say ``not_supported_yet`` for each."""


def template_model(path: Path) -> Model:
    """The model that a template makes of its defaults."""
    return instantiate_document(read_yaml(path.read_bytes(), source=path.name), {}, "simulation").model


def check_run(table: SeriesTable) -> None:
    """Every series is there, one value per bin, finite; nothing is noticed that says the model is wrong."""
    assert table.plan.series.keys() >= set(table.plan.role_keys.values())
    for key in table.plan.series:
        values = table.values(key)
        assert values.shape == (table.plan.model.grid.bins,)
        assert np.isfinite(values).all(), key
    assert [finding for finding in table.diagnostics() if finding.is_error] == []


@pytest.mark.parametrize("name", reference_files("templates/october/*.yaml"))
def test_an_october_template_runs_with_its_defaults(reference: Path, name: str) -> None:
    """The templates of the documents' own time compile and give finite numbers for every series."""
    check_run(simulate(compile_model(template_model(reference / name))))


@pytest.mark.parametrize("name", reference_files("templates/newest/*.yaml"))
def test_a_newest_template_runs_or_names_what_is_missing(reference: Path, name: str) -> None:
    """The newest templates compile and run, or are refused with ``not_supported_yet`` and nothing else."""
    model = template_model(reference / name)
    if Path(name).stem in NOT_SUPPORTED_YET:
        with pytest.raises(DocumentInvalidError) as caught:
            compile_model(model)
        assert {finding.code for finding in caught.value.findings if finding.is_error} == {"not_supported_yet"}
    else:
        check_run(simulate(compile_model(model)))


@pytest.mark.parametrize("name", reference_files("fixtures/order-system/api-model.yaml"))
def test_the_model_of_the_api_runs(reference: Path, name: str) -> None:
    """A model as the interface accepts it compiles and runs."""
    document = read_yaml((reference / name).read_bytes(), source=Path(name).name)
    check_run(simulate(compile_model(read_model(document, "simulation").model)))
