"""The answer to a model that was sent to be run."""

from __future__ import annotations

from pathlib import Path

from attrs import evolve

from flowtime_core.codec.created import created_to_plain
from flowtime_core.codec.run_answer import run_answer_to_plain
from flowtime_core.records.run import RunRequest, Submission
from flowtime_core.shell.create import create_run
from flowtime_core.shell.library import Library
from flowtime_core.shell.workspace import Workspace
from tests.support.desk import MOMENT, NO_TOPOLOGY


def test_older_clients_find_the_values_of_the_declared_series(tmp_path: Path) -> None:
    """Beside what every answer about a run says."""
    request = RunRequest(document=Submission(text=NO_TOPOLOGY), run_id="mine")
    created = create_run(request, library=Library(()), workspace=Workspace(tmp_path), created=MOMENT)
    plain = run_answer_to_plain(created)
    assert plain["series"] == {"a": [0, 2], "b": [0, 0.5]}
    assert (plain["order"], plain["runId"]) == (["a", "b"], "mine")
    assert plain.items() >= created_to_plain(created).items()
    planned = evolve(created, stored=None)
    assert run_answer_to_plain(planned) == created_to_plain(planned)
