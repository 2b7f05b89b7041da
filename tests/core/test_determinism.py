"""SEMANTICS 7.1: what is hashed does not depend on the Python or numpy version, the CPU or the threads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.determinism import findings
from tests.support.reference import ROOT

CORE = ROOT / "flowtime_core" / "src" / "flowtime_core"
MODULES = sorted(path for folder in ("expr", "engine") for path in (CORE / folder).rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(CORE).as_posix())
def test_expressions_and_engine_use_only_reproducible_arithmetic(path: Path) -> None:
    """No module of expr or engine uses an operation whose last bit depends on the machine (SEMANTICS 7.1)."""
    assert findings(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "snippet",
    [
        "import time",
        "import random as r",
        "from random import Random",
        "from statistics import fmean",
        "from numpy import dot",
        "total = np.sum(x)",
        "total = numpy.mean(x)",
        "y = np.convolve(x, k)",
        "y = np.exp(x)",
        "y = np.add.reduce(x)",
        "y = x.sum()",
        "y = x.mean(axis=0)",
        "y = a @ b",
        "a @= b",
        "y = x ** 2",
        "y = sum(values)",
        "y = hash(name)",
        "for name in set(names): pass",
        "y = [f(n) for n in {a, b}]",
    ],
)
def test_the_lint_sees_each_forbidden_form(snippet: str) -> None:
    """The lint can fail: each forbidden form is found, once, on its line."""
    assert [found.partition(":")[0] for found in findings(f"\n{snippet}\n")] == ["2"]


@pytest.mark.parametrize(
    "snippet",
    [
        "import math",
        "y = np.sqrt(np.maximum(x, 0.0)) + np.floor(a / b)",
        "y = np.cumsum(x)",
        "y = math.fsum(x)",
        "count = sum(1 for v in x if v)",
        "size = sum(len(v) for v in x)",
        "count = sum(v is None for v in x)",
        "exact = sum(map(Fraction, x), Fraction())",
        "limit = 2**53",
        "for name in sorted(set(names)): pass",
    ],
)
def test_the_lint_lets_reproducible_forms_pass(snippet: str) -> None:
    """Plain arithmetic, ordered or exact sums and integer counting are allowed."""
    assert findings(snippet) == []
