"""How many threads of an issue are open. On issues they can be resolved since GitLab 16.4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.domain.observed import Threads
from tui.gateway import wire

if TYPE_CHECKING:
    from tui.gateway.transport import Transport


def read(transport: Transport, issue_path: str) -> Threads | None:
    """The threads that can be resolved; None where there are threads and none can be: an older GitLab.

    Comments that stand alone are no threads. Raises NotFound and Denied.
    """
    unresolved = total = others = 0
    for found in transport.pages(f"{issue_path}/discussions", wire.Discussion):
        notes = [one for one in found.notes if one.resolvable]
        total += bool(notes)
        unresolved += any(not one.resolved for one in notes)
        others += not notes and not found.individual_note
    return None if others and not total else Threads(unresolved, total)
