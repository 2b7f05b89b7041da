"""Flow classes in stored documents: ``classes``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.records.model import FlowClass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain


def flow_classes_to_plain(classes: Iterable[FlowClass]) -> list[Plain]:
    """Return ``{id, displayName, description}`` of each class without what is empty."""
    return [
        {
            key: value
            for key, value in (("id", one.id), ("displayName", one.display_name), ("description", one.description))
            if value
        }
        for one in classes
    ]


def read_flow_classes(fields: Fields) -> tuple[FlowClass, ...]:
    """Return the classes of a stored document."""
    return tuple(
        FlowClass(
            id=entry.text("id", required=True),
            display_name=entry.text("displayName"),
            description=entry.text("description"),
        )
        for entry in fields.mappings("classes", what="class")
    )
