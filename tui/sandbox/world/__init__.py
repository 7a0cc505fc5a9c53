"""GitLab's behaviour as pure functions over a `World`: no clock, no randomness, no I/O."""
