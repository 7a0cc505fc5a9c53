"""What a process that applies imports: loaded once, before processes are forked."""

import tui.commands.apply_verb
import tui.gateway.client
import tui.runtime.apply
import tui.runtime.preparing
import tui.store.records  # noqa: F401 - importing is the purpose
