"""A chat bot for tests: it reads a command by a grammar of its own and carries it out as an administrator."""

from __future__ import annotations

import json
from urllib.parse import quote
from urllib.request import Request, urlopen

from tui.domain.plan import Change
from tui.domain.plan import Request as Planned
from tui.sandbox.server import Server

OPTIONS = {"--user": "user", "--group": "group", "--project": "project", "--feature-group": "feature_group"}


class Refused(AssertionError):
    """The command is not one that GitLab's bot takes."""


def parse(text: str) -> tuple[str, dict[str, object]]:
    """The flag's name, and what the bot sends to the Features API."""
    words = text.split(" ")
    if words[:5] != ["/chatops", "gitlab", "run", "feature", "set"] or "" in words or not text.isprintable():
        raise Refused(text)
    name, value = [word for word in words[5:] if not word.startswith("--")]
    options = [word.partition("=") for word in words[5:] if word.startswith("--")]
    body: dict[str, object] = {"value": value}
    for option, _, given in options:
        if option == "--actors" and not given and value not in {"true", "false"} and len(options) == 1:
            body["key"] = "percentage_of_actors"
        elif option in OPTIONS and given and "," not in given and value in {"true", "false"}:
            body[OPTIONS[option]] = given
        else:
            raise Refused(text)
    if value not in {"true", "false"} and "key" not in body:
        raise Refused(text)
    return name, body


class Bot:
    """Answers as an operator does who runs each command as it is shown. `refuses` says from which one on it fails."""

    def __init__(self, server: Server, refuses: int | None = None) -> None:
        self.server, self.refuses = server, refuses
        self.said: list[str] = []
        self.ran: list[Change] = []

    def __call__(self, change: Change, request: Planned) -> bool:
        """Run it."""
        command = str(request.body["command"])
        self.said.append(command)
        if self.refuses is not None and len(self.said) > self.refuses:
            return False
        self.run(command)
        self.ran.append(change)
        return True

    def run(self, command: str) -> None:
        """Send what the command says, as the bot's own administrator."""
        name, body = parse(command)
        call = Request(
            f"{self.server.url}/api/v4/features/{quote(name, safe='')}",
            data=json.dumps(body).encode(),
            headers={"PRIVATE-TOKEN": self.server.tokens["admin"], "Content-Type": "application/json"},
        )
        with urlopen(call, timeout=10) as answer:
            json.load(answer)
