"""Faults of network, server, disk, clock and process at every boundary of an apply: `python -m tests.faults`."""
