"""Gap configurations: what they mean, and every mistake with its place and fix (CONTRACT 4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flowtime_core.codec.gap_configuration import (
    decode_gap_configuration,
    gap_configuration_from_document,
    gap_configuration_to_plain,
)
from flowtime_core.codec.json import decode_json, encode_json
from flowtime_core.codec.schema import schema_findings
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.records.diagnostic import BinRange
from flowtime_core.records.document import Document
from flowtime_core.records.telemetry import (
    BinsBetween,
    BinSelector,
    BinSpans,
    EveryBins,
    GapConfiguration,
    GapRule,
    RandomBins,
)
from tests.support.documents import shown

FULL = """\
schemaVersion: 1
seed: 7
rules:
  - nodes: [OrderService, "Pay*"]
    metrics: [arrivals, QUEUEDEPTH, queue]
    bins: ["10-19", 4, 3, "15 - 25"]
    action: remove
    reason: collector restart
  - nodes: Sink
    metrics: external_demand
    bins: {every: 12, offset: 3, length: 2}
    action: ZERO
  - bins: {fraction: 0.05}
    action: nan
  - bins: {from: "2025-03-03T06:00:00Z", to: "2025-03-03T07:00:00Z"}
    action: truncate
  - bins: {to: "2025-03-03T07:00:00Z"}
    action: zero
