"""Shipped files and the operator's own: which comes first, and that a broken one hides no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.samples import CANONICAL
from tui.domain.errors import BadInput, DraftInvalid
from tui.store.assets import ROOT, Assets, asset
from tui.store.locations import Locations

GUIDE = """
schema = 1
id = "{id}"
title = "Guide"
summary = "Short."

[[checks]]
id = "c"
text = "Checked?"
sentence = "Check."

[[issues]]
kind = "rollout-plan"
name = "Rollout Plan"
title = "{{model}} Rollout Plan"
skeleton = "rollout-plan.md"
sentence = "Make a plan."

[[phases]]
id = "everyone"
title = "Everyone"
short = "Everyone"
sentence = "To all."
level = "required"
audience = "everyone"

[[phases.ladders]]
name = "safe"
steps = [1, 12.5, 100]
"""


def put(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "assets"
    put(root / "guides", "v1.toml", GUIDE.format(id="v1"))
    put(root / "skeletons", "rollout-plan.md", "shipped")
    put(root / "samples", "b.toml", CANONICAL.replace("codestral-2501", "b", 1))
    put(root / "samples", "a.toml", CANONICAL.replace("codestral-2501", "a", 1))
    put(root / "help", "home.md", "# Home")
    return root


@pytest.fixture
def assets(locations: Locations, root: Path) -> Assets:
    return Assets(locations, root)


def test_assets_are_beside_the_package() -> None:
    assert asset("guides/v1.toml") == ROOT / "guides" / "v1.toml"
    assert (ROOT.parent / "tui" / "store").is_dir()


def test_guides_are_the_shipped_ones_and_the_operators(assets: Assets, locations: Locations) -> None:
    put(locations.guides, "ours.toml", GUIDE.format(id="ours"))
    assert list(assets.guides()) == ["v1", "ours"]
    assert assets.guide("ours").phases[0].ladders[0].steps == (1, 12.5, 100)
    assert assets.broken_guides() == {}


def test_a_broken_guide_is_named_and_hides_no_other(assets: Assets, locations: Locations) -> None:
    put(locations.guides, "good.toml", GUIDE.format(id="good"))
    typo = put(locations.guides, "typo.toml", GUIDE.format(id="typo").replace("sentence =", "sentense ="))
    put(locations.guides, "cut.toml", GUIDE.format(id="cut")[:60])
    put(locations.guides, "twice.toml", GUIDE.format(id="v1"))
    (locations.guides / "latin.toml").write_bytes(b'title = "\xe4"')
    put(locations.guides, "future.toml", GUIDE.format(id="future").replace("schema = 1", "schema = 9"))
    assert list(assets.guides()) == ["v1", "good"]
    question = (
        '[[phases.questions]]\nid = "q"\ntext = "Slow?"\nsentence = "Ask."\nbefore = "nobody"\nchoises = ["yes"]\n'
    )
    put(locations.guides, "asks.toml", GUIDE.format(id="asks") + question)
    put(locations.guides, "early.toml", GUIDE.format(id="early") + question.replace('choises = ["yes"]', ""))
    broken = assets.broken_guides()
    assert sorted(broken) == ["asks", "cut", "early", "future", "latin", "twice", "typo"]
    assert "phases[0].questions[0].choises: unknown key (did you mean choices?)" in str(broken["asks"])
    assert 'early.toml: phases[0].questions[0].before: there is no phase "nobody"' in str(broken["early"])
    assert str(typo) in str(broken["typo"])
    assert "checks[0].sentense: unknown key (did you mean sentence?)" in str(broken["typo"])
    assert "others" in broken["typo"].hint or "other guides" in broken["typo"].hint
    assert "already a guide" in str(broken["twice"])
    assert "newer rollout-tui" in str(broken["future"])
    with pytest.raises(BadInput, match="sentense"):
        assets.guide("typo")


def test_an_unknown_guide_gets_the_nearest(assets: Assets) -> None:
    with pytest.raises(BadInput, match="did you mean v1") as caught:
        assets.guide("v11")
    assert "Known: v1" in caught.value.hint


def test_the_operators_skeleton_comes_first(assets: Assets, locations: Locations) -> None:
    assert assets.skeleton("rollout-plan.md") == "shipped"
    put(locations.skeletons, "rollout-plan.md", "ours")
    assert assets.skeleton("rollout-plan.md") == "ours"


@pytest.mark.parametrize("name", ["../help/home.md", "/etc/passwd", "", "..", "x/y"])
def test_names_stay_in_their_folder(assets: Assets, name: str) -> None:
    with pytest.raises(BadInput, match="is not a name"):
        assets.skeleton(name)


def test_what_is_missing_says_where_it_belongs(assets: Assets, locations: Locations) -> None:
    with pytest.raises(BadInput) as caught:
        assets.skeleton("x.md")
    assert str(locations.skeletons) in caught.value.hint
    put(locations.skeletons, "x.md", "").write_bytes(b"\xff")
    with pytest.raises(BadInput, match="not UTF-8"):
        assets.skeleton("x.md")


def test_samples_and_help(assets: Assets, root: Path) -> None:
    assert [sample.id for sample in assets.samples()] == ["a", "b"]
    assert assets.help_page("home") == "# Home"
    put(root / "samples", "c.toml", "id = ")
    with pytest.raises(DraftInvalid, match=r"c\.toml"):
        assets.samples()
