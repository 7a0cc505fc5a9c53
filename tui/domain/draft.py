"""The draft: the operator's intent for one rollout. The shape is the TOML file's, key by key (design, section 4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

SCHEMA = 1

Strictness = Literal["guide", "strict"]
Target = Literal["instance", "project", "chatops"]
CheckState = Literal["open", "done", "not-applicable"]
Method = Literal["percentage-of-actors", "all-at-once"]
CriterionKind = Literal["continue", "rollback", "success"]
Comparator = Literal["<=", "<", ">=", ">", "=="]
FlagType = Literal["beta", "gitlab_com_derisk", "wip", "ops", "experiment", "development", "worker"]
Actor = Literal["user", "group", "project", "instance"]


class Model(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The model that is rolled out; `replaces` is the one it takes over from."""

    name: str = ""
    version: str = ""
    vendor: str = ""
    host: str = ""
    docs: str = ""
    feature: str = ""
    reason: str = ""
    replaces: str = ""


class Team(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who does the rollout; `dri` and `stakeholders` are usernames."""

    name: str = ""
    channel: str = ""
    dri: str = ""
    stakeholders: tuple[str, ...] = ()


class Place(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where plan issues go: the name of an instance of the settings (never a token) and a project path."""

    instance: str = "sandbox"
    project: str = ""


class FlagSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The feature flag. `project` and `environment` are for the target `project` only."""

    name: str = ""
    target: Target = "instance"
    type: FlagType = "beta"
    actor: Actor = "user"
    project: str = ""
    environment: str = ""


class CheckAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the operator says of one check."""

    id: str
    state: CheckState = "open"
    note: str = ""
    evidence: str = ""
    by: str = ""
    at: datetime | None = None


class Capacity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Evidence for the volume check: peak and quota a minute in one region."""

    region: str
    peak_requests_per_minute: int | None = None
    quota_requests_per_minute: int | None = None
    peak_tokens_per_minute: int | None = None
    quota_tokens_per_minute: int | None = None
    approved: bool = False
    verified: bool = False


class IssueDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One plan issue. `confidential`, `labels` and `title` left out mean the guide's defaults.

    `body` is the operator's own text in the place of the one made from the fields. `template` is the project's issue
    template that it was begun from and `template_digest` that template's text as it was then; empty for none.
    """

    kind: str
    title: str = ""
    confidential: bool | None = None
    labels: tuple[str, ...] | None = None
    assignees: tuple[str, ...] = ()
    due: date | None = None
    existing: str = ""
    phase: str = ""
    skip: bool = False
    template: str = ""
    template_digest: str = ""
    body: str = ""
    fields: dict[str, str | tuple[str, ...]] = {}

    @property
    def slot(self) -> str:
        """The issue's name inside its rollout: its kind, with the phase when it is for one phase only."""
        return f"{self.kind}@{self.phase}" if self.phase else self.kind


class StepDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One percentage; `wait` is the least time before the next step (`15m`, `2h`, `1d`)."""

    percentage: int | float
    wait: str = ""


class PhaseDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One phase: whether it is done and for whom.

    `reason` says why a recommended phase is left out; `flag` names the second flag of an opt-out phase;
    `answers` are to the guide's questions about this phase, by question id.
    """

    id: str
    selected: bool = True
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    feature_groups: tuple[str, ...] = ()
    method: Method = "percentage-of-actors"
    steps: tuple[StepDraft, ...] = ()
    wait: str = ""
    flag: str = ""
    reason: str = ""
    answers: dict[str, str] = {}


class Finding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody found in a phase, as an answer to one of the guide's questions; `url` is where they said it.

    `answer` is one of the question's choices. `outcome` says how the finding was settled: it is open while that is
    empty, if it is one of those that the guide wants settled.
    """

    question: str
    answer: str = ""
    text: str = ""
    by: str = ""
    at: datetime | None = None
    url: str = ""
    outcome: str = ""
    settled_by: str = ""
    settled_at: datetime | None = None


class Criterion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What continue, rollback or success mean, in numbers."""

    kind: CriterionKind
    metric: str
    comparator: Comparator
    value: int | float
    unit: str = ""


class Baseline(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}):
    """What the replaced model did: the range of one metric over a range of dates."""

    metric: str
    low: int | float | None = None
    high: int | float | None = None
    unit: str = ""
    since: date | None = None
    until: date | None = None


class Waiver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A requirement set aside; without a reason it does not count."""

    requirement: str
    reason: str = ""
    by: str = ""
    at: datetime | None = None


class Posted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That the announcement was posted in a channel; `url` is where it can be read."""

    channel: str
    at: datetime
    by: str = ""
    url: str = ""


class Announcement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where and with which text the release is announced, and where it has been.

    `posted_at` is when it was posted to all channels, where nobody noted them one by one.
    """

    channels: tuple[str, ...] = ()
    text: str = ""
    posted_at: datetime | None = None
    posted: tuple[Posted, ...] = ()

    @property
    def unposted(self) -> tuple[str, ...]:
        """The channels in which it is not posted yet."""
        done = {one.channel for one in self.posted}
        return () if self.posted_at is not None else tuple(one for one in self.channels if one not in done)


class Draft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole draft."""

    schema: int
    id: str
    title: str = ""
    guide: str = "v1"
    strictness: Strictness = "guide"
    sample: bool = False
    model: Model = Model()
    team: Team = Team()
    gitlab: Place = Place()
    flag: FlagSpec = FlagSpec()
    checks: tuple[CheckAnswer, ...] = ()
    capacity: tuple[Capacity, ...] = ()
    issues: tuple[IssueDraft, ...] = ()
    phases: tuple[PhaseDraft, ...] = ()
    findings: tuple[Finding, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    baseline: tuple[Baseline, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    announcement: Announcement = Announcement()

    def check(self, check_id: str) -> CheckAnswer:
        """The answer to a check; an open one when there is none."""
        return next((one for one in self.checks if one.id == check_id), CheckAnswer(id=check_id))

    def issue(self, slot: str) -> IssueDraft | None:
        """The plan issue in that slot, if the draft mentions it."""
        return next((one for one in self.issues if one.slot == slot), None)

    def phase(self, phase_id: str) -> PhaseDraft | None:
        """The phase of that id, if the draft mentions it."""
        return next((one for one in self.phases if one.id == phase_id), None)

    def waiver(self, requirement: str) -> Waiver | None:
        """The waiver of that requirement, if it has a reason."""
        return next((one for one in self.waivers if one.requirement == requirement and one.reason.strip()), None)
