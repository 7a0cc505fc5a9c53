"""Settings: strict, all problems at once, and never a token in them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tui.domain.chatops import Chat
from tui.domain.errors import BadInput
from tui.store import settings
from tui.store.locations import Locations
from tui.store.settings import Instance, Settings, SettingsInvalid, person

SECRET = "glpat-AbCdEf0123456789xyz"

GOOD = """
operator = "alice"
default_instance = "work"

[[instances]]
name = "work"
url = "https://gitlab.example.com"
token_env = "WORK_TOKEN"
ca = "/etc/ssl/ours.pem"
production = true

[[instances]]
name = "staging"
config = "staging"
production = false
"""


def refused(locations: Locations, text: str) -> SettingsInvalid:
    locations.make()
    locations.settings.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsInvalid) as caught:
        settings.load(locations)
    assert locations.settings.read_text(encoding="utf-8") == text
    assert str(locations.settings) in str(caught.value)
    return caught.value


def test_without_a_file_there_are_defaults(locations: Locations) -> None:
    assert settings.load(locations) == Settings()
    locations.make()
    locations.settings.write_text("\n", encoding="utf-8")
    assert settings.load(locations) == Settings()


def test_who_is_at_the_keyboard_needs_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1000")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert person(Settings()) == "somebody"
    assert person(Settings(operator="alice")) == "alice"


def test_what_is_saved_is_loaded(locations: Locations) -> None:
    locations.make()
    locations.settings.write_text(GOOD, encoding="utf-8")
    loaded = settings.load(locations)
    assert [one.name for one in loaded.instances] == ["work", "staging"]
    other = Instance(name="work", url="https://other.example.com")
    changed = replace(loaded, instances=(other, *loaded.instances[1:]))
    settings.save(locations, changed)
    assert settings.load(locations) == changed
    assert len(changed.instances) == 2
    assert locations.settings.with_name("settings.toml.bak").read_text(encoding="utf-8") == GOOD
    assert locations.settings.stat().st_mode & 0o077 == 0


def test_an_instance_is_production_unless_it_says_otherwise(locations: Locations) -> None:
    assert Instance(name="x", url="https://x").production
    assert not Settings().instance("sandbox", {}).production


def test_the_environment_is_an_instance_of_its_own() -> None:
    environ = {"GITLAB_URL": " https://gitlab.example.com ", "GITLAB_TOKEN": SECRET}
    env = Settings().instance("env", environ)
    assert (env.url, env.token_env) == ("https://gitlab.example.com", "GITLAB_TOKEN")
    assert SECRET not in repr(env)
    assert list(Settings().known({})) == ["sandbox"]
    with pytest.raises(BadInput) as caught:
        Settings().instance("env", {})
    assert "GITLAB_URL" in caught.value.hint
    with pytest.raises(BadInput, match='no instance "x"'):
        Settings().instance("x", environ)


def test_all_problems_come_at_once(locations: Locations) -> None:
    text = GOOD.replace('operator = "alice"', 'operater = "alice"\nstrictness = "lax"')
    error = refused(locations, text.replace("production = false", 'production = "no"'))
    paths = [problem.path for problem in error.problems]
    assert sorted(paths) == ["instances[1].production", "operater", "strictness"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('[[instances]]\nname = "sandbox"\nurl = "https://x"', "instances[0].name"),
        ('[[instances]]\nname = "a b"\nurl = "https://x"', "instances[0].name"),
        ('[[instances]]\nname = "a"', "instances[0].url"),
        ('[[instances]]\nname = "a"\nurl = "gitlab.example.com"', "instances[0].url"),
        ('[[instances]]\nname = "a"\nurl = "https://me:pass@x"', "instances[0].url"),
        ('[[instances]]\nname = "a"\nurl = "https://x"\ntoken_env = "A-B"', "instances[0].token_env"),
        ('[[instances]]\nname = "a"\nurl = "https://x"\nchatops_prefix = "/bot; run"', "instances[0].chatops_prefix"),
        ('[[instances]]\nname = "a"\nurl = "https://x"\nchatops_channel = ""', "instances[0].chatops_channel"),
        ('[[instances]]\nname = "a"\nurl = "https://x"\nchatops_cross_post = "a b"', "instances[0].chatops_cross_post"),
        ('default_instance = "nowhere"', "default_instance"),
        ("schema = 2", "schema"),
        ("operator = ", "line 1"),
    ],
)
def test_wrong_values(locations: Locations, text: str, path: str) -> None:
    assert [problem.path for problem in refused(locations, text).problems] == [path]


def test_the_chat_bot_is_called_as_the_settings_say() -> None:
    assert Instance(name="x", url="https://x").chat == Chat("/chatops gitlab run", "#production", "")
    older = Instance(name="x", url="https://x", chatops_prefix="/chatops run", chatops_cross_post="#our_team")
    assert older.chat == Chat("/chatops run", "#production", "#our_team")


def test_a_name_twice_is_refused(locations: Locations) -> None:
    one = '[[instances]]\nname = "a"\nurl = "https://x"\n'
    assert "twice" in refused(locations, one * 2).problems[0].message


@pytest.mark.parametrize(
    "text",
    [
        f'token = "{SECRET}"',
        'private_token = "anything"',
        f'[[instances]]\nname = "a"\nurl = "https://x"\ntoken = "{SECRET}"',
        f'[[instances]]\nname = "a"\nurl = "https://x"\ntoken_env = "{SECRET}"',
        f'theme = "{SECRET}"',
        f'[instances]\nx = ["{SECRET}"]',
        f'production = "{SECRET}"\nstrictness = "{SECRET}"',
    ],
)
def test_tokens_are_refused_and_never_repeated(locations: Locations, text: str) -> None:
    error = refused(locations, text)
    assert SECRET not in str(error) + error.hint + repr(error.problems)
    assert "GITLAB_TOKEN" in error.problems[0].allowed


def test_what_could_not_be_read_again_is_not_saved(locations: Locations) -> None:
    settings.save(locations, Settings(operator="alice"))
    with pytest.raises(SettingsInvalid) as caught:
        settings.save(locations, Settings(instances=(Instance(name="x", url=f"https://{SECRET}@x"),)))
    assert SECRET not in str(caught.value)
    assert settings.load(locations).operator == "alice"
