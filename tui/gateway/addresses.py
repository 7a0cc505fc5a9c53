"""Web addresses of an instance: which part of GitLab they are about."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from tui.gateway.connection import place, split_address

_ISSUE = re.compile(r"(?P<project>[^/]+/.+?)/(?:-/)?(?:issues|work_items)/(?:incident/)?(?P<iid>[0-9]{1,18})/?")


def inside(url: str, base: str) -> str | None:
    """The path of `url` below `base`, without a leading slash; None when it is elsewhere or no web address."""
    here, there = split_address(base), split_address(url)
    if here is None or there is None or place(here) != place(there):
        return None
    root = here.path.rstrip("/") + "/"
    return unquote(there.path.removeprefix(root)) if there.path.startswith(root) else None


def issue_in(path: str) -> tuple[str, int] | None:
    """Project path and number of the issue at a path, in today's and in older forms; None when it is no issue's."""
    match = _ISSUE.fullmatch(path)
    return (match["project"], int(match["iid"])) if match else None


def project_of(issue_url: str, base: str) -> str:
    """The project path in an issue's address; empty when there is none. The host may be another than the base's."""
    root = urlsplit(base).path.rstrip("/") + "/"
    found = issue_in(unquote(urlsplit(issue_url).path).removeprefix(root))
    return found[0] if found else ""


def base_of(profile_url: str, username: str) -> str:
    """The address that GitLab believes to have, from the address of a user's page."""
    return profile_url.rstrip("/").removesuffix(username).rstrip("/")
