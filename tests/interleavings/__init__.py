"""Two operators and an outsider on one GitLab, interleaved at the boundaries of their requests.

`python -m tests.interleavings --runs 10000 --seed 1` plays random ones and prints one line; with `--target project`
those of a flag that a project owns.
"""
