"""A draft in its canonical form, entries of a history, and a way to run a piece of Python in another process."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tui.domain.gates import Gates
from tui.domain.history import Action, Entry
from tui.domain.operation import Apply, Operation

CANONICAL = '''schema = 1
id = "codestral-2501"
title = "Codestral 25.01 for Code Completion"
guide = "v1"
strictness = "guide"

[model]
name = "Codestral 25.01"
version = "codestral-2501"
vendor = "Mistral"
host = "Fireworks"
docs = "https://docs.example.com/codestral"
feature = "Code Completion"
reason = "Better acceptance at the same latency."
replaces = "Qwen 2.5 7B"

[team]
name = "Code Creation"
channel = "#g_code_creation"
dri = "alice"
stakeholders = ["bob", "carol"]

[gitlab]
instance = "sandbox"
project = "code-creation/rollouts"

[flag]
name = "use_fireworks_codestral_code_completion"
target = "instance"
type = "beta"
actor = "user"

[[checks]]
id = "considerations-reviewed"
state = "done"
note = "Stop tokens, context and post-processing decided."
by = "alice"
at = 2026-11-22T10:00:00Z

[[capacity]]
region = "us-east"
peak_requests_per_minute = 5200
quota_requests_per_minute = 6000

[[issues]]
kind = "rollout-plan"
title = "Codestral 25.01 Rollout Plan"
confidential = true
labels = ["group::code creation", "type::feature"]
assignees = ["alice"]

[issues.fields]
overview = """
First line.
Second "line" with a \\\\ in it.
"""
success_criteria = ["p95 <= 1212 ms", "errors < 1 %"]

[[issues]]
kind = "flag-rollout"
labels = []
due = 2026-12-01

[[phases]]
id = "stakeholders"
selected = true
users = ["alice", "bob"]
groups = ["code-creation"]

[[phases]]
id = "members"
selected = true
feature_groups = ["gitlab_team_members"]

[phases.answers]
quota-increase = "Not needed."

[[phases]]
id = "everyone"
selected = true
method = "percentage-of-actors"
steps = [{ percentage = 1, wait = "2h" }, { percentage = 10, wait = "2h" }, { percentage = 25, wait = "1d" },
         { percentage = 50, wait = "1d" }, { percentage = 75, wait = "1d" }, { percentage = 100 }]

[[criteria]]
kind = "continue"
metric = "latency_p95"
comparator = "<="
value = 1212
unit = "ms"

[[baseline]]
metric = "latency_p95"
low = 977
high = 1212
unit = "ms"
from = 2026-09-01
to = 2026-10-15

[[waivers]]
requirement = "internal-rollout-issue"
reason = "Covered by the company-wide announcement issue."
by = "alice"
at = 2026-11-22T10:00:00Z

[announcement]
channels = ["#whats-happening-at-gitlab"]
text = """
Codestral is live.
Tell us in #g_code_creation."""
'''

T0 = datetime(2026, 10, 1, 12, tzinfo=UTC)


def entry(
    number: int = 1,
    *,
    minutes: int | None = None,
    rollout: str = "codestral-2501",
    operator: str = "alice",
    instance: str = "sandbox",
    flag: str = "use_codestral",
    phase: str = "everyone",
    step: str = "25%",
    action: Action = "advance",
    reason: str = "",
    live_seconds: int | None = None,
    note_url: str = "",
) -> Entry:
    """An entry, `minutes` after T0 (its number by default)."""
    return Entry(
        id=f"e{number}",
        at=T0 + timedelta(minutes=number if minutes is None else minutes),
        rollout=rollout,
        operator=operator,
        instance=instance,
        flag=flag,
        phase=phase,
        step=step,
        action=action,
        gates_before=Gates(actors=frozenset({"User:2"})),
        gates_after=Gates(actors=frozenset({"User:2"}), percentage_of_actors=25),
        changes=("set 25 %",),
        waivers={"internal-rollout-issue": "Covered."},
        reason=reason,
        live_seconds=live_seconds,
        note_url=note_url,
    )


def apply(name: str = "a1", *, minutes: int = 0, rollout: str = "codestral-2501") -> Apply:
    """An apply that has just begun."""
    return Apply(
        id=name,
        rollout=rollout,
        instance="sandbox",
        flag="use_codestral",
        phase="everyone",
        step="25%",
        action="advance",
        operator="alice",
        fingerprint="f00d",
        started_at=T0 + timedelta(minutes=minutes),
        gates_before=Gates(actors=frozenset({"User:2", "Group:3"})),
    )


def operation(name: str = "o1", *, run: str = "a1", kind: str = "create-issue") -> Operation:
    """An operation that is about to be sent."""
    return Operation(
        id=name,
        apply=run,
        rollout="codestral-2501",
        instance="sandbox",
        change="issue:rollout-plan",
        kind=kind,
        slot="rollout-plan",
        method="POST",
        path="/projects/1/issues",
        body={"title": "Plan", "labels": ["a"], "confidential": True},
        intended_at=T0,
    )


def other_process(code: str, *args: str) -> subprocess.Popen[str]:
    """Another Python process that runs `code`, with pipes for its input and output."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
