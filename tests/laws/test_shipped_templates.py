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


@pytest.mark.parametrize(
    ("template_id", "parameters"),
    [
        ("parcel-hub", {}),
        ("parcel-hub", {"bins": 24}),
        ("parcel-hub", {"bins": 300, "maxAttempts": 1, "dockSpace": 0}),
        ("support-desk", {}),
        ("support-desk", {"bins": 24, "binSize": 60}),
        ("support-desk", {"specialistTickets": 0, "premiumRate": 0}),
    ],
)
def test_the_templates_of_constructs_never_warn(template_id: str, parameters: dict[str, str | float]) -> None:
    """Dispatch, limits, retries, routers, classes and constraints trip no invariant on any of these settings."""
    assert complaints(run_of(template_id, **parameters)) == []


def test_every_parcel_is_somewhere() -> None:
    """parcel-hub: what came in has been delivered, returned, is in a queue, on the road, or comes back tomorrow."""
    run = run_of("parcel-hub")
    ended = fsum(values(run, "delivered_parcels")) + fsum(values(run, "served@Yard"))
    ended += fsum(values(run, "exhaustedFailures@Vans"))
    waiting = sum(values(run, f"queueDepth@{node}")[-1] for node in ("Dock", "Yard", "Vans"))
    on_the_road = values(run, "edge_road_inTransit@EDGE_ROAD_INTRANSIT")[-1]
    missed = fsum(values(run, "nobody_home")) - fsum(values(run, "exhaustedFailures@Vans"))
    tomorrow = missed - fsum(values(run, "retryEcho@Vans"))
    arrived = fsum(values(run, "parcels"))
    assert arrived == pytest.approx(ended + waiting + on_the_road + tomorrow, rel=1e-12)


def test_trucks_leave_on_schedule_and_the_dock_overflows_in_the_evening() -> None:
    """parcel-hub: a truck every four hours from two o'clock on; the yard is fullest at five in the afternoon."""
    run = run_of("parcel-hub")
    assert np.flatnonzero(values(run, "served@Dock")).tolist() == list(range(2, 120, 4))
    assert values(run, "queueDepth@Dock").max() == 1100
    assert (values(run, "queueDepth@Yard").max(), values(run, "queueDepth@Yard")[:24].argmax()) == (132, 17)


def test_a_parcel_goes_back_after_its_third_attempt() -> None:
    """parcel-hub: nothing is given up before the third day, and each round of misses is a smaller one."""
    given_up = values(run_of("parcel-hub"), "exhaustedFailures@Vans")
    assert bins_where(given_up > 0)[0] == 2 * 24 + 8


def test_desks_that_share_specialists_wait_equally_long() -> None:
    """support-desk: 450 tickets wait at a quarter to five, and a premium ticket waits as long as any other."""
    run = run_of("support-desk")
    limited = values(run, "limited@specialists")
    assert bins_where(limited > 0) == (33, 86)
    premium, standard = values(run, "queueDepth@PremiumDesk"), values(run, "queueDepth@StandardDesk")
    assert (premium + standard).argmax() == 16 * 4 + 3
    assert (premium + standard).max() == pytest.approx(450, abs=1)
    both = limited[40:86] > 0
    waits = [derived(run, node, "latencyMinutes")[40:86][both] for node in ("PremiumDesk", "StandardDesk")]
    assert waits[0] == pytest.approx(waits[1], rel=1e-9)
    assert max(waits[0]) == pytest.approx(118.6, abs=1)
    assert colours(run, "PremiumDesk").count("red") == 36
    assert set(colours(run, "StandardDesk")) <= {"green", "gray"}


def test_premium_tickets_are_a_fifth_and_have_a_desk_of_their_own() -> None:
    """support-desk: the router gives each desk its class, and the classes of what is closed add up to it."""
    run = run_of("support-desk")
    total = run.series["closed_tickets"].values
    premium = run.series["closed_tickets@CLOSED_TICKETS@premium"].values
    standard = run.series["closed_tickets@CLOSED_TICKETS@standard"].values
    assert premium + standard == pytest.approx(total, rel=1e-9)
    assert run.series["premium_tickets"].values == pytest.approx(run.series["tickets"].values / 5, rel=1e-12)
    assert "premium_tickets@PREMIUM_TICKETS@standard" not in run.series
