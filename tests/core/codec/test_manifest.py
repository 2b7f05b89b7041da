"""manifest.json and its own hash."""

from __future__ import annotations

import pytest

from flowtime_core.codec.digest import sha256_of_canonical
from flowtime_core.codec.json import encode_json
from flowtime_core.codec.manifest import decode_manifest, is_manifest_intact, manifest_to_plain
from flowtime_core.records.manifest import FileEntry, Manifest, ProvenanceReference
from flowtime_core.records.model import FlowClass, Rng
from tests.support.runs import CREATED, HASHES

FULL = Manifest(
    scenario_hash=HASHES["scenario"],
    model_hash=HASHES["other"],
    rng=Rng(seed=5),
    series_hashes={"a@A@DEFAULT": HASHES["other"]},
    created=CREATED,
    provenance=ProvenanceReference(has_provenance=True, model_id="m", template_id="t", source="s", input_hash="h"),
    classes=(FlowClass(id="vip", display_name="VIP", description="first"),),
    files=(FileEntry(path="a", hash=HASHES["other"], size=3),),
)


@pytest.mark.parametrize("manifest", [FULL, Manifest(scenario_hash=HASHES["scenario"])])
def test_manifest_comes_back(manifest: Manifest) -> None:
    """What is written reads back, and is intact."""
    data = encode_json(manifest_to_plain(manifest))
    assert decode_manifest(data, path="manifest.json") == manifest
    assert is_manifest_intact(data, path="manifest.json")


def test_own_hash_covers_all_the_rest() -> None:
    """The own hash is that of the canonical JSON of every other key, and stands last."""
    plain = manifest_to_plain(FULL)
    assert list(plain)[-1] == "manifestHash"
    assert plain.pop("manifestHash") == sha256_of_canonical(plain)


def test_other_layout_is_not_intact() -> None:
    """The same values in another layout are not what was written."""
    data = encode_json(manifest_to_plain(FULL)).replace(b"\n  ", b"\n ")
    assert decode_manifest(data, path="manifest.json") == FULL
    assert not is_manifest_intact(data, path="manifest.json")
