"""Tests, as a package so that folders may have files of the same name."""
