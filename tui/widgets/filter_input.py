"""The field of a filter: Textual's Input, whose import costs more than a first paint can spare."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class FilterInput(Input):
    """An Input that is left by Enter or down."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "submit", "To the rows", id="filter.leave", tooltip="Keep the filter, go to the rows"),
    ]
