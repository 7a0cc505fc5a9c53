"""The wizard's fourth step: who gets the model when, what decides, and how it is announced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from msgspec.structs import replace

from tui.domain.draft import Draft, PhaseDraft, StepDraft, Waiver
from tui.domain.duration import ALLOWED
from tui.domain.edit import put
from tui.domain.gates import FULL, tidy
from tui.domain.guide import Guide, Ladder, Phase
from tui.domain.steps import default_phase
from tui.domain.wizard import StepId
from tui.widgets.field_specs import Field, Heading, Option, Spec
from tui.widgets.phase_preview import phase_preview
from tui.widgets.phase_tables import BASELINE, CRITERIA, findings_table, steps_table, waivers_table
from tui.widgets.preview import Shown
from tui.widgets.wizard_screen import WizardScreen

LADDER = "@ladder:"
OWN = "own"
AT_ONCE = "all at once"
SELECTED = (Option(True, "yes"), Option(False, "leave out"))


class PhasesScreen(WizardScreen):
    """Phases, announcement, criteria, waivers."""

    STEP: ClassVar[StepId] = "phases"

    def specs(self) -> Sequence[Spec]:
        """Each phase in the guide's order, then what is about the rollout as a whole."""
        found: list[Spec] = []
        for phase in self.guide.phases:
            found.extend(self._phase(phase))
        announced = next((one for one in self.guide.phases if one.announced), None)
        if announced is not None:
            found.extend(_announcement(announced.announced_sentence))
        if self.draft.findings:
            found.extend([Heading("Findings", "What was found in the phases so far."), findings_table(self.guide)])
        found.extend([Heading("Criteria", "What continue, rollback and success mean, in numbers."), CRITERIA, BASELINE])
        found.extend([Heading("Waivers", "Requirements set aside, each with its reason."), self._waivers()])
        return found

    def shown(self, draft: Draft, guide: Guide) -> Shown:
        """Step by step: who is in."""
        return phase_preview(draft, guide)

    def read(self, path: str) -> object:
        """The ladder is told from the steps."""
        if path.startswith(LADDER):
            phase = self.guide.phase(path.removeprefix(LADDER))
            return _ladder_of(phase, self._drafted(phase)) if phase else OWN
        return super().read(path)

    def write(self, path: str, value: object) -> Draft:
        """A ladder sets method and steps; steps that are edited are by percentage; new waivers are signed."""
        if path.startswith(LADDER):
            return self._climb(path.removeprefix(LADDER), str(value))
        if path == "waivers":
            rows = cast("tuple[Waiver, ...]", value)
            by = self.draft.team.dri or self.context.operator
            signed = tuple(one if one.at else replace(one, by=one.by or by, at=self.context.now) for one in rows)
            return super().write(path, signed)
        draft = super().write(path, value)
        if path.endswith("].steps") and value:
            draft = put(draft, path.replace("].steps", "].method"), "percentage-of-actors", self.guide)
        return draft

    def _drafted(self, phase: Phase) -> PhaseDraft:
        return self.draft.phase(phase.id) or default_phase(phase)

    def _climb(self, phase_id: str, name: str) -> Draft:
        phase = self.guide.phase(phase_id)
        ladder = next((one for one in phase.ladders if one.name == name), None) if phase else None
        path = f"phases[{phase_id}]"
        if name == OWN:
            return self.draft
        if ladder is None or ladder.steps == (FULL,):
            draft = put(self.draft, f"{path}.method", "all-at-once", self.guide)
            return put(draft, f"{path}.steps", (), self.guide)
        draft = put(self.draft, f"{path}.method", "percentage-of-actors", self.guide)
        return put(draft, f"{path}.steps", _rungs(ladder), self.guide)

    def _phase(self, phase: Phase) -> list[Spec]:
        chosen = self._drafted(phase)
        path = f"phases[{phase.id}]"
        found: list[Spec] = [
            Heading(phase.title, phase.short),
            Field(f"{path}.selected", "Do it", "choice", help=f"This phase is {phase.level}.", options=SELECTED,
                  sentence=phase.sentence),
        ]  # fmt: skip
        if not chosen.selected:
            if phase.level != "optional":
                found.append(Field(f"{path}.reason", "Left out because", help="The guide wants it; the reason goes "
                                   "into the history.", sentence=phase.sentence))  # fmt: skip
            return found
        if phase.audience == "everyone":
            found.extend(self._percentages(phase, chosen, path))
        else:
            found.extend(_audience(phase, path))
        found.extend(
            Field(f"{path}.answers.{one.id}", one.text, help="Answered from what this phase showed, before "
                  f"{self._title(one.before)}.", sentence=one.sentence)
            for one in phase.questions
        )  # fmt: skip
        return found

    def _title(self, phase_id: str) -> str:
        phase = self.guide.phase(phase_id)
        return phase.title if phase else phase_id

    def _percentages(self, phase: Phase, chosen: PhaseDraft, path: str) -> list[Spec]:
        options = [Option(one.name, one.name, _described(one)) for one in phase.ladders]
        if not any(one.steps == (FULL,) for one in phase.ladders):
            options.append(Option(AT_ONCE, AT_ONCE, "100 %"))
        if _ladder_of(phase, chosen) == OWN:
            options.append(Option(OWN, "steps of your own", "the table below"))
        ladder = Field(f"{LADDER}{phase.id}", "How", "choice", help="A ladder of percentages to start from; the table "
                       "below can be changed. GitLab adds the missing 100 %.", options=tuple(options), tall=True,
                       sentence=phase.sentence)  # fmt: skip
        if chosen.method == "all-at-once":
            return [ladder]
        return [ladder, steps_table(path, phase)]

    def _waivers(self) -> Spec:
        return waivers_table(self.draft, self.guide)


