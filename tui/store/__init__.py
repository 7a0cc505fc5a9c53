"""Files on this machine: drafts, settings, records, and what ships with the program."""
