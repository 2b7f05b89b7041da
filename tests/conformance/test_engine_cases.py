"""The engine against the reference cases: small models with the series they must give, to 1e-9."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import pytest

from flowtime_core.codec.model import model_from_document
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.simulate import SeriesTable, simulate
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.records.document import Document
from tests.support.reference import reference_files

NOT_SUPPORTED_YET: Final[frozenset[str]] = frozenset()
"""Cases whose constructs the engine refuses; it must say ``not_supported_yet`` for each."""

TOLERANCE: Final = 1e-9


def load(path: Path) -> tuple[dict[str, Any], SeriesTable]:
    """A case and what the engine makes of its model."""
    document = read_yaml(path.read_bytes(), source=path.name)
    case = document.plain
    assert isinstance(case, dict)
    reading = model_from_document(Document(source=path.name, plain=case["model"]))
    assert reading.model is not None, reading.findings
    return case, simulate(compile_model(reading.model))


@pytest.mark.parametrize("name", reference_files("engine-cases/*.yaml"))
def test_a_reference_case_gives_its_numbers_and_warnings(reference: Path, name: str) -> None:
    """4 Every expected series is there within 1e-9, and every expected warning names its nodes."""
    if Path(name).stem in NOT_SUPPORTED_YET:
        with pytest.raises(DocumentInvalidError) as caught:
            load(reference / name)
        assert "not_supported_yet" in {finding.code for finding in caught.value.findings}
        return
    case, table = load(reference / name)
    by_id = {info.id: table.values(key).tolist() for key, info in table.plan.series.items()}
    for series_id, expected in case["expected"].items():
        wanted = [math.nan if value is None else float(value) for value in expected]
        assert by_id[series_id] == pytest.approx(wanted, rel=TOLERANCE, abs=TOLERANCE, nan_ok=True), series_id
    found: dict[str, set[str | None]] = {}
    for finding in table.diagnostics():
        found.setdefault(finding.code, set()).add(finding.node_id)
    assert found == {code: set(nodes) for code, nodes in case.get("warnings", {}).items()}
