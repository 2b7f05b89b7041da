"""Templates on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flowtime_core.errors import DocumentInvalidError, NotFoundError
from flowtime_core.shell.library import Library, LibraryEntry, read_template

TEMPLATE = """\
schemaVersion: 1
metadata: {{id: {id}, title: {title}, version: 1.0.0}}
grid: {{bins: 2, binSize: 1, binUnit: hours}}
nodes: [{{id: a, kind: const, values: 1}}]
"""


def write(folder: Path, name: str, template_id: str, title: str = "A") -> Path:
    """Write a template file."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(TEMPLATE.format(id=template_id, title=title))
    return folder / name


def test_first_folder_wins(tmp_path: Path) -> None:
    """Templates are listed by id, and an earlier folder hides the same id in a later one."""
    write(tmp_path / "mine", "x.yaml", "b", "mine")
    write(tmp_path / "theirs", "b.yml", "b", "theirs")
    write(tmp_path / "theirs", "a.YAML", "a")
    write(tmp_path / "theirs", "readme.md", "c")
    library = Library((tmp_path / "absent", tmp_path / "mine", tmp_path / "theirs"))
    assert [entry.template_id for entry in library.entries()] == ["a", "b"]
    entry = library.find_template("b")
    assert entry.require().metadata.title == "mine"
    assert (entry.source, entry.findings) == (str(tmp_path / "mine" / "x.yaml"), ())
    assert "title: mine" in entry.text


def test_edits_are_seen(tmp_path: Path) -> None:
    """A file is read once while it stays as it is, again after an edit, and forgotten when it goes (register T7)."""
    library = Library((tmp_path,))
    path = write(tmp_path, "a.yaml", "a", "one")
    first = library.find_template("a")
    assert library.find_template("a") is first
    write(tmp_path, "a.yaml", "a", "two")
    os.utime(path, ns=(1, 1))
    assert library.find_template("a").require().metadata.title == "two"
    path.unlink()
    assert library.entries() == ()


def test_broken_file_hides_no_other(tmp_path: Path) -> None:
    """A file that is no YAML or no template is listed with its findings, under its declared id or its name."""
    write(tmp_path, "good.yaml", "good")
    (tmp_path / "torn.yaml").write_text("metadata: [")
    (tmp_path / "half.yaml").write_text("metadata: {id: declared, version: 1}")
    (tmp_path / "list.yaml").write_text("- a")
    library = Library((tmp_path,))
    entries = {entry.template_id: entry for entry in library.entries()}
    assert list(entries) == ["declared", "good", "list", "torn"]
    assert entries["torn"].findings[0].code == "syntax_error"
    assert str(entries["torn"].findings[0].location).startswith(f"{tmp_path}/torn.yaml:")
    with pytest.raises(DocumentInvalidError, match="not a valid template") as caught:
        library.find_template("declared").require()
    assert caught.value.findings == entries["declared"].findings


def test_two_files_of_one_id_warn(tmp_path: Path) -> None:
    """Of two files with one id the first by name is used, and the list says so."""
    write(tmp_path, "1.yaml", "a", "first")
    write(tmp_path, "2.yaml", "a", "second")
    entry = Library((tmp_path,)).find_template("a")
    assert entry.require().metadata.title == "first"
    assert [finding.code for finding in entry.findings] == ["ambiguous_template"]


def test_unknown_template_suggests(tmp_path: Path) -> None:
    """A misspelt id is met with the nearest one."""
    write(tmp_path, "a.yaml", "order-system")
    library = Library((tmp_path,))
    with pytest.raises(NotFoundError, match="oder-system") as caught:
        library.find_template("oder-system")
    assert (caught.value.code, caught.value.hint) == ("template_not_found", "did you mean 'order-system'")
    with pytest.raises(NotFoundError) as caught:
        library.find_template("zzz")
    assert "flowtime template list" in caught.value.hint


def test_only_files_that_mention_an_id_are_read_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library of many templates is not read for one of them; of an id that is nowhere all are, for the nearest."""
    for name in ("one", "two", "three"):
        write(tmp_path, f"{name}.yaml", name)
    read: list[str] = []

    def noted(data: bytes, *, source: str) -> LibraryEntry:
        read.append(Path(source).stem)
        return read_template(data, source=source)

    monkeypatch.setattr("flowtime_core.shell.library.read_template", noted)
    library = Library((tmp_path,))
    assert library.find_template("two").template_id == "two"
    assert read == ["two"]
    with pytest.raises(NotFoundError) as caught:
        library.find_template("thre")
    assert (sorted(read), caught.value.hint) == (["one", "three", "two"], "did you mean 'three'")
