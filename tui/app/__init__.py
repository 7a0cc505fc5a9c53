"""The app: the one place where screens and adapters meet.

`rollout_app` is its beginning and end; below it, each a part of the same app: `asides` (help, history, settings),
`desk` (opening and making drafts), `answers` (plans, applies and looks, on threads); `flows` is the way of a draft
through its screens, `palette` what the command palette finds.
"""

from tui.app.answers import ExitState
from tui.app.rollout_app import RolloutApp, run

__all__ = ["ExitState", "RolloutApp", "run"]
