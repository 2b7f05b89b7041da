"""The templates that ship: they keep the laws on any grid, and tell the story that their narratives promise."""

from __future__ import annotations

from functools import cache
from math import fsum

import numpy as np
import pytest

import flowtime_core as ft
from flowtime_core.records.series import FloatArray
from flowtime_core.records.topology import QUEUE_KINDS

TEMPLATES = ("order-system", "microservices", "http-service")
GRIDS: tuple[dict[str, str | float], ...] = (
    {},
    {"bins": 24, "binSize": 60},
    {"bins": 97, "binSize": 15},
    {"bins": 576},
)
VARIATIONS: tuple[tuple[str, dict[str, str | float]], ...] = (
    ("order-system", {"clerks": 21}),
    ("order-system", {"demandProfile": "hub-rush-hour", "cancelRate": 1}),
    ("microservices", {"coupling": 0}),
    ("microservices", {"timeoutShare": 1, "databaseCapacity": 6000}),
    ("http-service", {"acceptQueue": 0, "workers": 1}),
    ("http-service", {"demandProfile": "three-shift", "overloadErrorRate": 0.5}),
)


@cache
def run_of(template_id: str, **parameters: str | float) -> ft.Run:
    """A run, evaluated once for all tests."""
    return ft.run(template_id, parameters=dict(parameters))


def values(run: ft.Run, name: str) -> FloatArray:
    """The values of a series by any of its names, 0 where the run has none."""
    return run.series[name].values if name in run.series else np.zeros(run.model.grid.bins)


def complaints(run: ft.Run) -> list[str]:
    """What is told of a run, remarks aside."""
    return [str(warning) for warning in run.warnings if warning.severity != "info"]


def bins_where(condition: np.ndarray) -> tuple[int, int]:
    """The first and last bin in which a condition holds."""
    found = np.flatnonzero(condition)
    return int(found[0]), int(found[-1])


def colours(run: ft.Run, node_id: str) -> tuple[str, ...]:
    """The colour of a node in every bin."""
    window = run.window(0, run.model.grid.bins - 1)
    return next(node.colours for node in window.nodes if node.id == node_id)


def derived(run: ft.Run, node_id: str, metric: str) -> FloatArray:
    """A derived metric of a node in every bin."""
    window = run.window(0, run.model.grid.bins - 1)
    return next(node.derived[metric] for node in window.nodes if node.id == node_id)


CASES = [*((name, grid) for name in TEMPLATES for grid in GRIDS), *VARIATIONS]


@pytest.mark.parametrize(("template_id", "parameters"), CASES)
def test_work_is_conserved_and_nothing_warns(template_id: str, parameters: dict[str, str | float]) -> None:
    """At a derived server depth, served and overflow are what was there less what was lost, to the bit (4.3a, 4.5)."""
    run = run_of(template_id, **parameters)
    assert complaints(run) == []
    servers = [node for node in run.model.topology.nodes if f"queueDepth@{node.id}" in run.series]
    assert servers
    assert all(node.kind in QUEUE_KINDS for node in servers)
    for node in servers:
        depth, overflow = values(run, f"queueDepth@{node.id}"), values(run, f"overflow@{node.id}")
        before = np.concatenate([[node.initial_depth or 0.0], depth[:-1]])
        available = (before + values(run, f"{node.id}.arrivals")) - values(run, f"{node.id}.errors")
        assert np.array_equal(available - values(run, f"served@{node.id}"), depth + overflow)
        assert (depth >= 0).all()


def test_whole_orders_and_requests_are_conserved_exactly() -> None:
    """Orders and requests are whole: what arrived in a day is served, lost, turned away or waits, exactly."""
    order, http = run_of("order-system"), run_of("http-service")
    arrived, served = fsum(values(order, "new_orders")), fsum(values(order, "served@OrderService"))
    assert arrived == served + fsum(values(order, "cancelled_orders")) + values(order, "queueDepth@OrderService")[-1]
    assert (arrived, served) == (17280.0, 17019.0)
    turned_away = values(http, "queueDepth@Rejected")[-1]
    assert fsum(values(http, "requests")) == fsum(values(http, "served@HttpService")) + turned_away


def test_every_order_is_accounted_for() -> None:
    """Paid, given up or on its way back: nothing that reaches payment disappears."""
    run = run_of("order-system")
    failed, back = values(run, "failed_payments"), values(run, "payment_retries")
    on_the_way = fsum(0.9 * failed) - fsum(back)
    ended = fsum(values(run, "paid_orders")) + fsum(values(run, "given_up_payments"))
    assert fsum(values(run, "served@OrderService")) == pytest.approx(ended + on_the_way, rel=1e-12)
    packed = fsum(values(run, "served@Delivered")) + values(run, "queueDepth@PackingQueue")[-1]
    assert fsum(values(run, "paid_orders")) + 480 == pytest.approx(packed, rel=1e-12)


