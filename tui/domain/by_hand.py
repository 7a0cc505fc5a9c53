"""A planned request as text that a person can run without this program: HTTP, curl, chat command, Rails console."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Literal

from tui.domain.chatops import METHOD, PREFIX, set_command
from tui.domain.gates import ActorName, ActorParameter, Call, tidy
from tui.domain.plan import Change, Request
from tui.domain.text import one_line

Form = Literal["request", "curl", "chat"]


def http(request: Request) -> str:
    """Method and path, and the body as indented JSON below it; references that are not known yet stay as they are."""
    first = f"{request.method} /api/v4{request.path}"
    return f"{first}\n\n{json.dumps(dict(request.body), indent=2, ensure_ascii=False)}" if request.body else first


def curl(request: Request, url: str = "") -> str:
    """The request for a shell. The token is taken from `$GITLAB_TOKEN`, and the address too when `url` is empty."""
    path = f"/api/v4{request.path}"
    address = shlex.quote(f"{url.rstrip('/')}{path}") if url else f'"$GITLAB_URL"{shlex.quote(path)}'
    parts = [f"curl --fail-with-body --request {request.method} {address}", '--header "PRIVATE-TOKEN: $GITLAB_TOKEN"']
    if request.body:
        parts.append("--header 'Content-Type: application/json'")
        parts.append(f"--data {shlex.quote(json.dumps(dict(request.body), ensure_ascii=True))}")
    return " \\\n  ".join(parts)


def chatops(change: Change, prefix: str = PREFIX) -> str:
    """The chat command with the same effect as a gate change; empty where there is none."""
    if change.kind == "run-command":
        return str(change.request.body["command"])
    if change.kind != "set-gate" or change.aim is not None:
        return ""
    try:
        return set_command(change.flag, change.request.body, prefix)
    except ValueError:
        return ""


def by_hand(change: Change, form: Form, url: str = "", prefix: str = PREFIX) -> str:
    """The change in one of the three forms; empty for a form that there is none of."""
    if form == "chat" or (form == "request" and change.request.method == METHOD):
        return chatops(change, prefix)
    if change.request.method == METHOD:
        return ""
    return curl(change.request, url) if form == "curl" else http(change.request)


_FINDERS: Mapping[ActorParameter, str] = {
    "user": "User.find_by_username",
    "group": "Group.find_by_full_path",
    "project": "Project.find_by_full_path",
}


def rails(flag: str, call: Call) -> str:
    """The call in GitLab's Rails console, by its `Feature` (lib/feature.rb)."""
    name = _ruby(flag)
    if call.kind == "percentage":
        return f"Feature.enable_percentage_of_actors({name}, {tidy(call.percentage)})"
    does = "enable" if call.kind in {"on", "add-actor", "add-group"} else "disable"
    target = f", {_finder(call.actor)}" if call.actor else f", Feature.group({_ruby(call.group)})" if call.group else ""
    return f"Feature.{does}({name}{target})"


def _finder(actor: ActorName) -> str:
    return f"{_FINDERS[actor.parameter]}({_ruby(actor.name)})"


def _ruby(text: str) -> str:
    """A Ruby string in which nothing is run: `#{…}` in double quotes would be."""
    return json.dumps(one_line(text), ensure_ascii=False).replace("#", "\\#")


def off_by_hand(flag: str, url: str = "", prefix: str = PREFIX, *, project: str = "") -> tuple[str, ...]:
    """The ways to turn a flag off for everybody without this program: curl, chat command, Rails console.

    With `project` the flag is that project's: the chat bot does not know it, and off is off in every environment.
    """
    name = one_line(flag)
    if project:
        return _project_off(name, one_line(project), url)
    request = Request("POST", f"/features/{name}", {"value": False})
    return curl(request, url), f"{prefix} feature set {name} false", rails(name, Call("off"))


def _project_off(name: str, project: str, url: str) -> tuple[str, ...]:
    place = project.strip("/").replace("/", "%2F")
    request = Request("PUT", f"/projects/{place}/feature_flags/{name}", {"active": False})
    flags = f"Project.find_by_full_path({_ruby(project)}).operations_feature_flags"
    return curl(request, url), f"{flags}.find_by!(name: {_ruby(name)}).update!(active: false)"
