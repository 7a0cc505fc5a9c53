"""What the journal keeps of a plan issue that was created: where it is, and how others refer to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tui.domain.text import one_line

if TYPE_CHECKING:
    from tui.domain.observed import IssueSeen


def from_answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    """From GitLab's answer to the request; servers before 12.6 have no `references`."""
    references = answer.get("references")
    full = references.get("full") if isinstance(references, dict) else None
    return {
        "project_id": answer.get("project_id"),
        "iid": answer.get("iid"),
        "ref": one_line(full or f"#{answer.get('iid')}"),
        "url": one_line(str(answer.get("web_url", ""))),
    }


def from_seen(seen: IssueSeen) -> dict[str, Any]:
    """From an issue that was found on GitLab."""
    return {"project_id": seen.project_id, "iid": seen.iid, "ref": seen.ref, "url": seen.url}


def edited(seen: IssueSeen) -> dict[str, Any]:
    """An issue that is as an edit wanted it, in the shape of GitLab's answer to that edit."""
    return {
        "project_id": seen.project_id,
        "iid": seen.iid,
        "references": {"full": seen.ref},
        "web_url": seen.url,
        "title": seen.title,
        "description": seen.description,
        "confidential": seen.confidential,
    }
