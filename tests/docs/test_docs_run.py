"""What the documents tell people to do works: every command and cell is executed, every output shown is compared.

On each page, in order and in one empty folder:

- a ``console`` block holds commands after ``$ `` and the output of each, if any is shown;
- a ``python`` block is a cell of one notebook; a ``text`` block right after it is what the cell prints or ends on;
- a ``yaml`` block right after ``<!-- file: PATH -->`` is written to that path.

``...`` in an output stands for any text. Commands of `make` are only asked whether they exist.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from tests.support.reference import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CLOCK = "1767225600"
BLOCK = re.compile(
    r"(?:^<!-- file: (?P<file>\S+) -->\n)?"
    r"^```(?P<kind>console|python|yaml)\n(?P<text>.*?)^```$"
    r"(?:\n\n```text\n(?P<shown>.*?)^```$)?",
    re.DOTALL | re.MULTILINE,
)
CELL = """\
import ast, sys
for source in {cells!r}:
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), globals())
    if last is not None:
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), globals())
        if value is not None:
            print(value)
    print({mark!r})
"""
MARK = "-- end of the cell --"


@frozen(kw_only=True)
class Block:
    """A fenced block of a page."""

    kind: str
    text: str
    file: str = ""
    shown: str | None = None


def blocks(page: Path) -> list[Block]:
    """The blocks that mean something to this test."""
    found = BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [
        Block(kind=hit["kind"], text=hit["text"], file=hit["file"] or "", shown=hit["shown"])
        for hit in found
        if hit["kind"] != "yaml" or hit["file"]
    ]


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output shown for it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def agrees(shown: str, printed: str) -> bool:
    """Whether an output is the one shown; ``...`` stands for anything, alone on a line also for no line at all."""
    wanted = "".join(
        "(?:.*\n)?" if line == "..." else "[^\n]*".join(map(re.escape, line.split("..."))) + "\n"
        for line in _lines(shown)
    )
    return re.fullmatch(wanted, "".join(f"{line}\n" for line in _lines(printed)), re.DOTALL) is not None


def _lines(text: str) -> list[str]:
    """The lines of an output without space that only aligns."""
    return [re.sub(" +", " ", line).strip() for line in text.strip().splitlines()]


def environment() -> dict[str, str]:
    """The installed command first, a clock that stands still, a terminal of 100 columns."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLOWTIME_", "COV_", "PYTEST"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "COLUMNS": "100", "SOURCE_DATE_EPOCH": CLOCK, "PYTHONUTF8": "1", "NO_COLOR": "1"}


def run_command(command: str, shown: str, folder: Path) -> None:
    """Run a command line; one that shows an error has to fail, any other has to succeed."""
    if command.startswith("make "):
        command, folder, shown = command.replace("make ", "make --dry-run ", 1), ROOT, ""
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    printed = done.stdout + done.stderr
    assert (done.returncode != 0) == ("error[" in shown), f"$ {command}\n{printed}"
    if shown.strip():
        assert agrees(shown, printed), f"$ {command}\n{printed}\n-- the page shows --\n{shown}"


def run_cells(cells: list[Block], folder: Path) -> None:
    """Run the cells of a page in one process and compare what each prints."""
    program = CELL.format(cells=[cell.text for cell in cells], mark=MARK)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    for cell, printed in zip(cells, done.stdout.split(f"{MARK}\n"), strict=False):
        if cell.shown is not None:
            assert agrees(cell.shown, printed), f"{cell.text}\n{printed}\n-- the page shows --\n{cell.shown}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_shows_works(page: Path, tmp_path: Path) -> None:
    """Commands succeed and print what the page shows, cells too, in the order of the page."""
    found = blocks(page)
    for block in found:
        if block.kind == "yaml":
            target = tmp_path / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        for command, shown in commands(block.text) if block.kind == "console" else ():
            run_command(command, shown, tmp_path)
    cells = [block for block in found if block.kind == "python"]
    if cells:
        run_cells(cells, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    """A relative link names a file that exists, and its anchor a heading of that file."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, f"{page.name} links to {target}"
