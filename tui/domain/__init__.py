"""The pure core: guide, draft, gates, plan, execution, history. No I/O, no clock, no randomness, no Textual."""
