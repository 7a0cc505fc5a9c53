"""Whether a 2xx answer to a write is GitLab's: only then is the thing made, or the flag as it was asked for.

A proxy may answer in GitLab's place, with no body or one of its own. Without this an empty answer to `false` would read
as a flag that is off, and one to a new issue as an issue without a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tui.domain.plan import Request

_FIELDS = (
    (re.compile(r"POST /features/[^/]+"), "gates"),
    (re.compile(r"(POST|PUT) /projects/[^/]+/feature_flags(/[^/]+)?"), "name"),
    (re.compile(r"(POST|PUT) /projects/[^/]+/issues(/[0-9]+)?"), "iid"),
    (re.compile(r"POST /projects/[^/]+/issues/[0-9]+/notes"), "id"),
)
"""The field without which an answer is not the one to such a request."""


def acknowledges(request: Request, answer: Mapping[str, Any]) -> bool:
    """Whether the answer has what GitLab's has; true for requests of which nothing is wanted back."""
    sent = f"{request.method.upper()} {request.path}"
    field = next((name for path, name in _FIELDS if path.fullmatch(sent)), None)
    return field is None or answer.get(field) is not None
