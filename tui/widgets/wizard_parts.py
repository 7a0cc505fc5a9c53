"""What the wizard's screens are given, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tui.domain.chatops import CHAT
from tui.domain.draft import Draft
from tui.domain.guide import Guide
from tui.domain.history import Entry
from tui.domain.observed import Template
from tui.domain.template import Vocabulary
from tui.runtime.connect import Instance
from tui.runtime.workbench import utc_now


@dataclass(frozen=True)
class Templates:
    """The project's issue templates by kind of plan issue; None while they are not known, and `why`."""

    by_kind: Mapping[str, Template] | None = None
    why: str = "it was not read yet"


NOT_READ = Templates()
EMPTY = Vocabulary()


@dataclass(frozen=True)
class WizardContext:
    """What surrounds a draft. `read_only` says why it cannot be changed, empty when it can.

    `skeletons` are those of all guides, by file name; `vocabulary` says what words of templates mean; `entries` are
    the rollout's history, oldest first; `editor` is the command for long texts, empty for the environment's;
    `chat_prefix` is how the chat bot is called.
    """

    instance: Instance
    guides: Mapping[str, Guide]
    skeletons: Mapping[str, str]
    instances: tuple[Instance, ...] = ()
    read_only: str = ""
    entries: tuple[Entry, ...] = ()
    clock: Callable[[], datetime] = utc_now
    operator: str = ""
    editor: str = ""
    vocabulary: Vocabulary = EMPTY
    templates: Templates = NOT_READ
    chat_prefix: str = CHAT.prefix

    @property
    def now(self) -> datetime:
        """The time: a screen of the wizard may be open for days."""
        return self.clock()


@dataclass(frozen=True)
class WizardAnswer:
    """The draft as it is now, and where to go: `back`, `next`, `home`, or a step's id and there to `field`."""

    draft: Draft
    go: str
    field: str = ""
