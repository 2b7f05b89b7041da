"""Bytes to plain values to records and back; the only place that spells wire names (SEMANTICS 7)."""
