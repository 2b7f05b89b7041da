"""Names and ids."""

from __future__ import annotations

import pytest

from flowtime_core.records.ids import SeriesId, short_name


@pytest.mark.parametrize(
    ("series_id", "name"),
    [
        (SeriesId.of_node("orders").text, "orders"),
        (SeriesId(name="served", component="Desk").text, "served@Desk"),
        (SeriesId(name="orders", component="ORDERS", flow_class="gold").text, "orders@ORDERS@gold"),
        ("odd", "odd"),
    ],
)
def test_a_short_name_leaves_out_what_is_understood(series_id: str, name: str) -> None:
    """The component of a declared node and the class of totals go without saying."""
    assert short_name(series_id) == name
