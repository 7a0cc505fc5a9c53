"""What differs between the GitLab versions that the sandbox can be."""

from __future__ import annotations

from dataclasses import dataclass

_OLD_TARGETS = frozenset({"feature_group", "user", "group", "project"})
_NEW_TARGETS = _OLD_TARGETS | {"namespace", "repository", "organization", "runner", "endpoint"}


@dataclass(frozen=True, slots=True)
class Era:
    """One row of differences; each field names something that this GitLab does."""

    name: str
    version: str
    revision: str
    enterprise: bool
    targets: frozenset[str]  # parameters of POST /features/:name that name somebody
    strict_flag_values: bool  # refuse what is neither boolean nor percentage, resolve names before any write
    enabling_clears_gates: bool  # `true` and 100 replace all gates by boolean true
    fractions: bool  # 0.5 % is kept
    guest_may_hide: bool  # `confidential: true` from a guest is honoured
    internal_notes: bool
    commands_in_comments: bool  # quick actions inside a multi-line HTML comment run
    resolvable_threads: bool  # threads on issues can be resolved (since 16.4)
    newer_fields: bool  # issue_type, type, severity, imported …
    newer_endpoints: bool  # /metadata, /personal_access_tokens/self
    moved_projects_redirect: bool
    total_limit: int | None  # above it x-total is left out
    keyset: bool
    limits_told: bool  # RateLimit-* headers when the general limit is reached
    new_flag_version: bool  # project flags without `version` are new_version_flag
    stickiness: frozenset[str]
    user_list_strategies: bool
    minimal_search: int  # a shorter search finds nothing
    reason_joint: str  # between "403 Forbidden" and its reason


CURRENT = Era(
    name="current",
    version="18.5.1-ee",
    revision="3a1c5f0e2d4",
    enterprise=True,
    targets=_NEW_TARGETS,
    strict_flag_values=True,
    enabling_clears_gates=True,
    fractions=True,
    guest_may_hide=False,
    internal_notes=True,
    commands_in_comments=False,
    resolvable_threads=True,
    newer_fields=True,
    newer_endpoints=True,
    moved_projects_redirect=True,
    total_limit=10_000,
    keyset=True,
    limits_told=True,
    new_flag_version=True,
    stickiness=frozenset({"default", "userId", "sessionId", "random"}),
    user_list_strategies=True,
    minimal_search=1,
    reason_joint=" - ",
)

V13_8 = Era(
    name="13.8",
    version="13.8.8",
    revision="2f4b1a9c0d7",
    enterprise=False,
    targets=_OLD_TARGETS,
    strict_flag_values=False,
    enabling_clears_gates=False,
    fractions=False,
    guest_may_hide=True,
    internal_notes=False,
    commands_in_comments=True,
    resolvable_threads=False,
    newer_fields=False,
    newer_endpoints=False,
    moved_projects_redirect=False,
    total_limit=None,
    keyset=False,
    limits_told=False,
    new_flag_version=False,
    stickiness=frozenset({"DEFAULT", "USERID", "SESSIONID", "RANDOM"}),
    user_list_strategies=False,
    minimal_search=3,
    reason_joint="  - ",
)

ERAS = {era.name: era for era in (CURRENT, V13_8)}
