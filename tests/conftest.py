"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from syrupy.assertion import SnapshotAssertion

from tests.support.golden import FOLDER, LEDGER, Golden, GoldenLedger
from tests.support.reference import REFERENCE, REQUIRED

# A change is judged by the same examples everywhere; the night looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.register_profile(
    "nightly", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("mutants", derandomize=True, deadline=None, max_examples=10, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    """Open the account of the golden files."""
    config.stash[LEDGER] = GoldenLedger(config)
    config.pluginmanager.register(config.stash[LEDGER], "golden-ledger")


@pytest.fixture
def golden(snapshot: SnapshotAssertion, request: pytest.FixtureRequest) -> Golden:
    """The golden files: `golden.check(case, tree)`, `golden.check_text(path, text)`."""
    config = request.config
    update = bool(config.option.update_snapshots)
    return Golden(snapshot, config.rootpath / FOLDER, config.stash[LEDGER], update=update)


@pytest.fixture(scope="session")
def reference() -> Path:
    """The reference cases beside the checkout; absent, the test is skipped, unless they are required."""
    if not REFERENCE.is_dir():
        reason = "no reference cases beside the checkout"
        if REQUIRED:
            pytest.fail(f"{reason}, and FLOWTIME_REQUIRE_REFERENCE is set")
        pytest.skip(reason)
    return REFERENCE
