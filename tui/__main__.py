"""`python -m tui` is `rollout-tui`."""

from tui.cli import main

if __name__ == "__main__":
    main()
