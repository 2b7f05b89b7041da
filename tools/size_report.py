"""Print how the source stands against its size targets; exit 1 where a module or function is over its limit.

Targets: modules have a median of at most 150 lines and none over 400; functions a ninetieth percentile of at
most 25 lines and none over 60, docstring aside; McCabe complexity at most 10 in the core (ruff holds that
too) and at most 4 in adapters.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULE_MEDIAN, MODULE_MAX = 150, 400
FUNCTION_P90, FUNCTION_MAX = 25, 60
COMPLEXITY = {"flowtime_core": 10, "flowtime_cli": 4, "flowtime_http": 4}

BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.comprehension)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Measured:
    """One function: where it stands, how long it is without its docstring, how many ways lead through it."""

    place: str
    lines: int
    complexity: int


def complexity(function: Function) -> int:
    """One, and one more for every branch of the function's own body, nested functions aside."""
    return 1 + sum(_weight(node) for node in _own_nodes(function))


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def _weight(node: ast.AST) -> int:
    match node:
        case ast.Match(cases=cases):
            return sum(not _is_catch_all(case) for case in cases)
        case _:
            return int(isinstance(node, BRANCHES))


def _is_catch_all(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


def length(function: Function) -> int:
    """The lines of the function without its docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def functions(path: Path, tree: ast.Module) -> Iterator[Measured]:
    """Every function and method of a module."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            place = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
            yield Measured(place, length(node), complexity(node))


def report(distribution: str) -> list[str]:
    """Print a distribution's figures and offenders; give back the modules and functions over their limit."""
    paths = sorted((ROOT / distribution / "src").rglob("*.py"))
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    lines = {path: len(text.splitlines()) for path, text in texts.items()}
    measured = [item for path, text in texts.items() for item in functions(path, ast.parse(text))]
    if not measured:
        print(f"{distribution}: {len(paths)} modules, no functions yet")
        return []
    ways = COMPLEXITY[distribution]
    spread = sorted(item.lines for item in measured)
    figures = (
        ("module lines, median", statistics.median(lines.values()), MODULE_MEDIAN),
        ("module lines, most", max(lines.values()), MODULE_MAX),
        ("function lines, p90", spread[int(0.9 * (len(spread) - 1))], FUNCTION_P90),
        ("function lines, most", spread[-1], FUNCTION_MAX),
        ("complexity, most", max(item.complexity for item in measured), ways),
    )
    print(f"{distribution}: {len(paths)} modules, {sum(lines.values())} lines, {len(measured)} functions")
    for name, value, target in figures:
        print(f"  {name:<22}{value:>7g}  target {target:>3}  {'good' if value <= target else 'OVER'}")
    too_long = [f"{path.relative_to(ROOT)}: {count} lines" for path, count in lines.items() if count > MODULE_MAX]
    too_long += [f"{item.place}: {item.lines} lines" for item in measured if item.lines > FUNCTION_MAX]
    tangled = [f"{item.place}: complexity {item.complexity}" for item in measured if item.complexity > ways]
    for offender in too_long + tangled:
        print(f"  over: {offender}")
    return too_long


def main() -> int:
    """Report on the three distributions."""
    too_long = [offender for distribution in COMPLEXITY for offender in report(distribution)]
    return int(bool(too_long))


if __name__ == "__main__":
    sys.exit(main())
