"""Which addresses and tokens are taken, and that a token cannot be shown."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from tui.domain.errors import BadInput, TokenMissing
from tui.gateway.connection import Connection, from_config, from_environment
from tui.gateway.secret import Secret

TOKEN = "glpat-planted-secret-1"


def connection(url: str, *, insecure_http: bool = False) -> Connection:
    return Connection("corp", url, Secret(TOKEN), insecure_http=insecure_http)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://gitlab.example.com", "https://gitlab.example.com"),
        ("https://GitLab.Example.com/", "https://gitlab.example.com"),
        (" https://gitlab.example.com:8443// ", "https://gitlab.example.com:8443"),
        ("https://example.com/Git/lab/", "https://example.com/Git/lab"),
        ("https://example.com/gitlab/api/v4/", "https://example.com/gitlab"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://localhost:3000/", "http://localhost:3000"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
    ],
)
def test_address_is_kept_in_one_form(given: str, kept: str) -> None:
    assert connection(given).url == kept


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("gitlab.example.com", "not a web address"),
        ("ftp://gitlab.example.com", "not a web address"),
        ("https://", "not a web address"),
        ("https://gitlab.example.com:99999", "not a web address"),
        ("https://gitlab.exa mple.com", "not a web address"),
        ("https://alice:hunter2@gitlab.example.com", "user name or password"),
        ("https://gitlab.example.com/?private_token=x", "after"),
        ("https://gitlab.example.com/#x", "after"),
        ("http://gitlab.example.com", "unprotected"),
        ("http://localhost.example.com", "unprotected"),
        ("http://127.0.0.1.example.com", "unprotected"),
    ],
)
def test_bad_address_is_refused_with_the_reason(url: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        connection(url)
    assert caught.value.hint
    assert "hunter2" not in str(caught.value)


def test_password_in_a_broken_address_is_not_repeated() -> None:
    with pytest.raises(BadInput) as caught:
        connection("ftp://alice:hunter2@gitlab.example.com")
    assert "hunter2" not in str(caught.value)


def test_plain_http_is_possible_when_asked_for() -> None:
    assert connection("http://gitlab.lan", insecure_http=True).url == "http://gitlab.lan"


@pytest.mark.parametrize("token", ["glpat-\nX: y", "glpat x", "glpat-é", "\x1b[31m"])
def test_token_that_cannot_be_one_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(BadInput) as caught:
        Connection("corp", "https://gitlab.example.com", Secret(token))
    assert token not in str(caught.value)


def test_environment_without_url_is_no_instance() -> None:
    assert from_environment({}) is None
    assert from_environment({"GITLAB_TOKEN": TOKEN}) is None


def test_environment_makes_an_instance() -> None:
    found = from_environment({"GITLAB_URL": "https://gitlab.example.com/", "GITLAB_TOKEN": TOKEN + "\n"})
    assert found == Connection("env", "https://gitlab.example.com", Secret(TOKEN))


@pytest.mark.parametrize("token", [{}, {"GITLAB_TOKEN": ""}, {"GITLAB_TOKEN": " \n"}])
def test_environment_without_token_is_an_error(token: dict[str, str]) -> None:
    with pytest.raises(TokenMissing):
        from_environment({"GITLAB_URL": "https://gitlab.example.com", **token})


def test_environment_with_an_oauth_token() -> None:
    url = {"GITLAB_URL": "https://gitlab.example.com"}
    found = from_environment({**url, "GITLAB_OAUTH_TOKEN": TOKEN})
    assert found == Connection("env", "https://gitlab.example.com", Secret(TOKEN), oauth=True)
    both = from_environment({**url, "GITLAB_OAUTH_TOKEN": "other", "GITLAB_TOKEN": TOKEN})
    assert both == Connection("env", "https://gitlab.example.com", Secret(TOKEN))


def test_the_token_of_a_ci_job_is_refused_with_the_reason() -> None:
    url = {"GITLAB_URL": "https://gitlab.example.com"}
    with pytest.raises(BadInput, match="this CI job") as caught:
        from_environment({**url, "GITLAB_TOKEN": TOKEN, "CI_JOB_TOKEN": TOKEN})
    assert "project or group access token" in caught.value.hint
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("prefix", "kind"), [("glcbt-64_", "CI job"), ("gldt-", "deploy token"), ("glrt-", "runner"), ("gloas-", "OAuth")]
)
def test_tokens_that_stand_for_no_user_are_refused_by_their_prefix(prefix: str, kind: str) -> None:
    with pytest.raises(BadInput, match=kind) as caught:
        Connection("corp", "https://gitlab.example.com", Secret(f"{prefix}planted"))
    assert "planted" not in str(caught.value)


def test_secret_prints_as_stars_everywhere() -> None:
    secret = Secret(TOKEN)
    whole = Connection("corp", "https://gitlab.example.com", secret)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>30}", "%s" % secret, repr(whole), repr([secret])]  # noqa: UP031
    assert not any("planted" in text for text in shown)
    assert secret.reveal() == TOKEN


def test_secret_is_neither_pickled_nor_copied() -> None:
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            way(Secret(TOKEN))


def test_secrets_compare_by_value() -> None:
    assert Secret(TOKEN) == Secret(TOKEN)
    assert Secret(TOKEN) != Secret("other")
    assert Secret(TOKEN) != TOKEN


def config(folder: Path, text: str) -> list[str]:
    file = folder / "python-gitlab.cfg"
    file.write_text(text)
    return [str(file)]


def test_section_of_a_configuration_file(tmp_path: Path) -> None:
    files = config(
        tmp_path, f"[work]\nurl = https://gitlab.example.com/\nprivate_token = {TOKEN}\nssl_verify = /ca.pem\n"
    )
    found = from_config("work", files)
    assert found == Connection("work", "https://gitlab.example.com", Secret(TOKEN), ca="/ca.pem")


@pytest.mark.parametrize(("said", "seconds"), [("", 0), ("timeout = 5\n", 5)])
def test_configuration_for_all_sections_and_a_place_below_a_path(tmp_path: Path, said: str, seconds: int) -> None:
    own = f"[work]\nurl = https://example.com/gitlab/\nprivate_token = {TOKEN}\n"
    files = config(tmp_path, f"[global]\nssl_verify = /ca.pem\n{said}{own}")
    expected = Connection("work", "https://example.com/gitlab", Secret(TOKEN), ca="/ca.pem", timeout=seconds)
    assert from_config("work", files) == expected


def test_oauth_token_and_helper_command(tmp_path: Path) -> None:
    helper = tmp_path / "helper"
    helper.write_text(f"#!/bin/sh\necho {TOKEN}\n")
    helper.chmod(0o700)
    files = config(tmp_path, f"[work]\nurl = https://gitlab.example.com\noauth_token = helper: {helper}\n")
    found = from_config("work", files, name="corp")
    assert found == Connection("corp", "https://gitlab.example.com", Secret(TOKEN), oauth=True)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("[other]\nurl = https://x\n", BadInput, "no usable section work"),
        ("[work]\nprivate_token = glpat-planted-secret-1\n", BadInput, "no usable section work"),
        ("[work]\nurl = https://x\n", TokenMissing, "no private_token"),
        ("[work]\nurl = https://x\njob_token = glpat-planted-secret-1\n", TokenMissing, "only a job_token"),
        ("[work]\nurl = https://x\nprivate_token = helper: /nowhere/at/all\n", BadInput, "could not be started"),
        ("[work]\nurl = https://x\nprivate_token = helper: false\n", BadInput, "helper command"),
        (
            "[work]\nurl = https://x\nprivate_token = glpat-planted-secret-1\nssl_verify = false\n",
            BadInput,
            "ssl_verify",
        ),
        ("[work]\nprivate_token glpat-planted-secret-1\n", BadInput, "cannot be read"),
        ("[work]\nurl = https://x\nprivate_token = glpat-planted-secret-1%x\n", BadInput, "cannot be read"),
        ("[work]\nurl = http://x.example\nprivate_token = glpat-planted-secret-1\n", BadInput, "unprotected"),
    ],
)
def test_bad_configuration_is_explained_without_its_text(
    tmp_path: Path, text: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said) as caught:
        from_config("work", config(tmp_path, text))
    assert "planted" not in repr(caught.value)
    assert "planted" not in repr(caught.value.__context__) + repr(caught.value.__cause__)


def test_configuration_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no configuration file"):
        from_config("work", [str(tmp_path / "none.cfg")])
