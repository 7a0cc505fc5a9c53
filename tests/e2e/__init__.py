"""Whole rollouts by keys, in a real terminal."""
