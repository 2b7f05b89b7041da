"""Gap configurations: which bins a capture leaves out or spoils, as YAML or JSON (contract section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from attrs import frozen

from flowtime_core.codec.bin_selector import bin_selector_to_plain, read_bin_selector
from flowtime_core.codec.reader import Fields
from flowtime_core.codec.report import Report, describe, join_pointer
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.errors import DocumentInvalidError, did_you_mean
from flowtime_core.records.measure import OLD_ROLE_SPELLINGS, ROLES
from flowtime_core.records.telemetry import GapAction, GapConfiguration, GapRule

if TYPE_CHECKING:
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.document import Document, Plain

SCHEMA_VERSION: Final = 1
ACTIONS: Final[tuple[GapAction, ...]] = get_args(GapAction)

_ROLE_OF: Final = {role.casefold(): role for role in ROLES} | {
    old.casefold(): role for old, role in OLD_ROLE_SPELLINGS.items()
}


@frozen(kw_only=True)
class GapReading:
    """What reading found; ``configuration`` is None when any finding is an error."""

    configuration: GapConfiguration | None
    findings: tuple[Diagnostic, ...]


def decode_gap_configuration(data: bytes | str, *, source: str) -> GapConfiguration:
    """Return the configuration that a YAML or JSON text holds.

    Raises
    ------
    DocumentSyntaxError
        The text is neither.
    DocumentInvalidError
        With every finding when any is an error.
    """
    return require_gap_configuration(read_yaml(data, source=source))


def require_gap_configuration(document: Document) -> GapConfiguration:
    """Return the configuration that a document holds; raises as :func:`decode_gap_configuration`."""
    reading = gap_configuration_from_document(document)
    if reading.configuration is None:
        raise DocumentInvalidError(f"{document.source} is not a valid gap configuration", findings=reading.findings)
    return reading.configuration


def gap_configuration_from_document(document: Document) -> GapReading:
    """Return the configuration and every finding about it."""
    report = Report(document)
    configuration: GapConfiguration | None = None
    if isinstance(document.plain, dict):
        configuration = read_gap_configuration(Fields(report, document.plain, "", "the gap configuration"))
    else:
        text = f"the gap configuration is {describe(document.plain)}, expected a mapping"
        report.add("schema_violation", "", text, hint="schemaVersion: 1, then rules:")
    return GapReading(configuration=None if report.has_errors else configuration, findings=report.result())


def read_gap_configuration(fields: Fields) -> GapConfiguration:
    """Return the configuration of a mapping; its faults are findings."""
    version = fields.integer("schemaVersion")
    if version not in (None, SCHEMA_VERSION):
        fields.error("schemaVersion", f"schemaVersion of {fields.what} is {version}, expected {SCHEMA_VERSION}")
    seed = fields.integer("seed") or 0
    if fields.take("rules")[1] is None:
        fields.missing("rules", hint="rules: with one mapping each of bins and action")
    rules = [_read_rule(rule) for rule in fields.mappings("rules", what="rule", name_by="reason")]
    fields.close(severity="error")  # a misspelt selector selects everything
    return GapConfiguration(seed=seed, rules=tuple(rule for rule in rules if rule is not None))


def _read_rule(fields: Fields) -> GapRule | None:
    word = fields.choice("action", options=ACTIONS, default="remove")
    if fields.take("action")[1] is None:
        fields.missing("action", hint=f"write one of {', '.join(ACTIONS)}")
    rule_bins = read_bin_selector(fields)
    nodes = _texts(fields, "nodes")
    metrics = [_read_metric(fields, index, name) for index, name in enumerate(_texts(fields, "metrics"))]
    reason = fields.text("reason")
    fields.close(severity="error")  # a misspelt selector selects everything
    if rule_bins is None:
        return None
    return GapRule(
        bins=rule_bins,
        action=next(action for action in ACTIONS if action == word),
        nodes=nodes,
        metrics=tuple(dict.fromkeys(metric for metric in metrics if metric)),
        reason=reason,
    )


def _texts(fields: Fields, key: str) -> tuple[str, ...]:
    """Return a list of texts, or the only one."""
    value = fields.take(key)[1]
    return (value,) if isinstance(value, str) and value.strip() else fields.texts(key)


def _read_metric(fields: Fields, index: int, name: str) -> str:
    role = _ROLE_OF.get(name.strip().casefold(), "")
    if not role:
        pointer = join_pointer(fields.at("metrics"), index)
        message = f"metric {name!r} of {fields.what} does not exist, expected one of {', '.join(ROLES)}"
        fields.report.add("schema_violation", pointer, message, hint=did_you_mean(name, ROLES))
    return role


def gap_configuration_to_plain(configuration: GapConfiguration) -> dict[str, Plain]:
    """Return the one spelling of a configuration; reading it gives an equal one."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "seed": configuration.seed,
        "rules": [_rule_to_plain(rule) for rule in configuration.rules],
    }


def _rule_to_plain(rule: GapRule) -> dict[str, Plain]:
    plain: dict[str, Plain] = {}
    if rule.nodes:
        plain["nodes"] = list(rule.nodes)
    if rule.metrics:
        plain["metrics"] = list(rule.metrics)
    plain |= {"bins": bin_selector_to_plain(rule.bins), "action": rule.action}
    if rule.reason:
        plain["reason"] = rule.reason
    return plain