"""
CONFIGURATION = GapConfiguration(
    seed=7,
    rules=(
        GapRule(
            nodes=("OrderService", "Pay*"),
            metrics=("arrivals", "queueDepth"),
            bins=BinSpans(spans=(BinRange(3, 4), BinRange(10, 25))),
            action="remove",
            reason="collector restart",
        ),
        GapRule(
            nodes=("Sink",),
            metrics=("externalDemand",),
            bins=EveryBins(every=12, offset=3, length=2),
            action="zero",
        ),
        GapRule(bins=RandomBins(fraction=0.05), action="nan"),
        GapRule(
            bins=BinsBetween(start=datetime(2025, 3, 3, 6, tzinfo=UTC), end=datetime(2025, 3, 3, 7, tzinfo=UTC)),
            action="truncate",
        ),
        GapRule(bins=BinsBetween(end=datetime(2025, 3, 3, 7, tzinfo=UTC)), action="zero"),
    ),
)


def findings(text: str) -> list[str]:
    """What is wrong with a configuration."""
    reading = gap_configuration_from_document(read_yaml(text, source="gaps.yaml"))
    assert reading.configuration is None or not reading.findings or "unknown_key" in str(reading.findings)
    return shown(reading.findings)


def rule(text: str) -> str:
    """A configuration with one rule in flow style."""
    return f"rules:\n  - {{{text}}}\n"


def test_every_form_is_read() -> None:
    """Globs, roles in any spelling, and all four selectors; ranges are merged."""
    assert decode_gap_configuration(FULL, source="gaps.yaml") == CONFIGURATION


def test_written_and_read_back() -> None:
    """The one spelling keeps its schema and reads back as the same configuration, as JSON too."""
    plain = gap_configuration_to_plain(CONFIGURATION)
    assert schema_findings("gap-config", Document(source="", plain=plain)) == ()
    assert decode_gap_configuration(encode_json(plain), source="gaps.json") == CONFIGURATION
    assert gap_configuration_to_plain(GapConfiguration()) == {"schemaVersion": 1, "seed": 0, "rules": []}


def test_the_schema_accepts_what_the_reader_accepts() -> None:
    """The published schema accepts the configuration as people write it."""
    assert schema_findings("gap-config", read_yaml(FULL, source="gaps.yaml")) == ()


@pytest.mark.parametrize(
    ("bins", "selector"),
    [
        ("3", BinSpans(spans=(BinRange(3, 3),))),
        ('"3-5"', BinSpans(spans=(BinRange(3, 5),))),
        ("[5, 3, 4]", BinSpans(spans=(BinRange(3, 5),))),
        ("[0, 2]", BinSpans(spans=(BinRange(0, 0), BinRange(2, 2)))),
        ("{every: 2}", EveryBins(every=2)),
        ("{from: 2025-01-01}", BinsBetween(start=datetime(2025, 1, 1, tzinfo=UTC))),
    ],
)
def test_bins(bins: str, selector: BinSelector) -> None:
    """A single bin or range needs no list; ranges are sorted and merged."""
    assert decode_gap_configuration(rule(f"bins: {bins}, action: nan"), source="g").rules[0].bins == selector


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "schema_violation : the gap configuration is a list of 0, expected a mapping"),
        ("seed: 1", "schema_violation : the gap configuration has no rules"),
        (
            "{schemaVersion: 2, rules: []}",
            "schema_violation /schemaVersion: schemaVersion of the gap configuration is 2",
        ),
        ("{rules: [], seed: x}", "schema_violation /seed: seed of the gap configuration is the text 'x'"),
        ("{rules: [], sede: 1}", "unknown_key /sede: the gap configuration has the unknown key 'sede'"),
        (rule("action: nan"), "schema_violation /rules/0: rule 1 has no bins (write a list as in"),
        (rule("bins: [1]"), "schema_violation /rules/0: rule 1 has no action (write one of zero, nan,"),
        (
            rule("bins: [1], action: drop"),
            "schema_violation /rules/0/action: action of rule 1 is 'drop', expected one of",
        ),
        (rule("bins: [], action: nan"), "schema_violation /rules/0/bins: bins of rule 1 is empty"),
        (rule("bins: true, action: nan"), "schema_violation /rules/0/bins: bins of rule 1 is true, expected a list"),
        (rule("bins: [-1], action: nan"), "schema_violation /rules/0/bins/0: bins[0] of rule 1 is the number -1"),
        (rule('bins: ["9-3"], action: nan'), "schema_violation /rules/0/bins/0: bins[0] of rule 1 is the text '9-3'"),
        (rule("bins: [x], action: nan"), "schema_violation /rules/0/bins/0: bins[0] of rule 1 is the text 'x'"),
        (rule("bins: {}, action: nan"), "schema_violation /rules/0/bins: bins of rule 1 says neither every nor"),
        (
            rule("bins: {every: 2, from: x}, action: nan"),
            "schema_violation /rules/0/bins: bins of rule 1 says every and",
        ),
        (rule("bins: {every: 0}, action: nan"), "schema_violation /rules/0/bins/every: every of bins of rule 1 is 0"),
        (
            rule("bins: {fraction: 2}, action: nan"),
            "schema_violation /rules/0/bins/fraction: fraction of bins of rule 1",
        ),
        (
            rule("bins: {fraction: x}, action: nan"),
            "schema_violation /rules/0/bins/fraction: fraction of bins of rule 1",
        ),
        (rule("bins: {from: x}, action: nan"), "schema_violation /rules/0/bins/from: from of bins of rule 1 is 'x'"),
        (
            rule('bins: {from: "2025-01-01T00:00:00+02:00"}, action: nan'),
            "schema_violation /rules/0/bins/from: from of bins of rule 1 is '2025-01-01T00:00:00+02:00', expected UTC",
        ),
        (
            rule("bins: {from: 2025-01-02, to: 2025-01-01}, action: nan"),
            "schema_violation /rules/0/bins/from: from of bins of rule 1 is 2025-01-02T00:00:00Z, expected",
        ),
        (
            rule("bins: [1], action: nan, metrics: [arivals]"),
            "schema_violation /rules/0/metrics/0: metric 'arivals' of rule 1 does not exist",
        ),
        (rule("bins: [1], action: nan, nodes: [1]"), "schema_violation /rules/0/nodes: nodes of rule 1 is a list of 1"),
        (rule("bins: {every: 2, lenght: 1}, action: nan"), "unknown_key /rules/0/bins/lenght: bins of rule 1 has the"),
    ],
)
def test_mistakes(text: str, expected: str) -> None:
    """Each mistake is one finding that says where, what and what to do."""
    (finding,) = findings(text)
    assert finding.startswith(expected)


def test_all_mistakes_at_once() -> None:
    """Every finding of a file is reported together, with line and column."""
    text = "rules:\n  - bins: [x]\n    action: drop\n  - action: nan\n"
    with pytest.raises(DocumentInvalidError, match=r"gaps.yaml is not a valid gap configuration") as caught:
        decode_gap_configuration(text, source="gaps.yaml")
    places = [str(finding.location) for finding in caught.value.findings]
    assert places == ["gaps.yaml:2:12", "gaps.yaml:3:13", "gaps.yaml:4:5"]


def test_json() -> None:
    """JSON is read by the same reader."""
    document = decode_json(b'{"rules": [{"bins": [1], "action": "nan"}]}', source="gaps.json")
    assert gap_configuration_from_document(document).configuration is not None
