"""The golden fixture holds outputs to files, and the ledger finds files that nobody claims."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.reference import ROOT

INI = """[pytest]
testpaths = cases
pythonpath = {root}
addopts = --import-mode=importlib -p no:cacheprovider
"""
CONFTEST = "from tests.conftest import golden, pytest_configure\n"
TEST = "from tests.conftest import golden, pytest_configure\n"
TEST = """
def test_tree(golden):
    golden.check("case/run", {"a.txt": b"one\\n", "sub/b.csv": b"0,1\\r\\n"})

def test_text(golden):
    golden.check_text("cli/run.txt", "text\\n")
"""


class Project:
    """A little project of its own in a temporary directory, run in a child process."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.golden = root / "golden"
        self.write("pytest.ini", INI.format(root=ROOT))
        self.write("cases/conftest.py", CONFTEST)
        self.write("cases/test_it.py", TEST)

    def write(self, path: str, text: str) -> None:
        """Put a file there."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run its tests: exit code and output."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:pytest_cov", "-p", "no:anyio", *arguments]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
        done = subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        return done.returncode, done.stdout + done.stderr

    def files(self) -> dict[str, bytes]:
        """The golden files of the project."""
        found = (path for path in self.golden.rglob("*") if path.is_file())
        return {path.relative_to(self.golden).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose golden files have just been written."""
    project = Project(tmp_path)
    code, output = project.run("--snapshot-update")
    assert code == 0, output
    return project


def test_an_update_writes_each_output_as_a_real_file(project: Project) -> None:
    """`--snapshot-update` writes nested files with the very bytes of the output, and the next run passes."""
    assert project.files() == {
        "case/run/a.txt": b"one\n",
        "case/run/sub/b.csv": b"0,1\r\n",
        "cli/run.txt": b"text\n",
    }
    assert project.run()[0] == 0


def test_a_changed_byte_fails_and_shows_the_line(project: Project) -> None:
    """One differing byte fails the test, shows the difference, and leaves the file alone."""
    (project.golden / "case/run/sub/b.csv").write_bytes(b"0,1\n")
    code, output = project.run()
    assert code == 1
    assert "+0,1\\r\\n" in output
    assert project.files()["case/run/sub/b.csv"] == b"0,1\n"


def test_a_missing_and_a_surplus_file_fail(project: Project) -> None:
    """A golden directory holds exactly the files of the output."""
    (project.golden / "case/run/a.txt").rename(project.golden / "case/run/old.txt")
    code, output = project.run()
    assert code == 1
    assert "golden/case/run/a.txt: no such golden file" in output
    assert "golden/case/run/old.txt: the run no longer writes it" in output
    assert project.run("--snapshot-update")[0] == 0
    assert "case/run/old.txt" not in project.files()


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one process", "two workers"])
def test_an_orphan_fails_a_whole_run_and_goes_with_an_update(project: Project, workers: list[str]) -> None:
    """A file that no test claims is named and fails the run; an update of the whole suite removes it."""
    project.write("golden/gone/old.txt", "old\n")
    code, output = project.run(*workers)
    assert code == 1
    assert "golden/gone/old.txt" in output
    assert project.run(*workers, "--snapshot-update")[0] == 0
    assert not (project.golden / "gone").exists()
    assert len(project.files()) == 3


@pytest.mark.parametrize("arguments", [["-k", "tree"], ["cases/test_it.py"], ["cases/test_it.py::test_tree"]])
def test_a_part_of_the_suite_judges_no_orphan(project: Project, arguments: list[str]) -> None:
    """A run of some of the tests neither reports nor removes what the others claim."""
    project.write("golden/gone/old.txt", "old\n")
    assert project.run(*arguments)[0] == 0
    assert project.run(*arguments, "--snapshot-update")[0] == 0
    assert len(project.files()) == 4
