"""Kinds of tokens, as far as they can be told from GitLab's prefixes without asking."""

from __future__ import annotations

from tui.gateway.secret import Secret

USABLE = "Use a personal, project or group access token, or an OAuth token, with the scope `api`."

_UNUSABLE = {
    "glcbt-": "the token of a CI job",
    "gldt-": "a deploy token",
    "glrt-": "a runner's token",
    "glptt-": "a pipeline trigger's token",
    "glft-": "a feed token",
    "glimt-": "a token for incoming mail",
    "glagent-": "a cluster agent's token",
    "glsoat-": "a SCIM token",
    "glffct-": "a token for clients of feature flags",
    "gloas-": "the secret of an OAuth application",
}
"""GitLab's own prefixes of tokens that have no user or no API to speak of."""


def unusable(token: Secret) -> str:
    """What a token is that cannot do a rollout; empty for all others."""
    text = token.reveal()
    return next((kind for prefix, kind in _UNUSABLE.items() if text.startswith(prefix)), "")
