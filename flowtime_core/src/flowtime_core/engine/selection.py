"""Which series a run directory holds: the model's outputs, and whatever its topology reads (CONTRACT 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.records.diagnostic import Diagnostic, Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flowtime_core.engine.names import Names
    from flowtime_core.records.model import Output


def _matches(pattern: str, key: str) -> bool:
    if pattern == "*":
        return True
    if pattern.endswith("/*"):
        return key.lower().startswith(pattern[:-2].lower())
    return False


def _selected(output: Output, names: Names, keys: Sequence[str]) -> list[str]:
    exact = names.text(output.series)
    chosen = [key for key in keys if key == exact or _matches(output.series, key)]
    return [key for key in chosen if not any(key == item or _matches(item, key) for item in output.exclude)]


def select_outputs(
    outputs: Sequence[Output], names: Names, keys: Sequence[str], always: Iterable[str]
) -> tuple[tuple[str, ...], list[Diagnostic]]:
    """Return the keys to write, in order of evaluation, and a warning per output that selects nothing.

    No outputs, or none that matches, selects every series.
    """
    wanted: set[str] = set()
    findings: list[Diagnostic] = []
    for i, output in enumerate(outputs):
        chosen = _selected(output, names, keys)
        wanted.update(chosen)
        if not chosen:
            findings.append(
                Diagnostic(
                    code="unknown_output",
                    message=f"output {output.series!r} selects no series",
                    location=Location(pointer=f"/outputs/{i}/series"),
                    hint=names.suggest(output.series, names.candidates),
                )
            )
    if not wanted:
        wanted.update(keys)
    wanted.update(always)
    return tuple(key for key in keys if key in wanted), findings
