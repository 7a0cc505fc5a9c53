"""What survives: restarts, kill -9, a torn file. What is never on the disk: tokens. And one server for each folder."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path
from threading import Barrier, Thread

import pytest

from tests.sandbox.api import ASSETS, PROJECT, Api
from tui.sandbox.attach import attach
from tui.sandbox.errors import FolderBusyError, SandboxError
from tui.sandbox.server import Server

SERVE = textwrap.dedent("""
    import sys
    from pathlib import Path
    from threading import Event
    from tui.sandbox.server import Server

    server = Server(Path(sys.argv[1]), assets=Path(sys.argv[2])).start()
    print(server.url, server.token, flush=True)
    Event().wait()
""")


class Foreign:
    """A sandbox in a process of its own, which can be killed."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", SERVE, str(folder), str(ASSETS)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.url, self.token = self.process.stdout.readline().split()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def _api(url: str) -> Api:
    found = Server(None, assets=ASSETS)
    found.url = url
    return Api(found)


def test_a_restart_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    with Server(folder, assets=ASSETS) as server, Api(server) as api:
        api.flag("f", value="true", user="alice,bob")
        iid = api.issue(confidential=True, labels="a", description="text", due_date="2026-12-01")["iid"]
        api("POST", f"{PROJECT}/issues/{iid}/notes", {"body": "note"})
        token, url, tokens = server.token, server.url, server.tokens
        server.revoke(tokens["guest"])
        before = server.snapshot()
    with Server(folder, assets=ASSETS) as server, Api(server) as api:
        assert server.url == url
        assert server.snapshot() == before
        assert api("GET", f"{PROJECT}/issues/{iid}", token=token).body["due_date"] == "2026-12-01"
        assert {role for role, secret in server.tokens.items() if secret != tokens[role]} == {"guest"}


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_nothing_that_was_answered_is_lost_by_kill_9(tmp_path: Path) -> None:
    foreign = Foreign(tmp_path)
    with _api(foreign.url) as api:
        titles = [f"plan {number}" for number in range(20)]
        for title in titles:
            assert api("POST", f"{PROJECT}/issues", {"title": title}, token=foreign.token).status == 201
        foreign.kill()
    with Server(tmp_path, assets=ASSETS) as server, Api(server) as api:
        listed = api("GET", f"{PROJECT}/issues", query={"per_page": 100}, token=foreign.token)
        assert {issue["title"] for issue in listed.body} >= set(titles)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_files_are_private_and_hold_no_token(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    with Server(folder, assets=ASSETS) as server, Api(server) as api:
        secrets = [*server.tokens.values(), server.own_token, server.mint("bob")]
        api.issue()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        files = list(folder.iterdir())
        assert {path.name for path in files} >= {"state.json", "key", "server.json", "server.lock"}
        for path in files:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
            assert not [secret for secret in secrets if secret.encode() in path.read_bytes()], path
        assert set(json.loads((folder / "server.json").read_text())) == {"url", "pid", "project"}
        assert not [secret for secret in secrets if secret in repr(server)]


def test_one_process_serves_a_folder(tmp_path: Path) -> None:
    with Server(tmp_path, assets=ASSETS), pytest.raises(FolderBusyError, match="Another process"):
        Server(tmp_path, assets=ASSETS).start()
    Server(tmp_path, assets=ASSETS).start().stop()


def test_a_torn_state_is_told_and_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"scenario": "comp')
    with pytest.raises(SandboxError, match="cannot be read") as error:
        Server(tmp_path, assets=ASSETS).start()
    assert "Move the file away" in error.value.hint
    assert state.read_text() == '{"scenario": "comp'


def test_a_folder_keeps_to_its_scenario(tmp_path: Path) -> None:
    with Server(tmp_path, assets=ASSETS) as server, Api(server) as api:
        api.issue(title="Kept")
    with pytest.raises(SandboxError, match="made from the scenario 'company', not 'templates'"):
        Server(tmp_path, assets=ASSETS, scenario="templates").start()
    with Server(tmp_path, assets=ASSETS, scenario="rough-network") as server:
        assert "Kept" in [issue.title for issue in server.snapshot().projects[1].issues.values()]
        assert server.faults.pending


def test_a_taken_port_is_told(server: Server) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(SandboxError, match=f"Port {port}"):
        Server(None, assets=ASSETS, port=port).start()


def test_only_the_loopback_interface_is_bound(server: Server) -> None:
    assert server._listener is not None
    assert server._listener.socket.getsockname()[0] == "127.0.0.1"


def test_stopping_twice_is_harmless(tmp_path: Path) -> None:
    server = Server(tmp_path, assets=ASSETS).start()
    server.stop()
    server.stop()


def test_attaching_starts_or_joins(tmp_path: Path) -> None:
    with attach(tmp_path, assets=ASSETS) as first:
        assert first.owned
        with attach(tmp_path, assets=ASSETS) as second:
            assert not second.owned
            assert (second.url, second.token, second.project) == (first.url, first.token, "code-creation/rollouts")
            assert first.token not in repr(first)
            with _api(second.url) as api:
                assert api("GET", "/user", token=second.token).body["username"] == "alice"
        with _api(first.url) as api:
            assert api("GET", "/version", token=first.token).status == 200


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_attaching_survives_the_death_of_the_one_joined(tmp_path: Path) -> None:
    foreign = Foreign(tmp_path)
    with attach(tmp_path, assets=ASSETS) as attached:
        url, token = attached.url, attached.token
        assert url == foreign.url
        foreign.kill()
        assert attached.ensure().owned
        assert (attached.url, attached.token) == (url, token)
        with _api(url) as api:
            assert api("GET", "/version", token=token).status == 200


def test_many_at_once_end_up_with_one_server(tmp_path: Path) -> None:
    barrier, attached = Barrier(6), [attach(tmp_path, assets=ASSETS) for _ in range(6)]

    def join(number: int) -> None:
        barrier.wait()
        attached[number].ensure()

    threads = [Thread(target=join, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each.owned for each in attached) == 1
    assert len({(each.url, each.token) for each in attached}) == 1
    for each in attached:
        each.close()


def test_an_address_of_somebody_else_is_ignored(tmp_path: Path, server: Server) -> None:
    with Server(tmp_path, assets=ASSETS):
        pass
    (tmp_path / "server.json").write_text(json.dumps({"url": server.url, "pid": 1, "project": "x/y"}))
    with attach(tmp_path, assets=ASSETS) as attached:
        assert attached.owned
        assert attached.url != server.url
