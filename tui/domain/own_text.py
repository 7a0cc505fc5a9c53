"""An operator's own text of a plan issue: begun from the one that is made from the fields, then edited and kept.

It is sent as it is, but for what a text of GitLab must not hold: quick actions, markers that are not ours, comments and
code that swallow what follows. In it `⟪ref:internal-feedback⟫` stands for the address of another plan issue, which may
not exist yet, and the report between its two comments stays up to date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui.domain import markdown, quick_actions, source, timeline
from tui.domain.template import disarmed
from tui.domain.text import clean

_FENCED = re.compile("(⟪[^⟪⟫]*⟫)")


def sendable(text: str, references: Mapping[str, str], report: str, unknown: str) -> str:
    """`text` as it is sent; `references` by slot, `unknown` for a slot without one, `report` is between the markers."""
    safe = source.closed(_disarmed(quick_actions.take_out(clean(text)).text))
    named = "".join(_reference(piece, references, unknown) for piece in _FENCED.split(safe))
    updated = timeline.replace_block(named, report)
    return named if updated is None else updated


def _disarmed(text: str) -> str:
    """Without markers, but for those of the timeline."""
    made = disarmed(text)
    for mark in (timeline.START, timeline.END):
        made = made.replace(disarmed(mark), mark)
    return made


def _reference(piece: str, references: Mapping[str, str], unknown: str) -> str:
    if not _FENCED.fullmatch(piece):
        return markdown.inert(piece)
    name, _, slot = piece[1:-1].partition(":")
    return references.get(slot, unknown) if name == "ref" else markdown.inert(piece)
