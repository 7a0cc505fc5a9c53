"""The command line: shapes of its JSON, exit codes, and what it says when something is wrong."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from msgspec import structs

from tests.cli.program import ENV_DRAFT, SANDBOX_DRAFT, Program
from tests.support.rollouts import FLAG, with_issue, with_phase
from tui.domain.draft import Finding
from tui.domain.text import clean
from tui.sandbox.server import Server

PLAN_KEYS = {"rollout", "phase", "step", "fingerprint", "changes", "blocked", "warnings", "effect"}
HISTORY_KEYS = {
    "at", "operator", "instance", "flag", "phase", "step", "action", "gates_before", "gates_after", "reason", "note_url"
}  # fmt: skip


def test_a_rollout_by_commands_alone_on_the_embedded_sandbox(program: Program) -> None:
    program.save(SANDBOX_DRAFT)
    planned = program("plan", SANDBOX_DRAFT.id, "--json")
    assert planned.code == 2
    assert set(planned.json) >= PLAN_KEYS
    assert {"id", "kind", "summary", "after", "request"} <= set(planned.json["changes"][0])
    assert set(planned.json["changes"][0]["request"]) == {"method", "path", "body"}
    applied = program("apply", SANDBOX_DRAFT.id, "--yes", "--json")
    assert applied.code == 0
    assert applied.json["outcome"] == "done"
    assert [one["id"] for one in applied.json["operations"]] == [one["id"] for one in planned.json["changes"]]
    assert {one["state"] for one in applied.json["operations"]} == {"confirmed"}
    (entry,) = program("history", "--json").json
    assert set(entry) >= HISTORY_KEYS
    assert (entry["phase"], entry["step"], entry["operator"]) == ("stakeholders", "team", "alice")
    status = program("status", SANDBOX_DRAFT.id, "--json").json
    assert status["next"] == {"phase": "members", "step": "members"}
    assert [one["question"] for one in status["feedback"]["questions"]] == ["latency", "correctness"]
    assert status["feedback"]["threads"] == {"internal-feedback": {"open": 0, "total": 0}}
    slow = Finding(question="latency", answer="worse", text="twice as slow in Asia", by="bob")
    program.save(structs.replace(SANDBOX_DRAFT, findings=(slow,)))
    said = program("status", SANDBOX_DRAFT.id).out
    assert "To be settled: bob: worse: twice as slow in Asia" in said
    assert "Threads on code-creation/rollouts#" in said
    (draft,) = program("drafts", "--json").json
    assert (draft["id"], draft["phase"], draft["step"], draft["problems"]) == (
        SANDBOX_DRAFT.id,
        "stakeholders",
        "team",
        0,
    )
    assert Path(draft["path"]).exists()


def test_plan_and_apply_take_the_next_step_that_is_due(program: Program) -> None:
    program.save(SANDBOX_DRAFT)
    seen = []
    for _ in range(8):
        seen.append(program("plan", SANDBOX_DRAFT.id, "--json").json["step"])
        assert program("apply", SANDBOX_DRAFT.id, "--yes", "--json").code == 0
    assert seen == ["team", "members", "1%", "10%", "25%", "50%", "75%", "100%"]
    done = program("plan", SANDBOX_DRAFT.id, "--json")
    assert (done.code, done.json["changes"]) == (0, [])
    assert program("apply", SANDBOX_DRAFT.id, "--yes", "--json").json["operations"] == []
    back = program("apply", SANDBOX_DRAFT.id, "--phase", "everyone", "--step", "50", "--yes", "--json")
    assert back.code == 0
    assert "↓ back" in program("status", SANDBOX_DRAFT.id).out, "the chart of the exposure"
    gates = program("status", SANDBOX_DRAFT.id, "--json").json["gates"]
    assert gates == {
        "boolean": False,
        "actors": ["Group:1", "User:1", "User:2"],
        "groups": ["gitlab_team_members"],
        "percentage_of_actors": 50,
        "percentage_of_time": 0,
    }


def test_blocked_is_3_and_nothing_is_written(connected: Program, server: Server) -> None:
    connected.save(with_issue(ENV_DRAFT, "internal-feedback", skip=True))
    planned = connected("plan", ENV_DRAFT.id, "--json")
    assert planned.code == 3
    assert [one["id"] for one in planned.json["blocked"]] == ["internal-feedback-issue"]
    applied = connected("apply", ENV_DRAFT.id, "--yes", "--json")
    assert applied.code == 3
    assert applied.json["error"]["code"] == "blocked"
    assert not [one for one in server.requests if one.method != "GET"]


@pytest.mark.parametrize("role", ["maintainer", "developer", "reporter", "guest"])
def test_who_is_no_administrator_is_told_before_anything_is_written(server: Server, tmp_path: Path, role: str) -> None:
    program = Program(tmp_path / "home", GITLAB_URL=server.url, GITLAB_TOKEN=server.tokens[role])
    program.save(ENV_DRAFT)
    applied = program("apply", ENV_DRAFT.id, "--yes", "--json")
    assert applied.code == 3
    assert "administrator" in applied.json["error"]["message"]
    assert not [one for one in server.requests if one.method != "GET"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("plan", "nowhere"), "no-such-draft"),
        (("plan", "/nowhere/draft.toml"), "no-such-draft"),
        (("plan", SANDBOX_DRAFT.id, "--phase", "nowhere"), "bad-input"),
        (("plan", SANDBOX_DRAFT.id, "--instance", "nowhere"), "bad-input"),
        (("plan", SANDBOX_DRAFT.id, "--instance", "env"), "bad-input"),
    ],
)
def test_errors_with_json_have_a_code_a_message_and_a_hint(program: Program, words: tuple[str, ...], code: str) -> None:
    program.save(SANDBOX_DRAFT)
    ran = program(*words, "--json")
    assert ran.code == 1
    assert ran.json["error"]["code"] == code
    assert ran.json["error"]["message"]
    assert ran.json["error"]["hint"]
    plain = program(*words)
    assert plain.out == ""
    assert "Traceback" not in plain.err


def test_usage_errors_are_64(program: Program) -> None:
    assert program("plan").code == 64
    assert program("plan", "x", "--nope", "--json").json["error"]["code"] == "usage"
    assert program("apply", program.save(SANDBOX_DRAFT).stem).code == 64


def test_a_gitlab_that_is_not_there(tmp_path: Path) -> None:
    program = Program(tmp_path / "home", GITLAB_URL="http://127.0.0.1:9", GITLAB_TOKEN="glpat-not-a-real-one")
    program.save(ENV_DRAFT)
    ran = program("plan", ENV_DRAFT.id, "--json")
    assert ran.json["error"]["code"] == "unreachable"
    assert "doctor" in ran.json["error"]["hint"]


def test_without_a_terminal_the_app_names_the_commands_that_need_none(program: Program) -> None:
    ran = program()
    assert ran.code == 1
    assert "demo" in ran.err
    assert ran.out == ""


def test_version_and_help_say_so(program: Program) -> None:
    assert program("--version").out.startswith("rollout-tui ")
    shown = program("--help").out
    for verb in ("apply", "demo", "doctor", "drafts", "history", "open", "plan", "sandbox", "status"):
        assert verb in shown


def test_the_demo_needs_nothing_and_leaves_nothing(program: Program) -> None:
    ran = program("demo", "--json")
    assert ran.code == 0
    assert [step["step"] for step in ran.json] == ["team", "members", "1%", "10%", "25%", "50%", "75%", "100%"]
    assert not program.home.exists()


def test_the_sandbox_prints_one_line_when_it_answers_and_stops_on_sigterm(program: Program) -> None:
    process = program.start("sandbox", "--json", "--port", "0")
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert {"url", "token", "project", "tokens"} <= set(ready)
    assert {"admin", "maintainer", "developer", "reporter", "guest"} <= set(ready["tokens"])
    ask = Request(f"{ready['url']}/api/v4/user", headers={"PRIVATE-TOKEN": ready["token"]})
    with urlopen(ask, timeout=10) as answer:
        assert json.load(answer)["is_admin"] is True
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    process.communicate()


def test_doctor_goes_through_all_that_could_fail(connected: Program) -> None:
    ran = connected("doctor", "--project", "code-creation/rollouts", "--json")
    assert ran.code == 0
    assert [row["name"] for row in ran.json] == [
        "instance", "token", "address", "proxy", "TLS", "GitLab", "sign-in", "expiry", "scopes", "operator",
        "administrator", "project", "role", "templates", "flags", "next"
    ]  # fmt: skip
    assert {row["state"] for row in ran.json} == {"ok"}
    connected.save(ENV_DRAFT)
    told = connected("doctor", "--draft", ENV_DRAFT.id)
    assert told.code == 0
    assert told.out.splitlines()[-1].split() == ["✓", "next", "rollout-tui", "plan", ENV_DRAFT.id]
    wrong = Program(connected.home, GITLAB_URL=connected.environ["GITLAB_URL"], GITLAB_TOKEN="glpat-wrong-wrong-wrong")
    broken = wrong("doctor", "--json")
    assert broken.code == 1
    assert "failed" in {row["state"] for row in broken.json}
    assert all(row["hint"] for row in broken.json if row["state"] == "failed")


HOSTILE = ["[JIRA-1] x", "[/]", "[@click=app.quit]x[/]", "\x1b]0;owned\x07", "\u202egnp.exe", "x" * 300, "e\u0301" * 40]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_escape_byte_reaches_the_terminal(program: Program, text: str) -> None:
    draft = with_phase(structs.replace(SANDBOX_DRAFT, title=text), "stakeholders", users=("alice",), groups=())
    program.save(with_issue(draft, "rollout-plan", title=f"{text} plan"))
    for words in (("plan", draft.id), ("apply", draft.id, "--yes"), ("status", draft.id), ("history",), ("drafts",)):
        ran = program(*words)
        shown = ran.out + ran.err
        assert shown == clean(shown), words
        assert "Traceback" not in shown


def test_a_planted_token_is_found_nowhere_after_a_full_run_with_debug_logging(
    connected: Program, server: Server
) -> None:
    connected.save(ENV_DRAFT)
    shown = ""
    for words in (("plan", ENV_DRAFT.id), ("apply", ENV_DRAFT.id, "--yes"), ("status", ENV_DRAFT.id), ("doctor",)):
        ran = connected("--debug", *words)
        shown += ran.out + ran.err
    broken = Program(connected.home, GITLAB_URL=server.url, GITLAB_TOKEN=server.tokens["developer"])
    shown += (ran := broken("--debug", "apply", ENV_DRAFT.id, "--yes")).out + ran.err
    logs = list(connected.locations.logs.glob("*.log"))
    assert len(logs) == 5
    assert any(FLAG in path.read_text() for path in logs)
    secrets = [server.token, server.tokens["developer"]]
    for path in connected.home.rglob("*"):
        if path.is_file():
            assert not any(secret.encode() in path.read_bytes() for secret in secrets), path
    assert not any(secret in shown for secret in secrets)
