"""The sandbox: a small GitLab on 127.0.0.1, whose world shares no code with the planner: each checks the other.

What it leaves out, and why nothing here depends on it:

- Pages, Git, uploads, merge requests, epics, time tracking, service desk, spam checks: no rollout touches them.
- Labels and milestones of groups, projects of people: plan issues live in a project of a group, with its own.
- Legacy project flags beyond what 13.8 answers to them, and who may change flags by a setting (newer than `current`).
- Fine-grained tokens and `sudo`: nothing here asks for them.
- Two percentages set in one moment, which may leave several rows in GitLab, and the first write to a new flag that 13.8
  may lose to another: requests are worked on one after another. The faults `outsider` and `http-500` stand for both.
- RateLimit headers on answers that are within the limit: the app reads none.

Where its answers differ from GitLab's documented ones is listed with reasons in `tests/sandbox/test_documented.py` and
`tests/sandbox/test_openapi.py`.
"""