def _rungs(ladder: Ladder) -> tuple[StepDraft, ...]:
    last = len(ladder.steps) - 1
    return tuple(
        StepDraft(percentage=tidy(number), wait="" if place == last else ladder.wait)
        for place, number in enumerate(ladder.steps)
    )


def _ladder_of(phase: Phase, chosen: PhaseDraft) -> str:
    """The name of the ladder that the steps are, whatever their waits."""
    steps = (float(FULL),) if chosen.method == "all-at-once" else tuple(float(one.percentage) for one in chosen.steps)
    same = (one.name for one in phase.ladders if tuple(map(float, one.steps)) == steps)
    return next(same, AT_ONCE if chosen.method == "all-at-once" else OWN)


def _described(ladder: Ladder) -> str:
    numbers = ", ".join(str(tidy(one)) for one in ladder.steps)
    wait = f", {ladder.wait} apart" if len(ladder.steps) > 1 else ""
    return f"{numbers} %{wait}" + (f"; {ladder.source}" if ladder.source else "")


def _audience(phase: Phase, path: str) -> list[Spec]:
    found: list[Spec] = []
    if phase.audience == "opt-out":
        found.append(Field(f"{path}.flag", "Opt-out flag", help="A second flag, of type ops, that keeps these "
                           "customers on the model they have.", sentence=phase.sentence))  # fmt: skip
    else:
        found.append(Field(f"{path}.users", "Users", "names", help="Usernames, separated by commas, without @.",
                           sentence=phase.sentence))  # fmt: skip
    found.append(Field(f"{path}.groups", "Groups", "names", help="Paths of groups, separated by commas.",
                       sentence=phase.sentence))  # fmt: skip
    if phase.audience != "opt-out":
        found.append(Field(f"{path}.feature_groups", "Feature groups", "names", help="Names that GitLab's code knows, "
                           "such as gitlab_team_members.", sentence=phase.sentence))  # fmt: skip
    found.append(Field(f"{path}.wait", "Wait after it", help=f"Before the next phase: {ALLOWED}.",
                       placeholder=phase.wait))  # fmt: skip
    return found


def _announcement(sentence: str) -> list[Spec]:
    return [
        Heading("Announcement", "Before the model goes to everybody."),
        Field("announcement.channels", "Channels", "names", help="Where it is announced, separated by commas.",
              sentence=sentence),
        Field("announcement.text", "Text", "long", help="What is announced, ready to be copied.", sentence=sentence),
        Field("announcement.posted_at", "Posted at", "moment", help="When it was posted in all channels, in UTC: "
              "2026-11-22 10:00. One by one: m on the rollout screen.",
              sentence=sentence),
    ]  # fmt: skip
