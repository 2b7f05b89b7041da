"""Documents that a caller hands over."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowtime_core as ft
from flowtime_core.shell.submission import is_path, read_mapping, read_submission, submit_bytes, submit_text


def test_a_file_is_named_and_its_sources_begin_beside_it(tmp_path: Path) -> None:
    """A byte order mark is dropped."""
    path = tmp_path / "m.yaml"
    path.write_bytes("\ufeffa: 1\n".encode())
    document = read_submission(path)
    assert (document.text, document.source, document.folder) == ("a: 1\n", str(path), str(tmp_path))


def test_a_file_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    """A missing file is not found; a folder is a fault of storage."""
    with pytest.raises(ft.NotFoundError, match="there is no file"):
        read_submission(tmp_path / "m.yaml")
    with pytest.raises(ft.StorageError, match="is a directory"):
        read_submission(tmp_path)


def test_bytes_that_are_no_text_are_refused() -> None:
    """The place of the first wrong byte is named."""
    with pytest.raises(ft.DocumentSyntaxError, match="<stdin>:1:4"):
        submit_bytes(b"a: \xff", source="<stdin>")


def test_a_mapping_may_be_yaml_json_or_empty() -> None:
    """Parameters are names with values, nothing else."""
    assert read_mapping(submit_text("a: 1\nb: [2]\n")) == {"a": 1, "b": [2]}
    assert read_mapping(submit_text('{"a": 1}')) == {"a": 1}
    assert read_mapping(submit_text("")) == {}
    with pytest.raises(ft.InputError, match="expected a mapping"):
        read_mapping(submit_text("- 1"))


@pytest.mark.parametrize(
    ("word", "answer"),
    [("order-system", False), ("m.yaml", True), ("M.YML", True), ("m.json", True), ("a/b", True)],
)
def test_a_word_is_a_path_by_its_looks(word: str, *, answer: bool) -> None:
    """A folder or a suffix makes a path; an id has neither."""
    assert is_path(word) is answer


def test_a_word_that_names_a_file_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is there counts, whatever its name."""
    (tmp_path / "model").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert is_path("model")
