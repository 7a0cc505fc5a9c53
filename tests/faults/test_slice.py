"""A slice of the fault matrix in every run of the tests: no effect lost, none doubled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.deaths import AT_ONCE, METHODS, Graveyard, deaths
from tests.faults.drawn import drawn
from tests.faults.matrix import READS, WRITES, matrix
from tests.faults.play import play
from tests.faults.point import Point, parse
from tests.faults.site import Site

FOUND = (
    "team:409#w6:6",
    "off:clock-back@unjournalled#w2+500-before#w2+revoke#w2/redirect#w3:319781",
    "percent:reset-after#w1/500-before#w1+doubled#r6/lost-before#w1+clock-ahead@unjournalled#w3+late#w2:454179",
    "team:doubled#w1+revoke#w9/late#w2:4",
    "team:disk-full@unjournalled#w11:1",
    "off:kill@unanswered#w3+doubled#w2/disk-full@unanswered#w2+clock-back@unanswered#w2+hang-before#w2:311138",
    "percent:429-absurd#r3/revoke#w3+clock-back@before#w1/lost-before#w1+429-absurd#w1:503144",
    "team:503-after#w14+doubled#w1:962657",
    "off:late#w2/kill@after#w1:406743",
    "team:truncated#w13/kill@after#w17+hang-before#r6+429-absurd#w2/hang-before#r9+clock-back@unanswered#r1:157919",
)
"""Points that once lost or doubled an effect, or that are special."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def graveyard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graveyard]:
    made = Graveyard(tmp_path_factory.mktemp("graveyard"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.runtime.settle.PATIENCE", 0.0)


def wrong(site: Site, points: list[Point]) -> list[str]:
    """The points that lose or double an effect."""
    played = [play(site, point) for point in points]
    assert sum(one.injected for one in played) >= len(points) / 2, "the faults did not strike"
    return [f"{one.point} {one.ends} {one.count}" for one in played if not one.count.right]


def test_the_matrix_strikes_at_each_write_and_each_read(site: Site) -> None:
    sent = {story: one.sent for story, one in site.beginnings.items()}
    assert {story: writes for story, (writes, _) in sent.items()} == WRITES
    assert [story for story, (_, reads) in sent.items() if reads < READS[story]] == []


def test_every_83rd_point_of_the_matrix_loses_and_doubles_nothing(site: Site) -> None:
    assert wrong(site, list(matrix())[::83]) == []


def test_random_points_lose_and_double_nothing(site: Site) -> None:
    assert wrong(site, list(drawn(25, seed=3))) == []


def test_points_that_were_wrong_once_are_right(site: Site) -> None:
    assert wrong(site, [parse(text) for text in FOUND]) == []


def test_an_effect_that_is_lost_or_doubled_is_counted(site: Site) -> None:
    """Were it not, all of the above would say nothing."""
    expected = site.beginnings["team"].expected
    played = play(site, parse("team::1"))
    assert played.count.right
    with site.instance.edit() as world:
        links = list(world.links)
        world.links.remove(links[0])
        world.links.append(links[1])
    assert [name.split()[0] for name in (expected - site.effects()).elements()] == ["link"]
    assert [name.split()[0] for name in (site.effects() - expected).elements()] == ["link"]


@pytest.mark.skipif("not hasattr(__import__('os'), 'fork')", reason="processes are forked here")
def test_processes_that_die_at_a_boundary_lose_and_double_nothing(graveyard: Graveyard) -> None:
    for story, death in list(deaths())[::91]:
        ended = graveyard.die(story, death)
        assert graveyard.sent(story) == dict(METHODS[story])
        assert ended.count.right, f"{ended} {ended.count}"
        assert ended.codes[-1] == 0, str(ended)
        assert ended.seconds < AT_ONCE + 1, f"{ended} took {ended.seconds:.1f} s to end"
