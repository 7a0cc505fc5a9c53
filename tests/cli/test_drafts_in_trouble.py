"""A draft that cannot be used: its own message, and the file as it was."""

from __future__ import annotations

import pytest

from tests.cli.program import ENV_DRAFT, SANDBOX_DRAFT, Program
from tests.support.until import wait_until
from tui.sandbox.faults import Fault
from tui.sandbox.server import Server
from tui.store.drafts import dumps

TEXT = dumps(SANDBOX_DRAFT)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEXT[: len(TEXT) // 2], ["cut short"]),
        (TEXT[: TEXT.index("[[issues]]")], ["cut short"]),
        (TEXT[: TEXT.index("[[issues]]") - 5], ["line"]),
        (TEXT.replace('title = "Codestral 25.01 for Code Completion"', "title = 7", 1), ["title", "7"]),
        (TEXT.replace("[model]", '[model]\nvendro = "x"', 1), ["vendro", "vendor"]),
        (TEXT.replace("schema = 1", "schema = 99", 1), ["newer", "99"]),
        (TEXT.replace("schema = 1", 'schema = 1\nguide2 = 1\nstrictnes = "x"', 1), ["guide2", "strictnes"]),
        ("", ["empty", "cut short"]),
        ("\x00\xff", []),
    ],
    ids=[
        "half",
        "between lines",
        "inside a value",
        "wrong type",
        "unknown key",
        "future",
        "two keys",
        "empty",
        "bytes",
    ],
)
def test_it_says_what_is_wrong_and_leaves_the_file_alone(program: Program, text: str, said: list[str]) -> None:
    path = program.save(SANDBOX_DRAFT)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    before = path.read_bytes()
    ran = program("plan", SANDBOX_DRAFT.id, "--json")
    assert ran.code == 1
    assert ran.json["error"]["code"] == "draft-invalid"
    assert str(path) in ran.json["error"]["message"]
    for word in said:
        assert word in ran.json["error"]["message"]
    assert path.read_bytes() == before
    (listed,) = program("drafts", "--json").json
    assert listed["problems"] >= 1
    assert path.read_bytes() == before


def test_domain_problems_come_all_at_once_with_path_and_what_is_allowed(program: Program) -> None:
    path = program.save(SANDBOX_DRAFT)
    text = TEXT.replace('name = "use_fireworks_codestral_code_completion"', 'name = "Use.Codestral"', 1)
    path.write_text(text.replace("percentage = 10,", "percentage = 0,", 1).replace('wait = "2h"', 'wait = "soon"', 1))
    message = program("plan", SANDBOX_DRAFT.id, "--json").json["error"]["message"]
    for word in ("flag.name", "percentage", "wait", "soon"):
        assert word in message


def test_two_applies_of_one_rollout_do_not_run_at_once(connected: Program, server: Server) -> None:
    connected.save(ENV_DRAFT)
    server.faults.add(Fault(kind="slow", method="POST", path_regex="/issues$", seconds=3))
    first = connected.start("apply", ENV_DRAFT.id, "--yes", "--json")
    wait_until(lambda: any(one.method == "POST" for one in list(server.requests)), what="the first write")
    second = connected("apply", ENV_DRAFT.id, "--yes", "--json")
    assert (second.code, second.json["error"]["code"]) == (1, "in-use")
    assert str(first.pid) in second.json["error"]["message"]
    out, err = first.communicate(timeout=60)
    assert first.returncode == 0, (out, err)
    created = [one for one in server.requests if one.method == "POST" and one.path.endswith("/issues")]
    assert len(created) == 4
