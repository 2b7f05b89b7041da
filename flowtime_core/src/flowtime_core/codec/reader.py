"""Typed getters over the mappings of a document: one line per field, every problem collected, nothing raised.

A null counts as an absent key. Where a field has several spellings the first that has a value wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from flowtime_core.codec.number import json_number
from flowtime_core.codec.report import describe, finite, integral, join_pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from flowtime_core.codec.report import Report
    from flowtime_core.records.diagnostic import Severity
    from flowtime_core.records.document import Plain

NO_KEYS: Final[frozenset[str]] = frozenset()
_VIOLATION: Final = "schema_violation"
Word = TypeVar("Word", bound=str)


class Fields:
    """One mapping of a document.

    Parameters
    ----------
    report : Report
        Where findings go.
    plain : mapping of str to Plain
        The mapping itself.
    pointer : str
        Its JSON pointer.
    what : str
        What it is, for messages: ``the grid``, ``node 'a'``.
    node_id : str or None
        The node it belongs to, copied into findings.
    fold : bool
        Whether the letter case of keys does not matter, here and in the mappings inside.
    """

    def __init__(
        self,
        report: Report,
        plain: Mapping[str, Plain],
        pointer: str,
        what: str,
        node_id: str | None = None,
        *,
        fold: bool = False,
    ) -> None:
        self.report = report
        self.plain = plain
        self.pointer = pointer
        self.what = what
        self.node_id = node_id
        self.fold = fold
        self._folded = {key.casefold(): key for key in plain} if fold else {}
        self._known: dict[str, None] = {}

    def at(self, key: str) -> str:
        """Return the JSON pointer of a key."""
        return join_pointer(self.pointer, key)

    def take(self, *names: str) -> tuple[str, Plain]:
        """Return the spelling that has a value, and the value; the first name and None when none has one."""
        self._known.update(dict.fromkeys(names))
        for name in names:
            key = self._folded.get(name.casefold(), name)
            if self.plain.get(key) is not None:
                return key, self.plain[key]
        return names[0], None

    def knows(self, key: str) -> bool:
        """Tell whether some getter asked for a key."""
        return key in self._known

    def error(self, key: str, message: str, *, code: str = _VIOLATION, hint: str = "") -> None:
        """Record an error at a key; an empty key is the mapping itself."""
        self.report.add(code, self.at(key) if key else self.pointer, message, hint=hint, node_id=self.node_id)

    def note(self, key: str, message: str, *, code: str, severity: Severity = "warning", hint: str = "") -> None:
        """Record a finding that does not forbid going on."""
        self.report.add(code, self.at(key), message, severity=severity, hint=hint, node_id=self.node_id)

    def missing(self, key: str, *, hint: str = "", code: str = _VIOLATION) -> None:
        """Record that a required key is absent."""
        self.error("", f"{self.what} has no {key}", hint=hint, code=code)

    def mismatch(self, key: str, value: Plain, expected: str, *, code: str = _VIOLATION, hint: str = "") -> None:
        """Record that the value of a key has the wrong type."""
        self.error(key, f"{key} of {self.what} is {describe(value)}, expected {expected}", code=code, hint=hint)

    def text(self, *names: str, default: str = "", required: bool = False, code: str = _VIOLATION) -> str:
        """Return a text; a blank one counts as absent."""
        key, value = self.take(*names)
        if isinstance(value, str) and value.strip():
            return value
        if value is not None and not isinstance(value, str):
            hint = "put it in quotes" if isinstance(value, (bool, int, float)) else ""
            self.mismatch(key, value, "a text", code=code, hint=hint)
        elif required:
            self.missing(names[0], code=code)
        return default

    def choice(self, *names: str, options: Collection[Word], default: Word) -> Word:
        """Return one of a few words; letter case and surrounding blanks do not matter."""
        key, given = names[0], self.text(*names)
        word = given.strip().casefold()
        if not word:
            return default
        for option in options:
            if option.casefold() == word:
                return option
        self.error(
            key,
            f"{key} of {self.what} is {given!r}, expected one of {', '.join(options)}",
            hint=self.report.suggest(word, options),
        )
        return default

    def number(self, *names: str, minimum: float | None = None) -> float | None:
        """Return a finite number not below a minimum, or None."""
        key, value = self.take(*names)
        if value is None:
            return None
        number = finite(value)
        if number is None:
            self.mismatch(key, value, "a finite number")
            return None
        return number if self._reaches(key, number, minimum) else None

    def integer(
        self,
        *names: str,
        minimum: int | None = None,
        required: bool = False,
        code: str = _VIOLATION,
        hint: str = "",
    ) -> int | None:
        """Return an integer (``12`` and ``12.0`` are one) not below a minimum, or None."""
        key, value = self.take(*names)
        if value is None:
            if required:
                self.missing(names[0], hint=hint, code=code)
            return None
        whole = integral(value)
        if whole is None:
            self.mismatch(key, value, "an integer", code=code)
            return None
        return whole if self._reaches(key, whole, minimum, code) else None

    def flag(self, *names: str) -> bool:
        """Return a boolean, false when absent."""
        key, value = self.take(*names)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.mismatch(key, value, "true or false")
        return False

    def numbers(self, *names: str, required: bool = False, code: str = _VIOLATION) -> tuple[float, ...] | None:
        """Return a list of finite numbers, or None."""
        key, value = self.take(*names)
        if value is None:
            if required:
                self.missing(names[0], code=code)
            return None
        if not isinstance(value, list):
            self.mismatch(key, value, "a list of numbers", code=code)
            return None
        return self.number_list(key, value, code=code)

    def number_list(self, key: str, items: list[Plain], *, code: str = _VIOLATION) -> tuple[float, ...] | None:
        """Return the items of a list as finite numbers, or None; the first item that is none is named."""
        numbers = [finite(item) for item in items]
        wrong = [index for index, number in enumerate(numbers) if number is None]
        if wrong:
            first = wrong[0]
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            text = f"{key}[{first}] of {self.what} is {describe(items[first])}, expected a finite number{more}"
            self.report.add(code, join_pointer(self.at(key), first), text, node_id=self.node_id)
        return None if wrong else tuple(number for number in numbers if number is not None)

    def texts(self, *names: str) -> tuple[str, ...]:
        """Return a list of texts, empty when absent."""
        key, value = self.take(*names)
        if value is None:
            return ()
        if isinstance(value, list):
            texts = tuple(item for item in value if isinstance(item, str) and item.strip())
            if len(texts) == len(value):
                return texts
        self.mismatch(key, value, "a list of texts")
        return ()

    def mapping(
        self, *names: str, what: str = "", required: bool = False, code: str = _VIOLATION, hint: str = ""
    ) -> Fields | None:
        """Return the fields of a nested mapping, or None."""
        key, value = self.take(*names)
        if value is None:
            if required:
                self.missing(names[0], code=code, hint=hint)
            return None
        if isinstance(value, dict):
            return Fields(
                self.report, value, self.at(key), what or f"{key} of {self.what}", self.node_id, fold=self.fold
            )
        self.mismatch(key, value, "a mapping", code=code, hint=hint)
        return None

    def mappings(self, *names: str, what: str, name_by: str = "id", owner: bool = False) -> tuple[Fields, ...]:
        """Return the fields of each mapping in a list; ``owner`` makes an item the node of its findings."""
        key, value = self.take(*names)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.mismatch(key, value, f"a list (each {what} begins with '- ')")
            return ()
        found: list[Fields] = []
        for index, item in enumerate(value):
            pointer = join_pointer(self.at(key), index)
            if isinstance(item, dict):
                found.append(_item(self, item, pointer, f"{what} {index + 1}", name_by, owner=owner))
            else:
                text = f"{what} {index + 1} is {describe(item)}, expected a mapping"
                self.report.add(_VIOLATION, pointer, text, node_id=self.node_id)
        return tuple(found)

    def close(self, ignored: Collection[str] = NO_KEYS, *, severity: Severity = "warning") -> None:
        """Tell every key that nothing asked for, with what was probably meant."""
        free = [name for name in (*self._known, *ignored) if name not in self.plain]
        for key in self.plain:
            if key not in self._known and key not in ignored:
                hint = self.report.suggest(key, free)
                fate = ", which is ignored" if severity == "warning" else ""
                text = f"{self.what} has the unknown key {key!r}{fate}"
                self.note(key, text, code="unknown_key", severity=severity, hint=hint)

    def _reaches(self, key: str, number: float, minimum: float | None, code: str = _VIOLATION) -> bool:
        if minimum is None or number >= minimum:
            return True
        self.error(key, f"{key} of {self.what} is {json_number(number)}, expected at least {minimum}", code=code)
        return False


def _item(parent: Fields, item: dict[str, Plain], pointer: str, ordinal: str, name_by: str, *, owner: bool) -> Fields:
    name = item.get(name_by)
    named = isinstance(name, str) and bool(name.strip())
    what = f"{ordinal.rpartition(' ')[0]} {name!r}" if named else ordinal
    node_id = str(name) if owner and named else parent.node_id
    return Fields(parent.report, item, pointer, what, node_id)


def read_unique(
    items: Iterable[Fields], what: str, name_of: Callable[[Fields], str], key: str = "id"
) -> dict[str, Fields]:
    """Return items by name and record each name that comes twice (SEMANTICS 2.6)."""
    seen: dict[str, Fields] = {}
    for fields in items:
        name = name_of(fields)
        if name in seen:
            first = fields.report.document.locate(seen[name].pointer).line
            where = f" (first at line {first})" if first is not None else ""
            fields.error(key, f"{what} {name!r} is declared twice{where}", code="duplicate_id")
        elif name:
            seen[name] = fields
    return seen
