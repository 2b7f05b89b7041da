"""The names of the files in a telemetry directory, beside its CSVs."""

from __future__ import annotations

from typing import Final

MANIFEST: Final = "manifest.json"
DATA_PACKAGE: Final = "datapackage.json"
CHECKSUMS: Final = "SHA256SUMS"
