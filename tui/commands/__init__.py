"""The verbs of the command line, one a file (`VERB_verb.py`), and what they share."""
