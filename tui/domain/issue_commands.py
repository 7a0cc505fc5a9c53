"""What a plan issue says about setting the flag: chat commands, or a project's strategies and requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.domain import markdown
from tui.domain.chatops import PREFIX
from tui.domain.draft import Draft, FlagSpec
from tui.domain.gates import FULL, tidy
from tui.domain.steps import Step
from tui.domain.strategies import EVERYWHERE

NON_PRODUCTION = "--dev --pre --staging --staging-ref"


def of_step(draft: Draft, step: Step, prefix: str = PREFIX) -> str:
    """What opens the flag for one step; empty without a flag. Never a percentage of time. `prefix` calls the bot."""
    lines = _strategies(draft.flag, step) if draft.flag.target == "project" else _enable(step, f"{prefix} feature")
    return "\n".join(lines) if step.flag else ""


def of_name(draft: Draft, steps: Sequence[Step], name: str, prefix: str = PREFIX) -> str:
    """The lines for `test`, `state`, `off`, `off-everywhere`, `only-people` and `delete`."""
    project = draft.flag.target == "project"
    found = _requests(draft.flag) if project else _commands(draft, steps, f"{prefix} feature")
    return "\n".join(found[name])


def _commands(draft: Draft, steps: Sequence[Step], bot: str) -> dict[str, list[str]]:
    flag = markdown.code(draft.flag.name)
    people = [step for step in steps if not step.percentage and step.flag == draft.flag.name]
    return {
        "test": [f"{bot} set {flag} 50 --actors {NON_PRODUCTION}", f"{bot} set {flag} true {NON_PRODUCTION}"],
        "state": [f"{bot} get {flag}"],
        "off": [f"{bot} set {flag} false"],
        "off-everywhere": [f"{bot} set {flag} false", f"{bot} set {flag} false {NON_PRODUCTION}"],
        "only-people": [f"{bot} set {flag} false", *(line for step in people for line in _enable(step, bot))],
        "delete": [f"{bot} delete {flag} {NON_PRODUCTION} --production"],
    }


def _enable(step: Step, bot: str) -> Iterable[str]:
    """The chat commands of one step; a percentage needs `--actors`."""
    flag = markdown.code(step.flag)
    if step.percentage == FULL:
        yield f"{bot} set {flag} true"
    elif step.percentage:
        yield f"{bot} set {flag} {tidy(step.percentage)} --actors"
    if step.users:
        yield f"{bot} set --user={_comma(step.users)} {flag} true"
    if step.groups:
        yield f"{bot} set --group={_comma(step.groups)} {flag} true"
    for group in step.feature_groups:
        yield f"{bot} set --feature-group={markdown.code(group)} {flag} true"


def _comma(names: Iterable[str]) -> str:
    return ",".join(markdown.code(name) for name in names)


def _strategies(flag: FlagSpec, step: Step) -> Iterable[str]:
    """The strategies of one step, as GitLab's API calls them."""
    where = markdown.code(flag.environment or EVERYWHERE)
    if step.percentage == FULL:
        yield f"default (everybody) for {where}"
    elif step.percentage:
        yield f"flexibleRollout {tidy(step.percentage)} % by userId for {where}"
    if step.users:
        yield f"userWithId {_comma(step.users)} for {where}"
    for group in step.feature_groups:
        yield f"gitlabUserList {markdown.code(group)} for {where}"


def _requests(flag: FlagSpec) -> dict[str, list[str]]:
    project = markdown.code(flag.project).replace("/", "%2F")
    address = f'"$GITLAB_URL/api/v4/projects/{project}/feature_flags/{markdown.code(flag.name)}"'
    curl = 'curl --header "PRIVATE-TOKEN: $GITLAB_TOKEN"'
    off = f"{curl} --request PUT --data active=false {address}"
    return {
        "state": [f"{curl} {address}"],
        "off": [off],
        "off-everywhere": [off],
        "delete": [f"{curl} --request DELETE {address}"],
    }
