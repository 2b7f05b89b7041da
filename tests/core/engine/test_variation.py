"""SEMANTICS 5.3: coefficients of variation and Kingman's wait, by hand-checked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from flowtime_core.engine.metrics import derive_metrics
from flowtime_core.engine.variation import distribution_cv, kingman_wait_ms, observed_cv
from flowtime_core.records.distribution import Distribution
from flowtime_core.records.series import FloatArray

NAN = math.nan


def _row(*values: float) -> FloatArray:
    return np.array(values, dtype=float)


def test_a_distribution_varies_by_its_probabilities() -> None:
    """SEMANTICS 5.3: {5, 15} evenly has mean 10 and sigma 5; {100: 1, 300: 3} (unscaled) has 250 and sqrt(7500)."""
    assert distribution_cv(Distribution(values=(5, 15), probabilities=(0.5, 0.5))) == 0.5
    assert distribution_cv(Distribution(values=(100, 300), probabilities=(1, 3))) == pytest.approx(
        math.sqrt(7500) / 250
    )


def test_a_series_varies_over_its_defined_bins() -> None:
    """SEMANTICS 5.3: 5 and 15 have population sigma 5 over mean 10; undefined bins do not count."""
    assert observed_cv(_row(5, NAN, 15)) == 0.5
    assert observed_cv(_row(-5, -15)) == 0.5
    assert observed_cv(_row(0.1, 0.1, 0.1)) == 0.0


@pytest.mark.parametrize("values", [(), (NAN,), (1, -1), (0, 0)])
def test_without_a_mean_there_is_no_variation(values: tuple[float, ...]) -> None:
    """SEMANTICS 5.3: null when mu = 0 or nothing is defined."""
    assert math.isnan(observed_cv(_row(*values)))


def test_kingman_wait_of_the_reference_vector() -> None:
    """SEMANTICS 5.3: rho 0.8, ca^2 = 0.25, cs^2 = 7500/62500, 125 ms: 4 x 0.185 x 125 = 92.5 ms."""
    wait = kingman_wait_ms(_row(0.8), _row(125), _row(0.5), _row(math.sqrt(7500) / 250))
    np.testing.assert_allclose(wait, [92.5])


def test_kingman_needs_a_load_between_0_and_1() -> None:
    """SEMANTICS 5.3: null at rho 0, 1, 1.2 (not negative) and where anything is null."""
    wait = kingman_wait_ms(_row(0, 1, 1.2, NAN, 0.5, 0.5), _row(1, 1, 1, 1, NAN, 6), _row(1), _row(1))
    np.testing.assert_array_equal(wait, [NAN, NAN, NAN, NAN, NAN, 6])


def test_kingman_is_a_metric_of_nodes_with_a_service_time() -> None:
    """SEMANTICS 5.3: 80 of 100 served at 250 ms each, ca = cs = 1: rho/(1-rho) = 4, 1000 ms."""
    roles = {
        "served": _row(80),
        "capacity": _row(100),
        "processingTimeMsSum": _row(20_000),
        "servedCount": _row(80),
        "arrivalsCv": _row(1),
        "processingTimeCv": _row(1),
    }
    assert derive_metrics("service", roles, 60_000.0)["kingmanWaitMs"] == pytest.approx(1000)
    assert "kingmanWaitMs" not in derive_metrics("queue", roles, 60_000.0)
