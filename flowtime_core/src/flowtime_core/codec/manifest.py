"""``manifest.json``: every file of a run with its hash, under a hash of its own (contract section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.digest import sha256_of_canonical
from flowtime_core.codec.flow_class import flow_classes_to_plain, read_flow_classes
from flowtime_core.codec.json import encode_json
from flowtime_core.codec.stored import decode_stored_json, read_moment, refuse_damage, stored_fields
from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.records.manifest import FileEntry, Manifest, ProvenanceReference
from flowtime_core.records.model import Rng

if TYPE_CHECKING:
    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain

SCHEMA_VERSION: Final = 1
_OWN_HASH: Final = "manifestHash"
_FILES: Final = "files"


def manifest_to_plain(manifest: Manifest) -> dict[str, Plain]:
    """Return the manifest with its keys in documented order, closed by the hash of all the others."""
    rng, files = manifest.rng, manifest.files or ()
    plain: dict[str, Plain] = {
        "schemaVersion": SCHEMA_VERSION,
        "scenarioHash": manifest.scenario_hash,
        "modelHash": manifest.model_hash or None,
        "rng": None if rng is None else {"kind": rng.kind, "seed": rng.seed},
        "seriesHashes": dict(manifest.series_hashes),
        "eventCount": manifest.event_count,
        "createdUtc": None if manifest.created is None else format_timestamp(manifest.created),
        "provenance": _reference_to_plain(manifest.provenance),
        "classes": flow_classes_to_plain(manifest.classes) or None,
        _FILES: [{"path": one.path, "hash": one.hash, "bytes": one.size} for one in files],
    }
    known: dict[str, Plain] = {key: value for key, value in plain.items() if value is not None}
    return {**known, _OWN_HASH: sha256_of_canonical(known)}


def _reference_to_plain(reference: ProvenanceReference) -> dict[str, Plain]:
    texts: dict[str, Plain] = {
        "modelId": reference.model_id,
        "templateId": reference.template_id,
        "source": reference.source,
        "inputHash": reference.input_hash,
    }
    return {"hasProvenance": reference.has_provenance, **{key: text for key, text in texts.items() if text}}


def decode_manifest(data: bytes, *, path: str) -> Manifest:
    """Return the manifest that ``manifest.json`` holds, of this writer or of the reference's.

    Raises
    ------
    VerificationError
        ``damaged_run``.
    """
    fields = stored_fields(decode_stored_json(data, path=path), "the manifest")
    manifest = Manifest(
        scenario_hash=fields.text("scenarioHash"),
        model_hash=fields.text("modelHash"),
        rng=_read_rng(fields),
        series_hashes=_read_hashes(fields),
        event_count=fields.integer("eventCount", minimum=0) or 0,
        created=read_moment(fields, "createdUtc"),
        provenance=_read_reference(fields),
        classes=read_flow_classes(fields),
        files=_read_files(fields),
    )
    refuse_damage(fields)
    return manifest


def is_manifest_intact(data: bytes, *, path: str) -> bool:
    """Tell whether a manifest is byte for byte what was written.

    A manifest that carries no trace of ``files`` and ``manifestHash`` is the reference's, about which nothing can be
    told: it counts as intact. One changed byte cannot remove both.

    Raises
    ------
    VerificationError
        ``damaged_run`` when it cannot be read at all.
    """
    plain = stored_fields(decode_stored_json(data, path=path), "the manifest").plain
    if _FILES not in plain and _OWN_HASH not in plain:
        return True
    rest = {key: value for key, value in plain.items() if key != _OWN_HASH}
    return plain.get(_OWN_HASH) == sha256_of_canonical(rest) and encode_json(plain) == data


def _read_rng(fields: Fields) -> Rng | None:
    rng = fields.mapping("rng")
    if rng is None:
        return None
    return Rng(kind=rng.text("kind", default="pcg32"), seed=rng.integer("seed") or 0)


def _read_hashes(fields: Fields) -> dict[str, str]:
    hashes = fields.mapping("seriesHashes")
    return {} if hashes is None else {series_id: hashes.text(series_id) for series_id in hashes.plain}


def _read_reference(fields: Fields) -> ProvenanceReference:
    reference = fields.mapping("provenance")
    if reference is None:
        return ProvenanceReference()
    return ProvenanceReference(
        has_provenance=reference.flag("hasProvenance"),
        model_id=reference.text("modelId"),
        template_id=reference.text("templateId"),
        source=reference.text("source"),
        input_hash=reference.text("inputHash"),
    )


def _read_files(fields: Fields) -> tuple[FileEntry, ...] | None:
    if _FILES not in fields.plain:
        return None
    return tuple(
        FileEntry(
            path=entry.text("path", required=True),
            hash=entry.text("hash", required=True),
            size=entry.integer("bytes", minimum=0, required=True) or 0,
        )
        for entry in fields.mappings(_FILES, what="file", name_by="path")
    )
