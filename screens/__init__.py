"""The screens, one a file: data in by constructor, answer out by dismiss."""
