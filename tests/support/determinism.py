"""A lint for arithmetic whose last bit depends on the machine (SEMANTICS 7.1)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

# Reductions whose order numpy chooses and products that BLAS computes.
REDUCTIONS = """
    average correlate cross convolve cov dot einsum fft inner interp kron linalg matmul mean nanmean
    nanpercentile nanprod nanquantile nanstd nansum nanvar outer percentile polyfit polyval prod
    quantile std sum tensordot trace trapezoid trapz vdot var vecdot
"""
# Functions that numpy or the C library approximates.
TRANSCENDENTALS = """
    arccos arccosh arcsin arcsinh arctan arctan2 arctanh cbrt cos cosh exp exp2 expm1 float_power hypot
    log log10 log1p log2 logaddexp logaddexp2 pow power sin sinc sinh tan tanh
"""
BANNED_NUMPY = frozenset(f"{REDUCTIONS} {TRANSCENDENTALS}".split())
BANNED_METHODS = frozenset(["dot", "mean", "prod", "std", "sum", "trace", "var"])
BANNED_MODULES = frozenset(["random", "secrets", "statistics", "time", "uuid"])
BANNED_CALLS = {
    "hash": "differs between processes",
    "id": "differs between processes",
    "sum": "differs between Python versions for floats; use math.fsum, or count with a literal",
}


Finding = tuple[int, str]


def findings(source: str) -> list[str]:
    """What in a module can make two machines disagree, as `line: reason`."""
    nodes = list(ast.walk(ast.parse(source)))
    found = {finding for look in LOOKS for node in nodes for finding in look(node)}
    return [f"{line}: {reason}" for line, reason in sorted(found)]


def _imports(node: ast.AST) -> Iterator[Finding]:
    match node:
        case ast.Import(names=names, lineno=line):
            yield from ((line, f"imports {name.name}") for name in names if _root(name.name) in BANNED_MODULES)
        case ast.ImportFrom(module=str(module), lineno=line) if _root(module) in BANNED_MODULES:
            yield line, f"imports from {module}"
        case ast.ImportFrom(module="numpy", names=names, lineno=line):
            yield from ((line, _numpy(name.name)) for name in names if name.name in BANNED_NUMPY)
        case _:
            return


def _attributes(node: ast.AST) -> Iterator[Finding]:
    match node:
        case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=attr, lineno=line) if attr in BANNED_NUMPY:
            yield line, _numpy(attr)
        case ast.Attribute(value=ast.Attribute(), attr="reduce" | "reduceat", lineno=line):
            yield line, "ufunc reduction: numpy chooses the order"
        case _:
            return


def _calls(node: ast.AST) -> Iterator[Finding]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy"))):
            return  # an attribute of numpy, seen above
        case ast.Call(func=ast.Attribute(attr=attr), lineno=line) if attr in BANNED_METHODS:
            yield line, f".{attr}(): numpy chooses the order"
        case ast.Call(func=ast.Name(id="sum"), args=[ast.GeneratorExp(elt=element)]) if _is_count(element):
            return
        case ast.Call(func=ast.Name(id="sum"), args=[_, ast.Call(func=ast.Name(id="Fraction"))]):
            return  # exact
        case ast.Call(func=ast.Name(id=name), lineno=line) if name in BANNED_CALLS:
            yield line, f"{name}(): {BANNED_CALLS[name]}"
        case _:
            return


def _operators(node: ast.AST) -> Iterator[Finding]:
    match node:
        case ast.BinOp(op=ast.MatMult(), lineno=line) | ast.AugAssign(op=ast.MatMult(), lineno=line):
            yield line, "@: BLAS chooses the order"
        case ast.BinOp(left=left, op=ast.Pow(), lineno=line) if not _is_integer(left):
            yield line, "**: goes to the C library; math.pow where the specification says POW"
        case _:
            return


def _loops(node: ast.AST) -> Iterator[Finding]:
    match node:
        case ast.For(iter=iterated) | ast.comprehension(iter=iterated) if _is_set(iterated):
            yield iterated.lineno, "iterates over a set: its order differs between processes"
        case _:
            return


LOOKS = (_imports, _attributes, _calls, _operators, _loops)


def _numpy(name: str) -> str:
    return f"numpy.{name}: math element by element, or math.fsum"


def _root(module: str) -> str:
    return module.partition(".")[0]


def _is_count(element: ast.expr) -> bool:
    """`sum(1 for ...)`, `sum(a < b for ...)` and `sum(len(x) for ...)` add integers."""
    match element:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Call(func=ast.Name(id="len")):
            return True
        case _:
            return _is_integer(element)


def _is_integer(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _is_set(node: ast.expr) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case _:
            return False
