"""Benchmarks: `python -m tests.benchmarks` compares with a minimal Textual app in the same run and prints ratios."""