def test_the_backlog_of_orders_peaks_between_one_and_two_and_has_drained_by_half_past_five() -> None:
    """order-system: the surge fills the queue from nine o'clock on, the evening empties it."""
    depth = values(run_of("order-system"), "queueDepth@OrderService")
    assert bins_where(depth > 0) == (108, 207)
    assert bins_where(depth == depth.max()) == (155, 167)
    assert depth.max() == 532
    assert derived(run_of("order-system"), "OrderService", "latencyMinutes").max() == pytest.approx(532 / 102 * 5)
    day = colours(run_of("order-system"), "OrderService")
    assert {day[48], day[96], day[144], day[240]} == {"green", "yellow", "red"}


def test_retries_amplify_the_load_of_payment() -> None:
    """order-system: a service slightly too small gets 139 attempts for 102 new payments, dead letters pile up."""
    run = run_of("order-system")
    attempts, new = values(run, "payment_attempts"), values(run, "served@OrderService")
    assert round(attempts[200]) == 139
    assert new[200] == 102
    assert attempts[60] / new[60] < 1.06
    letters = values(run, "queueDepth@PaymentDeadLetters")
    assert 160 < letters.max() < 165
    assert letters[-1] < 25


def test_packing_opens_with_the_night_and_is_up_to_date_by_two() -> None:
    """order-system: the packing queue is gray while closed, red in the morning, green in the afternoon."""
    run = run_of("order-system")
    assert int(values(run, "queueDepth@PackingQueue").argmax()) == 71
    assert values(run, "queueDepth@PackingQueue")[168] == 0
    day = colours(run, "PackingQueue")
    assert (day[0], day[72], day[168], day[287]) == ("gray", "red", "green", "gray")


def test_more_clerks_move_the_problem_to_payment() -> None:
    """order-system: without a backlog of orders payment gets the whole surge, and four times as many dead letters."""
    default, staffed = run_of("order-system"), run_of("order-system", clerks=21)
    assert values(staffed, "queueDepth@OrderService").max() == 0
    letters = [values(run, "queueDepth@PaymentDeadLetters").max() for run in (default, staffed)]
    assert letters[1] > 4 * letters[0]


def test_one_slow_database_turns_its_callers_red_together() -> None:
    """microservices: four services are red at half past four and green again at seven; in the morning none is."""
    run = run_of("microservices")
    callers = ("AuthService", "OrderService", "PaymentService", "InventoryService")
    assert {colours(run, name)[99] for name in callers} == {"red"}
    assert {colours(run, name)[114] for name in callers} == {"green"}
    assert {colours(run, name)[51] for name in callers} == {"green"}
    assert bins_where(values(run, "auth_rejected") > 0) == (98, 108)
    depth = values(run, "queueDepth@DatabasePool")
    assert bins_where(depth > 0) == (96, 110)
    assert 10_000 < depth[100:108].min() < depth.max() < 11_000


def test_uncoupled_callers_flood_the_database() -> None:
    """microservices: without backpressure nobody is red but the database, and three times as many calls wait."""
    coupled, apart = run_of("microservices"), run_of("microservices", coupling=0)
    assert fsum(values(apart, "auth_rejected")) == 0
    assert "red" not in colours(apart, "OrderService")
    depths = [values(run, "queueDepth@DatabasePool").max() for run in (coupled, apart)]
    assert 2.5 < depths[1] / depths[0] < 3.5


def test_a_short_queue_turns_away_and_a_long_one_makes_wait() -> None:
    """http-service: a minute of waiting and 20,182 rejections, or none of them and a quarter of an hour."""
    short, long = run_of("http-service"), run_of("http-service", acceptQueue=30000)
    assert bins_where(values(short, "overflow@HttpService") > 0) == (41, 52)
    assert values(short, "queueDepth@Rejected")[-1] == 20182
    assert derived(short, "HttpService", "latencyMinutes").max() < 1.1
    assert values(long, "queueDepth@Rejected")[-1] == 0
    assert 14 < derived(long, "HttpService", "latencyMinutes").max() < 16


def test_the_edges_of_microservices_carry_what_its_expressions_say() -> None:
    """microservices: effort edges sum to the calls of the database, throughput edges to the requests (4.9)."""
    run = run_of("microservices", browseWeight=4, orderWeight=2)
    callers = ("auth", "catalog", "order", "inventory", "payment")
    carried = [values(run, f"edge_{name}-calls_flowVolume") for name in callers]
    assert sum(carried) == pytest.approx(values(run, "database_calls"))
    assert values(run, "edge_auth-to-orders_flowVolume") == pytest.approx(values(run, "order_requests"))
    assert values(run, "edge_auth-to-catalog_flowVolume") == pytest.approx(values(run, "catalog_requests"))
