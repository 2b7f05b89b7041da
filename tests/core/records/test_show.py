"""How records show themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest

import flowtime_core as ft
from flowtime_core.records.series import Series
from flowtime_core.records.show import counted, html_table, listed, short_number
from tests.support.desk import MODEL, TEMPLATE

RUN = ft.run(MODEL)


def test_words_are_counted() -> None:
    """One is one; of what there is none nothing is said."""
    assert (counted(1, "node"), counted(0, "node"), counted(2, "edge")) == ("1 node", "0 nodes", "2 edges")
    assert listed((2, "node"), (0, "edge"), (1, "warning")) == "2 nodes, 1 warning"


def test_numbers_are_short() -> None:
    """Six digits at most, and nothing for nothing."""
    assert list(map(short_number, (1.0, 1 / 3, 1234567.0, math.nan, None))) == ["1", "0.333333", "1.23457e+06", "", ""]


def test_every_text_of_a_table_is_escaped() -> None:
    """A name in a model cannot become part of a notebook page."""
    evil = "<script>alert(1)</script>"
    made = html_table(evil, [evil], [[evil]])
    assert "<script" not in made
    assert made.count("&lt;script&gt;") == 3


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (RUN.series["served@Desk"], "<Series served@Desk@DEFAULT [entities/bin]: 4 bins, 10 to 15>"),
        (
            Series(id="a@A@DEFAULT", unit="", kind="state", values=np.array([np.nan])),
            "<Series a@A@DEFAULT: 1 bin, undefined>",
        ),
        (RUN.state(1), f"<StateSnapshot {RUN.run_id}: bin 1, 2 nodes, 1 edge>"),
        (RUN.window(0, 3), f"<StateWindow {RUN.run_id}: bins 0 to 3, 2 nodes, 1 edge, 3 warnings>"),
        (RUN.window(0, 3, step=2), f"<StateWindow {RUN.run_id}: bins 0 to 3 by 2, 2 nodes, 1 edge, 3 warnings>"),
        (RUN.graph(), "<Graph: 2 nodes, 1 edge>"),
        (RUN.model, "<Model adhoc-model: 4 x 15 minutes, 4 series nodes, 2 topology nodes, 1 edge>"),
        (
            ft.run(TEMPLATE, parameters={"rate": 2}).model,
            "<Model desk: 3 x 1 hours, 2 series nodes, 1 topology node>",
        ),
        (ft.capture(RUN), f"<Capture of {RUN.run_id}: 6 files, 24 rows>"),
        (RUN.series, "<8 series: demand, staff, size, ...>"),
    ],
)
def test_what_a_notebook_shows_is_one_line(record: object, line: str) -> None:
    """Who it is and how much there is of it, whatever its size."""
    assert repr(record) == line


def test_some_show_a_small_table_too() -> None:
    """With a row per node, or the range of a series; names are escaped."""
    evil = MODEL.replace("Exit", "Exit_1").replace("id: leave", 'id: "a<b"')
    run = ft.run(evil)
    assert "<td>10</td><td>15</td>" in run.series["served@Desk"]._repr_html_()
    assert "<tr><td>Desk</td><td>queue</td><td>20</td>" in run.state(1)._repr_html_()
    window = run.window(0, 3)._repr_html_()
    assert "highest values" in window
    assert "<td>Desk</td><td>queue</td><td>30</td>" in window
    assert "<td>Desk</td><td>queue</td><td>Exit_1</td>" in run.graph()._repr_html_()
    assert "a<b" not in "".join((run.graph()._repr_html_(), window, run._repr_html_()))
