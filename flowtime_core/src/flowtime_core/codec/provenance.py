"""``model/provenance.json``: what a model was made from, enough to make it again (contract section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.digest import sha256_of_canonical
from flowtime_core.codec.gap_configuration import gap_configuration_to_plain
from flowtime_core.codec.timestamp import format_timestamp

if TYPE_CHECKING:
    from flowtime_core.records.bundle import CaptureReference
    from flowtime_core.records.document import Plain
    from flowtime_core.records.run import Provenance

SCHEMA_VERSION: Final = 1


def _capture(capture: CaptureReference) -> dict[str, Plain]:
    """Return which run was captured, when, and the hash of the manifest that lists its files."""
    known = capture.provenance
    plain: dict[str, Plain] = {
        "runId": known.run_id,
        "templateId": known.template_id,
        "templateVersion": known.template_version,
        "scenarioHash": known.scenario_hash,
        "modelHash": known.model_hash,
        "inputHash": known.input_hash,
        "capturedAtUtc": "" if known.captured is None else format_timestamp(known.captured),
        "captureVersion": known.capture_version,
        "gapConfigurationHash": (
            "" if known.gaps is None else sha256_of_canonical(gap_configuration_to_plain(known.gaps))
        ),
        "manifestChecksum": capture.checksum,
    }
    return {key: value for key, value in plain.items() if value != ""}


def provenance_to_plain(provenance: Provenance, *, pipeline_version: str) -> dict[str, Plain]:
    """Return the provenance with its keys in documented order; unknown texts are left out.

    ``bindings`` maps each bound name to the hash of the file's content; no path is stored.
    """
    plain: dict[str, Plain] = {
        "schemaVersion": SCHEMA_VERSION,
        "source": provenance.source,
        "generator": provenance.generator,
        "pipelineVersion": pipeline_version,
        "modelId": provenance.model_id,
        "templateId": provenance.template_id,
        "templateVersion": provenance.template_version,
        "templateTitle": provenance.template_title,
        "mode": provenance.mode,
        "parameters": dict(sorted(provenance.parameters.items())),
        "parametersHash": provenance.parameters_hash,
        "inputHash": provenance.input_hash,
        "scenarioHash": provenance.scenario_hash,
        "rng": {"kind": provenance.rng.kind, "seed": provenance.rng.seed},
        "bindings": dict(sorted(provenance.bindings.items())),
        "capture": "" if provenance.capture is None else _capture(provenance.capture),
        "generatedAt": "" if provenance.generated is None else format_timestamp(provenance.generated),
    }
    return {key: value for key, value in plain.items() if value != ""}
