"""Which series becomes which file (CONTRACT 4, register C7, C9)."""

from __future__ import annotations

from flowtime_core.artifacts.stored_run import read_stored_run
from flowtime_core.records.file_tree import FileTree
from flowtime_core.records.model import Output
from flowtime_core.telemetry.binding import bind_run
from flowtime_core.telemetry.file_names import FileNames
from tests.support.captures import run_tree


def paths(tree: FileTree) -> dict[tuple[str, str, str], str]:
    """The file of each node, metric and class."""
    bindings = bind_run(read_stored_run(tree))
    return {(one.node, one.metric, one.flow_class): one.path for one in bindings}


def test_every_mapped_metric() -> None:
    """Each role that reads a series has a file, in topology order; a number has none."""
    assert paths(run_tree()) == {
        ("Desk", "arrivals", "DEFAULT"): "Desk_arrivals.csv",
        ("Desk", "served", "DEFAULT"): "Desk_served.csv",
        ("Desk", "queueDepth", "DEFAULT"): "Desk_queuedepth.csv",
        ("Door", "arrivals", "DEFAULT"): "Door_arrivals.csv",
    }


def test_aliases() -> None:
    """An output's name is used once; where a second metric wants it, the metric has its own."""
    outputs = [
        Output(series="*"),
        Output(series="Demand", file_name="in/orders"),
        Output(series="done", file_name="first.csv"),
        Output(series="done@DONE@DEFAULT", file_name="Finished.CSV"),
        Output(series="nothing", file_name="nothing.csv"),
    ]
    found = paths(run_tree(outputs=outputs))
    assert found["Desk", "arrivals", "DEFAULT"] == "in/orders.csv"
    assert found["Door", "arrivals", "DEFAULT"] == "Door_arrivals.csv"
    assert found["Desk", "served", "DEFAULT"] == "Finished.csv"


def test_classes() -> None:
    """Each class of a series has a file of its own beside the total, in the order of declaration."""
    found = paths(run_tree(classes=("vip", "basic")))
    assert [path for key, path in found.items() if key[:2] == ("Door", "arrivals")] == [
        "Door_arrivals.csv",
        "Door_arrivals_vip.csv",
        "Door_arrivals_basic.csv",
    ]


def test_without_topology_the_outputs_tell() -> None:
    """A run without topology is bound by the names of its output files."""
    outputs = [Output(series="demand", file_name="Desk_queue_depth.csv"), Output(series="done", file_name="x.csv")]
    assert paths(run_tree(outputs=outputs, with_topology=False)) == {
        ("Desk", "queueDepth", "DEFAULT"): "Desk_queue_depth.csv"
    }
    bare = [Output(series="demand", file_name="_arrivals.csv")]
    assert paths(run_tree(outputs=bare, with_topology=False)) == {}


def test_names_are_apart_on_every_file_system() -> None:
    """No two names differ in letter case only, none is a folder of another, none leaves the directory."""
    names = FileNames()
    assert names.take("A.csv", "x") == "A.csv"
    assert names.take("a.csv", "b_served.csv") == "b_served.csv"
    assert names.take("", "B_served.csv").startswith("B_served.")
    assert names.take("A.csv/x", "c.csv") == "c.csv"
    assert names.take("d.csv/x", "e") == "d.csv/x.csv"
    assert names.take("d", "f") == "f.csv"
    assert names.take("../up", "g") == "g.csv"
    assert names.take("odd ü name.csv", "h") == "odd___name.csv"
    assert len(names.take("i" * 300, "j")) == 204
