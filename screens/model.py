"""The wizard's first step: the rollout, its model, its team, and the flag it goes through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, get_args

from tui.domain.draft import Actor, Draft, FlagType
from tui.domain.edit import put
from tui.domain.guide import Guide
from tui.domain.wizard import StepId
from tui.widgets.field_specs import Field, Heading, Option, Spec
from tui.widgets.issue_preview import issue_preview
from tui.widgets.issue_texts import IssueText
from tui.widgets.preview import Shown
from tui.widgets.wizard_screen import WizardScreen

STRICTNESS = (Option("guide", "as the guide says"), Option("strict", "strict"))
TARGETS = (
    Option("instance", "instance", "Applied by this program through GitLab's Features API; needs an administrator."),
    Option("project", "project", "A project's own flag, for one environment; feature groups are its user lists."),
    Option("chatops", "chatops", "Chat commands, shown one by one: a person runs them and says what the bot answered."),
)
ACTORS: dict[str, str] = {
    "user": "A person keeps what they got; employees can be reached by their feature group.",
    "group": "A whole group at a time; a feature group reaches nobody.",
    "project": "A project at a time; a feature group reaches nobody.",
    "instance": "Everything at once.",
}


class ModelScreen(WizardScreen):
    """Model and flag."""

    STEP: ClassVar[StepId] = "model"

    def specs(self) -> Sequence[Spec]:
        """Rollout, model, team, place and flag."""
        return (*self._rollout(), *MODEL, *self._team(), *self._place(), *self._flag())

    def shown(self, draft: Draft, guide: Guide) -> Shown:
        """The first plan issue of the guide: all of this ends up there."""
        first = guide.issues[0].kind if guide.issues else ""
        return issue_preview(IssueText(draft, guide, first, self.context))

    def write(self, path: str, value: object) -> Draft:
        """A target that is no project has no use for a project and an environment."""
        draft = super().write(path, value)
        if path == "flag.target" and value != "project":
            draft = put(put(draft, "flag.project", "", self.guide), "flag.environment", "", self.guide)
        return draft

    def _rollout(self) -> tuple[Spec, ...]:
        guides = [Option(one.id, f"{one.id}  {one.title}", one.summary) for one in self.context.guides.values()]
        return (
            Heading("Rollout"),
            Field("title", "Title", help="How the rollout is called in the list, in issues and in the history."),
            Field(
                "guide",
                "Guide",
                "choice",
                help="Which wording of the guide the rollout follows. What another one does not have is kept.",
                options=tuple(guides),
                tall=True,
            ),
            Field("strictness", "Strictness", "choice", help="What the guide requires blocks a phase; in strict, what "
                  "it recommends does, too.", options=STRICTNESS),
        )  # fmt: skip

    def _team(self) -> tuple[Spec, ...]:
        return (
            Heading("Team"),
            Field("team.name", "Team", help="The team that does the rollout.", placeholder=self.guide.team),
            Field("team.channel", "Channel", help="The team's chat channel, such as #g_code_creation."),
            Field("team.dri", "Responsible", help="The username of who is directly responsible, without @."),
            Field("team.stakeholders", "Stakeholders", "names", help="Usernames, separated by commas, without @."),
        )

    def _place(self) -> tuple[Spec, ...]:
        instances = tuple(Option(one.name, one.label) for one in self.context.instances or (self.context.instance,))
        return (
            Heading("GitLab"),
            Field("gitlab.instance", "Instance", "choice", help="Which GitLab the plan issues and the flag are on. "
                  "The token never is in a draft.", options=instances),
            Field("gitlab.project", "Project", help="The path of the project for the plan issues: group/project."),
        )  # fmt: skip

    def _flag(self) -> tuple[Spec, ...]:
        rule = self.guide.flag
        actors = tuple(Option(one, one) for one in get_args(Actor))
        expected = f" The guide expects {rule.type}." if rule.type else ""
        found: list[Spec] = [
            Heading("Feature flag"),
            Field("flag.name", "Flag", help="As GitLab has it: small letters, digits and underscores. A name that "
                  "GitLab does not know makes a new flag.", sentence=rule.sentence),
            Field("flag.type", "Type", "choice", help=f"The type in the flag's definition.{expected}",
                  options=tuple(Option(one, one) for one in get_args(FlagType)), sentence=rule.sentence),
            Field("flag.actor", "Actor", "choice", help="Whom the code asks the flag about; a percentage is of these. "
                  f"{ACTORS[self.draft.flag.actor]}", options=actors),
            Field("flag.target", "Target", "choice", help="Where the flag lives, and who switches it.",
                  options=TARGETS, tall=True),
        ]  # fmt: skip
        if self.draft.flag.target == "project":
            found.append(Field("flag.project", "Flag's project", help="The project that owns the flag: group/project. "
                         "A phase's users go in as the ids that the application sends, usually usernames; its feature "
                         "groups are the project's user lists of the same name."))  # fmt: skip
            found.append(Field("flag.environment", "Environment", help="The environment scope, such as production or "
                         "review/*; empty is all of them. What the flag has for others is left alone."))  # fmt: skip
        return tuple(found)


MODEL: tuple[Spec, ...] = (
    Heading("Model"),
    Field("model.name", "Name", help="As people call it: Codestral 25.01."),
    Field("model.version", "Version", help="As its maker names it: codestral-2501."),
    Field("model.vendor", "Vendor", help="Who made it."),
    Field("model.host", "Host", help="Who runs it for you."),
    Field("model.docs", "Documentation", help="A link to the model's documentation."),
    Field("model.feature", "Feature", help="What uses it: Code Completion, for instance."),
    Field("model.reason", "Reason", "long", help="Why this model: what gets better for whom."),
    Field("model.replaces", "Replaces", help="The model it takes over from."),
)
