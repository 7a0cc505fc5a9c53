"""From draft, guide, history and what GitLab says to a plan. `compute` is the way in; the rest are its parts."""

from tui.domain.planning.compute import compute
from tui.domain.planning.situation import Situation
from tui.domain.progress import Goal

__all__ = ["Goal", "Situation", "compute"]
