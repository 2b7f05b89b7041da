"""What a notebook calls (CONTRACT 8)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import flowtime_core as ft
from tests.support.desk import MODEL, TEMPLATE, write_templates

PLAIN = {
    "schemaVersion": 1,
    "grid": {"bins": 2, "binSize": 1, "binUnit": "hours"},
    "nodes": [{"id": "a", "kind": "const", "values": [1, 2]}],
    "outputs": [{"series": "*"}],
}


def test_a_template_runs_by_its_id(tmp_path: Path) -> None:
    """An id is looked up along the search path, parameters are bound."""
    run = ft.run("desk", parameters={"rate": 4}, templates_dir=write_templates(tmp_path))
    assert run.series["staff"].values.tolist() == [4, 4, 4]
    assert run.run_id.startswith("run_desk_")


def test_a_shipped_template_runs_by_its_id() -> None:
    """Nothing has to be set up for the templates that ship."""
    assert ft.run("order-system").state(bin=0).nodes


def test_a_model_runs_as_file_text_or_plain_values(tmp_path: Path) -> None:
    """The three forms mean one thing."""
    path = tmp_path / "model.yaml"
    path.write_text(MODEL, encoding="utf-8")
    runs = [ft.run(path), ft.run(str(path)), ft.run(MODEL)]
    assert {run.run_id for run in runs} == {runs[0].run_id}
    assert ft.run(PLAIN).series["a"].values.tolist() == [1, 2]


def test_equal_inputs_give_equal_runs() -> None:
    """Without an id of its own a run is named by its inputs."""
    assert ft.run(MODEL).run_id == ft.run(MODEL).run_id != ft.run(MODEL, seed=7).run_id
    assert ft.run(MODEL, run_id="mine").run_id == "mine"


def test_a_run_is_written_opened_and_verified(tmp_path: Path) -> None:
    """What is written is what is read, and a second writing of equal inputs keeps the first."""
    run = ft.run(MODEL)
    path = ft.write_run(run, tmp_path)
    assert path == tmp_path / run.run_id == ft.write_run(run, str(tmp_path))
    assert ft.write_run(run, tmp_path, overwrite=True) == path
    ft.verify(path)
    opened = ft.open_run(str(path))
    assert dict(opened.series) == dict(run.series)
    assert opened.stored.directory == str(path)


def test_a_changed_byte_is_named(tmp_path: Path) -> None:
    """Verification says which file is not as it was written."""
    path = ft.write_run(ft.run(MODEL), tmp_path)
    (path / "spec.yaml").write_text("x", encoding="utf-8")
    with pytest.raises(ft.VerificationError, match=r"spec\.yaml: changed"):
        ft.verify(path)


def test_a_document_is_validated_with_every_finding() -> None:
    """A good model has a plan and can be described; a bad one has findings and no plan."""
    good = ft.validate(MODEL)
    assert (good.ok, good.kind, good.source, good.findings) == (True, "model", "model", ())
    assert "queue" in good.describe()
    bad = ft.validate(MODEL.replace("MIN(demand, 15)", "MIN(demnad, 15)"))
    assert (bad.ok, [finding.code for finding in bad.findings]) == (False, ["unknown_series"])
    with pytest.raises(ft.DocumentInvalidError, match="is not a valid model"):
        bad.require()


def test_a_template_is_validated_with_its_parameters() -> None:
    """What a template lacks is found before it runs."""
    assert ft.validate(TEMPLATE, parameters={"rate": 1}).kind == "template"
    assert [finding.code for finding in ft.validate(TEMPLATE).findings] == ["missing_parameter"]


def test_a_name_that_is_nothing_is_not_found() -> None:
    """An unknown id and an unknown file are told apart by how they look."""
    for what, text in (("order-sytem", "did you mean 'order-system'"), ("nowhere.yaml", "mend the path")):
        with pytest.raises(ft.NotFoundError) as caught:
            ft.run(what)
        assert text in caught.value.hint


def test_a_batch_of_scenarios_is_evaluated_from_the_plan() -> None:
    """compile_model, simulate and evaluate_batch are part of the face."""
    plan = ft.validate(MODEL).require()
    assert ft.simulate(plan).values("staff").tolist() == [10, 15, 15, 15]
    batch = ft.evaluate_batch(plan, {"demand": [1.0, 2.0]})  # type: ignore[dict-item]
    assert (batch.scenarios, batch.values("staff", 1).tolist()) == (2, [2, 2, 2, 2])


def test_a_bundle_takes_its_provenance_in_any_form(tmp_path: Path) -> None:
    """A path, a JSON text and plain values say the same of a model, which says nothing else of where it comes from."""
    capture = ft.capture(ft.run(MODEL))
    known = {"templateId": "made", "templateVersion": "3.0.0"}
    file = tmp_path / "provenance.json"
    file.write_text(json.dumps(known), encoding="utf-8")
    runs = [ft.bundle(capture, MODEL, given) for given in (known, file, str(file), json.dumps(known))]
    assert {(run.stored.template_id, run.stored.template_version) for run in runs} == {("made", "3.0.0")}
    assert len({run.run_id for run in runs}) == 1
    assert ft.bundle(capture, MODEL).stored.template_id != "made"
