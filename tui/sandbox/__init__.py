"""The sandbox: a small GitLab on 127.0.0.1, whose world shares no code with the planner: each checks the other."""
