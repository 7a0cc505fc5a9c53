"""Foreign clients over the socket: python-gitlab, as the app uses it, and its command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import gitlab
import pytest
from gitlab.exceptions import GitlabAuthenticationError, GitlabCreateError, GitlabGetError

from tests.sandbox.api import Api
from tui.sandbox.server import Server

FLAG = "duo_workflow_claude_sonnet_4"


@pytest.fixture
def gl(server: Server) -> Iterator[gitlab.Gitlab]:
    with gitlab.Gitlab(server.url, private_token=server.token) as client:
        yield client


def test_who_and_where(gl: gitlab.Gitlab, server: Server) -> None:
    gl.auth()
    assert gl.user is not None
    assert gl.user.username == "alice"
    assert gl.version() == ("18.5.1-ee", "3a1c5f0e2d4")
    assert gl.personal_access_tokens.get("self").scopes == ["api"]
    project = gl.projects.get(server.project)
    assert project.members_all.get(2).access_level == 40
    assert [user.id for user in gl.users.list(username="bob", get_all=True)] == [2]
    assert gl.groups.get("gitlab-com").full_path == "gitlab-com"
    assert [template.name for template in project.issue_templates.list(get_all=True)] == ["Bug", "Feature proposal"]
    assert "How we know" in project.issue_templates.get("Feature proposal").content


def test_issues_notes_links(gl: gitlab.Gitlab, server: Server) -> None:
    project = gl.projects.get(server.project)
    plan = project.issues.create({"title": "Plan", "labels": ["a", "b"], "confidential": True, "assignee_ids": [1, 2]})
    feedback = project.issues.create({"title": "Feedback"})
    plan.notes.create({"body": "Step done", "internal": True})
    plan.links.create({"target_project_id": project.id, "target_issue_iid": feedback.iid})
    plan.description = "New\r\n"
    plan.save()
    read = project.issues.get(plan.iid)
    assert (read.description, read.labels, read.confidential, read.references["full"]) == (
        "New",
        ["a", "b"],
        True,
        f"{server.project}#{plan.iid}",
    )
    assert [link.iid for link in read.links.list(get_all=True)] == [feedback.iid]
    assert "Step done" in [note.body for note in read.notes.list(iterator=True)]
    assert len(project.issues.list(get_all=True, per_page=2)) == 5


def test_flags(gl: gitlab.Gitlab) -> None:
    gl.features.set(FLAG, True, user="alice")
    feature = gl.features.set(FLAG, 25, key="percentage_of_actors")
    assert feature.gates[1:] == [
        {"key": "actors", "value": ["User:1"]},
        {"key": "percentage_of_actors", "value": 25},
    ]
    assert FLAG in [each.name for each in gl.features.list(get_all=True)]
    definitions: Any = gl.http_get("/features/definitions")
    assert FLAG in [each["name"] for each in definitions]
    gl.features.delete(FLAG)
    assert FLAG not in [each.name for each in gl.features.list(get_all=True)]


def test_errors_reach_the_client(gl: gitlab.Gitlab, server: Server) -> None:
    with pytest.raises(GitlabGetError) as missing:
        gl.projects.get("no/where")
    assert missing.value.response_code == 404
    assert str(missing.value.error_message) == "404 Project Not Found"
    with pytest.raises(GitlabCreateError) as blank:
        gl.projects.get(server.project).issues.create({"title": ""})
    message: object = blank.value.error_message
    assert message == {"title": ["can't be blank"]}
    with gitlab.Gitlab(server.url, private_token="glpat-wrong") as stranger, pytest.raises(GitlabAuthenticationError):
        stranger.auth()


def test_its_command_line(server: Server, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("gitlab")
    if not program.exists():
        pytest.skip("python-gitlab's command line is not installed beside this Python")

    settings = tmp_path / "gitlab.cfg"
    settings.write_text(f"[global]\ndefault = sandbox\n[sandbox]\nurl = {server.url}\nprivate_token = {server.token}\n")

    def run(*arguments: str) -> object:
        done = subprocess.run(
            [str(program), "--config-file", str(settings), "-o", "json", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    made = run("project-issue", "create", "--project-id", server.project, "--title", "From the shell", "--labels", "a")
    assert isinstance(made, dict)
    assert made["labels"] == ["a"]
    listed = run("project-issue", "list", "--project-id", server.project)
    assert isinstance(listed, list)
    assert "From the shell" in [issue["title"] for issue in listed]


def test_glab(server: Server, tmp_path: Path) -> None:
    program = shutil.which("glab")
    if program is None:
        pytest.skip("glab is not installed")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GITLAB_HOST": server.url,
        "GITLAB_TOKEN": server.token,
        "NO_PROMPT": "1",
    }
    command = [program, "api", "projects/code-creation%2Frollouts/issues"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == 3


def test_a_request_is_quick(api: Api) -> None:
    took = []
    for _ in range(100):
        began = time.perf_counter()
        api("GET", "/features")
        took.append(time.perf_counter() - began)
    assert median(took) < 0.003
