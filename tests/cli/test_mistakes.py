"""What a person reads who made a mistake: each message says where it is, what is wrong and how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from attrs import field, frozen
from click.testing import CliRunner

from flowtime_cli.main import cli
from tests.support.desk import MODEL, TEMPLATE
from tests.support.golden import Golden

RATE: Final = ("-p", "rate=4")


@frozen
class Mistake:
    """A document with one fault: ``old`` becomes ``new``; ``options`` follow the file on the command line."""

    name: str
    text: str
    old: str = ""
    new: str = ""
    options: tuple[str, ...] = field(default=(), kw_only=True)
    code: int = field(default=3, kw_only=True)


MISTAKES: Final = (
    # references
    Mistake("typo-in-reference", MODEL, "MIN(demand, 15)", "MIN(demnad, 15)"),
    Mistake("typo-in-role", MODEL, "arrivals: Desk.served", "arrivals: Desk.srved"),
    Mistake("typo-in-role-key", TEMPLATE, "{arrivals: calls", "{arivals: calls", options=RATE),
    Mistake("typo-in-function", MODEL, "MIN(demand, 15)", "MINN(demand, 15)"),
    Mistake("typo-in-key", MODEL, "kind: pmf, pmf:", "kind: pmf, pnf:"),
    Mistake("role-names-no-series", MODEL, "{arrivals: demand,", "{arrivals: demands,"),
    Mistake("edge-to-unknown-node", MODEL, "to: Exit", "to: Exti"),
    Mistake("duplicate-id", MODEL, "id: smooth", "id: staff"),
    Mistake("unknown-kind", MODEL, "kind: pmf", "kind: pmff"),
    # parameters
    Mistake("unknown-parameter", TEMPLATE, options=(*RATE, "-p", "bin=5")),
    Mistake("missing-parameter", TEMPLATE),
    Mistake("parameter-type", TEMPLATE, options=(*RATE, "-p", "bins=many")),
    Mistake("parameter-out-of-range", TEMPLATE, options=(*RATE, "-p", "bins=99")),
    Mistake("parameter-not-in-enum", TEMPLATE, options=(*RATE, "-p", "shape=flatt")),
    Mistake("array-does-not-fit-grid", TEMPLATE, options=(*RATE, "-p", "demand=[1, 2]")),
    Mistake("undeclared-placeholder", TEMPLATE, "${rate} * 1", "${rte} * 1", options=RATE),
    Mistake("default-breaks-its-rules", TEMPLATE, "default: 3, min: 2", "default: 1, min: 2", options=RATE),
    Mistake("two-at-once", TEMPLATE, options=("-p", "bins=99", "-p", "bin=5")),
    # values
    Mistake("const-too-short", MODEL, "[10, 20, 30, 20]", "[10, 20, 30]"),
    Mistake("const-not-a-number", MODEL, "[10, 20, 30, 20]", "[10, twenty, 30, 20]"),
    Mistake("profile-on-const", MODEL, "values: [10, 20, 30, 20]", "values: 10, profile: {name: weekday-office}"),
    Mistake("pmf-lengths", MODEL, "probabilities: [0.5, 0.5]", "probabilities: [0.5, 0.3, 0.2]"),
    Mistake("pmf-sum", MODEL, "probabilities: [0.5, 0.5]", "probabilities: [0, 0]"),
    Mistake("bad-grid-unit", MODEL, "binUnit: minutes", "binUnit: minuts"),
    Mistake("no-bins", MODEL, "bins: 4, ", ""),
    Mistake("schema-version", MODEL, "schemaVersion: 1", "schemaVersion: 3"),
    Mistake("self-on-a-service", MODEL, "kind: queue", "kind: service"),
    # expressions
    Mistake("cycle", MODEL, "MIN(demand, 15)", 'smooth + 1"}\n  - {id: loop, kind: expr, expr: "loop * 2'),
    Mistake("whole-series-in-a-loop", MODEL, "MIN(demand, 15)", "MEAN(SHIFT(Desk.queueDepth, 1))"),
    Mistake("lag-is-a-series", MODEL, "SHIFT(demand, 1)", "SHIFT(demand, size)"),
    Mistake("unclosed-parenthesis", MODEL, "MIN(demand, 15)", "MIN(demand, 15"),
    Mistake("wrong-arity", MODEL, "SHIFT(demand, 1)", "SHIFT(demand)"),
    # yaml
    Mistake("yaml-tab", MODEL, "  - {id: demand", "\t- {id: demand"),
    Mistake("yaml-unclosed-quote", MODEL, 'series: "*"', 'series: "*'),
    Mistake("yaml-duplicate-key", MODEL, "outputs:", "nodes: []\noutputs:"),
    Mistake("yaml-anchor", MODEL, "id: demand, kind: const", "id: &a demand, kind: const"),
    Mistake("yaml-tag", MODEL, "values: [10, 20, 30, 20]", "values: !!python/object:x [10]"),
    Mistake("yaml-colon-in-text", MODEL, 'expr: "MIN(demand, 15)"', "expr: a: b"),
    # files
    Mistake("missing-source", MODEL, "values: [10, 20, 30, 20]", 'source: "file:demand.csv"'),
    Mistake("empty-document", ""),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_named_with_its_place_and_its_fix(
    mistake: Mistake, golden: Golden, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake ends with exit code 3, nothing on standard output, and a message that names the line or the option."""
    monkeypatch.chdir(tmp_path)
    assert mistake.old in mistake.text
    Path("model.yaml").write_text(mistake.text.replace(mistake.old, mistake.new, 1), encoding="utf-8")
    result = CliRunner().invoke(cli, ["validate", "model.yaml", *mistake.options])
    assert (result.exit_code, result.stdout) == (mistake.code, "")
    assert "model.yaml:" in result.stderr or "-p " in result.stderr
    golden.check_text(f"cli/mistakes/{mistake.name}.txt", result.stderr)
